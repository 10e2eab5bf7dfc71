/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Shared memory: nothing torn, nothing skipped, every restart seen. */
#include "../lib/pb-test-sim.h"

#include <irsdk/irsdk-bytes.h>
#include <irsdk/irsdk-shm-os.h>
#include <stdlib.h>
#include <string.h>

#define PROBE 16

typedef struct {
  gchar *name;
  IrsdkShmWriter *sim;
  IrsdkShmReader *reader;
  IrsdkVar vars[PB_TEST_SIM_VARS];
  IrsdkShmRow row;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  const guint num_buf = GPOINTER_TO_UINT (data);

  f->name = pb_test_sim_name ();
  f->reader = irsdk_shm_reader_new (f->name);
  pb_test_sim_vars (f->vars, PROBE);
  f->sim = pb_test_sim_new (f->name, PROBE, num_buf & 7, (num_buf & 8) != 0);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  (void) data;
  irsdk_shm_reader_free (f->reader);
  irsdk_shm_writer_free (f->sim);
  g_free (f->name);
}

static IrsdkShmPoll
poll_once (Fixture *f)
{
  return irsdk_shm_reader_poll (f->reader, &f->row);
}

static void
expect_row (Fixture *f, gint32 tick, guint32 lost, gboolean restarted)
{
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_ROW);
  g_assert_cmpint (f->row.tick, ==, tick);
  g_assert_cmpuint (f->row.lost, ==, lost);
  g_assert_cmpint (f->row.restarted, ==, restarted);
  g_assert_true (pb_test_sim_row_is_whole (f->vars, tick, f->row.data));
}

static void
states_from_nothing_to_rows (Fixture *f, gconstpointer data)
{
  gsize n;

  (void) data;
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_DISCONNECTED);
  g_assert_null (irsdk_shm_reader_get_header (f->reader));
  irsdk_shm_writer_set_connected (f->sim, true);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_NOTHING);
  g_assert_cmpint (irsdk_shm_reader_get_header (f->reader)->tick_rate, ==, 60);
  irsdk_shm_reader_get_vars (f->reader, &n);
  g_assert_cmpuint (n, ==, PB_TEST_SIM_VARS);
  pb_test_sim_put (f->sim, PROBE, 1000);
  expect_row (f, 1000, 0, TRUE);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_NOTHING);
  irsdk_shm_writer_set_connected (f->sim, false);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_DISCONNECTED);
  g_clear_pointer (&f->sim, irsdk_shm_writer_free);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_NO_SIM);
  g_assert_cmpint (irsdk_shm_reader_get_result (f->reader), ==, IRSDK_ERROR_IO);
  irsdk_shm_reader_get_vars (f->reader, &n);
  g_assert_cmpuint (n, ==, 0);
}

/* A reader that keeps a copy of the header sees every third tick. */
static void
each_tick_is_seen (Fixture *f, gconstpointer data)
{
  (void) data;
  irsdk_shm_writer_set_connected (f->sim, true);
  for (gint32 tick = 1; tick < 100; tick++) {
    pb_test_sim_put (f->sim, PROBE, tick);
    expect_row (f, tick, 0, tick == 1);
    g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_NOTHING);
  }
}

/* Two rows since the last look: both are there. The third newest of three
 * buffers may be the one being written. */
static void
late_reader_gets_what_is_left (Fixture *f, gconstpointer data)
{
  const guint num_buf = GPOINTER_TO_UINT (data) & 7;
  const gint32 safe = MAX ((gint32) num_buf - 1, 1);

  irsdk_shm_writer_set_connected (f->sim, true);
  pb_test_sim_put (f->sim, PROBE, 1);
  expect_row (f, 1, 0, TRUE);
  for (gint32 tick = 2; tick <= 10; tick++)
    pb_test_sim_put (f->sim, PROBE, tick);
  expect_row (f, 11 - safe, 9 - safe, FALSE);
  for (gint32 tick = 12 - safe; tick <= 10; tick++)
    expect_row (f, tick, 0, FALSE);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_NOTHING);
}

