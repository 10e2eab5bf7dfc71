/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The parts of a driver's session: who brings them, and how they meet. */
#include "session/pb-driver-private.h"
#include "session/pb-pairing.h"

/* The lock is held in each function named …_locked. */

/* Who stands for all: who has the picture, else who has the rows, else who came
 * last and has not said what it brings. */
static PbSession *
find_first_locked (PbDriver *self)
{
  PbSession *first = pb_places_get (&self->places, PB_PART_PICTURE);

  if (!first)
    first = pb_places_get (&self->places, PB_PART_TELEMETRY);
  if (!first && self->sessions->len > 0)
    first = g_ptr_array_index (self->sessions, self->sessions->len - 1);
  return first;
}

/**
 * pb_driver_dup_session:
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): the session that is open; of two the one
 *   that brings the picture
 */
PbSession *
pb_driver_dup_session (PbDriver *self)
{
  PbSession *session;

  g_mutex_lock (&self->lock);
  session = find_first_locked (self);
  if (session)
    pb_session_ref (session);
  g_mutex_unlock (&self->lock);
  return session;
}

/**
 * pb_driver_dup_holder:
 * @part: one part
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): who has the place of @part
 */
PbSession *
pb_driver_dup_holder (PbDriver *self, PbParts part)
{
  PbSession *session;

  g_mutex_lock (&self->lock);
  session = pb_places_get (&self->places, part);
  if (session)
    pb_session_ref (session);
  g_mutex_unlock (&self->lock);
  return session;
}

/**
 * pb_driver_list_sessions:
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type PbSession): all that are open, oldest
 *   first
 */
GPtrArray *
pb_driver_list_sessions (PbDriver *self)
{
  GPtrArray *list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_session_unref);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->sessions->len; i++)
    g_ptr_array_add (
        list, pb_session_ref (g_ptr_array_index (self->sessions, i)));
  g_mutex_unlock (&self->lock);
  return list;
}

/**
 * pb_driver_dup_session_id:
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): id of the session that all of it is: that
 *   of the part which came first, also when that one has gone
 */
gchar *
pb_driver_dup_session_id (PbDriver *self)
{
  PbSession *first;
  gchar *id;

  g_mutex_lock (&self->lock);
  first = find_first_locked (self);
  id = g_strdup (self->whole ? self->whole
                 : first     ? pb_session_get_id (first)
                             : NULL);
  g_mutex_unlock (&self->lock);
  return id;
}

/* Both parts are there and come by connections of their own. */
static gboolean
is_paired_locked (PbDriver *self)
{
  const PbSession *rows = pb_places_get (&self->places, PB_PART_TELEMETRY);
  const PbSession *picture = pb_places_get (&self->places, PB_PART_PICTURE);

  return rows && picture && rows != picture;
}

static PbPairingWay
get_way (PbSession *session, PbParts part)
{
  PbPairingWay way = { .lag_us = pb_session_get_lag_us (session, part) };
  PbSessionStats stats;

  pb_session_get_stats (session, &stats);
  way.latency_ms = stats.link.latency_ms;
  pb_session_stats_clear (&stats);
  return way;
}

/* What telemetry's own way adds is known where its ticks' UTC is. */
static gboolean
take_clock (PbDriver *self, PbSession *rows, PbPairingWay *way)
{
  const PbPairingClock *known;
  PbPairingClock clock = { 0 };
  gint64 utc_lag_us;

  g_mutex_lock (&self->lock);
  known = g_hash_table_lookup (self->clocks, pb_session_get_device (rows));
  if (known)
    clock = *known;
  g_mutex_unlock (&self->lock);
  return known && pb_session_get_utc_lag_us (rows, &utc_lag_us)
         && pb_pairing_by_clock (
             way, &clock, utc_lag_us, g_get_monotonic_time ());
}

void
pb_driver_sync_clear (PbDriverSync *sync)
{
  g_clear_pointer (&sync->device, g_free);
}

/**
 * pb_driver_get_sync:
 * @sync: (out caller-allocates): see #PbDriverSync
 *
 * Any thread.
 */
