/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A WHEP client on webrtcbin: real ICE, DTLS, SRTP and SCTP; decodes nothing.
 */
#pragma once

#include <gst/gst.h>
#include <libsoup/soup.h>

/**
 * PbTestViewerStats:
 * @status: HTTP status of the POST; 0 = not answered yet
 * @answer_ms, @first_packet_ms, @first_key_ms, @first_sample_ms: since the
 *   POST; negative = not yet. The key frame counts with its last packet
 * @packets, @bytes, @frames, @seq_gaps: of the picture's RTP
 * @sound_packets: of the sound's
 * @samples, @texts: of the data channel
 */
typedef struct {
  guint status;
  gdouble answer_ms;
  gdouble first_packet_ms;
  gdouble first_key_ms;
  gdouble first_sample_ms;
  guint64 packets;
  guint64 bytes;
  guint64 frames;
  guint64 seq_gaps;
  guint64 sound_packets;
  guint64 samples;
  guint64 texts;
} PbTestViewerStats;

typedef struct _PbTestViewer PbTestViewer;

/* What a viewer asks for beside telemetry. */
typedef enum {
  PB_TEST_VIEWER_DATA = 0,
  PB_TEST_VIEWER_VIDEO = 1,
  PB_TEST_VIEWER_SOUND = 2,
} PbTestViewerMedia;

/* Any thread. */
typedef void (*PbTestSampleFunc) (
    PbTestViewer *viewer, GBytes *message, gpointer user_data);

PbTestViewer *pb_test_viewer_new (
    SoupSession *session, const gchar *url, PbTestViewerMedia media);
void pb_test_viewer_set_sample_func (
    PbTestViewer *viewer, PbTestSampleFunc func, gpointer user_data);
void pb_test_viewer_connect (PbTestViewer *viewer);
void pb_test_viewer_get_stats (PbTestViewer *viewer, PbTestViewerStats *stats);
gboolean pb_test_viewer_has_posted (PbTestViewer *viewer);
const gchar *pb_test_viewer_get_location (PbTestViewer *viewer);
void pb_test_viewer_free (PbTestViewer *viewer);
guint pb_test_listen (SoupServer *server, guint port);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbTestViewer, pb_test_viewer_free)
