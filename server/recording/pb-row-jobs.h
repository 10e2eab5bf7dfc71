/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRowJobs: rows that were asked for, read one question after the other on a
 * thread of their own. */
#pragma once

#include "recording/pb-row-reader.h"

G_BEGIN_DECLS

/** PB_ROW_JOBS_MAX_WAITING: questions; each may take a second of a core. */
#define PB_ROW_JOBS_MAX_WAITING 16
/** PB_ROW_JOBS_MAX_OF_ONE: of these, of one that asks; a page has one at a
 * time. */
#define PB_ROW_JOBS_MAX_OF_ONE 4

/* Main thread only, but for what it calls back. */
typedef struct _PbRowJobs PbRowJobs;

/* On the jobs' own thread. */
typedef GBytes *(*PbRowJobsFormat) (
    const PbRowsQuery *query, const PbRows *rows);
/* Gets what was made of the rows, or %NULL with @error. */
typedef void (*PbRowJobsDone) (
    GBytes *bytes, const GError *error, gpointer user_data);

PbRowJobs *pb_row_jobs_new (PbStore *store, const gchar *recordings);
void pb_row_jobs_free (PbRowJobs *jobs);
gboolean pb_row_jobs_push (PbRowJobs *jobs, const gchar *asker,
    const gchar *driver, const PbRowsQuery *query, PbRowJobsFormat format,
    PbRowJobsDone done, gpointer user_data, GDestroyNotify free_user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbRowJobs, pb_row_jobs_free)

G_END_DECLS
