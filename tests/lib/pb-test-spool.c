/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A spool's folder, and rows to put into it. */
#include "pb-test-spool.h"

#include <glib/gstdio.h>

#include "pb-test-rows.h"

void
pb_test_spool_set_up (PbTestSpool *f, gconstpointer unused)
{
  f->folder = g_dir_make_tmp ("pitbox-spool-XXXXXX", NULL);
  g_assert_nonnull (f->folder);
}

guint
pb_test_spool_count_files (PbTestSpool *f)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

void
pb_test_spool_tear_down (PbTestSpool *f, gconstpointer unused)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (f->folder, name, NULL);

    g_unlink (path);
  }
  g_rmdir (f->folder);
  g_free (f->folder);
}

void
pb_test_spool_set_up_run (PbTestUnits *u, guint32 run_id, guint32 sequence)
{
  const GstPitboxEncoderConfig config = { .codec = GST_PITBOX_CODEC_DEFAULT,
    .key_interval = GST_SECOND / 2,
    .rows_per_unit = 2,
    .run_id = run_id,
    .sequence = sequence,
    .rate_divisor = 1 };

  pb_test_units_set_up_with (u, &config);
}

void
pb_test_spool_push_rows (PbSpool *spool, PbTestUnits *u, guint from, guint to)
{
  for (guint n = from; n < to; n++) {
    g_autoptr (GstBuffer) unit = pb_test_units_encode (u, n);

    if (unit != NULL)
      pb_spool_push (spool, unit, GST_BUFFER_PTS (unit));
  }
}

GByteArray *
pb_test_spool_make_file (PbTestUnits *u, guint from, guint to)
{
  GByteArray *out = g_byte_array_new ();

  pb_spool_file_begin (out);
  for (guint n = from; n < to; n++) {
    g_autoptr (GstBuffer) unit = pb_test_units_encode (u, n);
    GstMapInfo map;

    if (unit == NULL)
      continue;
    g_assert_true (gst_buffer_map (unit, &map, GST_MAP_READ));
    pb_spool_file_add (out, GST_BUFFER_PTS (unit), map.data, map.size);
    gst_buffer_unmap (unit, &map);
  }
  return out;
}
