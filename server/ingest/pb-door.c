/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A new session of a driver takes the place of the one before, but not for
 * ever; what ends is closed beside everything else. */
#include "ingest/pb-door.h"

#include <gstpitbox/gstpitboxcontest.h>

#include "store/pb-devices.h"
#include "store/pb-sync-offsets.h"

/* Sessions that write their last bytes at the same time. */
#define MAX_CLOSERS 4
/* One that waits for its disk leaves the others going. */
#define RECORDER_THREADS 2

struct _PbDoor {
  PbStore *store;
  PbRegistry *registry;
  gchar *recordings;
  PbTurns *turns; /* of all recorders */
  PbRecorderOptions recorder;
  GstElement *pipeline;
  GThreadPool *closers;

  GMutex lock; /* protects all below */
  /* driver and part → GstPitboxContest of whoever has the place */
  GHashTable *contests;
  GHashTable *brought; /* device → PbParts: what it brought last */
  /* driver and device → gint64: see pb_driver_set_offset() */
  GHashTable *offsets;
};

/* On a closer's thread: the disk may be slow. */
static void
close_session (gpointer data, gpointer user_data)
{
  PbSession *session = data;

  pb_session_close (session);
  pb_session_unref (session);
}

static gchar *
make_device_key (const gchar *driver, const gchar *device)
{
  return g_strconcat (driver, "/", device, NULL);
}

static void
put_offset (PbDoor *self, const gchar *driver, const gchar *device, gint64 us)
{
  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->offsets, make_device_key (driver, device),
      g_memdup2 (&us, sizeof us));
  g_mutex_unlock (&self->lock);
}

static void
load_offsets (PbDoor *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list =
      pb_store_list_sync_offsets (self->store, NULL, &error);

  if (!list)
    g_warning (
        "how much later pictures come cannot be read: %s", error->message);
  for (guint i = 0; list && i < list->len; i++) {
    const PbSyncOffset *each = g_ptr_array_index (list, i);

    put_offset (self, each->driver, each->device, each->offset_us);
  }
}

/* What was trimmed for a device counts whenever it comes. */
static void
remember_offset (PbDoor *self, PbDriver *driver, const gchar *device)
{
  g_autofree gchar *key = make_device_key (pb_driver_get_id (driver), device);
  const gint64 *found;
  gint64 us = 0;

  g_mutex_lock (&self->lock);
  found = g_hash_table_lookup (self->offsets, key);
  if (found)
    us = *found;
  g_mutex_unlock (&self->lock);
  if (found)
    pb_driver_set_offset (driver, device, us);
}

/**
 * pb_door_set_offset:
 * @id: of the driver; whose pictures
 * @device: what sends them
 * @offset_us: how much later they come than its connection says
 *
 * For now and later sessions; the caller has stored it. Any thread.
 */
void
pb_door_set_offset (
    PbDoor *self, const gchar *id, const gchar *device, gint64 offset_us)
{
  g_autoptr (PbDriver) driver = pb_registry_ensure (self->registry, id);

  put_offset (self, id, device, offset_us);
  pb_driver_set_offset (driver, device, offset_us);
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
  self->turns = pb_turns_new (RECORDER_THREADS, PB_RECORDER_GATHER_MS);
  self->recorder.turns = self->turns;
  self->pipeline = gst_object_ref (pipeline);
  self->closers =
      g_thread_pool_new (close_session, NULL, MAX_CLOSERS, FALSE, NULL);
  self->contests =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->brought = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->offsets =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_mutex_init (&self->lock);
  load_offsets (self);
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
  pb_turns_free (self->turns);
  g_hash_table_unref (self->contests);
  g_hash_table_unref (self->brought);
  g_hash_table_unref (self->offsets);
  gst_object_unref (self->pipeline);
  pb_store_unref (self->store);
  g_mutex_clear (&self->lock);
  g_free (self->recordings);
  g_free (self);
}

/* The parts of @parts that somebody else than @but has, and still sends. */
static PbParts
find_taken (PbDriver *driver, PbParts parts, PbSession *but)
{
  PbParts taken = PB_PART_NONE;

  for (guint i = 0; i < PB_N_PARTS; i++) {
    const PbParts part = parts & (1u << i);
    g_autoptr (PbSession) holder =
        part ? pb_driver_dup_holder (driver, part) : NULL;
    g_autofree gchar *ended =
        holder ? pb_session_dup_end_reason (holder) : NULL;

    if (holder && holder != but && !ended)
      taken |= part;
  }
  return taken;
}

