/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Nothing goes from the disk but what the server has, and what was read and is
 * not what it should be. */
#include "spool/pb-backfill-round.h"

#include <gio/gio.h>

/* A group of files that one question is about. */
#define MAX_FILES 512

typedef enum {
  FILE_UNREAD,
  FILE_READ,
  FILE_FAILED, /* could not be read now */
} FileState;

struct _PbBackfillRound {
  PbSpool *spool; /* outlives it */
  GPtrArray *files; /* of PbSpoolFile */
  GByteArray *states; /* a FileState of each */
  guint suspect_from, suspect_to; /* of them: asked about one by one */
  guint first, end; /* of them: of one run, asked about at once */
  guint file; /* the next one to be read */
  gboolean was_read; /* this group, up to its end */
  gboolean was_sent; /* of this group something was */
  GArray *lack; /* what the server misses of it */
  GPtrArray *messages; /* of a file, or NULL */
  guint message; /* the next one of them */
  gchar *trouble; /* why a file was not read, or NULL */
};

static guint
find_file (PbBackfillRound *self, const gchar *path)
{
  for (guint i = 0; i < self->files->len; i++)
    if (g_strcmp0 (((PbSpoolFile *) self->files->pdata[i])->path, path) >= 0)
      return i;
  return self->files->len;
}

/**
 * pb_backfill_round_new:
 * @spool: must outlive it
 * @files: (transfer full) (element-type PbSpoolFile): of pb_spool_list()
 * @suspects: files that are to be asked about one by one
 *
 * Returns: (transfer full): a round before its first question
 */
PbBackfillRound *
pb_backfill_round_new (
    PbSpool *spool, GPtrArray *files, const PbBackfillSuspects *suspects)
{
  PbBackfillRound *self = g_new0 (PbBackfillRound, 1);

  self->spool = spool;
  self->files = files;
  self->states = g_byte_array_new ();
  g_byte_array_set_size (self->states, files->len);
  for (guint i = 0; i < files->len; i++)
    self->states->data[i] = FILE_UNREAD;
  self->lack = g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
  if (suspects->first != NULL) {
    self->suspect_from = find_file (self, suspects->first);
    self->suspect_to = find_file (self, suspects->last) + 1;
  }
  return self;
}

/**
 * pb_backfill_round_free:
 * @round: (transfer full): a round
 */
void
pb_backfill_round_free (PbBackfillRound *self)
{
  g_ptr_array_unref (self->files);
  g_byte_array_unref (self->states);
  g_array_unref (self->lack);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_free (self->trouble);
  g_free (self);
}

static gboolean
is_suspect (const PbBackfillRound *self, guint file)
{
  return file >= self->suspect_from && file < self->suspect_to;
}

/* From where on the files are of another run, or begin anew. */
static guint
find_end (PbBackfillRound *self, GArray *rows)
{
  const PbSpoolFile *first = self->files->pdata[self->first];
  guint64 end = 0;
  guint i;

  for (i = self->first; i < self->files->len && i - self->first < MAX_FILES;
       i++) {
    const PbSpoolFile *file = self->files->pdata[i];

    if (i > self->first
        && (is_suspect (self, self->first) || is_suspect (self, i)
            || file->run_id != first->run_id
            || rows->len + file->rows->len > GST_PITBOX_BACKFILL_MAX_RANGES))
      break;
    for (guint r = 0; r < file->rows->len; r++) {
      const GstPitboxRowRange *range =
          &g_array_index (file->rows, GstPitboxRowRange, r);

      if (range->first < end || rows->len == GST_PITBOX_BACKFILL_MAX_RANGES)
        return MAX (i, self->first + 1);
      pb_spool_ranges_add (rows, range->first, range->n_rows);
      end = (guint64) range->first + range->n_rows;
    }
  }
  return i;
}

/**
 * pb_backfill_round_ask:
 * @run_id: (out): of the rows
 *
 * About the group that is next, or about the present one once more.
 *
 * Returns: (transfer full) (element-type GstPitboxRowRange) (nullable): rows
 *   that the group has; %NULL at the end of the round
 */
GArray *
pb_backfill_round_ask (PbBackfillRound *self, guint32 *run_id)
{
  GArray *rows;

  if (self->first >= self->files->len)
    return NULL;
  rows = g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
  self->end = find_end (self, rows);
  *run_id = pb_backfill_round_get_run (self);
  return rows;
}

/* It was read, and holds nothing of what it should. */
static gboolean
is_damaged (PbBackfillRound *self, guint file, const GArray *lack)
{
  const GArray *rows = ((PbSpoolFile *) self->files->pdata[file])->rows;

  if (self->states->data[file] != FILE_READ)
    return FALSE;
  for (guint i = 0; i < rows->len; i++) {
    const GstPitboxRowRange *r = &g_array_index (rows, GstPitboxRowRange, i);

    if (pb_spool_ranges_touch (lack, r->first, r->n_rows))
      return TRUE;
  }
  return FALSE;
}

