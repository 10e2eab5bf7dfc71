/* SPDX-License-Identifier: LGPL-2.1-or-later
 * WHEP with real ICE, DTLS, SRTP and SCTP over loopback: answers, what a viewer
 * sees, restarts, and that viewers who come and go leave nothing behind. */
#include <libsoup/soup.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/pb-sample-decoder.h"
#include "../lib/pb-test-driver.h"
#include "../lib/pb-test-offers.h"
#include "../lib/pb-test-proc-linux.h"
#include "../lib/pb-test-viewer.h"
#include "webrtc/pb-whep.h"

typedef struct {
  SoupServer *soup;
  SoupSession *session;
  PbLive *live;
  PbWhep *whep;
  PbTestDriver *driver;
  gchar *url;
} Rig;

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer user_data)
{
  Rig *rig = user_data;
  g_auto (GStrv) parts = g_strsplit (path, "/", 4);

  pb_whep_handle (rig->whep, message, rig->live,
      g_strv_length (parts) == 4 ? parts[3] : NULL, NULL, NULL);
}

static void
rig_init (Rig *rig, guint fps)
{
  PbTestDriverOptions pictures = { 320, 240, fps, 500, fps };
  PbWhepOptions options = { .loopback = "127.0.0.1" };
  g_autoptr (GError) error = NULL;
  guint port;

  rig->live = pb_live_new ("car07", NULL);
  rig->driver = pb_test_driver_new (rig->live, &pictures, &error);
  g_assert_no_error (error);
  rig->whep = pb_whep_new (&options, &error);
  g_assert_no_error (error);
  rig->soup = soup_server_new (NULL, NULL);
  soup_server_add_handler (rig->soup, "/whep", on_request, rig, NULL);
  port = pb_test_listen (rig->soup, 0);
  g_assert_cmpuint (port, !=, 0);
  rig->url = g_strdup_printf ("http://127.0.0.1:%u/whep/car07", port);
  rig->session = soup_session_new_with_options (
      "max-conns", 200, "max-conns-per-host", 200, NULL);
}

static void
rig_clear (Rig *rig)
{
  pb_test_driver_free (rig->driver);
  pb_whep_free (rig->whep);
  soup_server_disconnect (rig->soup);
  g_object_unref (rig->soup);
  g_object_unref (rig->session);
  pb_live_unref (rig->live);
  g_free (rig->url);
}

typedef gboolean (*Condition) (gpointer data);