static void
ticks_that_skip_count_as_lost (Fixture *f, gconstpointer data)
{
  (void) data;
  irsdk_shm_writer_set_connected (f->sim, true);
  pb_test_sim_put (f->sim, PROBE, 5);
  expect_row (f, 5, 0, TRUE);
  pb_test_sim_put (f->sim, PROBE, 9);
  expect_row (f, 9, 3, FALSE);
}

static void
ticks_wrap_around (Fixture *f, gconstpointer data)
{
  (void) data;
  irsdk_shm_writer_set_connected (f->sim, true);
  pb_test_sim_put (f->sim, PROBE, G_MAXINT32 - 1);
  expect_row (f, G_MAXINT32 - 1, 0, TRUE);
  pb_test_sim_put (f->sim, PROBE, G_MAXINT32);
  expect_row (f, G_MAXINT32, 0, FALSE);
  pb_test_sim_put (f->sim, PROBE, G_MININT32);
  expect_row (f, G_MININT32, 0, FALSE);
}

/* Forgetting the last tick late makes the next session silent until its tick
 * passes the old one. */
static void
session_restarts_from_a_low_tick (Fixture *f, gconstpointer data)
{
  const guint32 before = irsdk_shm_reader_get_layout_serial (f->reader);
  guint32 first;

  (void) data;
  irsdk_shm_writer_set_connected (f->sim, true);
  pb_test_sim_put (f->sim, PROBE, 26468);
  expect_row (f, 26468, 0, TRUE);
  first = irsdk_shm_reader_get_layout_serial (f->reader);
  g_assert_cmpuint (first, >, before);
  irsdk_shm_writer_set_connected (f->sim, false);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_DISCONNECTED);
  irsdk_shm_writer_set_connected (f->sim, true);
  for (guint i = 0; i < IRSDK_MAX_BUFS; i++)
    pb_test_sim_put (f->sim, PROBE, (gint32) i + 2);
  expect_row (f, 5, 0, TRUE);
  g_assert_cmpuint (irsdk_shm_reader_get_layout_serial (f->reader), >, first);
}

static void
tick_that_goes_back_is_a_restart (Fixture *f, gconstpointer data)
{
  const guint num_buf = GPOINTER_TO_UINT (data) & 7;

  irsdk_shm_writer_set_connected (f->sim, true);
  pb_test_sim_put (f->sim, PROBE, 26468);
  expect_row (f, 26468, 0, TRUE);
  /* Once every buffer is of the new session, the status having never been
   * seen clear. */
  for (guint i = 0; i < num_buf; i++)
    pb_test_sim_put (f->sim, PROBE, (gint32) i + 2);
  expect_row (f, (gint32) num_buf + 1, 0, TRUE);
}

static void
another_car_is_another_layout (Fixture *f, gconstpointer data)
{
  IrsdkVar vars[PB_TEST_SIM_VARS];
  IrsdkShmSetup setup = { NULL, 1, 60, 4, false, vars, PB_TEST_SIM_VARS,
    pb_test_sim_vars (vars, 3) };
  gint32 update;

  (void) data;
  irsdk_shm_writer_set_connected (f->sim, true);
  pb_test_sim_put (f->sim, PROBE, 10);
  expect_row (f, 10, 0, TRUE);
  g_assert_cmpint (irsdk_shm_writer_set_layout (f->sim, &setup), ==, IRSDK_OK);
  irsdk_shm_writer_set_connected (f->sim, true);
  pb_test_sim_put (f->sim, 3, 11);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_ROW);
  g_assert_true (f->row.restarted);
  g_assert_true (pb_test_sim_row_is_whole (vars, 11, f->row.data));
  g_assert_cmpint (irsdk_shm_reader_get_header (f->reader)->ver, ==, 1);
  g_assert_true (irsdk_shm_reader_get_session_update (f->reader, &update));
  g_assert_cmpint (update, ==, 0);
}