static gchar *
make_key (const gchar *driver, PbParts part)
{
  return g_strconcat (driver, "/", pb_parts_to_string (part), NULL);
}

/* Whether whoever wants @taken may have all of it. @counts: it is a try. */
static gboolean
ask_contests (PbDoor *self, const gchar *driver, PbParts taken, gboolean counts)
{
  const gint64 now_us = g_get_monotonic_time ();
  gboolean may = TRUE;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < PB_N_PARTS; i++) {
    g_autofree gchar *key = make_key (driver, 1u << i);
    GstPitboxContest *contest = g_hash_table_lookup (self->contests, key);
    GstPitboxContest copy;

    if (!(taken & (1u << i)) || !contest)
      continue;
    copy = *contest;
    if (!gst_pitbox_contest_try (counts ? contest : &copy, now_us))
      may = FALSE;
  }
  g_mutex_unlock (&self->lock);
  return may;
}

/**
 * pb_door_may_enter:
 * @id: of the driver whose place somebody wants
 * @brings: which places
 *
 * Counts as a try. Any thread.
 *
 * Returns: %FALSE while senders fight for one of the places: whoever has it
 *   keeps it
 */
gboolean
pb_door_may_enter (PbDoor *self, const gchar *id, PbParts brings)
{
  g_autoptr (PbDriver) driver = pb_registry_find (self->registry, id);

  return !driver
         || ask_contests (self, id, find_taken (driver, brings, NULL), TRUE);
}

static PbParts
get_brought (PbDoor *self, const gchar *device)
{
  PbParts parts;

  g_mutex_lock (&self->lock);
  parts = GPOINTER_TO_UINT (g_hash_table_lookup (self->brought, device));
  g_mutex_unlock (&self->lock);
  return parts;
}

/**
 * pb_door_knock:
 * @driver: whose place it wants
 * @device: a device that was here before
 *
 * As pb_door_may_enter(), for what @device brought last. Any thread.
 */
gboolean
pb_door_knock (PbDoor *self, const gchar *driver, const gchar *device)
{
  return pb_door_may_enter (self, driver, get_brought (self, device));
}

/**
 * pb_door_is_barred:
 * @id: of the driver whose place it wants
 * @device: a device that was here before
 *
 * Counts as nothing. Any thread.
 *
 * Returns: whether it would be refused now
 */
gboolean
pb_door_is_barred (PbDoor *self, const gchar *id, const gchar *device)
{
  g_autoptr (PbDriver) driver = pb_registry_find (self->registry, id);

  return driver
         && !ask_contests (self, id,
             find_taken (driver, get_brought (self, device), NULL), FALSE);
}

/* The places of @parts go over, or, but for those of @taken, were free. */
static void
pass_on (PbDoor *self, const gchar *driver, PbParts parts, PbParts taken)
{
  const GstPitboxContest none = { 0 };

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < PB_N_PARTS; i++) {
    g_autofree gchar *key = make_key (driver, 1u << i);
    const GstPitboxContest *before = g_hash_table_lookup (self->contests, key);
    GstPitboxContest *now;

    if (!(parts & (1u << i)))
      continue;
    now = g_new0 (GstPitboxContest, 1);
    if (taken & (1u << i))
      gst_pitbox_contest_pass_on (
          before ? before : &none, now, g_get_monotonic_time ());
    g_hash_table_replace (self->contests, g_steal_pointer (&key), now);
  }
  g_mutex_unlock (&self->lock);
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

static void
note_brought (PbDoor *self, PbSession *session, PbParts parts)
{
  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->brought,
      g_strdup (pb_session_get_device (session)), GUINT_TO_POINTER (parts));
  g_mutex_unlock (&self->lock);
}

#define REFUSED \
  "another sender publishes for its driver; it keeps the place until it stops"