static gboolean
on_limit (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
on_poll (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until it is so. */
static gboolean
wait_until (Condition condition, gpointer data, guint limit_ms)
{
  gboolean over = FALSE;
  guint limit = g_timeout_add (limit_ms, on_limit, &over);
  guint poll = g_timeout_add (5, on_poll, NULL);

  while (!condition (data) && !over)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (poll);
  if (!over)
    g_source_remove (limit);
  return !over;
}

static gboolean
is_live (gpointer data)
{
  return pb_live_get_mode (data) != PB_LIVE_OFFLINE;
}

static gboolean
has_posted (gpointer data)
{
  return pb_test_viewer_has_posted (data);
}

static gboolean
is_answered (gpointer data)
{
  PbTestViewerStats stats;

  pb_test_viewer_get_stats (data, &stats);
  return stats.status != 0;
}

static gboolean
sees_video_and_samples (gpointer data)
{
  PbTestViewerStats stats;

  pb_test_viewer_get_stats (data, &stats);
  return stats.first_key_ms >= 0 && stats.samples > 20 && stats.texts > 0;
}

static gboolean
sees_samples (gpointer data)
{
  PbTestViewerStats stats;

  pb_test_viewer_get_stats (data, &stats);
  return stats.samples > 20;
}

static void
start (Rig *rig)
{
  pb_test_driver_start (rig->driver);
  g_assert_true (wait_until (is_live, rig->live, 20000));
}

typedef struct {
  guint status;
  gboolean done;
} Reply;

static void
on_reply (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Reply *reply = user_data;
  g_autoptr (GBytes) body =
      soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);

  reply->status = soup_message_get_status (
      soup_session_get_async_result_message (SOUP_SESSION (source), result));
  reply->done = TRUE;
}

static gboolean
is_done (gpointer data)
{
  return ((Reply *) data)->done;
}

static guint
request (Rig *rig, const gchar *method, const gchar *path, const gchar *type,
    const gchar *text)
{
  g_autofree gchar *url = g_strconcat (rig->url, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, url);
  Reply reply = { 0 };

  if (text != NULL) {
    g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

    soup_message_set_request_body_from_bytes (message, type, body);
  }
  soup_session_send_and_read_async (
      rig->session, message, G_PRIORITY_DEFAULT, NULL, on_reply, &reply);
  g_assert_true (wait_until (is_done, &reply, 20000));
  return reply.status;
}

static void
test_status_codes (void)
{
  const gchar *sdp = "application/sdp";
  g_autofree gchar *no_h264 =
      pb_test_replace (pb_test_offer_chrome, "H264", "H266");
  g_autofree gchar *no_port =
      pb_test_replace (pb_test_offer_chrome, "a=sctp-port:5000\r\n", "");
  g_autofree gchar *large = g_strnfill (70000, 'x');
  PbWhepStats stats;
  Rig rig;

  rig_init (&rig, 30);
  g_assert_cmpuint (request (&rig, "POST", "", sdp, pb_test_offer_chrome), ==,
      SOUP_STATUS_CONFLICT);
  start (&rig);
  g_assert_cmpuint (request (&rig, "OPTIONS", "", NULL, NULL), ==, 204);
  g_assert_cmpuint (request (&rig, "GET", "", NULL, NULL), ==, 405);
  g_assert_cmpuint (request (&rig, "PATCH", "/x", sdp, "a=b"), ==, 405);
  g_assert_cmpuint (request (&rig, "DELETE", "/x", NULL, NULL), ==, 404);
  g_assert_cmpuint (
      request (&rig, "POST", "", "text/plain", pb_test_offer_chrome), ==, 415);
  g_assert_cmpuint (request (&rig, "POST", "", sdp, "hello"), ==, 400);
  g_assert_cmpuint (request (&rig, "POST", "", sdp, no_port), ==, 400);
  g_assert_cmpuint (request (&rig, "POST", "", sdp, no_h264), ==, 406);
  g_assert_cmpuint (request (&rig, "POST", "", sdp, large), ==, 413);
  pb_whep_get_stats (rig.whep, &stats);
  g_assert_cmpuint (stats.viewers, ==, 0);
  g_assert_cmpuint (stats.refused, ==, 6);
  /* A browser's own offer is answered, whether it ever connects or not. */
  g_assert_cmpuint (
      request (&rig, "POST", "", sdp, pb_test_offer_chrome), ==, 201);
  pb_whep_get_stats (rig.whep, &stats);
  g_assert_cmpuint (stats.viewers, ==, 1);
  rig_clear (&rig);
}

typedef struct {
  GMutex lock;
  PbSampleDecoder *decoder;
  guint good;
  guint bad;
} Decoded;

static void
on_sample (PbTestViewer *viewer, GBytes *message, gpointer user_data)
{
  Decoded *decoded = user_data;
  PbSampleInfo info;

  g_mutex_lock (&decoded->lock);
  if (pb_sample_decoder_push (decoded->decoder, message, &info))
    decoded->good++;
  else
    decoded->bad++;
  g_mutex_unlock (&decoded->lock);
}

static void
test_view (void)
{
  g_autoptr (GstPitboxSample) row = NULL;
  g_autoptr (PbTestViewer) viewer = NULL;
  PbTestViewerStats before, after;
  Decoded decoded = { 0 };
  Rig rig;

  rig_init (&rig, 30);
  start (&rig);
  row = pb_live_dup_row (rig.live);
  g_mutex_init (&decoded.lock);
  decoded.decoder = pb_sample_decoder_new (row->schema);
  viewer = pb_test_viewer_new (rig.session, rig.url, PB_TEST_VIEWER_VIDEO);
  pb_test_viewer_set_sample_func (viewer, on_sample, &decoded);
  pb_test_viewer_connect (viewer);
  g_assert_true (wait_until (sees_video_and_samples, viewer, 20000));

  /* The agent goes and comes back: the same viewer goes on. */
  pb_test_driver_stop (rig.driver);
  pb_live_set_offline (rig.live);
  pb_test_viewer_get_stats (viewer, &before);
  start (&rig);
  do {
    g_main_context_iteration (NULL, TRUE);
    pb_test_viewer_get_stats (viewer, &after);
  } while (
      after.frames < before.frames + 20 || after.samples < before.samples + 20);
  g_assert_cmpuint (after.seq_gaps, ==, 0);
  g_clear_pointer (&viewer, pb_test_viewer_free);
  g_assert_cmpuint (decoded.good, >, 40);
  g_assert_cmpuint (decoded.bad, ==, 0);
  pb_sample_decoder_free (decoded.decoder);
  rig_clear (&rig);
}

static void
test_telemetry_only (void)
{
  g_autoptr (PbTestViewer) viewer = NULL;
  g_autoptr (PbTestViewer) wants_video = NULL;
  PbTestViewerStats stats;
  Rig rig;

  rig_init (&rig, 0);
  start (&rig);
  viewer = pb_test_viewer_new (rig.session, rig.url, PB_TEST_VIEWER_DATA);
  wants_video = pb_test_viewer_new (rig.session, rig.url, PB_TEST_VIEWER_VIDEO);
  pb_test_viewer_connect (viewer);
  pb_test_viewer_connect (wants_video);
  g_assert_true (wait_until (sees_samples, viewer, 20000));
  g_assert_true (wait_until (is_answered, wants_video, 20000));
  pb_test_viewer_get_stats (viewer, &stats);
  g_assert_cmpuint (stats.packets, ==, 0);
  pb_test_viewer_get_stats (wants_video, &stats);
  g_assert_cmpuint (stats.status, ==, SOUP_STATUS_CONFLICT);
  g_clear_pointer (&viewer, pb_test_viewer_free);
  g_clear_pointer (&wants_video, pb_test_viewer_free);
  rig_clear (&rig);
}

/* One offer of many that come at the same moment. */
typedef struct {
  guint status;
  gchar *location;
  guint udp_port;
  guint *left;
} Offer;

static guint
read_udp_port (GBytes *body)
{
  g_autofree gchar *text =
      g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  const gchar *at = strstr (text, " 127.0.0.1 ");

  return at != NULL ? (guint) atoi (at + strlen (" 127.0.0.1 ")) : 0;
}

static void
on_offer_reply (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Offer *offer = user_data;
  SoupMessage *message =
      soup_session_get_async_result_message (SOUP_SESSION (source), result);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body =
      soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  g_assert_no_error (error);
  offer->status = soup_message_get_status (message);
  offer->location = g_strdup (soup_message_headers_get_one (
      soup_message_get_response_headers (message), "Location"));
  offer->udp_port = read_udp_port (body);
  --*offer->left;
}

static gboolean
is_zero (gpointer data)
{
  return *(guint *) data == 0;
}

static void
post_offers (Rig *rig, Offer *offers, guint n)
{
  guint left = n;

  for (guint i = 0; i < n; i++) {
    g_autoptr (SoupMessage) message = soup_message_new ("POST", rig->url);
    g_autoptr (GBytes) body = g_bytes_new_static (
        pb_test_offer_chrome, strlen (pb_test_offer_chrome));

    offers[i].left = &left;
    soup_message_set_request_body_from_bytes (message, "application/sdp", body);
    soup_session_send_and_read_async (rig->session, message, G_PRIORITY_DEFAULT,
        NULL, on_offer_reply, &offers[i]);
  }
  g_assert_true (wait_until (is_zero, &left, 20000));
}

/* Bytes of each kind that the port tells apart (RFC 7983), from a stranger. */
static void
send_garbage (guint udp_port)
{
  g_autoptr (GSocketAddress) to =
      g_inet_socket_address_new_from_string ("127.0.0.1", udp_port);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4,
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint i = 0; i < 2000; i++) {
    gchar bytes[1500];
    gsize size = (gsize) g_rand_int_range (rand, 0, sizeof bytes);

    for (gsize k = 0; k < size; k++)
      bytes[k] = (gchar) g_rand_int_range (rand, 0, 256);
    if (size > 0)
      bytes[0] = (gchar) (i & 0xff);
    g_socket_send_to (socket, to, bytes, size, NULL, NULL);
  }
}

