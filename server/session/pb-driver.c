/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbDriver: what the server knows of one driver, whether the driver is there
 * or not; and the registry of all of them. */
#include "session/pb-driver.h"

#include "session/pb-session.h"

struct _PbDriver {
  gatomicrefcount refs;
  gchar *id;
  PbLive *live;
  PbAnalysis *analysis;

  GMutex lock; /* protects all below */
  PbSession *session;
  gint64 gone_mono_us; /* when the last session left */
  PbDriverState state;
  gint64 since_utc_ms;
  GBytes *text; /* what identity was read from */
  PbIdentity *identity;
};

struct _PbRegistry {
  PbLiveLimits limits;
  GMutex lock; /* protects drivers */
  GHashTable *drivers; /* id → PbDriver */
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

static PbDriver *
driver_new (const gchar *id, const PbLiveLimits *limits)
{
  PbDriver *self = g_new0 (PbDriver, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->id = g_strdup (id);
  self->live = pb_live_new (id, limits);
  self->analysis = pb_analysis_new (self->live);
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
  pb_analysis_free (self->analysis);
  pb_live_unref (self->live);
  pb_identity_free (self->identity);
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
 * pb_driver_get_analysis:
 *
 * Any thread.
 *
 * Returns: (transfer none): laps and track; the same as long as the driver
 */
PbAnalysis *
pb_driver_get_analysis (PbDriver *self)
{
  return self->analysis;
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
    pb_analysis_set_track (
        self->analysis, identity->track, identity->north_offset_rad);
  }
  pb_session_store_laps (session, self->analysis);
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
  update_state (self, &went_offline);
  g_mutex_unlock (&self->lock);
  if (went_offline)
    pb_live_set_offline (self->live);
}

/**
 * pb_registry_new:
 * @limits: (nullable): of each driver's hub
 *
 * Returns: (transfer full): a registry; thread safe
 */
PbRegistry *
pb_registry_new (const PbLiveLimits *limits)
{
  PbRegistry *self = g_new0 (PbRegistry, 1);

  if (limits)
    self->limits = *limits;
  g_mutex_init (&self->lock);
  self->drivers = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify) pb_driver_unref);
  return self;
}

void
pb_registry_free (PbRegistry *self)
{
  g_hash_table_unref (self->drivers);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * pb_registry_ensure:
 * @id: a valid name
 *
 * Returns: (transfer full): the driver of that name, made if it is new
 */
PbDriver *
pb_registry_ensure (PbRegistry *self, const gchar *id)
{
  PbDriver *driver;

  g_mutex_lock (&self->lock);
  driver = g_hash_table_lookup (self->drivers, id);
  if (!driver) {
    driver = driver_new (id, &self->limits);
    g_hash_table_insert (self->drivers, driver->id, driver);
  }
  pb_driver_ref (driver);
  g_mutex_unlock (&self->lock);
  return driver;
}

/**
 * pb_registry_find:
 * @id: any text
 *
 * Returns: (transfer full) (nullable): the driver of that name
 */
PbDriver *
pb_registry_find (PbRegistry *self, const gchar *id)
{
  PbDriver *driver;

  g_mutex_lock (&self->lock);
  driver = g_hash_table_lookup (self->drivers, id);
  if (driver)
    pb_driver_ref (driver);
  g_mutex_unlock (&self->lock);
  return driver;
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  const PbDriver *x = *(PbDriver *const *) a;
  const PbDriver *y = *(PbDriver *const *) b;

  return g_strcmp0 (x->id, y->id);
}

/**
 * pb_registry_list:
 *
 * Returns: (transfer full) (element-type PbDriver): all drivers by name
 */
GPtrArray *
pb_registry_list (PbRegistry *self)
{
  GPtrArray *drivers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_driver_unref);
  GHashTableIter iter;
  gpointer driver;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->drivers);
  while (g_hash_table_iter_next (&iter, NULL, &driver))
    g_ptr_array_add (drivers, pb_driver_ref (driver));
  g_mutex_unlock (&self->lock);
  g_ptr_array_sort (drivers, compare_ids);
  return drivers;
}
