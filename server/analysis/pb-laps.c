/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLaps: rows in, laps out. Pure: no threads, no clock, no I/O. */
#include "analysis/pb-laps.h"

#include <math.h>
#include <string.h>

#include "analysis/pb-place.h"
#include "json/pb-json.h"

/* The simulator says a lap's time 0.08 to 1.9 s after the line; what comes
 * much later belongs to something else. */
#define TIME_WAIT_NS (5 * GST_SECOND)
/* LapCurrentLapTime falls back when the time has been settled. */
#define SETTLED_DROP_S 0.5
/* A rise of the fuel level that is no slosh. */
#define REFUEL_L 0.05
/* The simulator's time and our own of the same lap differ by milliseconds. */
#define PLAUSIBLE_S 0.5
#define SAME_S 0.005
/* One lap, whose line was crossed between other rows. */
#define SAME_LINE_MS 2000

typedef struct {
  PbLap lap;
  gdouble measured_s;
  /* Seconds since the line at pct = i / 500; the first n_points are known. */
  gfloat trace[PB_LAPS_TRACE_POINTS];
  guint n_points;
} Entry;

struct _PbLaps {
  PbPlaceVars place_vars;
  GstPitboxSchema *schema;
  const GstPitboxVar *lap;
  const GstPitboxVar *last_time;
  const GstPitboxVar *current_time;
  const GstPitboxVar *fuel;
  const GstPitboxVar *session_num;

  PbPlace place;
  GQueue entries; /* of Entry, oldest first */

  /* The lap that is being driven. */
  Entry *current;
  gboolean from_line;
  GstClockTime line_pts;
  gdouble line_fuel;
  gboolean refuelled;
  gdouble reached; /* pct up to which the trace is known */
  gint own_count;

  /* The lap that waits for its time; one of the entries. */
  Entry *waiting;
  GstClockTime waiting_until;
  gboolean waiting_settled;

  gboolean has_last;
  gint last_lap;
  gint64 last_session;
  gdouble last_last_time;
  gdouble last_current_time;
  gdouble last_fuel;
  gdouble last_pct;
  GstClockTime last_pts;
};

/**
 * pb_laps_new:
 *
 * Returns: (transfer full): no laps yet. One thread at a time may use it.
 */
PbLaps *
pb_laps_new (void)
{
  PbLaps *laps = g_new0 (PbLaps, 1);

  g_queue_init (&laps->entries);
  laps->current = g_new0 (Entry, 1);
  return laps;
}

void
pb_laps_free (PbLaps *laps)
{
  if (laps == NULL)
    return;
  g_queue_clear_full (&laps->entries, g_free);
  g_clear_pointer (&laps->schema, gst_pitbox_schema_unref);
  g_free (laps->current);
  g_free (laps);
}

static void
forget_current (PbLaps *laps)
{
  laps->from_line = FALSE;
  laps->current->n_points = 0;
}

static void
forget_all (PbLaps *laps)
{
  g_queue_clear_full (&laps->entries, g_free);
  g_queue_init (&laps->entries);
  laps->waiting = NULL;
  laps->has_last = FALSE;
  pb_place_reset (&laps->place);
  forget_current (laps);
}

/**
 * pb_laps_bind:
 * @laps: the laps
 * @schema: of the rows to come, of the same car
 *
 * Rows have more or fewer variables from now on; laps go on.
 */
void
pb_laps_bind (PbLaps *laps, GstPitboxSchema *schema)
{
  gst_pitbox_schema_ref (schema);
  g_clear_pointer (&laps->schema, gst_pitbox_schema_unref);
  laps->schema = schema;
  pb_place_vars_bind (&laps->place_vars, schema);
  laps->lap = gst_pitbox_schema_find (schema, "Lap");
  laps->last_time = gst_pitbox_schema_find (schema, "LapLastLapTime");
  laps->current_time = gst_pitbox_schema_find (schema, "LapCurrentLapTime");
  laps->fuel = gst_pitbox_schema_find (schema, "FuelLevel");
  laps->session_num = gst_pitbox_schema_find (schema, "SessionNum");
}

