/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where pitbox-sim's rows go: shared memory, or an .ibt file. */
#include "sim-out.h"

#include "sim-host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

struct SimShmOut {
  IrsdkShmWriter *writer;
  guint text_update;
  gboolean connected;
};

struct SimDiskOut {
  FILE *file;
  gchar *path;
  guint64 at;
  IrsdkDiskWriter *writer;
  gint lap;
  gint laps;
};

G_DEFINE_QUARK (pitbox - sim - out - error - quark, sim_out_error)

/* Why there is no shared memory; failed: errno, where there is one. */
static const gchar *
shm_words (IrsdkResult result, int failed)
{
  if (result != IRSDK_ERROR_IO || failed == 0)
    return irsdk_result_text (result);
  return failed == EBUSY ? "another simulator writes it (--shm-name makes "
                           "one of another name)"
                         : g_strerror (failed);
}

/* Makes the shared memory, not connected yet. */
SimShmOut *
sim_shm_out_new (SimFeed *feed, const SimShmConfig *config, GError **error)
{
  SimShmOut *out = g_new0 (SimShmOut, 1);
  IrsdkShmSetup setup = {
    .name = config->name,
    .ver = (gint32) (config->header_version != 0
                         ? config->header_version
                         : sim_feed_get_header_version (feed)),
    .tick_rate = (gint32) sim_feed_get_tick_rate (feed),
    .num_buf = (gint32) config->buffers,
    .sdk_1_20 = config->tick_fields,
    .row_bytes = (gint32) sim_feed_get_row_bytes (feed),
  };
  IrsdkResult result;

  setup.vars = sim_feed_get_vars (feed, &setup.n_vars);
  errno = 0;
  result = irsdk_shm_writer_new (&out->writer, &setup);
  if (result != IRSDK_OK) {
    g_set_error (error, SIM_OUT_ERROR, SIM_OUT_ERROR_SHM,
        "cannot make the shared memory '%s': %s",
        config->name != NULL ? config->name : irsdk_shm_default_name (),
        shm_words (result, errno));
    g_free (out);
    return NULL;
  }
  return out;
}

/* Clears the status and takes the shared memory away. */
void
sim_shm_out_free (SimShmOut *out)
{
  if (out == NULL)
    return;
  irsdk_shm_writer_free (out->writer);
  g_free (out);
}

static void
put_text (SimShmOut *out, SimFeed *feed)
{
  guint update;
  g_autoptr (GBytes) text = sim_feed_get_text (feed, &update);
  gsize size;
  const char *chars = g_bytes_get_data (text, &size);

  if (update == out->text_update)
    return;
  out->text_update = update;
  if (irsdk_shm_writer_set_session (out->writer, chars, size) != IRSDK_OK)
    g_warning (
        "the session text of %" G_GSIZE_FORMAT " bytes does not fit", size);
}

/* Publishes one row; before the first, text and status. */
void
sim_shm_out_put (SimShmOut *out, SimFeed *feed, gint32 tick, const guint8 *row)
{
  put_text (out, feed);
  irsdk_shm_writer_put_row (out->writer, tick, row);
  if (!out->connected)
    irsdk_shm_writer_set_connected (out->writer, true);
  out->connected = TRUE;
}

static bool
write_at (void *user, uint64_t offset, const void *data, size_t size)
{
  SimDiskOut *out = user;

  /* Only the sub-header is written out of order, and it is near the start. */
  if (offset != out->at && fseek (out->file, (long) offset, SEEK_SET) != 0)
    return false;
  out->at = offset + size;
  return fwrite (data, 1, size, out->file) == size;
}

static void
set_write_error (SimDiskOut *out, IrsdkResult result, GError **error)
{
  g_set_error (error, SIM_OUT_ERROR, SIM_OUT_ERROR_FILE, "cannot write %s: %s",
      out->path,
      result == IRSDK_ERROR_IO ? g_strerror (errno)
                               : irsdk_result_text (result));
}

