/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Rows whose every byte follows from their tick, written and read at any rate.
 * shm-strain write NAME HZ ROWS | read NAME ROWS */
#include <irsdk/irsdk-shm.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* As many bytes as the simulator's rows have, and a variable more than one page
 * long that clients of others can look at. */
#define N_DOUBLES 1000
#define ROW_BYTES (8 + 8 * N_DOUBLES)
#define N_VARS (sizeof vars / sizeof vars[0])
#define SILENT_US 20000000

static const IrsdkVar vars[] = {
  { .type = IRSDK_INT, .offset = 0, .count = 1, .name = "SessionTick" },
  { .type = IRSDK_INT, .offset = 4, .count = 1, .name = "SessionTickAgain" },
  { .type = IRSDK_DOUBLE, .offset = 8, .count = N_DOUBLES, .name = "Probe" },
};

static int64_t
now_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
fill (char *row, int32_t tick)
{
  const double value = tick;

  memcpy (row, &tick, 4);
  memcpy (row + 4, &tick, 4);
  for (int i = 0; i < N_DOUBLES; i++)
    memcpy (row + 8 + 8 * i, &value, 8);
}

static int
write_rows (const char *name, double hz, int n_rows)
{
  static const char text[] = "---\nWeekendInfo:\n TrackName: strain\n...\n";
  const IrsdkShmSetup setup = { .name = name,
    .ver = 2,
    .tick_rate = 60,
    .num_buf = 3,
    .vars = vars,
    .n_vars = N_VARS,
    .row_bytes = ROW_BYTES };
  IrsdkShmWriter *writer;
  int64_t start_us;

  if (irsdk_shm_writer_new (&writer, &setup) != IRSDK_OK)
    return 1;
  irsdk_shm_writer_set_session (writer, text, sizeof text - 1);
  irsdk_shm_writer_set_connected (writer, true);
  start_us = now_us ();
  for (int tick = 1; tick <= n_rows; tick++) {
    const int64_t due_us = start_us + (int64_t) (tick * 1e6 / hz);

    while (now_us () < due_us)
      sched_yield ();
    fill (irsdk_shm_writer_begin_row (writer, tick), tick);
    irsdk_shm_writer_end_row (writer);
  }
  printf ("wrote %d rows in %.1f s\n", n_rows,
      (double) (now_us () - start_us) / 1e6);
  irsdk_shm_writer_set_connected (writer, false);
  irsdk_shm_writer_free (writer);
  return 0;
}

/* Ends when the writer does. */
static int
read_rows (const char *name, int n_rows)
{
  static char expected[ROW_BYTES];
  IrsdkShmReader *reader = irsdk_shm_reader_new (name);
  int64_t heard_us = now_us ();
  const struct timespec moment = { .tv_nsec = 1000000 };
  uint64_t n = 0, torn = 0, lost = 0;
  bool has_begun = false;

  while (n < (uint64_t) n_rows && now_us () - heard_us < SILENT_US) {
    IrsdkShmRow row;
    const IrsdkShmPoll found = irsdk_shm_reader_poll (reader, &row);

    if (found == IRSDK_SHM_ROW) {
      fill (expected, row.tick);
      torn += memcmp (expected, row.data, ROW_BYTES) != 0;
      lost += row.lost;
      n++;
      has_begun = true;
      heard_us = now_us ();
    } else if (found == IRSDK_SHM_NOTHING)
      irsdk_shm_reader_wait (reader, 16);
    else if (has_begun)
      break;
    else
      nanosleep (&moment, NULL);
  }
  printf ("read %llu rows, torn %llu, lost %llu, given up %llu\n",
      (unsigned long long) n, (unsigned long long) torn,
      (unsigned long long) lost,
      (unsigned long long) irsdk_shm_reader_get_torn (reader));
  irsdk_shm_reader_free (reader);
  return torn == 0 && n > 0 ? 0 : 1;
}

int
main (int argc, char **argv)
{
  if (argc == 5 && strcmp (argv[1], "write") == 0)
    return write_rows (argv[2], atof (argv[3]), atoi (argv[4]));
  if (argc == 4 && strcmp (argv[1], "read") == 0)
    return read_rows (argv[2], atoi (argv[3]));
  fprintf (stderr, "shm-strain write NAME HZ ROWS | read NAME ROWS\n");
  return 2;
}
