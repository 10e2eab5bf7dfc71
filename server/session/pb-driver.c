/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbDriver: what the server knows of one driver, whether the driver is there
 * or not. */
#include "session/pb-driver.h"

struct _PbDriver {
  gatomicrefcount refs;
  gchar *id;
  PbLive *live;
  PbLapBook *book;

  GMutex lock; /* protects all below */
  PbSession *session;
  gint64 gone_mono_us; /* when the last session left */
  PbDriverState state;
  gint64 since_utc_ms;
  GBytes *text; /* what identity was read from */
  PbIdentity *identity;
  PbDriverContest *contest;
};

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
  self->identity = pb_identity_new (NULL);
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
  g_clear_pointer (&self->session, pb_session_unref);
  pb_lap_book_unref (self->book);
  pb_live_unref (self->live);
  pb_identity_free (self->identity);
  g_clear_pointer (&self->contest, pb_driver_contest_free);
  g_clear_pointer (&self->text, g_bytes_unref);
  g_mutex_clear (&self->lock);
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

static void
update_state (PbDriver *self, gboolean *went_offline)
{
  gint64 now = g_get_monotonic_time ();
  gint64 silent = self->session
                      ? now - pb_session_get_last_data_mono_us (self->session)
                      : 0;
  PbDriverState state = pb_driver_state_decide (
      self->session != NULL, silent / 1000, (now - self->gone_mono_us) / 1000);

  *went_offline = FALSE;
  if (state == self->state)
    return;
  *went_offline = state == PB_DRIVER_OFFLINE;
  self->state = state;
  self->since_utc_ms = g_get_real_time () / 1000;
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
update_identity (PbDriver *self, PbSession *session)
{
  guint update;
  g_autoptr (GBytes) text = pb_live_dup_session_text (self->live, &update);
  PbLiveMode mode = pb_live_get_mode (self->live);
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
  pb_session_store_laps (session);
  if (mode != PB_LIVE_OFFLINE)
    pb_session_describe (session, mode, self->identity);
}

/**
 * pb_driver_dup_session:
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): the session that is open
 */
PbSession *
pb_driver_dup_session (PbDriver *self)
{
  PbSession *session;

  g_mutex_lock (&self->lock);
  session = self->session ? pb_session_ref (self->session) : NULL;
  g_mutex_unlock (&self->lock);
  return session;
}

/**
 * pb_driver_attach:
 * @session: the driver's new session
 *
 * Viewers stay and see a stream that goes on. Any thread.
 *
 * Returns: (transfer full) (nullable): the session that was replaced
 */
PbSession *
pb_driver_attach (PbDriver *self, PbSession *session)
{
  PbSession *old;
  gboolean went_offline;

  g_mutex_lock (&self->lock);
  old = self->session;
  self->session = pb_session_ref (session);
  update_state (self, &went_offline);
  g_mutex_unlock (&self->lock);
  pb_live_reset (self->live);
  return old;
}

/**
 * pb_driver_detach:
 * @session: a session that has ended
 *
 * Any thread.
 *
 * Returns: %FALSE if another one has taken its place already
 */
gboolean
pb_driver_detach (PbDriver *self, PbSession *session)
{
  gboolean mine;
  gboolean went_offline = FALSE;

  g_mutex_lock (&self->lock);
  mine = self->session == session;
  if (mine) {
    self->session = NULL;
    self->gone_mono_us = g_get_monotonic_time ();
    update_state (self, &went_offline);
  }
  g_mutex_unlock (&self->lock);
  if (mine)
    pb_session_unref (session);
  if (went_offline)
    pb_live_set_offline (self->live);
  return mine;
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
  PbSession *session = pb_driver_dup_session (self);
  gboolean went_offline;

  if (session) {
    pb_session_tick (session);
    update_identity (self, session);
    pb_session_unref (session);
  }
  g_mutex_lock (&self->lock);
  if (self->contest
      && g_get_real_time () / 1000 - self->contest->last_utc_ms
             > PB_DRIVER_CONTEST_MS)
    g_clear_pointer (&self->contest, pb_driver_contest_free);
  update_state (self, &went_offline);
  g_mutex_unlock (&self->lock);
  if (went_offline)
    pb_live_set_offline (self->live);
}