void
pb_driver_get_sync (PbDriver *self, PbDriverSync *sync)
{
  g_autoptr (PbSession) picture = NULL;
  g_autoptr (PbSession) rows = NULL;
  PbPairingWay picture_way, rows_way;
  const gint64 *offset_us;

  *sync = (PbDriverSync){ 0 };
  g_mutex_lock (&self->lock);
  sync->paired = is_paired_locked (self);
  if (sync->paired) {
    rows = pb_session_ref (pb_places_get (&self->places, PB_PART_TELEMETRY));
    picture = pb_session_ref (pb_places_get (&self->places, PB_PART_PICTURE));
  }
  g_mutex_unlock (&self->lock);
  if (!sync->paired)
    return;
  sync->device = g_strdup (pb_session_get_device (picture));
  picture_way = get_way (picture, PB_PART_PICTURE);
  rows_way = get_way (rows, PB_PART_TELEMETRY);
  sync->by_clock = take_clock (self, rows, &rows_way);
  sync->default_us = pb_pairing_default_us (&picture_way, &rows_way);
  sync->shift_us = pb_pairing_shift_us (&picture_way, &rows_way);
  g_mutex_lock (&self->lock);
  offset_us = g_hash_table_lookup (self->offsets, sync->device);
  sync->offset_us = offset_us ? *offset_us : 0;
  g_mutex_unlock (&self->lock);
}

void
pb_driver_update_pairing (PbDriver *self)
{
  g_auto (PbDriverSync) sync = { 0 };

  pb_driver_get_sync (self, &sync);
  pb_live_set_pairing (self->live, sync.paired,
      (sync.default_us + sync.offset_us + sync.shift_us) * 1000);
}

/**
 * pb_driver_set_offset:
 * @device: what sends pictures
 * @offset_us: how much later they come than its connection says
 *
 * From the next picture on, if it is the one that is shown. Any thread.
 */
void
pb_driver_set_offset (PbDriver *self, const gchar *device, gint64 offset_us)
{
  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->offsets, g_strdup (device),
      g_memdup2 (&offset_us, sizeof offset_us));
  g_mutex_unlock (&self->lock);
  pb_driver_update_pairing (self);
}

/**
 * pb_driver_set_clock:
 * @device: what sends rows
 * @offset_us: this machine's UTC minus that device's
 * @error_us: how far off that may be
 * @now_us: monotonic
 *
 * Counts from the next second on. What was known better before is kept for a
 * while. Any thread.
 */
void
pb_driver_set_clock (PbDriver *self, const gchar *device, gint64 offset_us,
    gint64 error_us, gint64 now_us)
{
  const PbPairingClock clock = { offset_us, error_us, now_us };

  if (error_us > PB_PAIRING_MAX_CLOCK_ERROR_US)
    return;
  g_mutex_lock (&self->lock);
  g_hash_table_replace (
      self->clocks, g_strdup (device), g_memdup2 (&clock, sizeof clock));
  g_mutex_unlock (&self->lock);
}

/**
 * pb_driver_attach:
 * @session: the driver's new session
 *
 * It has no place yet. Viewers stay. Any thread.
 */
void
pb_driver_attach (PbDriver *self, PbSession *session)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->sessions, pb_session_ref (session));
  pb_driver_update_state_locked (self);
  g_mutex_unlock (&self->lock);
}

/* What goes on in the hub when @session has taken @parts, which others had
 * @taken; @had places before. */
static void
reset_live (PbDriver *self, PbParts had, PbParts parts, PbParts taken)
{
  /* A stream that goes on, and now brings the other part, too. */
  if (had != PB_PART_NONE && !(taken & parts))
    return;
  if (parts == PB_PART_TELEMETRY && (taken & PB_PART_PICTURE))
    pb_live_reset_rows (self->live);
  else
    pb_live_reset (self->live);
}

static gboolean
is_open_locked (PbDriver *self, PbSession *session)
{
  return g_ptr_array_find (self->sessions, session, NULL);
}

