/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A whole .ibt file from anywhere. */
#include "fuzz.h"

#include <irsdk/irsdk-disk.h>
#include <irsdk/irsdk-session.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  IrsdkDisk *disk;
  gsize head, n, session_bytes;
  guint8 *row;
  guint64 rows;

  if (irsdk_disk_get_head_bytes (data, size, &head) == IRSDK_OK
      && head > IRSDK_DISK_MAX_HEAD_BYTES)
    abort ();
  if (irsdk_disk_open_memory (&disk, data, size) != IRSDK_OK)
    return 0;
  rows = irsdk_disk_get_n_rows (disk);
  row = malloc ((gsize) irsdk_disk_get_header (disk)->row_bytes);
  for (guint64 i = 0; i < MIN (rows, 16); i++) {
    if (irsdk_disk_read_row (disk, i, row) != IRSDK_OK)
      abort ();
  }
  if (irsdk_disk_read_row (disk, rows, row) == IRSDK_OK)
    abort ();
  irsdk_disk_get_vars (disk, &n);
  irsdk_disk_is_finished (disk);
  if (n == 0)
    abort ();
  if (strlen (irsdk_disk_get_session (disk, &session_bytes)) != session_bytes)
    abort ();
  free (row);
  irsdk_disk_free (disk);
  return 0;
}

static bool
put (void *user, uint64_t offset, const void *data, size_t size)
{
  GByteArray *a = user;

  if (offset + size > a->len)
    g_byte_array_set_size (a, (guint) (offset + size));
  memcpy (a->data + offset, data, size);
  return true;
}

GBytes *
fuzz_get_seed (guint index)
{
  static const char text[] = "---\nWeekendInfo:\n TrackName: ring\n...\n";
  IrsdkVar vars[] = { { IRSDK_DOUBLE, 0, 1, false, "SessionTime", "Seconds",
                          "s" },
    { IRSDK_FLOAT, 0, 1, false, "Speed", "GPS vehicle speed", "m/s" },
    { IRSDK_FLOAT, 0, 6, true, "SteeringWheelTorque_ST", "", "N*m" } };
  IrsdkDiskSetup setup = { index == 0 ? 1 : 2, 60, vars, G_N_ELEMENTS (vars),
    irsdk_vars_pack (vars, G_N_ELEMENTS (vars)), text, sizeof text - 1,
    1738253369 };
  GByteArray *a;
  IrsdkDiskWriter *w;
  guint8 row[36] = { 0 };

  if (index > 2)
    return NULL;
  a = g_byte_array_new ();
  if (irsdk_disk_writer_new (&w, &setup, put, a) != IRSDK_OK)
    abort ();
  for (guint i = 0; i < 5; i++)
    irsdk_disk_writer_put_row (w, row);
  /* The last seed is what a crash of the sim leaves behind. */
  if (index < 2)
    irsdk_disk_writer_close (w, 1);
  irsdk_disk_writer_free (w);
  return g_byte_array_free_to_bytes (a);
}
