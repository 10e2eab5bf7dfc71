/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What followed is looked at with what had come before and afterwards, on a
 * thread of its own; the lap that is still driven then, once it is over. */
#include "session/pb-lap-repair.h"

#include <math.h>

#include "session/pb-lap-rows.h"
#include "store/pb-index.h"

#define TICK_S 3
/* No lap is longer, a caution on the Nordschleife included. */
#define LAP_US (G_GINT64_CONSTANT (900) * G_USEC_PER_SEC)
/* For so long it is waited for the end of a lap. */
#define WAIT_US (G_GINT64_CONSTANT (1200) * G_USEC_PER_SEC)
/* Decoding costs some 3 ms for a second of rows. */
#define MAX_SPAN_US (G_GINT64_CONSTANT (3) * 3600 * G_USEC_PER_SEC)

/* What has followed of a driver. */
typedef struct {
  gint64 from_utc_us;
  gint64 to_utc_us;
  gint64 since_us; /* monotonic, when the newest of it came */
  gboolean is_due; /* more has come since it was looked at */
  gboolean is_read; /* now, on the thread */
} Span;

struct _PbLapRepair {
  gatomicrefcount refs; /* its own, and of those that come back to it */
  gint closed; /* atomic */
  PbStore *store;
  gchar *recordings;
  PbRegistry *registry;
  GHashTable *spans; /* driver → Span */
  GThreadPool *pool; /* one thread */
  guint tick;
};

/* Both a note and a job. */
typedef struct {
  PbLapRepair *repair;
  gchar *driver;
  gint64 from_utc_us;
  gint64 to_utc_us;
  PbLaps *laps;
} Task;

static Task *
task_new (PbLapRepair *repair, const gchar *driver, gint64 from_utc_us,
    gint64 to_utc_us)
{
  Task *task = g_new0 (Task, 1);

  g_atomic_ref_count_inc (&repair->refs);
  task->repair = repair;
  task->driver = g_strdup (driver);
  task->from_utc_us = from_utc_us;
  task->to_utc_us = to_utc_us;
  return task;
}

static void
repair_unref (PbLapRepair *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->recordings);
  g_free (self);
}

static void
task_free (gpointer data)
{
  Task *task = data;

  g_clear_pointer (&task->laps, pb_laps_free);
  g_free (task->driver);
  repair_unref (task->repair);
  g_free (task);
}

typedef struct {
  gchar *driver;
  PbLapRow row;
} Write;

static gboolean
write_lap (PbStore *store, gpointer data, GError **error)
{
  Write *write = data;

  return pb_store_add_lap (store, write->driver, &write->row, error);
}

static void
write_free (gpointer data)
{
  Write *write = data;

  g_free (write->driver);
  g_free (write);
}

static void
store_laps (const Task *task)
{
  for (guint i = 0; i < pb_laps_get_n_laps (task->laps); i++) {
    const PbLap *lap = pb_laps_get_lap (task->laps, i);
    Write *write;

    if (lap->start_utc_ms == 0)
      continue;
    write = g_new0 (Write, 1);
    write->driver = g_strdup (task->driver);
    write->row = (PbLapRow){ .lap = lap->lap,
      .start_utc_us = lap->start_utc_ms * 1000,
      .time_s = lap->time_s,
      .valid = isfinite (lap->time_s),
      .fuel_used_l = lap->fuel_used_l };
    pb_store_queue (task->repair->store, write_lap, write, write_free);
  }
}

/* The lap that was driven then is over, or nobody waits for it any longer. */
static gboolean
is_over (PbLapRepair *self, const gchar *driver, const Span *span)
{
  g_autoptr (PbDriver) found = pb_registry_find (self->registry, driver);

  return g_get_monotonic_time () - span->since_us > WAIT_US
         || (found
             && pb_lap_book_is_past (
                 pb_driver_get_lap_book (found), span->to_utc_us / 1000));
}

static gboolean
deliver (gpointer data)
{
  Task *task = data;
  PbLapRepair *self = task->repair;
  g_autoptr (PbDriver) driver = NULL;
  Span *span;

  if (g_atomic_int_get (&self->closed))
    return G_SOURCE_REMOVE;
  span = g_hash_table_lookup (self->spans, task->driver);
  span->is_read = FALSE;
  driver = pb_registry_find (self->registry, task->driver);
  if (task->laps && driver)
    pb_lap_book_merge (pb_driver_get_lap_book (driver), task->laps);
  if (!span->is_due
      && (!task->laps || pb_laps_is_past (task->laps, task->to_utc_us / 1000)
          || g_get_monotonic_time () - span->since_us > WAIT_US))
    g_hash_table_remove (self->spans, task->driver);
  return G_SOURCE_REMOVE;
}

