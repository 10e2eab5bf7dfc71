/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a viewer costs the server, and how soon he sees something. */
#include <gst/gst.h>
#include <libsoup/soup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pb-test-driver.h"
#include "pb-test-proc-linux.h"
#include "pb-test-viewer.h"
#include "pb-test-webrtcbin.h"
#include "webrtc/pb-whep.h"

static gboolean serve = FALSE;
static gint seconds = 10;
static gint kbps = 3000;
static gint fps = 60;
static gint stagger_ms = 0;
static gint port = 0;
static gint server_pid = 0;
static gchar *viewers_text = NULL;
static gint plain = 10;
static gchar *driver_id = "bench";

static const GOptionEntry entries[] = {
  { "serve", 0, 0, G_OPTION_ARG_NONE, &serve, "Be the server", NULL },
  { "viewers", 0, 0, G_OPTION_ARG_STRING, &viewers_text,
      "Numbers of viewers, comma list (0,1,5,10,20)", "LIST" },
  { "plain", 0, 0, G_OPTION_ARG_INT, &plain,
      "At the end so many viewers each with a plain webrtcbin (10)", "N" },
  { "seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "Measure for this long", "S" },
  { "kbps", 0, 0, G_OPTION_ARG_INT, &kbps, "Of the video", "KBPS" },
  { "fps", 0, 0, G_OPTION_ARG_INT, &fps, "Of the video; 0 = none", "FPS" },
  { "stagger-ms", 0, 0, G_OPTION_ARG_INT, &stagger_ms,
      "Between viewers; 0 = all at the same moment", "MS" },
  { "port", 0, 0, G_OPTION_ARG_INT, &port, "Of the server", "PORT" },
  { "server-pid", 0, 0, G_OPTION_ARG_INT, &server_pid,
      "Measure this process instead of one of our own", "PID" },
  { "driver", 0, 0, G_OPTION_ARG_STRING, &driver_id,
      "Of the server, whom to look at", "ID" },
  { NULL },
};

typedef struct {
  PbWhep *whep;
  PbLive *live;
} Server;

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer user_data)
{
  Server *server = user_data;
  g_auto (GStrv) parts = g_strsplit (path, "/", 4);

  if (g_strv_length (parts) < 3) {
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
    return;
  }
  if (g_str_equal (parts[1], "plain"))
    pb_test_webrtcbin_handle (message, server->live);
  else
    pb_whep_handle (server->whep, message, server->live, parts[3], NULL, NULL);
}

static gboolean
on_page (SoupServer *soup, SoupServerMessage *message, const char *file)
{
  gchar *text;
  gsize size;

  if (file == NULL || !g_file_get_contents (file, &text, &size, NULL))
    return FALSE;
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (
      message, "text/html", SOUP_MEMORY_TAKE, text, size);
  return TRUE;
}

static void
on_other (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer user_data)
{
  if (!on_page (soup, message, g_getenv ("BENCH_PAGE")))
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
}