/* As many variables in as many bytes, only their names differ. */
static void
same_size_other_variables (Fixture *f, gconstpointer data)
{
  IrsdkVar vars[PB_TEST_SIM_VARS];
  IrsdkShmSetup setup = { NULL, 2, 60, 3, false, vars, PB_TEST_SIM_VARS,
    pb_test_sim_vars (vars, PROBE) };
  const IrsdkVar *now;
  gsize n;

  (void) data;
  irsdk_shm_writer_set_session (f->sim, "a", 1);
  irsdk_shm_writer_set_connected (f->sim, true);
  pb_test_sim_put (f->sim, PROBE, 10);
  expect_row (f, 10, 0, TRUE);
  pb_test_sim_put (f->sim, PROBE, 11);
  expect_row (f, 11, 0, FALSE);
  strcpy (vars[3].name, "Others");
  g_assert_cmpint (irsdk_shm_writer_set_layout (f->sim, &setup), ==, IRSDK_OK);
  irsdk_shm_writer_set_session (f->sim, "b", 1);
  irsdk_shm_writer_set_session (f->sim, "c", 1);
  irsdk_shm_writer_set_connected (f->sim, true);
  pb_test_sim_put (f->sim, PROBE, 12);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_ROW);
  g_assert_true (f->row.restarted);
  now = irsdk_shm_reader_get_vars (f->reader, &n);
  g_assert_nonnull (irsdk_vars_find (now, n, "Others"));
}

/* The sim was killed: status still set, no tick; its successor makes a mapping
 * of the same name. */
static void
killed_sim_is_succeeded (Fixture *f, gconstpointer data)
{
  IrsdkShmWriter *next;

  (void) data;
  irsdk_shm_writer_set_connected (f->sim, true);
  pb_test_sim_put (f->sim, PROBE, 500);
  expect_row (f, 500, 0, TRUE);
  irsdk_shm_reader_refresh (f->reader);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_NOTHING);
  next = pb_test_sim_new (f->name, PROBE, 3, FALSE);
  irsdk_shm_writer_set_connected (next, true);
  pb_test_sim_put (next, PROBE, 501);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_NOTHING);
  irsdk_shm_reader_refresh (f->reader);
  expect_row (f, 501, 0, TRUE);
  /* The dead one's cleaning up must not take the new one's name. */
  g_clear_pointer (&f->sim, irsdk_shm_writer_free);
  irsdk_shm_reader_refresh (f->reader);
  pb_test_sim_put (next, PROBE, 502);
  expect_row (f, 502, 0, FALSE);
  irsdk_shm_writer_free (next);
  irsdk_shm_reader_refresh (f->reader);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_NO_SIM);
}

static void
ticks_without_the_status_bit (Fixture *f, gconstpointer data)
{
  gint32 tick;

  (void) data;
  for (tick = 1; tick < 4; tick++) {
    pb_test_sim_put (f->sim, PROBE, tick);
    g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_DISCONNECTED);
  }
  pb_test_sim_put (f->sim, PROBE, tick);
  expect_row (f, tick, 0, TRUE);
  /* They stopped. */
  irsdk_shm_reader_refresh (f->reader);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_DISCONNECTED);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_DISCONNECTED);
}

static void
session_string_and_its_counter (Fixture *f, gconstpointer data)
{
  g_autofree gchar *big = g_strnfill (524288, 'x');
  gint32 update;
  gsize size;
  char *text;

  (void) data;
  g_assert_cmpint (
      irsdk_shm_reader_copy_session (f->reader, &text, &size, &update), ==,
      IRSDK_ERROR_IO);
  g_assert_false (irsdk_shm_reader_get_session_update (f->reader, &update));
  irsdk_shm_writer_set_session (f->sim, "a longer string", 15);
  irsdk_shm_writer_set_connected (f->sim, true);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_NOTHING);
  irsdk_shm_writer_set_session (f->sim, "short", 5);
  g_assert_cmpint (
      irsdk_shm_reader_copy_session (f->reader, &text, &size, &update), ==,
      IRSDK_OK);
  /* What stands behind the NUL is stale. */
  g_assert_cmpstr (text, ==, "short");
  g_assert_cmpuint (size, ==, 5);
  g_assert_cmpint (update, ==, 2);
  free (text);
  g_assert_cmpint (irsdk_shm_writer_set_session (f->sim, big, 524288), ==,
      IRSDK_ERROR_LIMIT);
  g_assert_cmpint (
      irsdk_shm_writer_set_session (f->sim, big, 524287), ==, IRSDK_OK);
  g_assert_cmpint (
      irsdk_shm_reader_copy_session (f->reader, &text, &size, &update), ==,
      IRSDK_OK);
  g_assert_cmpuint (size, ==, 524287);
  free (text);
}