static void
work (gpointer data, gpointer user_data)
{
  Task *task = data;
  PbLapRepair *self = task->repair;
  g_autoptr (GError) error = NULL;

  if (g_atomic_int_get (&self->closed)) {
    task_free (task);
    return;
  }
  task->laps = pb_lap_rows_read (self->store, self->recordings, task->driver,
      task->from_utc_us - LAP_US,
      MIN (task->to_utc_us + LAP_US, g_get_real_time ()), &self->closed,
      &error);
  if (!task->laps)
    g_warning ("driver %s: the laps of rows that followed are not found: %s",
        task->driver, error->message);
  else if (!g_atomic_int_get (&self->closed))
    store_laps (task);
  g_idle_add_full (G_PRIORITY_DEFAULT, deliver, task, task_free);
}

/* Looked at as soon as it has followed, and again once its last lap is over. */
static gboolean
on_tick (gpointer user_data)
{
  PbLapRepair *self = user_data;
  GHashTableIter iter;
  gpointer driver, value;

  g_hash_table_iter_init (&iter, self->spans);
  while (g_hash_table_iter_next (&iter, &driver, &value)) {
    Span *span = value;

    if (span->is_read || !(span->is_due || is_over (self, driver, span)))
      continue;
    span->is_due = FALSE;
    span->is_read = TRUE;
    g_thread_pool_push (self->pool,
        task_new (self, driver, span->from_utc_us, span->to_utc_us), NULL);
  }
  return G_SOURCE_CONTINUE;
}

/**
 * pb_lap_repair_new:
 * @store: says where rows are, and takes laps
 * @recordings: folder of all recordings
 * @registry: knows the books of laps
 *
 * All of them must outlive it.
 *
 * Returns: (transfer full): one with nothing to do
 */
PbLapRepair *
pb_lap_repair_new (
    PbStore *store, const gchar *recordings, PbRegistry *registry)
{
  PbLapRepair *self = g_new0 (PbLapRepair, 1);

  g_atomic_ref_count_init (&self->refs);
  self->store = store;
  self->recordings = g_strdup (recordings);
  self->registry = registry;
  self->spans = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->pool = g_thread_pool_new_full (work, NULL, task_free, 1, FALSE, NULL);
  self->tick = g_timeout_add_seconds (TICK_S, on_tick, self);
  return self;
}

/**
 * pb_lap_repair_free:
 *
 * Waits for what is being read; the rest stays as it is.
 */
void
pb_lap_repair_free (PbLapRepair *self)
{
  g_atomic_int_set (&self->closed, TRUE);
  g_source_remove (self->tick);
  /* Not at once: see pb_passwords_free(). */
  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_hash_table_unref (self->spans);
  repair_unref (self);
}

static gboolean
take_note (gpointer data)
{
  Task *task = data;
  PbLapRepair *self = task->repair;
  Span *span;

  if (g_atomic_int_get (&self->closed))
    return G_SOURCE_REMOVE;
  span = g_hash_table_lookup (self->spans, task->driver);
  if (!span) {
    span = g_new0 (Span, 1);
    span->from_utc_us = task->from_utc_us;
    span->to_utc_us = task->to_utc_us;
    g_hash_table_insert (self->spans, g_strdup (task->driver), span);
  }
  span->from_utc_us = MIN (span->from_utc_us, task->from_utc_us);
  span->to_utc_us = MAX (span->to_utc_us, task->to_utc_us);
  span->from_utc_us = MAX (span->from_utc_us, span->to_utc_us - MAX_SPAN_US);
  span->since_us = g_get_monotonic_time ();
  span->is_due = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
write_nothing (PbStore *store, gpointer data, GError **error)
{
  return TRUE;
}

static void
hand_back (gpointer task)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, take_note, task, task_free);
}

/**
 * pb_lap_repair_note:
 * @driver: whose
 * @from_utc_us: the first row that has followed, by the driver's PC
 * @to_utc_us: the last one
 *
 * They are recorded, and their index stands in the line of the store's writes.
 * Any thread.
 */
void
pb_lap_repair_note (PbLapRepair *self, const gchar *driver, gint64 from_utc_us,
    gint64 to_utc_us)
{
  pb_store_queue (self->store, write_nothing,
      task_new (self, driver, from_utc_us, to_utc_us), hand_back);
}