/* A hundred offers at one moment that nobody follows up, and one more; noise on
 * the port; half of them deleted: a viewer that means it is served. */
static void
test_storm (void)
{
  g_autofree Offer *offers = g_new0 (Offer, 101);
  g_autoptr (PbTestViewer) viewer = NULL;
  PbWhepStats stats;
  guint refused = 0;
  Rig rig;

  rig_init (&rig, 30);
  start (&rig);
  post_offers (&rig, offers, 101);
  for (guint i = 0; i < 101; i++) {
    refused += offers[i].status == SOUP_STATUS_SERVICE_UNAVAILABLE;
    if (offers[i].location != NULL)
      send_garbage (offers[i].udp_port);
  }
  g_assert_cmpuint (refused, ==, 1);
  pb_whep_get_stats (rig.whep, &stats);
  g_assert_cmpuint (stats.viewers, ==, 100);
  for (guint i = 0; i < 50; i++) {
    if (offers[i].location != NULL)
      g_assert_cmpuint (request (&rig, "DELETE",
                            strrchr (offers[i].location, '/'), NULL, NULL),
          ==, 200);
  }
  viewer = pb_test_viewer_new (rig.session, rig.url, PB_TEST_VIEWER_VIDEO);
  pb_test_viewer_connect (viewer);
  g_assert_true (wait_until (sees_video_and_samples, viewer, 20000));
  g_clear_pointer (&viewer, pb_test_viewer_free);
  for (guint i = 0; i < 101; i++)
    g_free (offers[i].location);
  rig_clear (&rig);
}

