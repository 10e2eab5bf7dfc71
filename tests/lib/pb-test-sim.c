/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A small simulator for tests. */
#include "pb-test-sim.h"

#include <irsdk/irsdk-row.h>
#include <string.h>

static const IrsdkVar table[PB_TEST_SIM_VARS] = {
  { IRSDK_DOUBLE, 0, 1, false, "SessionTime", "Seconds since start", "s" },
  { IRSDK_INT, 0, 1, false, "SessionTick", "Current update number", "" },
  { IRSDK_BOOL, 0, 1, false, "IsOnTrack", "1=Car on track", "" },
  { IRSDK_CHAR, 0, 3, false, "Letters", "N\xfcrburg", "" },
  { IRSDK_INT, 0, 1, false, "Lap", "Laps started count", "" },
  { IRSDK_INT, 0, 1, false, "PlayerTrackSurface", "", "irsdk_TrkLoc" },
  { IRSDK_DOUBLE, 0, 1, false, "Lat", "Latitude", "deg" },
  { IRSDK_DOUBLE, 0, 1, false, "Lon", "Longitude", "deg" },
  { IRSDK_FLOAT, 0, 6, true, "LatAccel_ST", "Lateral", "m/s^2" },
  { IRSDK_INT, 0, 64, false, "CarIdxLap", "Laps by car index", "" },
  { IRSDK_BITFIELD, 0, 1, false, "SessionFlags", "", "irsdk_Flags" },
  { IRSDK_DOUBLE, 0, 1, false, "Probe", "All the tick", "" },
};

gint32
pb_test_sim_vars (IrsdkVar vars[PB_TEST_SIM_VARS], guint probe)
{
  memcpy (vars, table, sizeof table);
  vars[PB_TEST_SIM_VARS - 1].count = (gint32) probe;
  return irsdk_vars_pack (vars, PB_TEST_SIM_VARS);
}

void
pb_test_sim_fill_row (
    const IrsdkVar vars[PB_TEST_SIM_VARS], gint32 tick, void *row)
{
  for (guint i = 0; i < PB_TEST_SIM_VARS; i++) {
    for (gint32 k = 0; k < vars[i].count; k++)
      irsdk_row_set (row, &vars[i], k, tick);
  }
  irsdk_row_set (row, &vars[0], 0, tick / 60.0);
  irsdk_row_set (row, &vars[4], 0, tick / 10);
}

gboolean
pb_test_sim_row_is_whole (
    const IrsdkVar vars[PB_TEST_SIM_VARS], gint32 tick, const void *row)
{
  const gsize bytes = (gsize) vars[PB_TEST_SIM_VARS - 1].offset
                      + 8 * (gsize) vars[PB_TEST_SIM_VARS - 1].count;
  g_autofree guint8 *want = g_malloc0 (bytes);

  pb_test_sim_fill_row (vars, tick, want);
  return memcmp (want, row, bytes) == 0;
}

/* Tests run side by side: process and a counter make a name. */
gchar *
pb_test_sim_name (void)
{
  static gint n = 0;

  return g_strdup_printf (
      "pitbox-test-%08x-%d", g_random_int (), g_atomic_int_add (&n, 1));
}

IrsdkShmWriter *
pb_test_sim_new (
    const gchar *name, guint probe, guint num_buf, gboolean sdk_1_20)
{
  IrsdkVar vars[PB_TEST_SIM_VARS];
  IrsdkShmSetup setup = { name, 2, 60, (gint32) num_buf, sdk_1_20, vars,
    PB_TEST_SIM_VARS, pb_test_sim_vars (vars, probe) };
  IrsdkShmWriter *sim;

  g_assert_cmpint (irsdk_shm_writer_new (&sim, &setup), ==, IRSDK_OK);
  return sim;
}

void
pb_test_sim_put (IrsdkShmWriter *sim, guint probe, gint32 tick)
{
  IrsdkVar vars[PB_TEST_SIM_VARS];

  pb_test_sim_vars (vars, probe);
  pb_test_sim_fill_row (vars, tick, irsdk_shm_writer_begin_row (sim, tick));
  irsdk_shm_writer_end_row (sim);
}

bool
pb_test_sim_write (void *array, uint64_t offset, const void *data, size_t size)
{
  GByteArray *a = array;

  if (offset + size > a->len)
    g_byte_array_set_size (a, (guint) (offset + size));
  memcpy (a->data + offset, data, size);
  return true;
}

GByteArray *
pb_test_sim_file (guint rows, gboolean closed)
{
  static const char text[] = "---\nWeekendInfo:\n TrackName: ring\n...\n";
  IrsdkVar vars[PB_TEST_SIM_VARS];
  IrsdkDiskSetup setup = { 2, 60, vars, PB_TEST_SIM_VARS,
    pb_test_sim_vars (vars, 2), text, sizeof text - 1, 1738253369 };
  g_autofree guint8 *row = g_malloc0 ((gsize) setup.row_bytes);
  GByteArray *a = g_byte_array_new ();
  IrsdkDiskWriter *w;

  g_assert_cmpint (
      irsdk_disk_writer_new (&w, &setup, pb_test_sim_write, a), ==, IRSDK_OK);
  for (guint i = 0; i < rows; i++) {
    pb_test_sim_fill_row (vars, (gint32) i + 1000, row);
    g_assert_cmpint (irsdk_disk_writer_put_row (w, row), ==, IRSDK_OK);
  }
  if (closed)
    g_assert_cmpint (irsdk_disk_writer_close (w, 3), ==, IRSDK_OK);
  irsdk_disk_writer_free (w);
  return a;
}

gchar *
pb_test_data (const gchar *path, gsize *size)
{
  const gchar *folder = g_getenv ("PITBOX_TEST_DATA");
  g_autofree gchar *full = NULL;
  gchar *data = NULL;

  if (folder != NULL && folder[0] != '\0')
    full = g_build_filename (folder, path, NULL);
  if (full == NULL || !g_file_get_contents (full, &data, size, NULL)) {
    if (g_test_initialized ())
      g_test_skip_printf ("no %s in PITBOX_TEST_DATA", path);
    else
      g_print ("# skipped: no %s in PITBOX_TEST_DATA\n", path);
    return NULL;
  }
  return data;
}
