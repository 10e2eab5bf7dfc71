/* SPDX-License-Identifier: LGPL-2.1-or-later
 * .ibt files: written, read, cut off, foreign. */
#include "../lib/pb-test-sim.h"

#include <irsdk/irsdk-bytes.h>
#include <irsdk/irsdk-row.h>
#include <string.h>

static void
file_written_and_read_is_the_same (void)
{
  g_autoptr (GByteArray) a = pb_test_sim_file (7, TRUE);
  IrsdkVar want[PB_TEST_SIM_VARS];
  const gint32 bytes = pb_test_sim_vars (want, 2);
  g_autofree guint8 *row = g_malloc ((gsize) bytes);
  const IrsdkVar *vars;
  gsize n, size;
  IrsdkDisk *d;

  g_assert_cmpint (irsdk_disk_open_memory (&d, a->data, a->len), ==, IRSDK_OK);
  g_assert_cmpint (irsdk_disk_get_header (d)->tick_rate, ==, 60);
  vars = irsdk_disk_get_vars (d, &n);
  g_assert_cmpuint (n, ==, PB_TEST_SIM_VARS);
  g_assert_cmpuint (irsdk_disk_get_n_rejected_vars (d), ==, 0);
  for (guint i = 0; i < n; i++) {
    g_assert_cmpstr (vars[i].name, ==, want[i].name);
    g_assert_cmpstr (vars[i].desc, ==, want[i].desc);
    g_assert_cmpint (vars[i].offset, ==, want[i].offset);
    g_assert_cmpint (vars[i].count_as_time, ==, want[i].count_as_time);
  }
  g_assert_cmpstr (irsdk_disk_get_session (d, &size), ==,
      "---\nWeekendInfo:\n TrackName: ring\n...\n");
  g_assert_cmpuint (size, ==, 38);
  g_assert_cmpuint (irsdk_disk_get_n_rows (d), ==, 7);
  g_assert_true (irsdk_disk_is_finished (d));
  g_assert_cmpint (irsdk_disk_get_info (d)->record_count, ==, 7);
  g_assert_cmpint (irsdk_disk_get_info (d)->start_date, ==, 1738253369);
  g_assert_cmpfloat (irsdk_disk_get_info (d)->start_time, ==, 1000 / 60.0);
  g_assert_cmpfloat (irsdk_disk_get_info (d)->end_time, ==, 1006 / 60.0);
  for (guint i = 0; i < 7; i++) {
    g_assert_cmpint (irsdk_disk_read_row (d, i, row), ==, IRSDK_OK);
    g_assert_true (pb_test_sim_row_is_whole (want, 1000 + (gint) i, row));
  }
  g_assert_cmpint (irsdk_disk_read_row (d, 7, row), ==, IRSDK_ERROR_TRUNCATED);
  g_assert_cmpint (
      irsdk_disk_read_row (d, G_MAXUINT64, row), ==, IRSDK_ERROR_TRUNCATED);
  irsdk_disk_free (d);
}

static void
file_of_a_crashed_sim_is_read (void)
{
  g_autoptr (GByteArray) a = pb_test_sim_file (7, FALSE);
  IrsdkDisk *d;

  g_assert_cmpint (
      irsdk_disk_open_memory (&d, a->data, a->len - 5), ==, IRSDK_OK);
  g_assert_cmpint (irsdk_disk_get_info (d)->record_count, ==, 0);
  g_assert_cmpuint (irsdk_disk_get_n_rows (d), ==, 6);
  g_assert_cmpuint (irsdk_disk_get_tail_bytes (d), ==,
      (gsize) irsdk_disk_get_header (d)->row_bytes - 5);
  g_assert_false (irsdk_disk_is_finished (d));
  irsdk_disk_free (d);
}

static void
file_cut_at_each_byte (void)
{
  g_autoptr (GByteArray) a = pb_test_sim_file (3, TRUE);
  gsize head = 0;

  g_assert_cmpint (
      irsdk_disk_get_head_bytes (a->data, a->len, &head), ==, IRSDK_OK);
  for (gsize n = 0; n < a->len; n++) {
    g_autofree guint8 *cut = g_memdup2 (a->data, n);
    IrsdkDisk *d = (IrsdkDisk *) a;
    IrsdkResult r = irsdk_disk_open_memory (&d, cut, n);
    gsize need = 0;

    if (n < head) {
      g_assert_cmpint (r, ==, IRSDK_ERROR_TRUNCATED);
      g_assert_null (d);
    } else {
      g_assert_cmpint (r, ==, IRSDK_OK);
      g_assert_cmpuint (irsdk_disk_get_n_rows (d), <, 3);
    }
    irsdk_disk_free (d);
    r = irsdk_disk_get_head_bytes (cut, n, &need);
    if (n < IRSDK_HEADER_BYTES)
      g_assert_cmpint (r, ==, IRSDK_ERROR_TRUNCATED);
    else
      g_assert_cmpuint (need, ==, head);
  }
}