static void
tell_places_locked (PbDriver *self, PbSession *but)
{
  for (guint i = 0; i < self->sessions->len; i++) {
    PbSession *session = g_ptr_array_index (self->sessions, i);

    if (session != but)
      pb_session_set_places (session, pb_places_of (&self->places, session));
  }
}

/* Whoever comes while another part is there is part of the same session. */
static void
join_locked (PbDriver *self, PbSession *session, PbParts others)
{
  g_autofree gchar *own = pb_session_dup_whole (session);

  if (own || others == PB_PART_NONE || !self->whole) {
    g_free (self->whole);
    self->whole =
        own ? g_steal_pointer (&own) : g_strdup (pb_session_get_id (session));
  }
  pb_session_join (session, self->whole);
}

/**
 * pb_driver_place:
 * @session: one that is attached
 * @parts: what it brings
 *
 * Gives @session the places of @parts. Viewers stay and see a stream that goes
 * on; a part that was not taken goes on as if nothing had happened. Any thread.
 *
 * Returns: (transfer full) (element-type PbSession): those that have no place any
 *   more
 */
GPtrArray *
pb_driver_place (PbDriver *self, PbSession *session, PbParts parts)
{
  GPtrArray *out =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_session_unref);
  gpointer pushed_out[PB_N_PARTS] = { NULL };
  PbParts had, taken;

  g_mutex_lock (&self->lock);
  if (!is_open_locked (self, session)) {
    g_mutex_unlock (&self->lock);
    return out;
  }
  had = pb_places_of (&self->places, session);
  parts &= ~had;
  taken = pb_places_taken (&self->places, session);
  pb_places_take (&self->places, session, parts, pushed_out);
  for (guint i = 0; i < PB_N_PARTS; i++)
    if (pushed_out[i])
      g_ptr_array_add (out, pb_session_ref (pushed_out[i]));
  join_locked (self, session, pb_places_taken (&self->places, session));
  tell_places_locked (self, session);
  g_mutex_unlock (&self->lock);
  if (parts != PB_PART_NONE)
    reset_live (self, had, parts, taken);
  pb_driver_update_pairing (self);
  g_mutex_lock (&self->lock);
  tell_places_locked (self, NULL);
  g_mutex_unlock (&self->lock);
  return out;
}

/* What has become free goes to who brings it and was not shown so far. */
static PbSession *
find_heir_locked (PbDriver *self, PbParts parts)
{
  for (guint i = self->sessions->len; i-- > 0;) {
    PbSession *session = g_ptr_array_index (self->sessions, i);
    g_autofree gchar *ended = pb_session_dup_end_reason (session);

    if (!ended && pb_places_of (&self->places, session) != PB_PART_NONE
        && (pb_session_get_brings (session) & parts))
      return session;
  }
  return NULL;
}

/**
 * pb_driver_detach:
 * @session: a session that has ended
 *
 * The other part, if there is one, goes on. Any thread.
 *
 * Returns: %FALSE if it has gone already
 */
gboolean
pb_driver_detach (PbDriver *self, PbSession *session)
{
  g_autoptr (PbSession) heir = NULL;
  gboolean mine;
  gboolean went_offline = FALSE;
  PbParts free_parts = PB_PART_NONE;

  g_mutex_lock (&self->lock);
  mine = is_open_locked (self, session);
  if (mine) {
    free_parts = pb_places_leave (&self->places, session);
    pb_session_set_places (session, PB_PART_NONE);
    g_ptr_array_remove (self->sessions, session);
    heir = find_heir_locked (self, free_parts);
    if (heir)
      pb_session_ref (heir);
    if (pb_places_taken (&self->places, NULL) == PB_PART_NONE)
      g_clear_pointer (&self->whole, g_free);
    if (self->sessions->len == 0)
      self->gone_mono_us = g_get_monotonic_time ();
    went_offline = pb_driver_update_state_locked (self);
  }
  g_mutex_unlock (&self->lock);
  if (heir)
    g_ptr_array_unref (pb_driver_place (
        self, heir, pb_session_get_brings (heir) & free_parts));
  else if (mine)
    pb_driver_update_pairing (self);
  if (went_offline)
    pb_live_set_offline (self->live);
  return mine;
}