/**
 * pb_laps_set_schema:
 * @laps: the laps
 * @schema: of the rows to come
 *
 * A new schema is a new car or session: all laps are forgotten.
 */
void
pb_laps_set_schema (PbLaps *laps, GstPitboxSchema *schema)
{
  pb_laps_bind (laps, schema);
  forget_all (laps);
}

static gdouble
seconds_since_line (const PbLaps *laps, GstClockTime pts)
{
  return pts > laps->line_pts ? (gdouble) (pts - laps->line_pts) / GST_SECOND
                              : 0.0;
}

/* Fills the points of the trace between the last row's place and this one's;
 * backward rolls leave it alone, so it never turns. */
static void
extend_trace (PbLaps *laps, gdouble pct, gdouble time_s)
{
  Entry *entry = laps->current;
  gdouble from_s = seconds_since_line (laps, laps->last_pts);

  if (!laps->from_line || pct <= laps->reached)
    return;
  while (entry->n_points < PB_LAPS_TRACE_POINTS) {
    gdouble at = (gdouble) entry->n_points / (PB_LAPS_TRACE_POINTS - 1);
    gdouble t;

    if (at > pct)
      break;
    t = pct > laps->last_pct ? (at - laps->last_pct) / (pct - laps->last_pct)
                             : 1.0;
    t = from_s + (time_s - from_s) * CLAMP (t, 0.0, 1.0);
    if (entry->n_points > 0)
      t = MAX (t, entry->trace[entry->n_points - 1]);
    entry->trace[entry->n_points++] = (gfloat) t;
  }
  laps->reached = pct;
}

/* Makes the trace end at the simulator's own time, which is the truth. */
static void
settle_trace (Entry *entry)
{
  gfloat end = entry->trace[PB_LAPS_TRACE_POINTS - 1];
  gfloat scale = (gfloat) entry->lap.time_s / end;

  if (entry->n_points < PB_LAPS_TRACE_POINTS || !(end > 0))
    return;
  for (guint i = 0; i < PB_LAPS_TRACE_POINTS; i++)
    entry->trace[i] *= scale;
}

static void
close_lap (PbLaps *laps, GstClockTime line_pts)
{
  Entry *entry = laps->current;
  gdouble fuel = laps->line_fuel - laps->last_fuel;

  entry->measured_s = (gdouble) (line_pts - laps->line_pts) / GST_SECOND;
  entry->lap.lap = laps->lap != NULL ? laps->last_lap : laps->own_count;
  entry->lap.time_s = NAN;
  entry->lap.fuel_used_l = laps->refuelled || fuel < 0 ? NAN : fuel;
  g_queue_push_tail (&laps->entries, entry);
  if (laps->entries.length > PB_LAPS_MAX)
    g_free (g_queue_pop_head (&laps->entries));
  laps->waiting = entry;
  laps->waiting_until = line_pts + TIME_WAIT_NS;
  laps->waiting_settled = FALSE;
  laps->current = g_new0 (Entry, 1);
}

/* The car has crossed the line forward between the last row and this one. */
static gboolean
cross_line (PbLaps *laps, gdouble pct, gdouble step, GstClockTime pts,
    gint64 utc_us, gdouble fuel)
{
  gdouble share = step > 0 ? CLAMP ((step - pct) / step, 0.0, 1.0) : 1.0;
  GstClockTime line_pts =
      laps->last_pts
      + (GstClockTime) ((gdouble) (pts - laps->last_pts) * share);
  gboolean closes = laps->from_line;

  if (closes) {
    extend_trace (laps, 1.0, seconds_since_line (laps, line_pts));
    close_lap (laps, line_pts);
  }
  forget_current (laps);
  laps->from_line = TRUE;
  laps->line_pts = line_pts;
  laps->line_fuel = fuel;
  laps->refuelled = FALSE;
  laps->reached = -1.0;
  laps->own_count++;
  laps->last_pct = 0.0;
  laps->last_pts = line_pts;
  laps->current->lap.start_utc_ms =
      utc_us > 0 ? (utc_us - (gint64) ((pts - line_pts) / 1000)) / 1000 : 0;
  return closes;
}

