/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A real recording for tests, if there are any on this machine. */
#include "pb-test-ibt.h"

#include <gstpitbox/gstpitboxirsdk.h>
#include <irsdk/irsdk-disk.h>
#include <irsdk/irsdk-session.h>

static void
take_rows (PbTestIbt *ibt, IrsdkDisk *disk)
{
  const IrsdkHeader *header = irsdk_disk_get_header (disk);
  g_autoptr (GError) error = NULL;
  size_t n_vars;
  const IrsdkVar *vars = irsdk_disk_get_vars (disk, &n_vars);

  ibt->schema = gst_pitbox_schema_new_from_irsdk (
      vars, n_vars, header->tick_rate, header->row_bytes, &error);
  g_assert_no_error (error);
  ibt->row_bytes = gst_pitbox_schema_get_row_bytes (ibt->schema);
  ibt->n_rows = (guint) irsdk_disk_get_n_rows (disk);
  ibt->rows = g_malloc ((gsize) ibt->n_rows * ibt->row_bytes);
  for (guint i = 0; i < ibt->n_rows; i++)
    g_assert_cmpint (
        irsdk_disk_read_row (disk, i, ibt->rows + (gsize) i * ibt->row_bytes),
        ==, IRSDK_OK);
}

static void
take_session (PbTestIbt *ibt, IrsdkDisk *disk)
{
  size_t size;
  const char *text = irsdk_disk_get_session (disk, &size);
  IrsdkSession *session = irsdk_session_parse (text, size);

  g_assert_nonnull (session);
  ibt->track_length_m = session->track_length_m;
  ibt->north_offset_rad = session->track_north_offset_rad;
  irsdk_session_free (session);
}

/* `name` within $PITBOX_TEST_DATA/ibt. On FALSE the test is marked skipped. */
gboolean
pb_test_ibt_load (PbTestIbt *ibt, const gchar *name)
{
  const gchar *folder = g_getenv ("PITBOX_TEST_DATA");
  g_autofree gchar *path = NULL;
  g_autofree gchar *data = NULL;
  IrsdkDisk *disk = NULL;
  gsize size;

  if (folder == NULL || *folder == '\0') {
    g_test_skip ("PITBOX_TEST_DATA is not set: no real recordings");
    return FALSE;
  }
  path = g_build_filename (folder, "ibt", name, NULL);
  if (!g_file_get_contents (path, &data, &size, NULL)) {
    g_autofree gchar *why = g_strdup_printf ("no %s", path);

    g_test_skip (why);
    return FALSE;
  }
  g_assert_cmpint (irsdk_disk_open_memory (&disk, data, size), ==, IRSDK_OK);
  take_rows (ibt, disk);
  take_session (ibt, disk);
  irsdk_disk_free (disk);
  return TRUE;
}

void
pb_test_ibt_clear (PbTestIbt *ibt)
{
  g_clear_pointer (&ibt->schema, gst_pitbox_schema_unref);
  g_clear_pointer (&ibt->rows, g_free);
}
