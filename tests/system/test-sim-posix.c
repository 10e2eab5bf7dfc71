/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitbox-sim as a process: what it shows in shared memory, what it writes, and
 * how it ends. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <irsdk/irsdk-disk.h>
#include <irsdk/irsdk-shm.h>
#include <racesim/racesim.h>

/* Nothing here takes a tenth of it on an idle machine. */
#define PATIENCE_US (20 * G_USEC_PER_SEC)

static const gchar *program;
static gchar *folder;
static guint n_names;

/* A name that no other test and no simulator uses. */
static gchar *
new_name (void)
{
  return g_strdup_printf ("pitbox-sim-test-%d-%u", (gint) getpid (), n_names++);
}

static gchar *
new_path (const gchar *name)
{
  return g_build_filename (folder, name, NULL);
}

/* Starts the program; the list ends with NULL. */
static GSubprocess *G_GNUC_NULL_TERMINATED
start (const gchar *first, ...)
{
  g_autoptr (GPtrArray) args = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  GSubprocess *process;
  va_list list;

  g_ptr_array_add (args, (gpointer) program);
  g_ptr_array_add (args, (gpointer) "--quiet");
  va_start (list, first);
  for (const gchar *arg = first; arg != NULL; arg = va_arg (list, gchar *))
    g_ptr_array_add (args, (gpointer) arg);
  va_end (list);
  g_ptr_array_add (args, NULL);
  process = g_subprocess_newv ((const gchar *const *) args->pdata,
      G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  return process;
}

/* Waits for its end; returns the exit status and what it said. */
static gint
finish (GSubprocess *process, gchar **said)
{
  g_autoptr (GError) error = NULL;
  gint status;

  g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, said, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  status = g_subprocess_get_exit_status (process);
  g_object_unref (process);
  return status;
}

static void
finish_well (GSubprocess *process)
{
  g_autofree gchar *said = NULL;

  g_assert_cmpint (finish (process, &said), ==, 0);
  g_assert_cmpstr (said, ==, "");
}

/* Polls until the reader has a row; gives up with the test. */
static void
next_row (IrsdkShmReader *reader, IrsdkShmRow *row)
{
  const gint64 until = g_get_monotonic_time () + PATIENCE_US;

  while (irsdk_shm_reader_poll (reader, row) != IRSDK_SHM_ROW) {
    if (g_get_monotonic_time () > until)
      g_error ("no row in time");
    irsdk_shm_reader_wait (reader, 5);
  }
}

/* The same race in this process, to compare with. */
typedef struct {
  RaceSim *sim;
  guint8 *row;
  gint64 tick;
} Twin;

static void
twin_start (Twin *twin, RaceSimShape shape, const gchar *track, guint64 seed)
{
  g_autoptr (GError) error = NULL;
  RaceSimConfig config;

  race_sim_config_init (&config);
  config.shape = shape;
  config.track = track;
  config.seed = seed;
  twin->sim = race_sim_new (&config, &error);
  g_assert_no_error (error);
  twin->row = g_malloc (race_sim_get_row_bytes (twin->sim));
  twin->tick = 0;
}

static void
twin_stop (Twin *twin)
{
  race_sim_free (twin->sim);
  g_free (twin->row);
}

static const guint8 *
twin_at (Twin *twin, gint64 tick)
{
  g_assert_cmpint (tick, >, twin->tick);
  for (; twin->tick < tick; twin->tick++)
    race_sim_next_row (twin->sim, twin->row);
  return twin->row;
}

static void
test_rows_in_shared_memory (void)
{
  g_autofree gchar *name = new_name ();
  GSubprocess *sim = start ("--shm-name", name, "--seed", "3", "--buffers", "4",
      "--tick-fields", NULL);
  IrsdkShmReader *reader = irsdk_shm_reader_new (name);
  const IrsdkHeader *header;
  gint64 begin_us = 0;
  gint32 first = 0;
  size_t n_vars;
  IrsdkShmRow row;
  Twin twin;

  twin_start (&twin, RACE_SIM_SHAPE_LIVE, NULL, 3);
  for (guint i = 0; i < 120; i++) {
    next_row (reader, &row);
    g_assert_cmpmem (row.data, race_sim_get_row_bytes (twin.sim),
        twin_at (&twin, row.tick), race_sim_get_row_bytes (twin.sim));
    if (i == 0) {
      begin_us = g_get_monotonic_time ();
      first = row.tick;
    }
  }
  /* Not faster than the clock; how much slower is the machine's affair. */
  g_assert_cmpint (g_get_monotonic_time () - begin_us, >,
      (row.tick - first - 2) * G_USEC_PER_SEC / 60);
  header = irsdk_shm_reader_get_header (reader);
  g_assert_cmpint (header->ver, ==, 2);
  g_assert_cmpint (header->num_buf, ==, 4);
  g_assert_cmpint (header->tick_rate, ==, 60);
  g_assert_cmpint (header->cur_tick, >, 0);
  irsdk_shm_reader_get_vars (reader, &n_vars);
  g_assert_cmpuint (n_vars, >=, 300);
  g_subprocess_send_signal (sim, SIGINT);
  finish_well (sim);
  g_assert_cmpint (
      irsdk_shm_reader_poll (reader, &row), <=, IRSDK_SHM_DISCONNECTED);
  irsdk_shm_reader_free (reader);
  reader = irsdk_shm_reader_new (name);
  g_assert_cmpint (irsdk_shm_reader_poll (reader, &row), ==, IRSDK_SHM_NO_SIM);
  irsdk_shm_reader_free (reader);
  twin_stop (&twin);
}

static void
test_session_text_in_shared_memory (void)
{
  g_autofree gchar *name = new_name ();
  GSubprocess *sim = start ("--shm-name", name, "--track", "pinwheel",
      "--no-360hz", "--header-version", "1", "--cars", "1", NULL);
  IrsdkShmReader *reader = irsdk_shm_reader_new (name);
  const IrsdkVar *vars;
  size_t n_vars, size;
  int32_t update;
  IrsdkShmRow row;
  char *text;

  next_row (reader, &row);
  g_assert_cmpint (irsdk_shm_reader_get_header (reader)->ver, ==, 1);
  g_assert_cmpint (irsdk_shm_reader_get_header (reader)->num_buf, ==, 3);
  vars = irsdk_shm_reader_get_vars (reader, &n_vars);
  g_assert_null (irsdk_vars_find (vars, n_vars, "YawRate_ST"));
  g_assert_nonnull (irsdk_vars_find (vars, n_vars, "YawRate"));
  g_assert_cmpint (
      irsdk_shm_reader_copy_session (reader, &text, &size, &update), ==,
      IRSDK_OK);
  g_assert_cmpint (update, >, 0);
  g_assert_nonnull (strstr (text, "\n TrackName: pinwheel short\n"));
  g_assert_nonnull (strstr (text, "\n PaceCarIdx: -1\n"));
  free (text);
  g_subprocess_send_signal (sim, SIGTERM);
  finish_well (sim);
  irsdk_shm_reader_free (reader);
}

static void
test_pause_and_go_on (void)
{
  g_autofree gchar *name = new_name ();
  GSubprocess *sim = start ("--shm-name", name, NULL);
  IrsdkShmReader *reader = irsdk_shm_reader_new (name);
  const gint64 until = g_get_monotonic_time () + PATIENCE_US;
  gint64 quiet_since;
  gint32 tick;
  IrsdkShmRow row;

  next_row (reader, &row);
  tick = row.tick;
  g_subprocess_send_signal (sim, SIGUSR1);
  quiet_since = g_get_monotonic_time ();
  while (g_get_monotonic_time () - quiet_since < G_USEC_PER_SEC / 3) {
    const IrsdkShmPoll poll = irsdk_shm_reader_poll (reader, &row);

    if (poll == IRSDK_SHM_ROW) {
      quiet_since = g_get_monotonic_time ();
      tick = row.tick;
    } else {
      /* Ticks stand still, but it stays connected. */
      g_assert_cmpint (poll, ==, IRSDK_SHM_NOTHING);
    }
    if (g_get_monotonic_time () > until)
      g_error ("it does not pause");
    irsdk_shm_reader_wait (reader, 5);
  }
  g_subprocess_send_signal (sim, SIGUSR1);
  next_row (reader, &row);
  g_assert_cmpint (row.tick, ==, tick + 1);
  g_assert_false (row.restarted);
  g_subprocess_send_signal (sim, SIGINT);
  finish_well (sim);
  irsdk_shm_reader_free (reader);
}

static IrsdkDisk *
open_file (const gchar *path, GMappedFile **mapped)
{
  g_autoptr (GError) error = NULL;
  IrsdkDisk *disk;

  *mapped = g_mapped_file_new (path, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (
      irsdk_disk_open_memory (&disk, g_mapped_file_get_contents (*mapped),
          g_mapped_file_get_length (*mapped)),
      ==, IRSDK_OK);
  return disk;
}

static void
write_file (const gchar *path, const gchar *seconds)
{
  finish_well (start ("--write-ibt", path, "--duration", seconds, "--track",
      "pinwheel", "--seed", "9", NULL));
}

static void
test_written_file (void)
{
  g_autofree gchar *path = new_path ("written.ibt");
  g_autofree gchar *again = new_path ("again.ibt");
  g_autofree gchar *bytes = NULL, *bytes_again = NULL;
  g_autofree guint8 *row = NULL;
  gsize size, size_again;
  GMappedFile *mapped;
  IrsdkDisk *disk;
  Twin twin;

  write_file (path, "40");
  write_file (again, "40");
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_true (g_file_get_contents (again, &bytes_again, &size_again, NULL));
  g_assert_cmpmem (bytes, size, bytes_again, size_again);

  disk = open_file (path, &mapped);
  g_assert_cmpuint (irsdk_disk_get_n_rows (disk), ==, 2400);
  g_assert_true (irsdk_disk_is_finished (disk));
  g_assert_cmpuint (irsdk_disk_get_tail_bytes (disk), ==, 0);
  g_assert_cmpint (irsdk_disk_get_info (disk)->record_count, ==, 2400);
  g_assert_cmpfloat_with_epsilon (
      irsdk_disk_get_info (disk)->end_time, 40.0, 1e-6);
  g_assert_true (g_str_has_prefix (
      irsdk_disk_get_session (disk, &size), "---\nWeekendInfo:\n"));
  twin_start (&twin, RACE_SIM_SHAPE_DISK, "pinwheel", 9);
  row = g_malloc (race_sim_get_row_bytes (twin.sim));
  for (guint i = 0; i < 2400; i++) {
    g_assert_cmpint (irsdk_disk_read_row (disk, i, row), ==, IRSDK_OK);
    g_assert_cmpmem (row, race_sim_get_row_bytes (twin.sim),
        twin_at (&twin, i + 1), race_sim_get_row_bytes (twin.sim));
  }
  twin_stop (&twin);
  irsdk_disk_free (disk);
  g_mapped_file_unref (mapped);
}

static void
test_live_and_written_at_once (void)
{
  g_autofree gchar *path = new_path ("plain.ibt");
  g_autofree gchar *both = new_path ("both.ibt");
  g_autofree gchar *name = new_name ();
  g_autofree gchar *bytes = NULL, *bytes_both = NULL;
  gsize size, size_both;

  write_file (path, "5");
  finish_well (start ("--speed", "100", "--write-ibt", both, "--duration", "5",
      "--track", "pinwheel", "--seed", "9", "--shm-name", name, NULL));
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_true (g_file_get_contents (both, &bytes_both, &size_both, NULL));
  g_assert_cmpmem (bytes, size, bytes_both, size_both);
}

static void
test_a_stopped_file_is_whole (void)
{
  g_autofree gchar *path = new_path ("stopped.ibt");
  g_autofree gchar *name = new_name ();
  GSubprocess *sim =
      start ("--speed", "1", "--write-ibt", path, "--shm-name", name, NULL);
  IrsdkShmReader *reader = irsdk_shm_reader_new (name);
  GMappedFile *mapped;
  IrsdkDisk *disk;
  IrsdkShmRow row;

  for (guint i = 0; i < 20; i++)
    next_row (reader, &row);
  g_subprocess_send_signal (sim, SIGINT);
  finish_well (sim);
  irsdk_shm_reader_free (reader);
  disk = open_file (path, &mapped);
  g_assert_true (irsdk_disk_is_finished (disk));
  g_assert_cmpuint (irsdk_disk_get_n_rows (disk), >=, 20);
  irsdk_disk_free (disk);
  g_mapped_file_unref (mapped);
}

/* Compares what comes out of shared memory with the file that is played. */
static void
follow (IrsdkShmReader *reader, IrsdkDisk *disk, gint32 to_tick)
{
  const guint64 n_rows = irsdk_disk_get_n_rows (disk);
  const gsize size = (gsize) irsdk_disk_get_header (disk)->row_bytes;
  g_autofree guint8 *expected = g_malloc (size);
  IrsdkShmRow row;

  do {
    next_row (reader, &row);
    g_assert_cmpint (
        irsdk_disk_read_row (disk, (guint64) (row.tick - 1) % n_rows, expected),
        ==, IRSDK_OK);
    g_assert_cmpmem (row.data, size, expected, size);
  } while (row.tick < to_tick);
}

static void
test_recording_goes_round (void)
{
  g_autofree gchar *path = new_path ("round.ibt");
  g_autofree gchar *name = new_name ();
  GSubprocess *sim;
  IrsdkShmReader *reader;
  GMappedFile *mapped;
  IrsdkDisk *disk;

  write_file (path, "3");
  disk = open_file (path, &mapped);
  sim = start ("--ibt", path, "--speed", "10", "--shm-name", name, NULL);
  reader = irsdk_shm_reader_new (name);
  follow (reader, disk, 2 * 180 + 90);
  g_subprocess_send_signal (sim, SIGINT);
  finish_well (sim);
  irsdk_shm_reader_free (reader);
  irsdk_disk_free (disk);
  g_mapped_file_unref (mapped);
}

static void
test_cut_off_recording_ends_at_its_last_whole_row (void)
{
  g_autofree gchar *path = new_path ("whole.ibt");
  g_autofree gchar *cut = new_path ("cut.ibt");
  g_autofree gchar *copy = new_path ("copy.ibt");
  g_autofree gchar *bytes = NULL;
  GMappedFile *mapped;
  IrsdkDisk *disk;
  gsize size;

  write_file (path, "2");
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (cut, bytes, (gssize) size - 100, NULL));
  finish_well (start ("--ibt", cut, "--once", "--write-ibt", copy, NULL));
  disk = open_file (copy, &mapped);
  g_assert_cmpuint (irsdk_disk_get_n_rows (disk), ==, 119);
  irsdk_disk_free (disk);
  g_mapped_file_unref (mapped);
}

static void
test_bad_files_and_options_are_told (void)
{
  g_autofree gchar *junk = new_path ("junk.ibt");
  g_autofree gchar *none = new_path ("none.ibt");
  g_autofree gchar *deep = g_build_filename (folder, "no", "such.ibt", NULL);
  const struct {
    const gchar *option, *value;
    gint status;
    const gchar *part;
  } cases[] = {
    { "--ibt", junk, 1, "cannot play" },
    { "--ibt", none, 1, "No such file" },
    { "--track", "nowhere", 2, "'nowhere'" },
    { "--lap-start", "2", 2, "lap fraction 2" },
    { "--shm-name", "a/b", 1, "shared memory 'a/b'" },
    { "--cars", "64", 2, "--cars" },
    { "--buffers", "5", 2, "--buffers" },
    { "--header-version", "3", 2, "--header-version" },
    { "--speed", "-1", 2, "--speed" },
    { "--speed", "-2", 2, "--speed" },
    { "--duration", "nan", 2, "--duration" },
    { "--start", "sideways", 2, "--start" },
    { "--write-ibt", deep, 2, "needs --duration" },
    { "--nonsense", "1", 2, "--nonsense" },
  };

  g_assert_true (g_file_set_contents (junk, "not an ibt file", -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *said = NULL;

    g_assert_cmpint (
        finish (start (cases[i].option, cases[i].value, NULL), &said), ==,
        cases[i].status);
    if (strstr (said, cases[i].part) == NULL)
      g_error ("%s %s says: %s", cases[i].option, cases[i].value, said);
  }
  g_autofree gchar *said = NULL;
  g_assert_cmpint (
      finish (start ("--write-ibt", deep, "--duration", "1", NULL), &said), ==,
      1);
  g_assert_nonnull (strstr (said, "cannot write"));
}

static void
remove_folder (void)
{
  const gchar *name;
  GDir *dir = g_dir_open (folder, 0, NULL);

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = new_path (name);
    g_remove (path);
  }
  g_dir_close (dir);
  g_rmdir (folder);
  g_free (folder);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];
  folder = g_dir_make_tmp ("pitbox-sim-XXXXXX", &error);
  g_assert_no_error (error);
#define ADD(path, func) g_test_add_func ("/pitbox-sim/" path, func)
  ADD ("rows-in-shared-memory", test_rows_in_shared_memory);
  ADD ("session-text-in-shared-memory", test_session_text_in_shared_memory);
  ADD ("pause-and-go-on", test_pause_and_go_on);
  ADD ("written-file", test_written_file);
  ADD ("live-and-written-at-once", test_live_and_written_at_once);
  ADD ("a-stopped-file-is-whole", test_a_stopped_file_is_whole);
  ADD ("recording-goes-round", test_recording_goes_round);
  ADD ("cut-off-recording-ends-at-its-last-whole-row",
      test_cut_off_recording_ends_at_its_last_whole_row);
  ADD ("bad-files-and-options-are-told", test_bad_files_and_options_are_told);
#undef ADD
  status = g_test_run ();
  remove_folder ();
  return status;
}