/* The time of the waiting lap is what LapLastLapTime changes to. Two laps of
 * the same time change nothing: then it is the old value, if the simulator has
 * settled the lap and our own measure agrees closely. */
static gboolean
take_time (
    PbLaps *laps, gdouble last_time, gdouble current_time, GstClockTime pts)
{
  Entry *entry = laps->waiting;
  gboolean told = last_time != laps->last_last_time;
  gdouble tolerance = told ? PLAUSIBLE_S : SAME_S;

  if (entry == NULL)
    return FALSE;
  if (current_time < laps->last_current_time - SETTLED_DROP_S)
    laps->waiting_settled = TRUE;
  if (!told && pts < laps->waiting_until)
    return FALSE;
  laps->waiting = NULL;
  if (!(last_time > 0) || (!told && !laps->waiting_settled)
      || fabs (last_time - entry->measured_s) > tolerance)
    return FALSE;
  /* The simulator counts in tenths of a millisecond; the float it writes is
   * the nearest to them. */
  entry->lap.time_s = round (last_time * 10000.0) / 10000.0;
  settle_trace (entry);
  return TRUE;
}

static void
remember (PbLaps *laps, const guint8 *row, GstClockTime pts)
{
  laps->last_lap = (gint) gst_pitbox_row_get_newest_int64 (row, laps->lap, -1);
  laps->last_last_time = gst_pitbox_row_get_newest (row, laps->last_time);
  laps->last_current_time = gst_pitbox_row_get_newest (row, laps->current_time);
  laps->last_fuel = gst_pitbox_row_get_newest (row, laps->fuel);
  laps->last_pts = pts;
  laps->has_last = TRUE;
}

/* The simulator's clock has gone back: a recording that begins anew, a reset.
 * What comes is of another drive; laps that are whole stay. */
static void
begin_again (PbLaps *laps)
{
  laps->waiting = NULL;
  laps->has_last = FALSE;
  pb_place_reset (&laps->place);
  forget_current (laps);
}

/**
 * pb_laps_push:
 * @laps: the laps, after pb_laps_set_schema()
 * @row: one row of the schema
 * @pts: its running time; counts where the row has no SessionTime
 * @utc_us: its UTC in µs, 0 unknown
 *
 * A lap counts when the car was followed from line to line: not over a tow
 * (a row without a place), not backwards over the line, not from a session
 * into the next. A change of SessionNum forgets all laps.
 *
 * Returns: whether a lap was added or got its time
 */
gboolean
pb_laps_push (PbLaps *laps, const guint8 *row, GstClockTime pts, gint64 utc_us)
{
  gint64 session = gst_pitbox_row_get_newest_int64 (row, laps->session_num, 0);
  gdouble fuel = gst_pitbox_row_get_newest (row, laps->fuel);
  gdouble pct, last_time, current_time;
  gboolean changed = FALSE, was_waiting;
  PbMove move;

  if (laps->schema == NULL || !GST_CLOCK_TIME_IS_VALID (pts))
    return FALSE;
  pts = pb_place_row_time (&laps->place_vars, row, pts);
  if (!GST_CLOCK_TIME_IS_VALID (pts))
    return FALSE;
  if (laps->has_last && session != laps->last_session)
    forget_all (laps);
  else if (laps->has_last && pts < laps->last_pts)
    begin_again (laps);
  laps->last_session = session;
  move = pb_place_step (&laps->place, &laps->place_vars, row, pts);
  pct = laps->place.pct;
  /* A row without a place has other parts empty, too. */
  if (laps->place.lost) {
    laps->last_pts = pts;
    return FALSE;
  }
  last_time = gst_pitbox_row_get_newest (row, laps->last_time);
  current_time = gst_pitbox_row_get_newest (row, laps->current_time);
  was_waiting = laps->waiting != NULL;
  if (laps->has_last)
    changed = take_time (laps, last_time, current_time, pts);
  if (fuel > laps->last_fuel + REFUEL_L)
    laps->refuelled = TRUE;
  if (move == PB_MOVE_LINE) {
    changed |= cross_line (laps, pct, laps->place.step, pts, utc_us, fuel);
    /* The time may be told with the line; but one time is of one lap. */
    if (!was_waiting)
      changed |= take_time (laps, last_time, current_time, pts);
  }
  if (move == PB_MOVE_JUMP)
    forget_current (laps);
  if (move == PB_MOVE_ON || move == PB_MOVE_LINE)
    extend_trace (laps, pct, seconds_since_line (laps, pts));
  laps->last_pct = pct;
  remember (laps, row, pts);
  return changed;
}