static void
regions_that_contradict_each_other (void)
{
  /* Offset of a header field, and a value that cannot be. */
  static const struct {
    gsize at;
    gint32 value;
    IrsdkResult result;
  } cases[] = {
    { 28, 112, IRSDK_ERROR_INVALID }, /* variables over the sub-header */
    { 28, 143, IRSDK_ERROR_INVALID }, { 28, 1 << 20, IRSDK_ERROR_INVALID },
    { 20, 113, IRSDK_ERROR_INVALID }, { 20, G_MAXINT32, IRSDK_ERROR_INVALID },
    { 20, 112, IRSDK_ERROR_FOREIGN }, /* a dump of shared memory */
    { 32, 3, IRSDK_ERROR_FOREIGN }, { 16, 1000, IRSDK_ERROR_INVALID },
    { 24, 4096, IRSDK_ERROR_INVALID }, { 52, 0, IRSDK_ERROR_INVALID },
    { 52, -1, IRSDK_ERROR_INVALID },
    { 52, IRSDK_DISK_MAX_HEAD_BYTES + 1, IRSDK_ERROR_LIMIT },
    { 52, IRSDK_DISK_MAX_HEAD_BYTES, IRSDK_ERROR_TRUNCATED },
    { 0, 0x6d783f3c, IRSDK_ERROR_FOREIGN }, /* "<?xm" */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) a = pb_test_sim_file (3, TRUE);
    IrsdkDisk *d;

    irsdk_put_i32 (a->data + cases[i].at, cases[i].value);
    g_assert_cmpint (
        irsdk_disk_open_memory (&d, a->data, a->len), ==, cases[i].result);
    g_assert_null (d);
  }
}

static void
string_ends_at_its_first_nul (void)
{
  g_autoptr (GByteArray) a = pb_test_sim_file (1, TRUE);
  const gint32 at = irsdk_get_i32 (a->data + 20);
  IrsdkDisk *d;
  gsize size;

  a->data[at + 3] = '\0';
  g_assert_cmpint (irsdk_disk_open_memory (&d, a->data, a->len), ==, IRSDK_OK);
  g_assert_cmpstr (irsdk_disk_get_session (d, &size), ==, "---");
  g_assert_cmpuint (size, ==, 3);
  irsdk_disk_free (d);
}

static void
file_without_one_row (void)
{
  g_autoptr (GByteArray) a = pb_test_sim_file (0, TRUE);
  IrsdkDisk *d;
  guint8 row[1];

  g_assert_cmpint (irsdk_disk_open_memory (&d, a->data, a->len), ==, IRSDK_OK);
  g_assert_cmpuint (irsdk_disk_get_n_rows (d), ==, 0);
  g_assert_true (irsdk_disk_is_finished (d));
  g_assert_cmpint (irsdk_disk_read_row (d, 0, row), ==, IRSDK_ERROR_TRUNCATED);
  irsdk_disk_free (d);
}

static bool
fail_read (void *user, uint64_t offset, void *data, size_t size)
{
  (void) data;
  (void) size;
  return offset < *(guint64 *) user;
}

static bool
fail_write (void *user, uint64_t offset, const void *data, size_t size)
{
  (void) data;
  return offset + size <= *(guint64 *) user;
}

static void
failing_disks_are_reported (void)
{
  IrsdkVar vars[PB_TEST_SIM_VARS];
  IrsdkDiskSetup setup = { 2, 60, vars, PB_TEST_SIM_VARS,
    pb_test_sim_vars (vars, 1), "", 0, 0 };
  IrsdkDisk *d;
  IrsdkDiskWriter *w;
  guint64 limit = 0;
  guint8 row[1024] = { 0 };

  g_assert_cmpint (
      irsdk_disk_open (&d, fail_read, &limit, 1000), ==, IRSDK_ERROR_IO);
  g_assert_cmpint (irsdk_disk_writer_new (&w, &setup, fail_write, &limit), ==,
      IRSDK_ERROR_IO);
  g_assert_null (w);
  limit = IRSDK_DISK_START_BYTES + PB_TEST_SIM_VARS * IRSDK_VAR_BYTES;
  g_assert_cmpint (
      irsdk_disk_writer_new (&w, &setup, fail_write, &limit), ==, IRSDK_OK);
  g_assert_cmpint (irsdk_disk_writer_put_row (w, row), ==, IRSDK_ERROR_IO);
  irsdk_disk_writer_free (w);
  setup.row_bytes--;
  g_assert_cmpint (irsdk_disk_writer_new (&w, &setup, fail_write, &limit), ==,
      IRSDK_ERROR_INVALID);
}

