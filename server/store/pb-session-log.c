/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSessionLog: what is written of one session, from its beginning to its end,
 * without waiting for it. */
#include "store/pb-session-log.h"
#include "store/pb-recordings.h"

/* A sender that comes and goes and never sends anything must not fill the
 * list; the newest ones tell why. */
#define KEEP_EMPTY_SESSIONS 20

struct _PbSessionLog {
  gatomicrefcount refs;
  PbStore *store;
  gchar *id;
  gchar *driver;
  gchar *device;
  gint64 started_utc_us;
  gint lost; /* atomic: a write was left out, no further one is taken */
  gint n_index; /* atomic: writes of the index that are not done yet */

  /* The writer's own. */
  gint64 pk;
  gboolean
      broken; /* a write went wrong: those that were taken since are void */
};

typedef struct _Entry Entry;

/* One write; what of it is used depends on the write. */
struct _Entry {
  PbSessionLog *log;
  gboolean (*write) (Entry *entry, GError **error);
  gboolean tried;
  gboolean done;
  gint64 utc_us;
  gchar *words[4];
  PbLapRow lap;
  PbIndexPart part;
};

static Entry *
entry_new (PbSessionLog *log, gboolean (*write) (Entry *entry, GError **error))
{
  Entry *entry = g_new0 (Entry, 1);

  entry->log = pb_session_log_ref (log);
  entry->write = write;
  return entry;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  if (!entry->done) {
    entry->log->broken |= entry->tried;
    pb_session_log_give_up (entry->log);
  }
  if (entry->part.segments) {
    pb_index_part_clear (&entry->part);
    g_atomic_int_add (&entry->log->n_index, -1);
  }
  for (guint i = 0; i < G_N_ELEMENTS (entry->words); i++)
    g_free (entry->words[i]);
  pb_session_log_unref (entry->log);
  g_free (entry);
}

static gboolean
write_entry (PbStore *store, gpointer data, GError **error)
{
  Entry *entry = data;

  entry->tried = TRUE;
  entry->done = entry->log->broken || entry->write (entry, error);
  return entry->done;
}

static void
queue (Entry *entry)
{
  PbStore *store = entry->log->store;

  if (g_atomic_int_get (&entry->log->lost))
    entry_free (entry);
  else
    pb_store_queue (store, write_entry, entry, entry_free);
}

static gboolean
write_open (Entry *entry, GError **error)
{
  PbSessionLog *log = entry->log;

  log->pk = pb_store_open_session (log->store, log->id, log->driver,
      log->device, log->started_utc_us, error);
  return log->pk != 0;
}

/**
 * pb_session_log_new:
 * @store: a store; must outlive the log
 * @id: name of the session, new
 * @driver: whom it is of
 * @device: what sends it
 * @utc_us: when it began
 *
 * Waits for nobody, as everything here.
 *
 * Returns: (transfer full): the log of a session that is being opened
 */
PbSessionLog *
pb_session_log_new (PbStore *store, const gchar *id, const gchar *driver,
    const gchar *device, gint64 utc_us)
{
  PbSessionLog *self = g_new0 (PbSessionLog, 1);

  g_atomic_ref_count_init (&self->refs);
  self->store = store;
  self->id = g_strdup (id);
  self->driver = g_strdup (driver);
  self->device = g_strdup (device);
  self->started_utc_us = utc_us;
  queue (entry_new (self, write_open));
  return self;
}

PbSessionLog *
pb_session_log_ref (PbSessionLog *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pb_session_log_unref (PbSessionLog *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->id);
  g_free (self->driver);
  g_free (self->device);
  g_free (self);
}

static gboolean
write_description (Entry *entry, GError **error)
{
  return pb_store_describe_session (entry->log->store, entry->log->pk,
      entry->words[0], entry->words[1], entry->words[2], entry->words[3],
      error);
}

/**
 * pb_session_log_describe:
 *
 * See pb_store_describe_session().
 */
