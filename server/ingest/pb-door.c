/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A new session of a driver takes the place of the one before, but not for
 * ever; what ends is closed beside everything else. */
#include "ingest/pb-door.h"

#include <gstpitbox/gstpitboxcontest.h>

#include "store/pb-devices.h"

/* Sessions that write their last bytes at the same time. */
#define MAX_CLOSERS 4

struct _PbDoor {
  PbStore *store;
  PbRegistry *registry;
  gchar *recordings;
  PbRecorderOptions recorder;
  GstElement *pipeline;
  GThreadPool *closers;

  GMutex lock; /* protects contests */
  GHashTable *contests; /* driver → GstPitboxContest of whoever has the place */
};

/* On a closer's thread: the disk may be slow. */
static void
close_session (gpointer data, gpointer user_data)
{
  PbSession *session = data;

  pb_session_close (session);
  pb_session_unref (session);
}

/**
 * pb_door_new:
 * @store: gets the sessions
 * @registry: has the drivers; outlives the door
 * @recordings: folder of all recordings
 * @recorder: (nullable): options of each recorder
 * @pipeline: whose clock sessions have
 *
 * Returns: (transfer full): a door
 */
PbDoor *
pb_door_new (PbStore *store, PbRegistry *registry, const gchar *recordings,
    const PbRecorderOptions *recorder, GstElement *pipeline)
{
  PbDoor *self = g_new0 (PbDoor, 1);

  self->store = pb_store_ref (store);
  self->registry = registry;
  self->recordings = g_strdup (recordings);
  if (recorder)
    self->recorder = *recorder;
  self->pipeline = gst_object_ref (pipeline);
  self->closers =
      g_thread_pool_new (close_session, NULL, MAX_CLOSERS, FALSE, NULL);
  self->contests =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_mutex_init (&self->lock);
  return self;
}

/**
 * pb_door_free:
 *
 * Waits until the recordings of all that ended are closed.
 */
void
pb_door_free (PbDoor *self)
{
  g_thread_pool_free (self->closers, FALSE, TRUE);
  g_hash_table_unref (self->contests);
  gst_object_unref (self->pipeline);
  pb_store_unref (self->store);
  g_mutex_clear (&self->lock);
  g_free (self->recordings);
  g_free (self);
}

static gboolean
is_taken (PbDoor *self, const gchar *id)
{
  g_autoptr (PbDriver) driver = pb_registry_find (self->registry, id);
  g_autoptr (PbSession) session =
      driver ? pb_driver_dup_session (driver) : NULL;

  g_autofree gchar *ended =
      session ? pb_session_dup_end_reason (session) : NULL;

  return session && !ended;
}

/**
 * pb_door_may_enter:
 * @driver: whose place somebody wants
 *
 * Counts as a try. Any thread.
 *
 * Returns: %FALSE while senders fight for the place: whoever has it keeps it
 */
gboolean
pb_door_may_enter (PbDoor *self, const gchar *driver)
{
  GstPitboxContest *contest;
  gboolean may = TRUE;

  if (!is_taken (self, driver))
    return TRUE;
  g_mutex_lock (&self->lock);
  contest = g_hash_table_lookup (self->contests, driver);
  if (contest)
    may = gst_pitbox_contest_try (contest, g_get_monotonic_time ());
  g_mutex_unlock (&self->lock);
  return may;
}

/* The place goes over, or is taken while it was free. */
static void
pass_on (PbDoor *self, const gchar *driver, gboolean was_taken)
{
  GstPitboxContest *now = g_new0 (GstPitboxContest, 1);
  const GstPitboxContest none = { 0 };
  const GstPitboxContest *before;

  g_mutex_lock (&self->lock);
  before = g_hash_table_lookup (self->contests, driver);
  if (was_taken)
    gst_pitbox_contest_pass_on (
        before ? before : &none, now, g_get_monotonic_time ());
  g_hash_table_replace (self->contests, g_strdup (driver), now);
  g_mutex_unlock (&self->lock);
}

static PbSession *
new_session (
    PbDoor *self, PbDriver *driver, const PbDoorGuest *guest, GError **error)
{
  g_autoptr (GstClock) clock =
      gst_pipeline_get_clock (GST_PIPELINE (self->pipeline));
  const PbSessionConfig config = {
    .driver = guest->driver,
    .live = pb_driver_get_live (driver),
    .book = pb_driver_get_lap_book (driver),
    .device = guest->device,
    .peer = guest->peer,
    .transport = guest->transport,
    .store = self->store,
    .recordings = self->recordings,
    .recorder = &self->recorder,
    .clock = clock,
    .base_time = gst_element_get_base_time (self->pipeline),
  };

  pb_store_note_device (self->store, guest->device, guest->peer, NULL);
  return pb_session_new (&config, error);
}

/* Waits for nobody. */
static void
end_session (
    PbDoor *self, PbDriver *driver, PbSession *session, const gchar *reason)
{
  pb_session_end (session, reason);
  pb_driver_detach (driver, session);
  g_thread_pool_push (self->closers, pb_session_ref (session), NULL);
}

/**
 * pb_door_open:
 * @guest: who comes
 *
 * Opens a session and gives it the driver's place; the one before ends. Any
 * thread.
 *
 * Returns: (transfer full): the session, for pb_door_close(); %NULL with @error
 *   set
 */
PbSession *
pb_door_open (PbDoor *self, const PbDoorGuest *guest, GError **error)
{
  g_autoptr (PbDriver) driver =
      pb_registry_ensure (self->registry, guest->driver);
  const gboolean was_taken = is_taken (self, guest->driver);
  PbSession *session, *old;

  if (!guest->has_place && !pb_door_may_enter (self, guest->driver)) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_EXISTS,
        "another sender publishes for its driver; it keeps the place until it "
        "stops");
    pb_driver_note_contest (driver, guest->device, guest->peer);
    return NULL;
  }
  session = new_session (self, driver, guest, error);
  if (!session)
    return NULL;
  pass_on (self, guest->driver, was_taken);
  old = pb_driver_attach (driver, session);
  if (old) {
    end_session (
        self, driver, old, "a new connection of this driver takes over");
    pb_session_unref (old);
  }
  g_message ("driver %s: session %s begins (device %s)%s", guest->driver,
      pb_session_get_id (session), guest->device,
      g_str_equal (guest->transport, "srt") ? "" : " over WebSocket");
  return session;
}

/**
 * pb_door_close:
 * @session: (transfer full): of pb_door_open()
 * @reason: in words; the first one of a session counts
 *
 * Any thread; waits for nobody.
 */
void
pb_door_close (
    PbDoor *self, const gchar *id, PbSession *session, const gchar *reason)
{
  g_autoptr (PbDriver) driver = pb_registry_ensure (self->registry, id);

  end_session (self, driver, session, reason);
  pb_session_unref (session);
}

/**
 * pb_door_get_running_time:
 *
 * Any thread.
 *
 * Returns: now, by the clock that sessions have
 */
GstClockTime
pb_door_get_running_time (PbDoor *self)
{
  g_autoptr (GstClock) clock =
      gst_pipeline_get_clock (GST_PIPELINE (self->pipeline));
  const GstClockTime now = gst_clock_get_time (clock);
  const GstClockTime base = gst_element_get_base_time (self->pipeline);

  return now > base ? now - base : 0;
}

/**
 * pb_door_get_recordings:
 *
 * Returns: (transfer none): the folder of all recordings
 */
const gchar *
pb_door_get_recordings (PbDoor *self)
{
  return self->recordings;
}