typedef struct {
  const gchar *path;
  guint rows, vars, row_bytes;
  gint ver;
} Real;

static const Real real[] = {
  { "ibt/formulavee_tsukuba-1kouter.ibt", 3429, 270, 1051, 2 },
  { "ibt/skmodified-tour_martinsville.ibt", 4954, 143, 561, 1 },
  { "ibt/mercedesw13_spielberg-gp_pitbox.ibt", 390, 276, 1072, 2 },
};

/* Reads a real file, writes it anew, and compares all but what the sim leaves
 * in unused fields. */
static void
real_files_survive_a_copy (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (real); i++) {
    gsize size, n_vars, session_bytes;
    g_autofree gchar *data = pb_test_data (real[i].path, &size);
    g_autofree guint8 *row = g_malloc (real[i].row_bytes);
    g_autoptr (GByteArray) copy = g_byte_array_new ();
    const IrsdkHeader *h;
    IrsdkDiskSetup setup = { 0 };
    IrsdkDiskWriter *w;
    IrsdkDisk *d;

    if (data == NULL)
      continue;
    g_assert_cmpint (irsdk_disk_open_memory (&d, data, size), ==, IRSDK_OK);
    h = irsdk_disk_get_header (d);
    setup.ver = h->ver;
    setup.tick_rate = h->tick_rate;
    setup.vars = irsdk_disk_get_vars (d, &n_vars);
    setup.n_vars = n_vars;
    setup.row_bytes = h->row_bytes;
    setup.session = data + h->session_offset;
    setup.session_bytes = (gsize) h->session_bytes;
    setup.start_date = irsdk_disk_get_info (d)->start_date;
    irsdk_disk_get_session (d, &session_bytes);
    g_assert_cmpint (h->ver, ==, real[i].ver);
    g_assert_cmpuint (n_vars, ==, real[i].vars);
    g_assert_cmpuint (irsdk_disk_get_n_rows (d), ==, real[i].rows);
    g_assert_true (irsdk_disk_is_finished (d));
    g_assert_cmpuint (session_bytes, >, 5000);
    g_assert_cmpint (
        irsdk_disk_writer_new (&w, &setup, pb_test_sim_write, copy), ==,
        IRSDK_OK);
    for (guint k = 0; k < real[i].rows; k++) {
      g_assert_cmpint (irsdk_disk_read_row (d, k, row), ==, IRSDK_OK);
      g_assert_cmpint (irsdk_disk_writer_put_row (w, row), ==, IRSDK_OK);
    }
    g_assert_cmpint (
        irsdk_disk_writer_close (w, irsdk_disk_get_info (d)->lap_count), ==,
        IRSDK_OK);
    g_assert_cmpuint (copy->len, ==, size);
    /* From the sub-header on, everything is the same. */
    g_assert_cmpmem (copy->data + 112, copy->len - 112, data + 112, size - 112);
    irsdk_disk_writer_free (w);
    irsdk_disk_free (d);
  }
}

static void
a_real_memory_dump_is_no_file (void)
{
  gsize size;
  g_autofree gchar *data =
      pb_test_data ("shm/skipbarber_longbeach_2021.shm.bin", &size);
  IrsdkDisk *d;

  if (data == NULL)
    return;
  g_assert_cmpint (
      irsdk_disk_open_memory (&d, data, size), ==, IRSDK_ERROR_FOREIGN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/irsdk/disk/round-trip", file_written_and_read_is_the_same);
  g_test_add_func ("/irsdk/disk/crashed", file_of_a_crashed_sim_is_read);
  g_test_add_func ("/irsdk/disk/cut", file_cut_at_each_byte);
  g_test_add_func (
      "/irsdk/disk/contradictions", regions_that_contradict_each_other);
  g_test_add_func ("/irsdk/disk/nul", string_ends_at_its_first_nul);
  g_test_add_func ("/irsdk/disk/no-rows", file_without_one_row);
  g_test_add_func ("/irsdk/disk/failing", failing_disks_are_reported);
  g_test_add_func ("/irsdk/disk/real", real_files_survive_a_copy);
  g_test_add_func ("/irsdk/disk/dump", a_real_memory_dump_is_no_file);
  return g_test_run ();
}
