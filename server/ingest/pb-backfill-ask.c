/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The question stands in the line of the store's writes: whatever was recorded
 * before it was asked is in the answer. */
#include "ingest/pb-backfill-ask.h"

#include "ingest/pb-backfill-lack.h"
#include "store/pb-row-ranges.h"

struct _PbBackfillAsk {
  gchar *driver;
  guint32 run_id;
  GArray *ranges;
  GArray *came;
  GArray *lack; /* the writer's, until it hands the question back */
  gboolean is_done; /* likewise */
  PbBackfillAnswer answer; /* NULL = cancelled; main thread only */
  gpointer user_data;
};

static gint
compare_first (gconstpointer a, gconstpointer b)
{
  const PbRowRange *one = a, *other = b;

  return one->first < other->first ? -1 : one->first > other->first;
}

static gboolean
look_up (PbStore *store, gpointer data, GError **error)
{
  PbBackfillAsk *self = data;
  const GstPitboxRowRange *r = (const GstPitboxRowRange *) self->ranges->data;
  const guint n = self->ranges->len;
  g_autoptr (GArray) have = NULL;

  g_array_set_size (self->lack, 0);
  if (n > 0) {
    /* All at once: the database reads a run from its beginning each time. */
    have = pb_store_list_row_ranges (store, self->driver, self->run_id,
        r->first, (guint64) r[n - 1].first + r[n - 1].n_rows, error);
    if (!have)
      return FALSE;
    g_array_append_vals (have, self->came->data, self->came->len);
    g_array_sort (have, compare_first);
    pb_backfill_lack_add (self->lack, self->ranges, have);
  }
  self->is_done = TRUE;
  return TRUE;
}

static gboolean
deliver (gpointer data)
{
  PbBackfillAsk *self = data;

  if (self->answer)
    self->answer (
        self->run_id, self->is_done ? self->lack : NULL, self->user_data);
  g_array_unref (self->ranges);
  g_array_unref (self->came);
  g_array_unref (self->lack);
  g_free (self->driver);
  g_free (self);
  return G_SOURCE_REMOVE;
}

/* By the writer, whatever became of it. */
static void
hand_back (gpointer data)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, deliver, data, NULL);
}

/**
 * pb_backfill_ask_new:
 * @store: a store
 * @driver: whose rows
 * @run_id: of which run
 * @ranges: (transfer full) (element-type GstPitboxRowRange): which
 * @came: (transfer none) (element-type PbRowRange): rows of that run that are
 *   on disk, though the store may not know of them yet
 * @answer: called once, in the main thread, and not from within
 * @user_data: for @answer
 *
 * Main thread only.
 *
 * Returns: (transfer none): the question, until it is answered or cancelled
 */
PbBackfillAsk *
pb_backfill_ask_new (PbStore *store, const gchar *driver, guint32 run_id,
    GArray *ranges, const GArray *came, PbBackfillAnswer answer,
    gpointer user_data)
{
  PbBackfillAsk *self = g_new0 (PbBackfillAsk, 1);

  self->driver = g_strdup (driver);
  self->run_id = run_id;
  self->ranges = ranges;
  self->came = g_array_new (FALSE, FALSE, sizeof (PbRowRange));
  g_array_append_vals (self->came, came->data, came->len);
  self->lack = g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
  self->answer = answer;
  self->user_data = user_data;
  pb_store_queue (store, look_up, self, hand_back);
  return self;
}

/**
 * pb_backfill_ask_cancel:
 *
 * Nobody is answered any more.
 */
void
pb_backfill_ask_cancel (PbBackfillAsk *self)
{
  self->answer = NULL;
}
