/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which telemetry leaves with which video frame. */
#include "pacer.h"

typedef struct {
  GstBuffer *buffer; /* PTS is the running time */
  GstClockTime time;
} Unit;

struct _Pacer {
  PacerConfig config;
  GQueue units; /* Unit, in order of arrival */
  GQueue frames; /* GstClockTime, allocated */

  /* No unit up to here is still to come. */
  GstClockTime reached;
  /* When video last came, or the oldest unit that waits for the first frame. */
  GstClockTime video_seen;
  /* A frame has come, or something has left without one. */
  gboolean begun;
  /* The first frame leaves no sooner; NONE once it has. */
  GstClockTime first_due;
  /* Video is silent: units leave as they come. */
  gboolean video_out;
  gboolean video_eos;
  gboolean telemetry_eos;
  gboolean eos_told;
  GstClockTime last_pts;
};

static void
unit_free (Unit *unit)
{
  gst_buffer_unref (unit->buffer);
  g_free (unit);
}

Pacer *
pacer_new (void)
{
  Pacer *pacer = g_new0 (Pacer, 1);

  pacer->config.max_wait = GST_CLOCK_TIME_NONE;
  pacer->config.start_wait = GST_CLOCK_TIME_NONE;
  pacer_reset (pacer);
  return pacer;
}

void
pacer_free (Pacer *pacer)
{
  pacer_reset (pacer);
  g_free (pacer);
}

void
pacer_configure (Pacer *pacer, const PacerConfig *config)
{
  pacer->config = *config;
}

/* What follows is the start of a stream. */
void
pacer_reset (Pacer *pacer)
{
  pacer->begun = FALSE;
  pacer->first_due = GST_CLOCK_TIME_NONE;
  pacer_reset_video (pacer);
  pacer_reset_telemetry (pacer);
}

/* What was begun goes on: a multiplexer behind knows both streams. Units that
 * wait for a first frame wait no longer for this. */
void
pacer_reset_video (Pacer *pacer)
{
  g_queue_clear_full (&pacer->frames, g_free);
  if (pacer->begun)
    pacer->video_seen = GST_CLOCK_TIME_NONE;
  pacer->video_out = FALSE;
  pacer->video_eos = FALSE;
}

void
pacer_reset_telemetry (Pacer *pacer)
{
  g_queue_clear_full (&pacer->units, (GDestroyNotify) unit_free);
  pacer->reached = GST_CLOCK_TIME_NONE;
  pacer->telemetry_eos = FALSE;
  pacer->eos_told = FALSE;
  pacer->last_pts = GST_CLOCK_TIME_NONE;
  /* The next unit is the first that waits for a frame. */
  if (!pacer->begun)
    pacer->video_seen = GST_CLOCK_TIME_NONE;
}

/* FALSE where a file should wait; a live stream drops its oldest unit. */
gboolean
pacer_has_room (const Pacer *pacer)
{
  return pacer->units.length < PACER_MAX_UNITS;
}

/* Takes @unit, whose PTS is its running time @time. @now is the running time
 * of arrival, or NONE. Returns how many old units had to go. */
guint
pacer_add_unit (
    Pacer *pacer, GstBuffer *unit, GstClockTime time, GstClockTime now)
{
  Unit *entry = g_new (Unit, 1);
  guint dropped = 0;

  while (!pacer_has_room (pacer)) {
    unit_free (g_queue_pop_head (&pacer->units));
    dropped++;
  }
  entry->buffer = unit;
  entry->time = time;
  g_queue_push_tail (&pacer->units, entry);
  if (!GST_CLOCK_TIME_IS_VALID (pacer->video_seen))
    pacer->video_seen = now;
  pacer_add_telemetry_gap (pacer, time);
  return dropped;
}

void
pacer_add_telemetry_gap (Pacer *pacer, GstClockTime time)
{
  if (!GST_CLOCK_TIME_IS_VALID (pacer->reached) || time > pacer->reached)
    pacer->reached = time;
}

/* A frame of running time @time came at running time @now (or NONE). Where too
 * many wait because nobody takes telemetry, the oldest is forgotten: what it
 * would have taken leaves with the next. */
void
pacer_add_frame (Pacer *pacer, GstClockTime time, GstClockTime now)
{
  if (pacer->frames.length >= PACER_MAX_FRAMES)
    g_free (g_queue_pop_head (&pacer->frames));
  g_queue_push_tail (&pacer->frames, g_memdup2 (&time, sizeof time));
  if (!pacer->begun && pacer->config.live && GST_CLOCK_TIME_IS_VALID (now))
    pacer->first_due = now + pacer->config.lead;
  pacer->video_seen = now;
  pacer->video_out = FALSE;
  pacer->begun = TRUE;
}