/* Gives @session the places of what it brings; who has none any more ends. */
static void
take_places (PbDoor *self, PbDriver *driver, PbSession *session, PbParts brings)
{
  const gchar *id = pb_driver_get_id (driver);
  const PbParts parts = brings & ~pb_session_get_places (session);
  g_autoptr (GPtrArray) out = NULL;
  g_autofree gchar *whole = NULL;

  pass_on (self, id, parts, find_taken (driver, parts, session));
  out = pb_driver_place (driver, session, parts);
  for (guint i = 0; i < out->len; i++)
    end_session (self, driver, g_ptr_array_index (out, i), PB_DOOR_TAKEN_OVER);
  whole = pb_session_dup_whole (session);
  if (whole && !g_str_equal (whole, pb_session_get_id (session)))
    g_message ("driver %s: session %s is the %s of %s", id,
        pb_session_get_id (session), pb_parts_to_string (brings), whole);
}

/* On the connection's thread: its tables have come. */
static void
place_session (PbSession *session, PbParts brings, gpointer user_data)
{
  PbDoor *self = user_data;
  const gchar *id = pb_session_get_driver (session);
  g_autoptr (PbDriver) driver = pb_registry_ensure (self->registry, id);
  const PbParts wants = brings & ~pb_session_get_places (session);

  note_brought (self, session, brings);
  if (ask_contests (self, id, find_taken (driver, wants, session), TRUE)) {
    take_places (self, driver, session, brings);
    return;
  }
  pb_driver_note_contest (
      driver, pb_session_get_device (session), pb_session_get_peer (session));
  /* What it has already it keeps. */
  if (wants == brings)
    pb_session_refuse (session, REFUSED);
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
    .only_units = guest->only_units,
    .brings = place_session,
    .user_data = self,
    .store = self->store,
    .recordings = self->recordings,
    .recorder = &self->recorder,
    .clock = clock,
    .base_time = gst_element_get_base_time (self->pipeline),
  };

  pb_store_note_device (self->store, guest->device, guest->peer, NULL);
  return pb_session_new (&config, error);
}

/* A device has one connection of a kind; what this one brings is not known
 * yet. */
static void
end_older (PbDoor *self, PbDriver *driver, const PbDoorGuest *guest)
{
  g_autoptr (GPtrArray) sessions = pb_driver_list_sessions (driver);

  for (guint i = 0; i < sessions->len; i++) {
    PbSession *session = g_ptr_array_index (sessions, i);

    if (g_str_equal (pb_session_get_device (session), guest->device)
        && g_str_equal (pb_session_get_transport (session), guest->transport))
      end_session (self, driver, session, PB_DOOR_TAKEN_OVER);
  }
}

/**
 * pb_door_open:
 * @guest: who comes
 *
 * Opens a session. It gets the driver's places of what it brings, at once or
 * when its tables have come, and who had them before and has none any more
 * ends. Any thread.
 *
 * Returns: (transfer full): the session, for pb_door_close(); %NULL with @error
 *   set
 */
PbSession *
pb_door_open (PbDoor *self, const PbDoorGuest *guest, GError **error)
{
  g_autoptr (PbDriver) driver =
      pb_registry_ensure (self->registry, guest->driver);
  const PbParts brings =
      guest->brings ? guest->brings : get_brought (self, guest->device);
  PbSession *session;
  gboolean is_srt;

  if (!guest->has_place && !pb_door_may_enter (self, guest->driver, brings)) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_EXISTS, REFUSED);
    pb_driver_note_contest (driver, guest->device, guest->peer);
    return NULL;
  }
  session = new_session (self, driver, guest, error);
  if (!session)
    return NULL;
  if (!guest->brings)
    end_older (self, driver, guest);
  remember_offset (self, driver, guest->device);
  pb_driver_attach (driver, session);
  is_srt = g_str_equal (guest->transport, "srt");
  g_message ("driver %s: session %s begins (device %s)%s%s", guest->driver,
      pb_session_get_id (session), guest->device, is_srt ? "" : " by ",
      is_srt ? "" : guest->transport);
  if (guest->brings) {
    pb_session_set_brings (session, guest->brings);
    take_places (self, driver, session, guest->brings);
  }
  return session;
}

/**
 * pb_door_close:
 * @id: of its driver
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

/**
 * pb_door_get_store:
 *
 * Returns: (transfer none): where sessions are written down
 */
PbStore *
pb_door_get_store (PbDoor *self)
{
  return self->store;
}

/**
 * pb_door_get_recorder:
 *
 * Returns: (transfer none): options of each session's recorder
 */
const PbRecorderOptions *
pb_door_get_recorder (PbDoor *self)
{
  return &self->recorder;
}
