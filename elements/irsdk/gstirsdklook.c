/* SPDX-License-Identifier: LGPL-2.1-or-later
 * When to look for the next rows: a look is a copy of the header, about a
 * microsecond; waking up for it costs thirty to fifty times as much. */
#include "gstirsdklook.h"

/* The first ticks are looked for all the time, then all from both sides. */
#define SEARCH_ROWS 4
#define PROBE_ROWS 120
/* Then two a second are: a look before the tick is due, and one behind it. Only
 * they can tell that the fit is late. */
#define PROBE_TICKS 30
/* GStreamer's clock waits twice for what is 0.5 to 2 ms away, so the two looks
 * are nearer to each other than that, and what was not there is looked for
 * later than that. */
#define MIN_LEAD (240 * GST_USECOND)
#define AGAIN (2100 * GST_USECOND)
/* The margin settles where one look in thirty finds nothing. */
#define MIN_MARGIN (300 * GST_USECOND)
#define MARGIN_UP (300 * GST_USECOND)
#define MARGIN_DOWN (10 * GST_USECOND)
/* Windows sleeps by the millisecond, GStreamer there not at all for less than
 * one: a probe begins earlier, and waits for the simulator's event. */
#define EVENT_LEAD (2500 * GST_USECOND)
#define EVENT_AGAIN (2 * GST_MSECOND)
/* While nothing is known of the pace. */
#define EVENT_SEARCH (16 * GST_MSECOND)
/* After a lost tick: ten seconds at 60 Hz. */
#define CAREFUL_ROWS 600

/**
 * gst_irsdk_look_init:
 * @look: (out): knows nothing of the simulator's pace
 * @has_event: the simulator has an event for each row, as on Windows
 */
void
gst_irsdk_look_init (GstIrsdkLook *look, gboolean has_event)
{
  const GstIrsdkLook none = { .has_event = has_event,
    .margin = MIN_MARGIN,
    .lead = has_event ? EVENT_LEAD : MIN_LEAD };

  *look = none;
}

static GstClockTime
get_lead (const GstIrsdkLook *self)
{
  return self->has_event ? EVENT_LEAD : MIN_LEAD;
}

static GstClockTime
look_again (GstIrsdkLook *self, GstClockTime late, GstClockTime period)
{
  self->listens = self->has_event && self->rows < SEARCH_ROWS && late < period;
  if (self->listens)
    return EVENT_SEARCH;
  if (self->rows < SEARCH_ROWS && late < period)
    return GST_MSECOND;
  if (late < period)
    return AGAIN;
  return (late < GST_SECOND ? 4 : 20) * GST_MSECOND;
}

/**
 * gst_irsdk_look_next:
 * @look: a state
 * @clock: the fit, with at least one row
 * @now: clock time
 * @want: rows that are read at one look: the simulator must keep so many
 *
 * To be called when a look found nothing.
 *
 * Returns: the clock time of the next look, after @now
 */
GstClockTime
gst_irsdk_look_next (GstIrsdkLook *look, const IrsdkTickClock *clock,
    GstClockTime now, guint want)
{
  const GstClockTime period = (GstClockTime) clock->period_ns;
  const gboolean begins = look->looks++ == 0;
  GstClockTime due;

  look->listens = FALSE;
  if (begins) {
    look->aim =
        look->careful > 0 || look->rows < PROBE_ROWS ? 1 : MAX (want, 1);
    look->probing = look->rows < PROBE_ROWS || look->since_probe >= PROBE_TICKS;
    look->bracket = FALSE;
  }
  due = (GstClockTime) irsdk_tick_clock_predict (
      clock, (gint32) ((guint32) clock->tick + look->aim));
  if (look->rows < SEARCH_ROWS)
    return now + look_again (look, now > due ? now - due : 0, period);
  if (begins && look->probing) {
    if (due > now + look->lead)
      return due - look->lead;
    look->probing = look->has_event && due > now;
  }
  /* One that nobody waited for may still be signalled, and say nothing. */
  if (look->has_event && look->probing
      && due + GST_IRSDK_LOOK_MAX_MARGIN > now) {
    look->listens = TRUE;
    look->looks = MAX (look->looks, 2);
    return due + GST_IRSDK_LOOK_MAX_MARGIN;
  }
  look->bracket = look->probing && look->looks == 2 && due > now;
  if (look->bracket)
    return due + MIN_LEAD;
  if (due + look->margin > now && (look->probing || begins))
    return MAX (
        due + look->margin, now + (look->has_event ? EVENT_AGAIN : MIN_LEAD));
  return now + look_again (look, now > due ? now - due : 0, period);
}

/**
 * gst_irsdk_look_listens:
 * @look: a state
 *
 * Returns: %TRUE if the simulator's event, too, ends the wait that
 *   gst_irsdk_look_next() has asked for
 */
gboolean
gst_irsdk_look_listens (const GstIrsdkLook *look)
{
  return look->listens;
}

/* What the number of looks says about the row that was waited for: TRUE if
 * @seen is now a time at which it came. */
static gboolean
learn (GstIrsdkLook *self, gint64 due, gint64 *seen)
{
  const GstClockTime most_lead = GST_IRSDK_LOOK_MAX_MARGIN;

  if (self->probing && self->looks == 1) {
    /* The fit is late: find out by how much at the very next rows. */
    self->lead = MIN (2 * self->lead, most_lead);
    return TRUE;
  }
  if (self->probing) {
    self->lead = get_lead (self);
    self->since_probe = 0;
    if (self->bracket && *seen < due + 2 * (gint64) MIN_LEAD)
      *seen = MIN (*seen, due);
    return TRUE;
  }
  if (self->looks == 1) {
    self->margin = MAX (self->margin - MARGIN_DOWN, MIN_MARGIN);
    return FALSE;
  }
  self->margin = MIN (self->margin + MARGIN_UP, GST_IRSDK_LOOK_MAX_MARGIN);
  return TRUE;
}

/**
 * gst_irsdk_look_found:
 * @look: a state
 * @clock: the fit, which gets this row
 * @tick: number of the row
 * @lost: ticks that were lost before it
 * @now: clock time
 *
 * To be called for each row, in order.
 *
 * Returns: the clock time of the tick
 */
GstClockTime
gst_irsdk_look_found (GstIrsdkLook *look, IrsdkTickClock *clock, gint32 tick,
    guint32 lost, GstClockTime now)
{
  const gint64 due = irsdk_tick_clock_predict (clock, tick);
  const guint ticks = 1 + MIN (lost, G_MAXINT16);
  const gboolean aimed = look->looks > 0 && look->aim == ticks;
  gint64 seen = (gint64) now;
  gboolean known = TRUE;
  bool stepped = false;
  GstClockTime time;

  /* A row that comes with another one had been there for an unknown time. */
  if (look->rows >= SEARCH_ROWS)
    known = aimed && learn (look, due, &seen);
  if (lost > 0 && look->rows > 0)
    look->careful = CAREFUL_ROWS;
  else if (look->careful > 0)
    look->careful--;
  look->aim -= MIN (look->aim, ticks);
  if (look->aim == 0)
    look->looks = 0;
  look->rows++;
  look->since_probe++;
  if (!known)
    return (GstClockTime) irsdk_tick_clock_skip (clock, tick, seen);
  time = (GstClockTime) irsdk_tick_clock_add (clock, tick, seen, &stepped);
  if (stepped) {
    /* Another pace from here on. */
    look->rows = 1;
    look->lead = get_lead (look);
  }
  return time;
}