gboolean
pacer_has_begun (const Pacer *pacer)
{
  return pacer->begun;
}

void
pacer_set_video_eos (Pacer *pacer)
{
  pacer->video_eos = TRUE;
}

void
pacer_set_telemetry_eos (Pacer *pacer)
{
  pacer->telemetry_eos = TRUE;
}

guint
pacer_get_n_units (const Pacer *pacer)
{
  return pacer->units.length;
}

/* Units up to @until into @action, not more than one buffer may hold. TRUE if
 * that was all of them. */
static gboolean
take_units (Pacer *pacer, GstClockTime until, PacerAction *action)
{
  gsize bytes = 0;
  Unit *unit;

  while ((unit = g_queue_peek_head (&pacer->units)) != NULL
         && unit->time <= until) {
    bytes += gst_buffer_get_size (unit->buffer);
    if (bytes > PACER_MAX_BYTES && action->units->len > 0)
      return FALSE;
    g_ptr_array_add (action->units, gst_buffer_ref (unit->buffer));
    unit_free (g_queue_pop_head (&pacer->units));
  }
  return TRUE;
}

static GstClockTime
not_before_last (Pacer *pacer, GstClockTime pts)
{
  if (GST_CLOCK_TIME_IS_VALID (pacer->last_pts))
    pts = MAX (pts, pacer->last_pts);
  pacer->last_pts = pts;
  return pts;
}

/* A file's frame waits for all of its rows; a live one for nothing, but for the
 * first one's lead. */
static gboolean
frame_is_due (
    Pacer *pacer, GstClockTime time, GstClockTime now, PacerAction *action)
{
  if (GST_CLOCK_TIME_IS_VALID (pacer->first_due)
      && GST_CLOCK_TIME_IS_VALID (now) && now < pacer->first_due) {
    action->verdict = PACER_WAIT;
    action->until = pacer->first_due;
    return FALSE;
  }
  pacer->first_due = GST_CLOCK_TIME_NONE;
  return pacer->config.live || pacer->telemetry_eos
         || (GST_CLOCK_TIME_IS_VALID (pacer->reached) && pacer->reached >= time)
         || !pacer_has_room (pacer);
}

static gboolean
video_is_silent (Pacer *pacer, GstClockTime now, PacerAction *action)
{
  GstClockTime wait =
      pacer->begun ? pacer->config.max_wait : pacer->config.start_wait;

  if (pacer->video_eos || pacer->video_out)
    return TRUE;
  if (!pacer->config.live || !GST_CLOCK_TIME_IS_VALID (now)
      || !GST_CLOCK_TIME_IS_VALID (pacer->video_seen)
      || wait >= GST_CLOCK_TIME_NONE - pacer->video_seen)
    return FALSE;
  if (now >= pacer->video_seen + wait) {
    pacer->video_out = TRUE;
    return TRUE;
  }
  action->verdict = PACER_WAIT;
  action->until = pacer->video_seen + wait;
  return FALSE;
}

static void
emit_frame (Pacer *pacer, PacerAction *action)
{
  GstClockTime time = *(GstClockTime *) g_queue_peek_head (&pacer->frames);

  action->verdict = PACER_FRAME;
  if (take_units (pacer, time, action))
    g_free (g_queue_pop_head (&pacer->frames));
  action->pts = not_before_last (pacer, time);
}

static void
emit_alone (Pacer *pacer, PacerAction *action)
{
  GstBuffer *newest;

  action->verdict = PACER_ALONE;
  pacer->begun = TRUE;
  take_units (pacer, GST_CLOCK_TIME_NONE - 1, action);
  newest = g_ptr_array_index (action->units, action->units->len - 1);
  action->pts = not_before_last (pacer, GST_BUFFER_PTS (newest));
}

/* What to do at running time @now (NONE without a clock). The caller frees
 * @action's units. */
void
pacer_next (Pacer *pacer, GstClockTime now, PacerAction *action)
{
  GstClockTime *frame = g_queue_peek_head (&pacer->frames);

  *action = (PacerAction){ PACER_IDLE, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE,
    g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref) };
  if (pacer->eos_told)
    g_queue_clear_full (&pacer->frames, g_free);
  else if (frame != NULL) {
    if (frame_is_due (pacer, *frame, now, action))
      emit_frame (pacer, action);
    return;
  }
  if (pacer->units.length > 0) {
    if (video_is_silent (pacer, now, action))
      emit_alone (pacer, action);
    return;
  }
  if (pacer->telemetry_eos && !pacer->eos_told) {
    pacer->eos_told = TRUE;
    action->verdict = PACER_EOS;
  }
}