static void
tick_fields_of_sdk_1_20 (Fixture *f, gconstpointer data)
{
  IrsdkMap map;
  IrsdkHeader h;

  (void) data;
  irsdk_shm_writer_set_connected (f->sim, true);
  pb_test_sim_put (f->sim, PROBE, 7);
  pb_test_sim_put (f->sim, PROBE, 8);
  g_assert_true (irsdk_map_open (&map, f->name));
  g_assert_cmpint (irsdk_header_parse (&h, map.base, map.size), ==, IRSDK_OK);
  g_assert_cmpint (h.cur_tick, ==, 8);
  g_assert_cmpint (h.cur_buf, ==, 1);
  g_assert_cmpint (h.buf[1].tick_begin, ==, 8);
  expect_row (f, 8, 0, TRUE);
  /* The sim has begun a row in the buffer of the newest one's predecessor. */
  irsdk_shm_writer_begin_row (f->sim, 9);
  irsdk_shm_writer_begin_row (f->sim, 10);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_NOTHING);
  irsdk_map_close (&map, false);
}

/* The newest row is being written over: old sims give no sign but the number
 * of buffers, the new ones say so. */
static void
row_under_the_pen_is_not_read (Fixture *f, gconstpointer data)
{
  (void) data;
  irsdk_shm_writer_set_connected (f->sim, true);
  pb_test_sim_put (f->sim, PROBE, 1);
  pb_test_sim_put (f->sim, PROBE, 2);
  pb_test_sim_put (f->sim, PROBE, 3);
  expect_row (f, 3, 0, TRUE);
  /* Goes round without finishing anything until the pen is in row 3. */
  for (gint32 tick = 4; tick <= 6; tick++)
    irsdk_shm_writer_begin_row (f->sim, tick);
  irsdk_shm_reader_free (f->reader);
  f->reader = irsdk_shm_reader_new (f->name);
  g_assert_cmpint (poll_once (f), ==, IRSDK_SHM_NOTHING);
  g_assert_cmpuint (irsdk_shm_reader_get_torn (f->reader), ==, 1);
}

static void
names_at_their_bounds (void)
{
  g_autofree gchar *longest = g_strnfill (IRSDK_SHM_MAX_NAME_BYTES, 'n');
  g_autofree gchar *longer = g_strnfill (IRSDK_SHM_MAX_NAME_BYTES + 1, 'n');
  IrsdkShmReader *r;
  IrsdkShmRow row;

  g_assert_null (irsdk_shm_reader_new (""));
  g_assert_null (irsdk_shm_reader_new (longer));
  r = irsdk_shm_reader_new (longest);
  g_assert_cmpint (irsdk_shm_reader_poll (r, &row), ==, IRSDK_SHM_NO_SIM);
  irsdk_shm_reader_free (r);
  r = irsdk_shm_reader_new ("../etc/passwd");
  g_assert_cmpint (irsdk_shm_reader_poll (r, &row), ==, IRSDK_SHM_NO_SIM);
  irsdk_shm_reader_free (r);
}

static void
setups_out_of_bounds_are_refused (void)
{
  IrsdkVar vars[PB_TEST_SIM_VARS];
  IrsdkShmSetup good = { "pitbox-test-refused", 2, 60, 3, false, vars,
    PB_TEST_SIM_VARS, pb_test_sim_vars (vars, 1) };
  IrsdkShmWriter *w;

  for (guint i = 0; i < 8; i++) {
    IrsdkShmSetup s = good;

    if (i < 2)
      s.ver = i == 0 ? 0 : 3;
    else if (i < 4)
      s.num_buf = i == 2 ? 0 : IRSDK_MAX_BUFS + 1;
    else if (i < 6)
      s.tick_rate = i == 4 ? 0 : IRSDK_MAX_TICK_RATE + 1;
    else if (i == 6)
      s.row_bytes--;
    else
      s.n_vars = 0;
    g_assert_cmpint (irsdk_shm_writer_new (&w, &s), ==, IRSDK_ERROR_INVALID);
    g_assert_null (w);
  }
}