static gboolean
has_no_viewer (gpointer data)
{
  PbWhepStats stats;

  pb_whep_get_stats (data, &stats);
  return stats.viewers == 0;
}

typedef struct {
  PbWhep *whep;
  guint threads;
  guint fds;
} Rest;

/* Nothing of a viewer stays. */
static gboolean
is_at_rest (gpointer data)
{
  Rest *rest = data;
  PbWhepStats stats;
  PbTestProc proc;

  pb_whep_get_stats (rest->whep, &stats);
  if (stats.viewers > 0 || !pb_test_proc_read (getpid (), &proc))
    return FALSE;
  return proc.threads <= rest->threads && proc.fds <= rest->fds;
}

/* In four ways: at once after the POST, as soon as it is answered, while it
 * plays by DELETE, while it plays without a word. */
static void
come_and_go (Rig *rig, guint how)
{
  g_autoptr (PbTestViewer) viewer = pb_test_viewer_new (rig->session, rig->url,
      how % 5 != 4 ? PB_TEST_VIEWER_VIDEO : PB_TEST_VIEWER_DATA);

  pb_test_viewer_connect (viewer);
  g_assert_true (wait_until (has_posted, viewer, 20000));
  if (how % 4 == 0) {
    /* The server sees the request before it sees that nobody waits for it. */
    for (guint i = 0; i < how; i++)
      g_main_context_iteration (NULL, FALSE);
    return;
  }
  g_assert_true (wait_until (is_answered, viewer, 20000));
  if (how % 4 == 1)
    return;
  g_assert_true (wait_until (sees_samples, viewer, 20000));
  if (how % 4 == 2) {
    const gchar *id = strrchr (pb_test_viewer_get_location (viewer), '/');

    g_assert_cmpuint (request (rig, "DELETE", id, NULL, NULL), ==, 200);
  }
}

/* The viewers of the churn test: a process of their own, since webrtcbin 1.22
 * leaks on their side of a connection that never came about. */
static int
run_viewers (const gchar *url, guint n)
{
  Rig rig = { 0 };

  rig.url = g_strdup (url);
  rig.session = soup_session_new ();
  for (guint i = 0; i < n; i++)
    come_and_go (&rig, i);
  g_object_unref (rig.session);
  g_free (rig.url);
  return 0;
}

static void
on_exit_of_viewers (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_wait_check_finish (G_SUBPROCESS (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

static void
churn (Rig *rig, guint n)
{
  g_autofree gchar *n_text = g_strdup_printf ("%u", n);
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;
  g_autoptr (GSubprocess) viewers = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE,
      &error, "/proc/self/exe", "--viewers", rig->url, n_text, NULL);

  g_assert_no_error (error);
  g_subprocess_wait_check_async (viewers, NULL, on_exit_of_viewers, &done);
  g_assert_true (wait_until (is_true, &done, 30000 + n * 2000));
  g_assert_true (wait_until (has_no_viewer, rig->whep, 40000));
}

static void
test_churn (void)
{
  guint n = g_test_slow () ? 200 : 24;
  PbTestProc before = { 0 }, after;
  Rest rest;
  Rig rig;

  rig_init (&rig, 30);
  start (&rig);
  /* The first ones load what stays loaded. */
  churn (&rig, 8);
  rest = (Rest){ rig.whep, G_MAXUINT, G_MAXUINT };
  g_assert_true (wait_until (is_at_rest, &rest, 20000));
  g_assert_true (pb_test_proc_read (getpid (), &before));
  churn (&rig, n);
  /* Idle threads of GLib's own pools. */
  rest.threads = before.threads + 4;
  rest.fds = before.fds;
  g_assert_true (wait_until (is_at_rest, &rest, 30000));
  pb_test_proc_read (getpid (), &after);
  g_test_message ("%u viewers: threads %u -> %u, fds %u -> %u, RSS %u -> %u kB",
      n, before.threads, after.threads, before.fds, after.fds, before.rss_kb,
      after.rss_kb);
  rig_clear (&rig);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  if (argc == 4 && g_str_equal (argv[1], "--viewers"))
    return run_viewers (argv[2], (guint) atoi (argv[3]));
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/status-codes", test_status_codes);
  g_test_add_func ("/whep/view", test_view);
  g_test_add_func ("/whep/telemetry-only", test_telemetry_only);
  g_test_add_func ("/whep/storm", test_storm);
  g_test_add_func ("/whep/churn", test_churn);
  return g_test_run ();
}