static int
run_server (void)
{
  PbTestDriverOptions video = { 1280, 720, (guint) fps, (guint) kbps,
    (guint) (2 * fps) };
  PbWhepOptions options = { .loopback = "127.0.0.1" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (SoupServer) soup = soup_server_new (NULL, NULL);
  g_autoptr (PbLive) live = pb_live_new ("bench", NULL);
  g_autoptr (PbTestDriver) driver = pb_test_driver_new (live, &video, &error);
  g_autoptr (PbWhep) whep = NULL;
  Server server;

  if (driver == NULL || (whep = pb_whep_new (&options, &error)) == NULL) {
    g_printerr ("bench-whep: %s\n", error->message);
    return 1;
  }
  server = (Server){ whep, live };
  soup_server_add_handler (soup, "/whep", on_request, &server, NULL);
  soup_server_add_handler (soup, "/plain", on_request, &server, NULL);
  soup_server_add_handler (soup, NULL, on_other, NULL, NULL);
  pb_test_driver_start (driver);
  g_print ("%u\n", pb_test_listen (soup, (guint) port));
  fflush (stdout);
  g_main_loop_run (loop);
  return 0;
}

static gboolean
quit_loop (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
wait_ms (guint ms)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_timeout_add (ms, quit_loop, loop);
  g_main_loop_run (loop);
}

static int
compare (const void *a, const void *b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return x < y ? -1 : x > y;
}

/* "median/worst" of one moment of all viewers. */
static gchar *
describe (GPtrArray *viewers, gsize offset)
{
  g_autofree gdouble *values = g_new0 (gdouble, viewers->len);
  guint n = 0;

  for (guint i = 0; i < viewers->len; i++) {
    PbTestViewerStats stats;
    gdouble value;

    pb_test_viewer_get_stats (g_ptr_array_index (viewers, i), &stats);
    value = *(gdouble *) ((guint8 *) &stats + offset);
    if (value >= 0)
      values[n++] = value;
  }
  if (n == 0)
    return g_strdup ("-");
  qsort (values, n, sizeof values[0], compare);
  return g_strdup_printf (
      "%.0f/%.0f%s", values[n / 2], values[n - 1], n < viewers->len ? "!" : "");
}

typedef struct {
  guint64 packets;
  guint64 bytes;
  guint64 frames;
  guint64 samples;
  guint64 gaps;
} Totals;

static Totals
add_up (GPtrArray *viewers)
{
  Totals totals = { 0 };

  for (guint i = 0; i < viewers->len; i++) {
    PbTestViewerStats stats;

    pb_test_viewer_get_stats (g_ptr_array_index (viewers, i), &stats);
    totals.packets += stats.packets;
    totals.bytes += stats.bytes;
    totals.frames += stats.frames;
    totals.samples += stats.samples;
    totals.gaps += stats.seq_gaps;
  }
  return totals;
}

static gdouble
measure (gint pid, guint n, const gchar *url, gdouble base_cpu)
{
  g_autoptr (SoupSession) session = soup_session_new_with_options (
      "max-conns", 100, "max-conns-per-host", 100, NULL);
  g_autoptr (GPtrArray) viewers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_test_viewer_free);
  PbTestProc before, after, self_before, self_after;
  Totals t0, t1;
  gdouble cpu;
  gint64 start_us, passed_us;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (
        viewers, pb_test_viewer_new (session, url,
                     fps > 0 ? PB_TEST_VIEWER_VIDEO : PB_TEST_VIEWER_DATA));
  wait_ms (1500);
  for (guint i = 0; i < n; i++) {
    pb_test_viewer_connect (g_ptr_array_index (viewers, i));
    if (stagger_ms > 0)
      wait_ms ((guint) stagger_ms);
  }
  wait_ms (4000);
  t0 = add_up (viewers);
  pb_test_proc_read (pid, &before);
  pb_test_proc_read (getpid (), &self_before);
  start_us = g_get_monotonic_time ();
  wait_ms ((guint) seconds * 1000);
  passed_us = g_get_monotonic_time () - start_us;
  pb_test_proc_read (pid, &after);
  pb_test_proc_read (getpid (), &self_after);
  t1 = add_up (viewers);
  cpu = (after.cpu_s - before.cpu_s) * 1e8 / passed_us;
  if (base_cpu < 0)
    base_cpu = cpu;
  {
    g_autofree gchar *answer =
        describe (viewers, G_STRUCT_OFFSET (PbTestViewerStats, answer_ms));
    g_autofree gchar *packet = describe (
        viewers, G_STRUCT_OFFSET (PbTestViewerStats, first_packet_ms));
    g_autofree gchar *key =
        describe (viewers, G_STRUCT_OFFSET (PbTestViewerStats, first_key_ms));
    g_autofree gchar *sample = describe (
        viewers, G_STRUCT_OFFSET (PbTestViewerStats, first_sample_ms));
    gdouble per = n > 0 ? n * passed_us / 1e6 : 1;

    g_print ("| %2u | %5.1f | %5.2f | %3u | %3u | %5.1f | %s | %s | %s | %s |"
             " %.2f | %.1f | %.1f | %" G_GUINT64_FORMAT " | %.1f |\n",
        n, cpu, n > 0 ? (cpu - base_cpu) / n : 0, after.threads, after.fds,
        after.rss_kb / 1024.0, answer, packet, key, sample,
        (t1.bytes - t0.bytes) * 8 / 1e6 / per, (t1.frames - t0.frames) / per,
        (t1.samples - t0.samples) / per, t1.gaps - t0.gaps,
        (self_after.cpu_s - self_before.cpu_s) * 1e8 / passed_us / MAX (n, 1));
  }
  return base_cpu;
}

static GSubprocess *
start_server (const char *program, GError **error)
{
  g_autofree gchar *kbps_text = g_strdup_printf ("--kbps=%d", kbps);
  g_autofree gchar *fps_text = g_strdup_printf ("--fps=%d", fps);
  g_autoptr (GDataInputStream) out = NULL;
  g_autofree gchar *line = NULL;
  GSubprocess *child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, error,
      program, "--serve", kbps_text, fps_text, NULL);

  if (child == NULL)
    return NULL;
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
  line = g_data_input_stream_read_line (out, NULL, NULL, error);
  port = line != NULL ? atoi (line) : 0;
  server_pid = atoi (g_subprocess_get_identifier (child));
  return child;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context =
      g_option_context_new ("- what a viewer costs");
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child = NULL;
  g_auto (GStrv) numbers = NULL;
  g_autofree gchar *url = NULL;
  gdouble base_cpu = -1;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("bench-whep: %s\n", error->message);
    return 2;
  }
  if (serve)
    return run_server ();
  if (server_pid == 0
      && ((child = start_server ("/proc/self/exe", &error)) == NULL
          || port == 0)) {
    g_printerr ("bench-whep: %s\n",
        error != NULL ? error->message : "The server did not start");
    return 1;
  }
  url = g_strdup_printf ("http://127.0.0.1:%d/whep/%s", port, driver_id);
  numbers =
      g_strsplit (viewers_text != NULL ? viewers_text : "0,1,5,10,20", ",", -1);
  g_print ("times in ms since the POST, median/worst; ! = not all viewers\n"
           "| viewers | CPU %% | per viewer | threads | fds | RSS MB | answer |"
           " first packet | first key frame | first sample | Mbit/s | frames/s"
           " | samples/s | gaps | reader CPU %% each |\n");
  for (gchar **number = numbers; *number != NULL; number++) {
    base_cpu = measure (server_pid, (guint) atoi (*number), url, base_cpu);
    wait_ms (2000);
  }
  if (child != NULL && plain > 0) {
    g_autofree gchar *plain_url =
        g_strdup_printf ("http://127.0.0.1:%d/plain/bench", port);

    g_print ("the same by a plain webrtcbin a viewer (its first negotiation of "
             "the process is in it):\n");
    measure (server_pid, (guint) plain, plain_url, base_cpu);
  }
  if (child != NULL) {
    g_subprocess_force_exit (child);
    g_subprocess_wait (child, NULL, NULL);
  }
  return 0;
}