static void
foreign_mappings_are_no_sim (void)
{
  g_autofree gchar *name = pb_test_sim_name ();
  IrsdkShmReader *r = irsdk_shm_reader_new (name);
  IrsdkShmRow row;
  IrsdkMap map;

  g_assert_true (irsdk_map_create (&map, name, 4096));
  g_assert_cmpint (irsdk_shm_reader_poll (r, &row), ==, IRSDK_SHM_NO_SIM);
  memset (map.base, 0x01, 4096);
  g_assert_cmpint (irsdk_shm_reader_poll (r, &row), ==, IRSDK_SHM_NO_SIM);
  g_assert_cmpint (irsdk_shm_reader_get_result (r), ==, IRSDK_ERROR_FOREIGN);
  /* A good header whose buffers lie outside. */
  {
    IrsdkHeader h = { .ver = 2,
      .status = 1,
      .tick_rate = 60,
      .session_offset = 112,
      .num_vars = 1,
      .var_offset = 112,
      .num_buf = 3,
      .row_bytes = 100,
      .buf = { { 1, 2000, 0 }, { 2, 3000, 0 }, { 3, 4000, 0 } } };

    irsdk_header_write (&h, map.base);
    g_assert_cmpint (irsdk_shm_reader_poll (r, &row), ==, IRSDK_SHM_NO_SIM);
    g_assert_cmpint (irsdk_shm_reader_get_result (r), ==, IRSDK_ERROR_INVALID);
  }
  irsdk_map_close (&map, true);
  irsdk_shm_reader_free (r);
}

typedef struct {
  IrsdkShmWriter *sim;
  gint32 ticks;
  guint probe;
  gint stop;
} Hammer;

/* No pause at all: in a row's copy the writer goes round many times. */
static gpointer
hammer (gpointer data)
{
  Hammer *h = data;
  gint32 tick;

  for (tick = 1; !g_atomic_int_get (&h->stop); tick++)
    pb_test_sim_put (h->sim, h->probe, tick);
  h->ticks = tick;
  return NULL;
}

static void
nothing_torn_under_a_hammering_writer (gconstpointer data)
{
  const guint num_buf = GPOINTER_TO_UINT (data);
  g_autofree gchar *name = pb_test_sim_name ();
  Hammer h = { .probe = 2000 };
  IrsdkVar vars[PB_TEST_SIM_VARS];
  IrsdkShmReader *r = irsdk_shm_reader_new (name);
  IrsdkShmRow row;
  GThread *thread;
  guint rows = 0;
  guint64 polls = 0;
  gint32 last = 0;

  pb_test_sim_vars (vars, h.probe);
  h.sim = pb_test_sim_new (name, h.probe, num_buf & 7, (num_buf & 8) != 0);
  irsdk_shm_writer_set_connected (h.sim, true);
  thread = g_thread_new ("hammer", hammer, &h);
  while (rows < 300 && polls < 20000000) {
    polls++;
    if (irsdk_shm_reader_poll (r, &row) != IRSDK_SHM_ROW)
      continue;
    rows++;
    g_assert_true (pb_test_sim_row_is_whole (vars, row.tick, row.data));
    g_assert_cmpint (row.tick, >, last);
    if (last != 0)
      g_assert_cmpint (row.tick - last - 1, ==, (gint32) row.lost);
    last = row.tick;
  }
  g_atomic_int_set (&h.stop, 1);
  g_thread_join (thread);
  g_test_message ("%u rows of %d ticks whole, %" G_GUINT64_FORMAT
                  " given up, %" G_GUINT64_FORMAT " polls",
      rows, h.ticks, irsdk_shm_reader_get_torn (r), polls);
  g_assert_cmpuint (rows, ==, 300);
  irsdk_shm_reader_free (r);
  irsdk_shm_writer_free (h.sim);
}