static void
let_go (PbBackfillRound *self, const GArray *lack, gboolean is_stuck)
{
  for (guint i = self->first; i < self->end; i++) {
    const PbSpoolFile *file = self->files->pdata[i];

    if (file->is_open)
      continue;
    if (!pb_spool_ranges_are_missed (file->rows, lack)) {
      pb_spool_forget (self->spool, file->path);
    } else if (is_stuck && is_damaged (self, i, lack)) {
      g_warning ("%s is damaged: %" G_GUINT64_FORMAT " rows of it are lost",
          file->path, pb_spool_ranges_count (file->rows));
      pb_spool_give_up (self->spool, file->path);
    }
  }
}

static void
begin_reading (PbBackfillRound *self)
{
  self->file = self->first;
  self->was_read = FALSE;
  self->was_sent = FALSE;
}

/**
 * pb_backfill_round_take:
 * @lack: (element-type GstPitboxRowRange): what the server misses of the group
 *
 * What it does not miss goes from the disk.
 *
 * Returns: whether some of the group is to be sent; %FALSE: ask on
 */
gboolean
pb_backfill_round_take (PbBackfillRound *self, const GArray *lack)
{
  /* Once more nothing of what is missing was found. */
  const gboolean is_stuck = self->was_read && !self->was_sent;

  let_go (self, lack, is_stuck);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_array_set_size (self->lack, 0);
  if (lack->len == 0 || is_stuck) {
    self->first = self->end;
    begin_reading (self);
    return FALSE;
  }
  g_array_append_vals (self->lack, lack->data, lack->len);
  begin_reading (self);
  return TRUE;
}

static void
read_file (PbBackfillRound *self, guint n)
{
  const PbSpoolFile *file = self->files->pdata[n];
  g_autofree gchar *data = NULL;
  g_autoptr (GError) error = NULL;
  gsize size = 0;

  if (g_file_get_contents (file->path, &data, &size, &error)) {
    self->messages =
        pb_spool_rows_read ((const guint8 *) data, size, self->lack);
    self->message = 0;
    self->states->data[n] = FILE_READ;
    return;
  }
  self->states->data[n] = FILE_FAILED;
  /* The limits may have taken it meanwhile. */
  if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
    g_free (self->trouble);
    self->trouble = g_strdup_printf (
        "%s. It stays, and is looked at again", error->message);
  }
}

/**
 * pb_backfill_round_next:
 * @file: (out): number of the file it is from
 *
 * Returns: (transfer none) (nullable): what follows of the group, until the
 *   next call
 */
const PbSpoolMessage *
pb_backfill_round_next (PbBackfillRound *self, guint *file)
{
  while (self->messages == NULL || self->message == self->messages->len) {
    g_clear_pointer (&self->messages, g_ptr_array_unref);
    self->was_read = self->file == self->end;
    if (self->was_read)
      return NULL;
    read_file (self, self->file++);
  }
  self->was_sent = TRUE;
  *file = self->file - 1;
  return self->messages->pdata[self->message++];
}

/**
 * pb_backfill_round_get_run:
 *
 * Returns: of the present group
 */
guint32
pb_backfill_round_get_run (const PbBackfillRound *self)
{
  return ((PbSpoolFile *) self->files->pdata[self->first])->run_id;
}

/**
 * pb_backfill_round_blame:
 * @in_flight: messages were sent and not acknowledged
 * @first: number of the file that the first of them is from
 * @suspects: (inout): which files are to be asked about one by one, where it
 *   may be several
 *
 * The server refused what it was sent or asked.
 *
 * Returns: (transfer full) (nullable): the file that it was; %NULL while it may
 *   be one of several, or where none was asked about
 */
gchar *
pb_backfill_round_blame (PbBackfillRound *self, gboolean in_flight, guint first,
    PbBackfillSuspects *suspects)
{
  const guint from = in_flight ? first : self->first;
  const guint end = in_flight ? self->file : self->end;

  pb_backfill_suspects_clear (suspects);
  if (from >= end)
    return NULL;
  if (end - from == 1)
    return g_strdup (((PbSpoolFile *) self->files->pdata[from])->path);
  suspects->first = g_strdup (((PbSpoolFile *) self->files->pdata[from])->path);
  suspects->last =
      g_strdup (((PbSpoolFile *) self->files->pdata[end - 1])->path);
  return NULL;
}

/**
 * pb_backfill_round_get_trouble:
 *
 * Returns: (transfer none) (nullable): why a file could not be read, in words
 */
const gchar *
pb_backfill_round_get_trouble (const PbBackfillRound *self)
{
  return self->trouble;
}

void
pb_backfill_suspects_clear (PbBackfillSuspects *suspects)
{
  g_clear_pointer (&suspects->first, g_free);
  g_clear_pointer (&suspects->last, g_free);
}
