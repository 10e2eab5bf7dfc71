/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A viewer of a driver's telemetry over WebRTC for as long as its input is open;
 * with --all also of his picture and sound. Each line of input is answered by one
 * of JSON: samples so far, those that are missing in their sequence, the longest
 * time without one since the last line, in milliseconds, pictures and packets of
 * sound so far.
 *
 * Usage: watch-viewer [--all] URL [HEADER VALUE]... */
#include <gio/gunixinputstream.h>
#include <libsoup/soup.h>
#include <unistd.h>

#include "../lib/pb-test-viewer.h"

#define SEQUENCE_BYTE 12

typedef struct {
  GMainLoop *loop;
  gchar **headers;
  PbTestViewer *viewer;

  GMutex lock; /* protects all below */
  guint64 samples;
  guint64 missing;
  guint32 sequence;
  gint64 last_us;
  gint64 longest_us;
} Watch;

/* webrtcbin's thread. */
static void
take_sample (PbTestViewer *viewer, GBytes *message, gpointer user_data)
{
  Watch *watch = user_data;
  const gint64 now_us = g_get_monotonic_time ();
  gsize size;
  const guint8 *bytes = g_bytes_get_data (message, &size);
  guint32 sequence;

  if (size < SEQUENCE_BYTE + 4)
    return;
  sequence = GST_READ_UINT32_LE (bytes + SEQUENCE_BYTE);
  g_mutex_lock (&watch->lock);
  if (watch->samples > 0) {
    watch->missing += sequence - watch->sequence - 1;
    watch->longest_us = MAX (watch->longest_us, now_us - watch->last_us);
  }
  watch->sequence = sequence;
  watch->last_us = now_us;
  watch->samples++;
  g_mutex_unlock (&watch->lock);
}

static void
answer (Watch *watch)
{
  const gint64 now_us = g_get_monotonic_time ();
  PbTestViewerStats stats;

  pb_test_viewer_get_stats (watch->viewer, &stats);
  g_mutex_lock (&watch->lock);
  if (watch->samples > 0)
    watch->longest_us = MAX (watch->longest_us, now_us - watch->last_us);
  g_print ("{\"samples\": %" G_GUINT64_FORMAT
           ", \"missing\": %" G_GUINT64_FORMAT ", \"longest_ms\": %.1f"
           ", \"frames\": %" G_GUINT64_FORMAT
           ", \"sound_packets\": %" G_GUINT64_FORMAT "}\n",
      watch->samples, watch->missing, (gdouble) watch->longest_us / 1000,
      stats.frames, stats.sound_packets);
  /* A wait that goes on counts whole in the next line, too. */
  watch->longest_us = 0;
  g_mutex_unlock (&watch->lock);
}

static void
on_line (GObject *input, GAsyncResult *result, gpointer user_data)
{
  Watch *watch = user_data;
  GDataInputStream *lines = G_DATA_INPUT_STREAM (input);
  g_autofree gchar *line =
      g_data_input_stream_read_line_finish (lines, result, NULL, NULL);

  if (!line) {
    g_main_loop_quit (watch->loop);
    return;
  }
  answer (watch);
  g_data_input_stream_read_line_async (
      lines, G_PRIORITY_DEFAULT, NULL, on_line, watch);
}

/* The server of a test has signed its certificate itself. */
static gboolean
take_certificate (SoupMessage *message, GTlsCertificate *certificate,
    GTlsCertificateFlags errors, gpointer user_data)
{
  return TRUE;
}

static void
on_queued (SoupSession *session, SoupMessage *message, gpointer user_data)
{
  gchar **headers = user_data;

  for (guint i = 0; headers[i] && headers[i + 1]; i += 2)
    soup_message_headers_replace (
        soup_message_get_request_headers (message), headers[i], headers[i + 1]);
  g_signal_connect (
      message, "accept-certificate", G_CALLBACK (take_certificate), NULL);
}

int
main (int argc, char **argv)
{
  Watch watch = { 0 };
  g_autoptr (SoupSession) session = NULL;
  g_autoptr (GInputStream) input = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  PbTestViewerMedia media = PB_TEST_VIEWER_DATA;

  gst_init (&argc, &argv);
  if (argc > 1 && g_str_equal (argv[1], "--all")) {
    media = PB_TEST_VIEWER_VIDEO | PB_TEST_VIEWER_SOUND;
    argv++;
    argc--;
  }
  if (argc < 2) {
    g_printerr ("usage: watch-viewer [--all] URL [HEADER VALUE]...\n");
    return 2;
  }
  g_mutex_init (&watch.lock);
  watch.loop = g_main_loop_new (NULL, FALSE);
  session = soup_session_new ();
  g_signal_connect (
      session, "request-queued", G_CALLBACK (on_queued), argv + 2);
  watch.viewer = pb_test_viewer_new (session, argv[1], media);
  pb_test_viewer_set_sample_func (watch.viewer, take_sample, &watch);
  pb_test_viewer_connect (watch.viewer);
  input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  lines = g_data_input_stream_new (input);
  g_data_input_stream_read_line_async (
      lines, G_PRIORITY_DEFAULT, NULL, on_line, &watch);
  g_main_loop_run (watch.loop);
  pb_test_viewer_free (watch.viewer);
  g_main_loop_unref (watch.loop);
  g_mutex_clear (&watch.lock);
  return 0;
}
