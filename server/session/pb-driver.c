/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbDriver: what the server knows of one driver, whether the driver is there
 * or not. */
#include "session/pb-driver-private.h"

#include "session/pb-driver-stats.h"

/**
 * pb_driver_state_decide:
 * @connected: a session is open
 * @silent_ms: since the last bytes of it
 * @gone_ms: since the last session left; only without one
 *
 * Returns: the state a driver is in
 */
PbDriverState
pb_driver_state_decide (gboolean connected, gint64 silent_ms, gint64 gone_ms)
{
  if (connected)
    return silent_ms < PB_DRIVER_STALE_MS ? PB_DRIVER_LIVE : PB_DRIVER_STALE;
  return gone_ms < PB_DRIVER_OFFLINE_MS ? PB_DRIVER_STALE : PB_DRIVER_OFFLINE;
}

const gchar *
pb_driver_state_to_string (PbDriverState state)
{
  static const gchar *const names[] = { "offline", "stale", "live" };

  return names[state];
}

/**
 * pb_driver_new:
 * @id: a valid name
 * @limits: of its hub
 *
 * Returns: (transfer full): a driver that was never there
 */
PbDriver *
pb_driver_new (const gchar *id, const PbLiveLimits *limits)
{
  PbDriver *self = g_new0 (PbDriver, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->id = g_strdup (id);
  self->live = pb_live_new (id, limits);
  self->book = pb_lap_book_new (self->live);
  self->gone_mono_us = G_MININT64 / 2;
  self->sessions =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_session_unref);
  self->identity = pb_identity_new (NULL);
  self->offsets =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->clocks =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

PbDriver *
pb_driver_ref (PbDriver *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pb_driver_unref (PbDriver *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->sessions);
  g_hash_table_unref (self->offsets);
  g_hash_table_unref (self->clocks);
  pb_lap_book_unref (self->book);
  pb_live_unref (self->live);
  pb_identity_free (self->identity);
  g_clear_pointer (&self->contest, pb_driver_contest_free);
  g_clear_pointer (&self->text, g_bytes_unref);
  g_mutex_clear (&self->lock);
  g_free (self->whole);
  g_free (self->id);
  g_free (self);
}

const gchar *
pb_driver_get_id (PbDriver *self)
{
  return self->id;
}

/**
 * pb_driver_get_live:
 *
 * Any thread.
 *
 * Returns: (transfer none): the driver's hub; the same as long as the driver
 */
PbLive *
pb_driver_get_live (PbDriver *self)
{
  return self->live;
}

/**
 * pb_driver_get_lap_book:
 *
 * Any thread.
 *
 * Returns: (transfer none): laps and track; the same as long as the driver
 */
PbLapBook *
pb_driver_get_lap_book (PbDriver *self)
{
  return self->book;
}

/* When something came last, whoever sent it. */
static gint64
get_last_data (PbDriver *self)
{
  gint64 last = G_MININT64;

  for (guint i = 0; i < self->sessions->len; i++)
    last = MAX (last, pb_session_get_last_data_mono_us (
                          g_ptr_array_index (self->sessions, i)));
  return last;
}

/* Returns: the driver has just gone offline. */
gboolean
pb_driver_update_state_locked (PbDriver *self)
{
  const gint64 now = g_get_monotonic_time ();
  const gboolean connected = self->sessions->len > 0;
  const gint64 silent = connected ? now - get_last_data (self) : 0;
  const PbDriverState state = pb_driver_state_decide (
      connected, silent / 1000, (now - self->gone_mono_us) / 1000);

  if (state == self->state)
    return FALSE;
  self->state = state;
  self->since_utc_ms = g_get_real_time () / 1000;
  return state == PB_DRIVER_OFFLINE;
}

/**
 * pb_driver_get_state:
 * @since_utc_ms: (out) (optional): since when
 *
 * Any thread.
 */
PbDriverState
pb_driver_get_state (PbDriver *self, gint64 *since_utc_ms)
{
  PbDriverState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  if (since_utc_ms)
    *since_utc_ms = self->since_utc_ms;
  g_mutex_unlock (&self->lock);
  return state;
}

/**
 * pb_driver_dup_identity:
 *
 * Any thread.
 *
 * Returns: (transfer full): what the newest session string says
 */
PbIdentity *
pb_driver_dup_identity (PbDriver *self)
{
  PbIdentity *identity;

  g_mutex_lock (&self->lock);
  identity = pb_identity_copy (self->identity);
  g_mutex_unlock (&self->lock);
  return identity;
}

/* The string is large and changes a few times a minute: it is read once. */
static void
update_identity (PbDriver *self)
{
  guint update;
  g_autoptr (GBytes) text = pb_live_dup_session_text (self->live, &update);
  PbIdentity *identity;

  if (text && text != self->text) {
    identity = pb_identity_new (text);
    g_mutex_lock (&self->lock);
    pb_identity_free (self->identity);
    self->identity = identity;
    g_clear_pointer (&self->text, g_bytes_unref);
    self->text = g_bytes_ref (text);
    g_mutex_unlock (&self->lock);
    pb_lap_book_set_track (
        self->book, identity->track, identity->north_offset_rad);
  }
}

/* Each part is described as what it is, with whose it is; laps are the rows'. */
static void
describe (PbDriver *self, PbSession *session)
{
  const PbParts places = pb_session_get_places (session);
  const PbLiveMode mode = pb_live_get_mode (self->live);

  if (places & PB_PART_TELEMETRY)
    pb_session_store_laps (session);
  if (mode != PB_LIVE_OFFLINE && places != PB_PART_NONE)
    pb_session_describe (session,
        places == PB_PART_BOTH      ? mode
        : places == PB_PART_PICTURE ? PB_LIVE_VIDEO
                                    : PB_LIVE_TELEMETRY,
        self->identity);
}

void
pb_driver_contest_free (PbDriverContest *contest)
{
  g_free (contest->device);
  g_free (contest->peer);
  g_free (contest);
}

/**
 * pb_driver_note_contest:
 * @device: what was refused because another sender keeps the place
 * @peer: from where
 *
 * Forgotten after a minute without another one. Any thread.
 */
void
pb_driver_note_contest (PbDriver *self, const gchar *device, const gchar *peer)
{
  PbDriverContest *contest = g_new0 (PbDriverContest, 1);

  contest->device = g_strdup (device);
  contest->peer = g_strdup (peer);
  contest->last_utc_ms = g_get_real_time () / 1000;
  g_mutex_lock (&self->lock);
  contest->refused = self->contest ? self->contest->refused + 1 : 1;
  g_clear_pointer (&self->contest, pb_driver_contest_free);
  self->contest = contest;
  g_mutex_unlock (&self->lock);
}

/**
 * pb_driver_dup_contest:
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): who else wants to be this driver
 */
PbDriverContest *
pb_driver_dup_contest (PbDriver *self)
{
  PbDriverContest *contest = NULL;

  g_mutex_lock (&self->lock);
  if (self->contest) {
    contest = g_new (PbDriverContest, 1);
    *contest = *self->contest;
    contest->device = g_strdup (contest->device);
    contest->peer = g_strdup (contest->peer);
  }
  g_mutex_unlock (&self->lock);
  return contest;
}

/**
 * pb_driver_tick:
 *
 * Once a second: brings the state and the link figures up to date.
 */
void
pb_driver_tick (PbDriver *self)
{
  g_autoptr (GPtrArray) sessions = pb_driver_list_sessions (self);
  gboolean went_offline;
  PbSessionStats stats;

  for (guint i = 0; i < sessions->len; i++)
    pb_session_tick (g_ptr_array_index (sessions, i));
  if (sessions->len > 0)
    update_identity (self);
  for (guint i = 0; i < sessions->len; i++)
    describe (self, g_ptr_array_index (sessions, i));
  if (pb_driver_get_session_stats (self, &stats)) {
    pb_live_set_link (self->live, &stats.link);
    pb_session_stats_clear (&stats);
  }
  pb_driver_update_pairing (self);
  g_mutex_lock (&self->lock);
  if (self->contest
      && g_get_real_time () / 1000 - self->contest->last_utc_ms
             > PB_DRIVER_CONTEST_MS)
    g_clear_pointer (&self->contest, pb_driver_contest_free);
  went_offline = pb_driver_update_state_locked (self);
  g_mutex_unlock (&self->lock);
  if (went_offline)
    pb_live_set_offline (self->live);
}