/* Laps from line to line that are known, with a time or without. */
guint
pb_laps_get_n_laps (const PbLaps *laps)
{
  return laps->entries.length;
}

/* The oldest has index 0. (transfer none): until the next row. */
const PbLap *
pb_laps_get_lap (const PbLaps *laps, guint index)
{
  const Entry *entry = g_queue_peek_nth ((GQueue *) &laps->entries, index);

  return entry != NULL ? &entry->lap : NULL;
}

/* (nullable): the fastest with a time. */
const PbLap *
pb_laps_get_best (const PbLaps *laps)
{
  const PbLap *best = NULL;

  for (GList *l = laps->entries.head; l != NULL; l = l->next) {
    const PbLap *lap = &((Entry *) l->data)->lap;

    if (lap->time_s > 0 && (best == NULL || lap->time_s < best->time_s))
      best = lap;
  }
  return best;
}

static gint
current_number (const PbLaps *laps)
{
  return laps->lap != NULL ? laps->last_lap : laps->own_count;
}

/**
 * pb_laps_get_trace:
 * @laps: the laps
 * @lap: number of a lap, or of the one being driven
 * @n_points: (out): how many points are known; point i is at the lap fraction
 *   i / (%PB_LAPS_TRACE_POINTS - 1)
 *
 * Returns: (nullable) (transfer none): seconds since the line, never falling;
 *   valid until the next row. The newest lap of that number.
 */
const gfloat *
pb_laps_get_trace (const PbLaps *laps, gint lap, guint *n_points)
{
  const Entry *found = NULL;

  if (laps->from_line && laps->has_last && current_number (laps) == lap)
    found = laps->current;
  for (GList *l = laps->entries.tail; found == NULL && l != NULL; l = l->prev)
    if (((Entry *) l->data)->lap.lap == lap)
      found = l->data;
  *n_points = found != NULL ? found->n_points : 0;
  return found != NULL ? found->trace : NULL;
}

static void
add_lap (JsonBuilder *b, const PbLap *lap)
{
  json_builder_begin_object (b);
  pb_json_add_int (b, "lap", lap->lap);
  pb_json_add_double (b, "time_s", lap->time_s);
  pb_json_add_bool (b, "valid", lap->time_s > 0);
  pb_json_add_int (b, "start_utc_ms", lap->start_utc_ms);
  pb_json_add_double (b, "fuel_used_l", lap->fuel_used_l);
  json_builder_end_object (b);
}

/**
 * pb_laps_to_json:
 * @laps: the laps
 *
 * Returns: (transfer full): {laps: [{lap, time_s|null, valid, start_utc_ms,
 *   fuel_used_l|null}], best_lap: n|null, current: {lap|null, elapsed_s|null}}
 */
JsonNode *
pb_laps_to_json (const PbLaps *laps)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  const PbLap *best = pb_laps_get_best (laps);

  json_builder_begin_object (b);
  json_builder_set_member_name (b, "laps");
  json_builder_begin_array (b);
  for (GList *l = laps->entries.head; l != NULL; l = l->next)
    add_lap (b, &((Entry *) l->data)->lap);
  json_builder_end_array (b);
  json_builder_set_member_name (b, "best_lap");
  if (best != NULL)
    json_builder_add_int_value (b, best->lap);
  else
    json_builder_add_null_value (b);
  json_builder_set_member_name (b, "current");
  json_builder_begin_object (b);
  json_builder_set_member_name (b, "lap");
  if (laps->has_last && current_number (laps) >= 0)
    json_builder_add_int_value (b, current_number (laps));
  else
    json_builder_add_null_value (b);
  pb_json_add_double (b, "elapsed_s",
      laps->from_line ? seconds_since_line (laps, laps->last_pts) : NAN);
  json_builder_end_object (b);
  json_builder_end_object (b);
  return json_builder_get_root (b);
}

