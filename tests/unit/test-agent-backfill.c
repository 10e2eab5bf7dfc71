/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The agent's back-fill against a server that refuses rows, and a disk that
 * refuses files. */
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <string.h>

#include "../lib/pb-test-spool.h"
#include "../lib/pb-test-wait.h"
#include "spool/pb-backfill.h"

#define RUN 7
#define N_FILES 6
#define FILE_ROWS 60
#define N_ROWS (N_FILES * FILE_ROWS)

typedef struct {
  PbTestSpool spool;
  gchar *paths[N_FILES];
  SoupServer *server;
  SoupWebsocketConnection *socket; /* the newest one, or NULL */
  GstPitboxUnitCursor cursor;
  gboolean has[N_ROWS];
  guint refused_from, refused_to; /* rows */
  guint n_refusals;
  PbConfig config;
} Fixture;

static void
close_socket (Fixture *f, gushort code)
{
  soup_websocket_connection_close (f->socket, code,
      "a message of rows is not valid: its rows are of no plausible time");
}

static void
answer_ask (Fixture *f, guint32 run_id, GArray *asked)
{
  g_autoptr (GArray) lack =
      g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
  g_autoptr (GBytes) message = NULL;

  g_assert_cmpuint (run_id, ==, RUN);
  for (guint i = 0; i < asked->len; i++) {
    const GstPitboxRowRange *r = &g_array_index (asked, GstPitboxRowRange, i);

    for (guint32 n = r->first; n < r->first + r->n_rows; n++)
      if (!f->has[n])
        pb_spool_ranges_add (lack, n, 1);
  }
  message = gst_pitbox_ranges_write (
      run_id, (const GstPitboxRowRange *) lack->data, lack->len);
  soup_websocket_connection_send_message (
      f->socket, SOUP_WEBSOCKET_DATA_BINARY, message);
}

static void
take_rows (Fixture *f, const guint8 *data, gsize size)
{
  GstPitboxUnitsAnswer answer = { FALSE, TRUE, RUN, 0 };
  guint8 bytes[GST_PITBOX_UNITS_ANSWER_BYTES];
  GstPitboxUnitsHead head;
  GstPitboxUnitSpan span;

  g_assert_true (gst_pitbox_units_head_parse (data, size, &head));
  g_assert_true (gst_pitbox_unit_cursor_take (&f->cursor,
      data + GST_PITBOX_UNITS_HEAD_BYTES, size - GST_PITBOX_UNITS_HEAD_BYTES,
      &span, NULL));
  if (span.sequence < f->refused_to
      && span.sequence + span.n_rows > f->refused_from) {
    f->n_refusals++;
    close_socket (f, GST_PITBOX_UNITS_CLOSE_BAD);
    return;
  }
  for (guint i = 0; i < span.n_rows; i++) {
    g_assert_false (f->has[span.sequence + i]);
    f->has[span.sequence + i] = TRUE;
  }
  answer.next = span.sequence + span.n_rows;
  gst_pitbox_units_answer_write (&answer, bytes);
  soup_websocket_connection_send_binary (f->socket, bytes, sizeof bytes);
}

static void
on_message (SoupWebsocketConnection *socket, gint kind, GBytes *message,
    gpointer user_data)
{
  Fixture *f = user_data;
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);
  g_autoptr (GArray) asked = NULL;
  guint32 run_id;

  if (soup_websocket_connection_get_state (socket) != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  asked = gst_pitbox_ranges_parse (data, size, &run_id);
  if (asked != NULL)
    answer_ask (f, run_id, asked);
  else
    take_rows (f, data, size);
}

static void
on_socket (SoupServer *server, SoupServerMessage *message, const char *path,
    SoupWebsocketConnection *socket, gpointer user_data)
{
  Fixture *f = user_data;

  g_set_object (&f->socket, socket);
  f->cursor = (GstPitboxUnitCursor){ 0 };
  g_signal_connect (socket, "message", G_CALLBACK (on_message), f);
}