static void
real_image_is_published_and_read (void)
{
  gsize size, n, session_bytes;
  g_autofree gchar *name = pb_test_sim_name ();
  g_autofree gchar *image =
      pb_test_data ("shm/skipbarber_longbeach_2021.shm.bin", &size);
  IrsdkShmReader *r;
  IrsdkShmWriter *w;
  IrsdkShmRow row;
  gint32 update;
  char *text;

  if (image == NULL)
    return;
  r = irsdk_shm_reader_new (name);
  g_assert_cmpint (
      irsdk_shm_writer_new_from_image (&w, name, image, size), ==, IRSDK_OK);
  g_assert_cmpint (irsdk_shm_reader_poll (r, &row), ==, IRSDK_SHM_ROW);
  g_assert_cmpint (row.tick, ==, 1934);
  g_assert_cmpmem (row.data, 7419, image + 1163376, 7419);
  irsdk_shm_reader_get_vars (r, &n);
  g_assert_cmpuint (n, ==, 287);
  g_assert_cmpint (
      irsdk_shm_reader_copy_session (r, &text, &session_bytes, &update), ==,
      IRSDK_OK);
  g_assert_cmpint (update, ==, 8);
  g_assert_cmpmem (text, session_bytes, image + 112, 17180);
  free (text);
  /* It goes on where the image ends. */
  irsdk_shm_writer_put_row (w, 1935, image + 1114224);
  g_assert_cmpint (irsdk_shm_reader_poll (r, &row), ==, IRSDK_SHM_ROW);
  g_assert_cmpint (row.tick, ==, 1935);
  g_assert_cmpmem (row.data, 7419, image + 1114224, 7419);
  irsdk_shm_writer_free (w);
  g_assert_cmpint (irsdk_shm_writer_new_from_image (&w, name, image, 111), ==,
      IRSDK_ERROR_TRUNCATED);
  irsdk_shm_reader_free (r);
}

#define ADD(path, buffers, test) \
  g_test_add ("/irsdk/shm/" path, Fixture, GUINT_TO_POINTER (buffers), set_up, \
      test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("states", 3, states_from_nothing_to_rows);
  ADD ("each-tick/1", 1, each_tick_is_seen);
  ADD ("each-tick/3", 3, each_tick_is_seen);
  ADD ("each-tick/3-sdk-1.20", 3 | 8, each_tick_is_seen);
  ADD ("each-tick/4", 4, each_tick_is_seen);
  ADD ("late/2", 2, late_reader_gets_what_is_left);
  ADD ("late/3", 3, late_reader_gets_what_is_left);
  ADD ("late/3-sdk-1.20", 3 | 8, late_reader_gets_what_is_left);
  ADD ("late/4", 4, late_reader_gets_what_is_left);
  ADD ("lost", 3, ticks_that_skip_count_as_lost);
  ADD ("wrap", 3, ticks_wrap_around);
  ADD ("restart/status", 4, session_restarts_from_a_low_tick);
  ADD ("restart/tick/3", 3, tick_that_goes_back_is_a_restart);
  ADD ("restart/tick/4", 4 | 8, tick_that_goes_back_is_a_restart);
  ADD ("layout/other", 4, another_car_is_another_layout);
  ADD ("layout/same-size", 3, same_size_other_variables);
  ADD ("killed", 3, killed_sim_is_succeeded);
  ADD ("no-status", 3, ticks_without_the_status_bit);
  ADD ("session", 3, session_string_and_its_counter);
  ADD ("sdk-1.20", 3 | 8, tick_fields_of_sdk_1_20);
  ADD ("under-the-pen", 3 | 8, row_under_the_pen_is_not_read);
  g_test_add_func ("/irsdk/shm/names", names_at_their_bounds);
  g_test_add_func ("/irsdk/shm/setups", setups_out_of_bounds_are_refused);
  g_test_add_func ("/irsdk/shm/foreign", foreign_mappings_are_no_sim);
  g_test_add_data_func ("/irsdk/shm/hammer/3", GUINT_TO_POINTER (3),
      nothing_torn_under_a_hammering_writer);
  g_test_add_data_func ("/irsdk/shm/hammer/4", GUINT_TO_POINTER (4),
      nothing_torn_under_a_hammering_writer);
  g_test_add_data_func ("/irsdk/shm/hammer/3-sdk-1.20",
      GUINT_TO_POINTER (3 | 8), nothing_torn_under_a_hammering_writer);
  g_test_add_func ("/irsdk/shm/image", real_image_is_published_and_read);
  return g_test_run ();
}
