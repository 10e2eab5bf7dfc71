/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The newest lines are in NAME, those before in NAME.1, NAME.2 and NAME.3. */
#include "pb-log-file.h"

#include "pb-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

/* Of a log, with the one that is written: a quarter of what there is room for
 * goes at a time. */
#define N_FILES 4

struct _PbLogFile {
  gchar *path;
  gsize most_bytes; /* of one file */
  GMutex lock; /* protects all below */
  FILE *file; /* NULL while there is none to be had */
  gsize size;
  guint64 lost; /* lines that could not be written, and were not told of */
};

static gchar *
dup_name (const PbLogFile *self, guint n)
{
  return n == 0 ? g_strdup (self->path)
                : g_strdup_printf ("%s.%u", self->path, n);
}

static gboolean
open_file (PbLogFile *self, const gchar *mode)
{
  GStatBuf about;

  self->file = pb_file_open (self->path, mode);
  if (self->file == NULL)
    return FALSE;
  self->size =
      g_stat (self->path, &about) == 0 ? (gsize) MAX (about.st_size, 0) : 0;
  return TRUE;
}

static void
close_file (PbLogFile *self)
{
  if (self->file != NULL)
    fclose (self->file);
  self->file = NULL;
}

/* Where somebody reads a file, Windows does not let it have another name: then
 * what is in it goes, and the limit holds. */
static void
turn (PbLogFile *self)
{
  gboolean moved = TRUE;

  close_file (self);
  for (guint n = N_FILES - 1; n > 0; n--) {
    g_autofree gchar *older = dup_name (self, n);
    g_autofree gchar *newer = dup_name (self, n - 1);

    moved = g_rename (newer, older) == 0 || pb_file_errno () == ENOENT;
  }
  open_file (self, moved ? "ab" : "wb");
}

/**
 * pb_log_file_new:
 * @path: of the newest lines; its folder is made where it is missing
 * @most_bytes: of all files together
 * @error: a G_FILE_ERROR with @path in its words
 *
 * What other runs wrote stays, within @most_bytes.
 *
 * Returns: (transfer full): %NULL on error
 */
PbLogFile *
pb_log_file_new (const gchar *path, gsize most_bytes, GError **error)
{
  g_autofree gchar *folder = g_path_get_dirname (path);
  PbLogFile *self = g_new0 (PbLogFile, 1);
  gint failed;

  self->path = g_strdup (path);
  self->most_bytes = most_bytes / N_FILES;
  g_mutex_init (&self->lock);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    failed = pb_file_errno ();
  else if (open_file (self, "ab"))
    return self;
  else
    failed = errno;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (failed), "%s: %s",
      path, g_strerror (failed));
  pb_log_file_free (self);
  return NULL;
}

static gboolean
put (PbLogFile *self, const gchar *line)
{
  const gsize length = strlen (line);

  if (self->size > 0 && self->size + length + 1 > self->most_bytes)
    turn (self);
  if (self->file == NULL && !open_file (self, "ab"))
    return FALSE;
  if (fwrite (line, 1, length, self->file) == length
      && fputc ('\n', self->file) != EOF && fflush (self->file) == 0) {
    self->size += length + 1;
    return TRUE;
  }
  /* What the C library keeps of it must not come later, cut in two. */
  close_file (self);
  return FALSE;
}

/**
 * pb_log_file_write:
 * @log: a log
 * @line: without its end
 *
 * A line that cannot be written (a full disk) is counted, and told of once one
 * can be. Any thread.
 */
void
pb_log_file_write (PbLogFile *log, const gchar *line)
{
  g_mutex_lock (&log->lock);
  if (log->lost > 0) {
    g_autofree gchar *words = g_strdup_printf (
        "(%" G_GUINT64_FORMAT " lines before this one could not be written)",
        log->lost);

    if (put (log, words))
      log->lost = 0;
  }
  if (log->lost > 0 || !put (log, line))
    log->lost++;
  g_mutex_unlock (&log->lock);
}

/**
 * pb_log_file_free:
 * @log: (transfer full): a log; the files stay
 */
void
pb_log_file_free (PbLogFile *log)
{
  close_file (log);
  g_mutex_clear (&log->lock);
  g_free (log->path);
  g_free (log);
}