/* Where a lap belongs by its time, if its number does, too: behind @before. */
static gboolean
find_gap (const PbLaps *laps, const PbLap *lap, GList **before)
{
  GList *l = laps->entries.tail;
  gint next =
      laps->from_line && laps->last_lap >= 0 ? laps->last_lap : G_MAXINT;

  while (l != NULL
         && ((Entry *) l->data)->lap.start_utc_ms
                >= lap->start_utc_ms + SAME_LINE_MS) {
    next = ((Entry *) l->data)->lap.lap;
    l = l->prev;
  }
  *before = l;
  return lap->lap < next
         && (l == NULL
             || (((Entry *) l->data)->lap.start_utc_ms
                     < lap->start_utc_ms - SAME_LINE_MS
                 && ((Entry *) l->data)->lap.lap < lap->lap));
}

/**
 * pb_laps_merge:
 * @laps: of rows as they came
 * @found: of rows of the same time, some of which came later
 *
 * Laps that only @found has, and that fit in between by time and number, are
 * taken over with their traces; those of another SessionNum are not.
 *
 * Returns: how many
 */
guint
pb_laps_merge (PbLaps *laps, const PbLaps *found)
{
  guint n = 0;

  if (!laps->has_last || !found->has_last
      || laps->last_session != found->last_session)
    return 0;
  for (GList *l = found->entries.head; l != NULL; l = l->next) {
    const Entry *entry = l->data;
    GList *before;

    if (entry == found->waiting || entry->lap.start_utc_ms == 0
        || !find_gap (laps, &entry->lap, &before))
      continue;
    if (before != NULL)
      g_queue_insert_after (
          &laps->entries, before, g_memdup2 (entry, sizeof *entry));
    else if (laps->entries.length < PB_LAPS_MAX)
      g_queue_push_head (&laps->entries, g_memdup2 (entry, sizeof *entry));
    else
      continue;
    n++;
    if (laps->entries.length > PB_LAPS_MAX)
      g_free (g_queue_pop_head (&laps->entries));
  }
  return n;
}

/**
 * pb_laps_is_past:
 * @laps: the laps
 * @utc_ms: a time
 *
 * Returns: whether the lap that was driven at that time is over, and its time
 *   told if it has one
 */
gboolean
pb_laps_is_past (const PbLaps *laps, gint64 utc_ms)
{
  return laps->from_line && laps->current->lap.start_utc_ms >= utc_ms
         && laps->last_pts > laps->line_pts + TIME_WAIT_NS;
}

/**
 * pb_laps_trace_to_json:
 * @laps: the laps
 * @lap: number of a lap, or of the one being driven
 *
 * Returns: (nullable) (transfer full): {lap, pct: […], time_s: […]}
 */
JsonNode *
pb_laps_trace_to_json (const PbLaps *laps, gint lap)
{
  guint n;
  const gfloat *trace = pb_laps_get_trace (laps, lap, &n);
  g_autoptr (JsonBuilder) b = NULL;

  if (trace == NULL)
    return NULL;
  b = json_builder_new ();
  json_builder_begin_object (b);
  pb_json_add_int (b, "lap", lap);
  json_builder_set_member_name (b, "pct");
  json_builder_begin_array (b);
  for (guint i = 0; i < n; i++)
    pb_json_add_number (b, (gdouble) i / (PB_LAPS_TRACE_POINTS - 1));
  json_builder_end_array (b);
  json_builder_set_member_name (b, "time_s");
  json_builder_begin_array (b);
  /* To a tenth of a millisecond: more digits would only be noise. */
  for (guint i = 0; i < n; i++)
    pb_json_add_number (b, round (trace[i] * 10000.0) / 10000.0);
  json_builder_end_array (b);
  json_builder_end_object (b);
  return json_builder_get_root (b);
}