static void
disk_out_free (SimDiskOut *out)
{
  irsdk_disk_writer_free (out->writer);
  if (out->file != NULL)
    fclose (out->file);
  g_free (out->path);
  g_free (out);
}

/* Makes the file and writes everything before the rows. */
SimDiskOut *
sim_disk_out_new (
    SimFeed *feed, const gchar *path, guint header_version, GError **error)
{
  SimDiskOut *out = g_new0 (SimDiskOut, 1);
  guint update;
  g_autoptr (GBytes) text = sim_feed_get_text (feed, &update);
  IrsdkDiskSetup setup = {
    .ver = (gint32) (header_version != 0 ? header_version
                                         : sim_feed_get_header_version (feed)),
    .tick_rate = (gint32) sim_feed_get_tick_rate (feed),
    .row_bytes = (gint32) sim_feed_get_row_bytes (feed),
    .start_date = sim_feed_get_start_date (feed),
  };
  IrsdkResult result = IRSDK_ERROR_IO;

  setup.session = g_bytes_get_data (text, &setup.session_bytes);
  setup.vars = sim_feed_get_vars (feed, &setup.n_vars);
  out->path = g_strdup (path);
  out->lap = -1;
  out->file = sim_host_open (path);
  if (out->file != NULL)
    result = irsdk_disk_writer_new (&out->writer, &setup, write_at, out);
  if (result == IRSDK_OK)
    return out;
  set_write_error (out, result, error);
  disk_out_free (out);
  return NULL;
}

/* Adds one row, the feed's last. */
gboolean
sim_disk_out_put (
    SimDiskOut *out, SimFeed *feed, const guint8 *row, GError **error)
{
  const gint lap = (gint) sim_feed_get_number (feed, "Lap");
  const IrsdkResult result = irsdk_disk_writer_put_row (out->writer, row);

  if (result != IRSDK_OK) {
    set_write_error (out, result, error);
    return FALSE;
  }
  out->laps += lap != out->lap;
  out->lap = lap;
  return TRUE;
}

/* Completes the file and frees the writer. */
gboolean
sim_disk_out_close (SimDiskOut *out, GError **error)
{
  IrsdkResult result = irsdk_disk_writer_close (out->writer, out->laps);

  if (result == IRSDK_OK && fflush (out->file) != 0)
    result = IRSDK_ERROR_IO;
  if (result != IRSDK_OK)
    set_write_error (out, result, error);
  disk_out_free (out);
  return result == IRSDK_OK;
}

/* A pipe, a terminal, /dev/null: nothing that a file is put in the place of. */
static gboolean
is_special (const gchar *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS)
         && !g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

/* Whether a text can be written there later, as far as can be known now: an
 * evening's race is not driven for nothing. */
gboolean
sim_text_out_check (const gchar *path, GError **error)
{
  g_autofree gchar *beside = g_strconcat (path, ".XXXXXX", NULL);
  int fd = -1, failed = 0;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    failed = EISDIR;
  else if (!is_special (path) && (fd = g_mkstemp (beside)) < 0)
    failed = errno;
  if (fd >= 0) {
    g_close (fd, NULL);
    g_unlink (beside);
  }
  if (failed != 0)
    g_set_error (error, SIM_OUT_ERROR, SIM_OUT_ERROR_FILE,
        "cannot write %s: %s", path, g_strerror (failed));
  return failed == 0;
}

/* Writes a whole text: a file is there complete or not at all. */
gboolean
sim_text_out_write (const gchar *path, const gchar *text, GError **error)
{
  const gsize size = strlen (text);
  FILE *file;
  gboolean ok;

  if (!is_special (path))
    return g_file_set_contents (path, text, (gssize) size, error);
  file = sim_host_open (path);
  ok = file != NULL && fwrite (text, 1, size, file) == size;
  if (file != NULL)
    ok = fclose (file) == 0 && ok;
  if (!ok)
    g_set_error (error, SIM_OUT_ERROR, SIM_OUT_ERROR_FILE,
        "cannot write %s: %s", path, g_strerror (errno));
  return ok;
}
