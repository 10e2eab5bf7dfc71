/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbWriter: the thread that writes what nobody can wait for; for the store
 * only. */
#include "store/pb-writer.h"

/* Writes that wait for their turn. A session has ten at a time at most, so
 * this is hundreds of them that came and went while nothing could be written. */
#define MAX_JOBS 4096
#define RETRY_MS 500
/* How soon a file that was taken away is noticed while nothing is written. */
#define CHECK_MS 1000

typedef struct {
  PbStoreWrite write;
  gpointer data;
  GDestroyNotify free_data;
} Job;

struct _PbWriter {
  PbStore *store;
  PbWriterTry try;
  GThread *thread;

  GMutex lock; /* protects all below */
  GCond cond;
  GQueue jobs; /* of Job; the first is being written */
  gboolean closing;
  gchar *trouble; /* why nothing can be written, in words */
};

static void
job_free (gpointer data)
{
  Job *job = data;

  job->free_data (job->data);
  g_free (job);
}

static gchar *
describe (const GError *error)
{
  switch (error->code) {
    case PB_STORE_ERROR_BUSY:
      return g_strdup ("another process holds the database up. The recording "
                       "goes on; its index follows once that one lets go");
    case PB_STORE_ERROR_DISK:
      return g_strdup_printf ("the database cannot be written: %s. Its index "
                              "follows once there is room",
          error->message);
    case PB_STORE_ERROR_GONE:
      return g_strdup (error->message);
    default:
      return g_strdup_printf (
          "the database cannot be written: %s. What is recorded now is added "
          "at the next start of pitbox-server; if that does not start, put a "
          "backup in place of pitbox.db",
          error->message);
  }
}

/* @error: of what was just tried, or %NULL where it went well. */
static void
note_trouble (PbWriter *self, const GError *error)
{
  gchar *trouble = error ? describe (error) : NULL;
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = !self->trouble != !trouble;
  g_free (self->trouble);
  self->trouble = trouble;
  g_mutex_unlock (&self->lock);
  if (!changed)
    return;
  if (error)
    g_warning ("%s", trouble);
  else
    g_message ("the database takes writes again");
}

static gboolean
is_closing (PbWriter *self)
{
  gboolean closing;

  g_mutex_lock (&self->lock);
  closing = self->closing;
  g_mutex_unlock (&self->lock);
  return closing;
}

/* Until it is worth another try, or the store is closed. */
static void
pause_before_retry (PbWriter *self)
{
  gint64 end = g_get_monotonic_time () + RETRY_MS * 1000;

  g_mutex_lock (&self->lock);
  while (!self->closing && g_cond_wait_until (&self->cond, &self->lock, end))
    ;
  g_mutex_unlock (&self->lock);
}

/* Again for as long as it may go well later.
 *
 * Returns: %FALSE if it has to be left out because the store is closed */
static gboolean
do_job (PbWriter *self, const Job *job)
{
  for (;;) {
    g_autoptr (GError) error = NULL;

    self->try (self->store, job->write, job->data, &error);
    note_trouble (self, error);
    if (!error
        || (error->code != PB_STORE_ERROR_BUSY
            && error->code != PB_STORE_ERROR_DISK))
      return TRUE;
    if (is_closing (self))
      return FALSE;
    if (error->code == PB_STORE_ERROR_DISK)
      pause_before_retry (self);
  }
}

/* Waits for a job; looks at the file while there is none. */
static const Job *
next_job (PbWriter *self)
{
  const Job *job;

  g_mutex_lock (&self->lock);
  while (!(job = g_queue_peek_head (&self->jobs)) && !self->closing) {
    gint64 end = g_get_monotonic_time () + CHECK_MS * 1000;
    g_autoptr (GError) error = NULL;

    if (g_cond_wait_until (&self->cond, &self->lock, end))
      continue;
    g_mutex_unlock (&self->lock);
    if (!self->try (self->store, NULL, NULL, &error))
      note_trouble (self, error);
    g_mutex_lock (&self->lock);
  }
  g_mutex_unlock (&self->lock);
  return job;
}

static gpointer
run (gpointer data)
{
  PbWriter *self = data;
  const Job *job;

  while ((job = next_job (self)) && do_job (self, job)) {
    g_mutex_lock (&self->lock);
    g_queue_pop_head (&self->jobs);
    g_mutex_unlock (&self->lock);
    job_free ((gpointer) job);
  }
  return NULL;
}

PbWriter *
pb_writer_new (PbStore *store, PbWriterTry try)
{
  PbWriter *self = g_new0 (PbWriter, 1);

  self->store = store;
  self->try = try;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("store", run, self);
  return self;
}

/* Writes what can be written; the rest stands in the recordings, where the
 * next start finds it. */
void
pb_writer_free (PbWriter *self)
{
  g_mutex_lock (&self->lock);
  self->closing = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  if (self->jobs.length > 0)
    g_warning ("%u writes to the database are left out: %s. The next start "
               "reads them from the recordings",
        self->jobs.length, self->trouble);
  g_queue_clear_full (&self->jobs, job_free);
  g_free (self->trouble);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
pb_writer_push (
    PbWriter *self, PbStoreWrite write, gpointer data, GDestroyNotify free_data)
{
  Job *job;

  g_mutex_lock (&self->lock);
  if (self->jobs.length < MAX_JOBS) {
    job = g_new (Job, 1);
    *job = (Job){ write, data, free_data };
    g_queue_push_tail (&self->jobs, job);
    data = NULL;
    g_cond_signal (&self->cond);
  }
  g_mutex_unlock (&self->lock);
  if (data)
    free_data (data);
}

/* Writes that are not done yet. */
guint
pb_writer_get_waiting (PbWriter *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->jobs.length;
  g_mutex_unlock (&self->lock);
  return n;
}

gchar *
pb_writer_dup_trouble (PbWriter *self)
{
  gchar *trouble;

  g_mutex_lock (&self->lock);
  trouble = g_strdup (self->trouble);
  g_mutex_unlock (&self->lock);
  return trouble;
}
