/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One thread, for files are read and rows decoded: who asks for much waits for
 * himself and for others who ask, and nobody else does. */
#include "recording/pb-row-jobs.h"

struct _PbRowJobs {
  gatomicrefcount refs; /* its own, and each job's */
  PbStore *store;
  gchar *recordings;
  GMainContext *context;
  GThreadPool *pool;
  GQueue waiting; /* of Job; main thread only */
  gint closed; /* atomic */
};

typedef struct {
  PbRowJobs *jobs;
  gchar *asker;
  gchar *driver;
  PbRowsQuery query;
  PbRowJobsFormat format;
  PbRowJobsDone done;
  gpointer user_data;
  GDestroyNotify free_user_data;
  GBytes *bytes;
  GError *error;
} Job;

static void
jobs_unref (PbRowJobs *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_queue_clear (&self->waiting);
  g_main_context_unref (self->context);
  g_free (self->recordings);
  g_free (self);
}

static void
job_free (gpointer data)
{
  Job *job = data;

  if (job->free_user_data)
    job->free_user_data (job->user_data);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_clear_error (&job->error);
  g_strfreev (job->query.fields);
  g_free (job->asker);
  g_free (job->driver);
  jobs_unref (job->jobs);
  g_free (job);
}

static gboolean
answer (gpointer data)
{
  Job *job = data;

  g_queue_remove (&job->jobs->waiting, job);
  if (!g_atomic_int_get (&job->jobs->closed))
    job->done (job->bytes, job->error, job->user_data);
  return G_SOURCE_REMOVE;
}

static void
work (gpointer data, gpointer user_data)
{
  Job *job = data;
  PbRowJobs *self = job->jobs;
  g_autoptr (GSource) source = g_idle_source_new ();
  g_autoptr (PbRows) rows = NULL;

  if (!g_atomic_int_get (&self->closed))
    rows = pb_row_reader_read (
        self->store, self->recordings, job->driver, &job->query, &job->error);
  if (rows)
    job->bytes = job->format (&job->query, rows);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, answer, job, job_free);
  g_source_attach (source, self->context);
}

/**
 * pb_row_jobs_new:
 * @store: lives longer
 * @recordings: folder of all recordings
 *
 * Answers come on the thread-default context of who calls.
 *
 * Returns: (transfer full): one that reads nothing yet
 */
PbRowJobs *
pb_row_jobs_new (PbStore *store, const gchar *recordings)
{
  PbRowJobs *self = g_new0 (PbRowJobs, 1);

  g_atomic_ref_count_init (&self->refs);
  self->store = store;
  self->recordings = g_strdup (recordings);
  self->context = g_main_context_ref_thread_default ();
  self->pool = g_thread_pool_new_full (work, NULL, job_free, 1, FALSE, NULL);
  return self;
}

/**
 * pb_row_jobs_free:
 *
 * Waits for the question under way; nobody is answered any more.
 */
void
pb_row_jobs_free (PbRowJobs *self)
{
  g_atomic_int_set (&self->closed, TRUE);
  /* Not at once: see pb_passwords_free(). */
  g_thread_pool_free (self->pool, FALSE, TRUE);
  jobs_unref (self);
}

static guint
count_of (PbRowJobs *self, const gchar *asker)
{
  guint n = 0;

  for (GList *l = self->waiting.head; l; l = l->next)
    n += g_str_equal (((Job *) l->data)->asker, asker);
  return n;
}

/**
 * pb_row_jobs_push:
 * @asker: who asks, as one of many
 * @driver: whose rows
 * @query: within the bounds of #PbRowsQuery; copied
 * @format: makes of them what @done gets
 * @done: gets it, later
 * @user_data: (transfer full): for @done
 * @free_user_data: (nullable): for @user_data, in every case
 *
 * Returns: %FALSE if too many wait already, of @asker or of all; @done is not called then
 */
gboolean
pb_row_jobs_push (PbRowJobs *self, const gchar *asker, const gchar *driver,
    const PbRowsQuery *query, PbRowJobsFormat format, PbRowJobsDone done,
    gpointer user_data, GDestroyNotify free_user_data)
{
  Job *job = g_new0 (Job, 1);

  job->jobs = self;
  g_atomic_ref_count_inc (&self->refs);
  job->asker = g_strdup (asker);
  job->driver = g_strdup (driver);
  job->query = *query;
  job->query.fields = g_strdupv (query->fields);
  job->format = format;
  job->done = done;
  job->user_data = user_data;
  job->free_user_data = free_user_data;
  if (self->waiting.length >= PB_ROW_JOBS_MAX_WAITING
      || count_of (self, asker) >= PB_ROW_JOBS_MAX_OF_ONE) {
    job_free (job);
    return FALSE;
  }
  g_queue_push_tail (&self->waiting, job);
  return g_thread_pool_push (self->pool, job, NULL);
}