static void
start_server (Fixture *f)
{
  gchar *protocols[] = { (gchar *) GST_PITBOX_BACKFILL_PROTOCOL, NULL };
  g_autoptr (GError) error = NULL;
  GSList *uris;

  f->server = soup_server_new (NULL, NULL);
  soup_server_add_websocket_handler (
      f->server, "/api/v1/units", NULL, protocols, on_socket, f, NULL);
  g_assert_true (soup_server_listen_local (
      f->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
  uris = soup_server_get_uris (f->server);
  f->config.url =
      g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  PbTestUnits u;

  pb_test_spool_set_up (&f->spool, NULL);
  start_server (f);
  f->config.token = (gchar *) "pbd_token";
  f->config.certificate = (gchar *) "";
  pb_test_spool_set_up_run (&u, RUN, 0);
  for (guint i = 0; i < N_FILES; i++) {
    g_autofree gchar *name = g_strdup_printf ("%016x-00000001.spool", i + 1);
    g_autoptr (GByteArray) file =
        pb_test_spool_make_file (&u, i * FILE_ROWS, (i + 1) * FILE_ROWS);

    f->paths[i] = g_build_filename (f->spool.folder, name, NULL);
    g_assert_true (g_file_set_contents (
        f->paths[i], (gchar *) file->data, file->len, NULL));
  }
  pb_test_units_tear_down (&u, NULL);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_clear_object (&f->socket);
  g_object_unref (f->server);
  g_free (f->config.url);
  for (guint i = 0; i < N_FILES; i++)
    g_free (f->paths[i]);
  pb_test_spool_tear_down (&f->spool, NULL);
}

static PbSpool *
open_spool (Fixture *f)
{
  const PbSpoolLimits limits = { G_MAXUINT64, G_MAXINT64 / 2, NULL };
  PbSpool *spool = pb_spool_new (f->spool.folder, &limits);

  pb_spool_flush (spool);
  return spool;
}

static void
look (PbPaceLook *now, gpointer user_data)
{
  now->is_live = TRUE;
}

static gboolean
on_tick (gpointer backfill)
{
  pb_backfill_tick (backfill);
  return G_SOURCE_CONTINUE;
}

static guint
count_rows (Fixture *f)
{
  guint n = 0;

  for (guint i = 0; i < N_ROWS; i++)
    n += f->has[i];
  return n;
}

/* Until the server has @n_rows, and @n_files are not refused and are left. */
static void
backfill (Fixture *f, PbSpool *spool, guint n_rows, guint n_files)
{
  PbBackfill *self = pb_backfill_new (&f->config, spool, look, NULL);
  const guint timer = g_timeout_add (20, on_tick, self);
  const gint64 began_us = g_get_monotonic_time ();
  PbSpoolStats stats;

  pb_backfill_note_connected (self);
  do {
    pb_test_wait_step (began_us, "rows that follow", G_STRLOC);
    while (g_main_context_iteration (NULL, FALSE))
      ;
    pb_spool_get_stats (spool, &stats);
  } while (count_rows (f) != n_rows
           || stats.counts.files - stats.counts.refused_files != n_files);
  g_source_remove (timer);
  pb_backfill_free (self);
}

/* What the server does not take holds up nothing, and stays on the disk. */
static void
test_refused_rows_hold_up_nothing (Fixture *f, gconstpointer unused)
{
  g_autoptr (PbSpool) spool = open_spool (f);
  PbSpoolStats stats;

  /* Within the third file, of a group of six. */
  f->refused_from = 2 * FILE_ROWS + 10;
  f->refused_to = 3 * FILE_ROWS - 10;
  backfill (f, spool, N_ROWS - FILE_ROWS + 10, 0);
  g_assert_cmpuint (f->n_refusals, <=, 2);
  pb_spool_get_stats (spool, &stats);
  g_assert_cmpuint (stats.counts.refused_files, ==, 1);
  g_assert_cmpuint (stats.counts.refused_rows, ==, FILE_ROWS);
  g_assert_cmpuint (stats.counts.dropped_rows, ==, 0);
  g_assert_true (g_file_test (f->paths[2], G_FILE_TEST_EXISTS));
  g_clear_pointer (&spool, pb_spool_free);
  /* The next start tries again: a clock that was ahead is so no more. */
  f->refused_to = 0;
  spool = open_spool (f);
  backfill (f, spool, N_ROWS, 0);
  g_assert_cmpuint (pb_test_spool_count_files (&f->spool), ==, 0);
}

/* A file that cannot be read for a moment stays; one that was read and is not
 * what it was goes, and is counted. */
static void
test_only_what_is_damaged_goes (Fixture *f, gconstpointer unused)
{
  g_autoptr (PbSpool) spool = open_spool (f);
  g_autofree gchar *away = g_build_filename (f->spool.folder, "away", NULL);
  PbSpoolStats stats;

  g_assert_cmpint (g_rename (f->paths[1], away), ==, 0);
  g_assert_cmpint (g_mkdir (f->paths[1], 0700), ==, 0);
  g_assert_true (g_file_set_contents (f->paths[3], "PBSPOOL1", -1, NULL));
  backfill (f, spool, N_ROWS - 2 * FILE_ROWS, 1);
  pb_spool_get_stats (spool, &stats);
  g_assert_cmpuint (stats.counts.dropped_rows, ==, FILE_ROWS);
  g_assert_cmpuint (stats.counts.rows, ==, FILE_ROWS);
  g_assert_false (g_file_test (f->paths[3], G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rmdir (f->paths[1]), ==, 0);
  g_assert_cmpint (g_rename (away, f->paths[1]), ==, 0);
  backfill (f, spool, N_ROWS - FILE_ROWS, 0);
}

static gchar *
dup_reason (PbBackfill *self)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  JsonObject *status;

  json_builder_begin_object (b);
  pb_backfill_add_status (self, b);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  status =
      json_object_get_object_member (json_node_get_object (root), "backfill");
  return g_strdup (
      json_object_get_string_member_with_default (status, "reason", NULL));
}

/* Live goes by SRT, and nothing else gets through. */
static void
test_without_http_it_waits_and_says_so (Fixture *f, gconstpointer unused)
{
  g_autoptr (PbSpool) spool = open_spool (f);
  PbBackfill *self = pb_backfill_new (&f->config, spool, look, NULL);
  const guint timer = g_timeout_add (20, on_tick, self);
  const gint64 began_us = g_get_monotonic_time ();
  g_autofree gchar *reason = NULL;
  PbSpoolStats stats;

  soup_server_disconnect (f->server);
  pb_backfill_note_connected (self);
  while ((reason = dup_reason (self)) == NULL) {
    pb_test_wait_step (began_us, "a reason", G_STRLOC);
    while (g_main_context_iteration (NULL, FALSE))
      ;
  }
  g_assert_nonnull (strstr (reason, "by HTTP"));
  g_assert_nonnull (strstr (reason, "stays on this PC's disk"));
  pb_spool_get_stats (spool, &stats);
  g_assert_cmpuint (stats.counts.rows, ==, N_ROWS);
  g_source_remove (timer);
  pb_backfill_free (self);
}

/* It says so, and that is meant. */
static GLogWriterOutput
be_quiet (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer user_data)
{
  return G_LOG_WRITER_HANDLED;
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (be_quiet, NULL, NULL);
#define ADD(name, func) \
  g_test_add ("/agent-backfill/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("refused-rows-hold-up-nothing", test_refused_rows_hold_up_nothing);
  ADD ("only-what-is-damaged-goes", test_only_what_is_damaged_goes);
  ADD ("without-http-it-waits-and-says-so",
      test_without_http_it_waits_and_says_so);
  return g_test_run ();
}