void
pb_session_log_describe (PbSessionLog *self, const gchar *mode,
    const gchar *car, const gchar *car_number, const gchar *track)
{
  Entry *entry = entry_new (self, write_description);

  entry->words[0] = g_strdup (mode);
  entry->words[1] = g_strdup (car);
  entry->words[2] = g_strdup (car_number);
  entry->words[3] = g_strdup (track);
  queue (entry);
}

static gboolean
write_part (Entry *entry, GError **error)
{
  return pb_store_join_session (
      entry->log->store, entry->log->pk, entry->words[0], error);
}

/**
 * pb_session_log_join:
 * @whole: id of the session that this one is a part of
 *
 * See pb_store_join_session().
 */
void
pb_session_log_join (PbSessionLog *self, const gchar *whole)
{
  Entry *entry = entry_new (self, write_part);

  entry->words[0] = g_strdup (whole);
  queue (entry);
}

static gboolean
write_lap (Entry *entry, GError **error)
{
  return pb_store_put_lap (
      entry->log->store, entry->log->pk, &entry->lap, error);
}

/**
 * pb_session_log_put_lap:
 *
 * See pb_store_put_lap().
 */
void
pb_session_log_put_lap (PbSessionLog *self, const PbLapRow *lap)
{
  Entry *entry = entry_new (self, write_lap);

  entry->lap = *lap;
  queue (entry);
}

static gboolean
write_index (Entry *entry, GError **error)
{
  return pb_store_commit_index (
      entry->log->store, entry->log->pk, &entry->part, error);
}

/**
 * pb_session_log_put_index:
 * @part: (inout): what is new; empty afterwards
 *
 * Only speak of bytes that are in their files.
 */
void
pb_session_log_put_index (PbSessionLog *self, PbIndexPart *part)
{
  Entry *entry = entry_new (self, write_index);

  entry->part = *part;
  pb_index_part_init (part);
  g_atomic_int_add (&self->n_index, 1);
  queue (entry);
}

/**
 * pb_session_log_is_writing_index:
 *
 * Returns: what pb_session_log_put_index() took is not all written yet: keep
 *   what is new for the next time
 */
gboolean
pb_session_log_is_writing_index (PbSessionLog *self)
{
  return g_atomic_int_get (&self->n_index) > 0;
}

/**
 * pb_session_log_give_up:
 *
 * Takes nothing more of this session; the next start reads it from its files.
 */
void
pb_session_log_give_up (PbSessionLog *self)
{
  if (g_atomic_int_compare_and_exchange (&self->lost, FALSE, TRUE))
    g_warning ("session %s: the database does not take its index; the next "
               "start of pitbox-server makes it from the recording",
        self->id);
}

static gboolean
write_close (Entry *entry, GError **error)
{
  PbSessionLog *log = entry->log;

  return pb_store_close_session (
             log->store, log->pk, entry->utc_us, entry->words[0], error)
         && pb_store_forget_empty_sessions (
             log->store, log->driver, KEEP_EMPTY_SESSIONS, error);
}

/**
 * pb_session_log_close:
 * @utc_us: when it ended
 * @reason: in words
 *
 * The last call.
 */
void
pb_session_log_close (PbSessionLog *self, gint64 utc_us, const gchar *reason)
{
  Entry *entry = entry_new (self, write_close);

  entry->utc_us = utc_us;
  entry->words[0] = g_strdup (reason);
  queue (entry);
}

/**
 * pb_session_log_dup_trouble:
 *
 * Returns: (transfer full) (nullable): why its index is not written at the
 *   moment, and what to do
 */
gchar *
pb_session_log_dup_trouble (PbSessionLog *self)
{
  gchar *trouble = pb_store_dup_trouble (self->store);

  if (!trouble && g_atomic_int_get (&self->lost))
    trouble = g_strdup ("the database did not take all of its index. The next "
                        "start of pitbox-server makes it from the recording");
  return trouble;
}
