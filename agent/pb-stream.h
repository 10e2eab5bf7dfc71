/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbStream: one run of one graph, from loading to its first failure. */
#pragma once

#include "pb-config.h"
#include "pb-picture.h"
#include "pb-supervisor.h"
#include "pb-transport.h"
#include "spool/pb-spool.h"

#include <gst/gst.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _PbStream PbStream;

/**
 * PbStreamEvents:
 * @failed: the stream ended by itself; @reason says in words why. Stop it.
 * @sim_changed: the simulator connected (%TRUE) or went away (%FALSE)
 * @connected: the server took the stream
 * @waiting: the connection is gone, and is tried again by itself
 *
 * All are called in the main thread, never from within pb_stream_start().
 */
typedef struct {
  void (*failed) (PbStream *stream, PbFailure failure, const gchar *reason,
      gpointer user_data);
  void (*sim_changed) (
      PbStream *stream, gboolean connected, gpointer user_data);
  void (*connected) (PbStream *stream, gpointer user_data);
  void (*waiting) (PbStream *stream, PbTransportTrouble trouble,
      const gchar *reason, gpointer user_data);
} PbStreamEvents;

PbStream *pb_stream_new (const PbConfig *config, const PbPicture *picture,
    PbMode mode, PbTransport transport, const gchar *exclude,
    const PbStreamEvents *events, gpointer user_data,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_stream_set_spool (PbStream *stream, PbSpool *spool);
void pb_stream_set_latency (PbStream *stream, guint ms);
void pb_stream_start (PbStream *stream);
void pb_stream_change_transport (
    PbStream *stream, PbTransport transport, guint latency_ms);
void pb_stream_free (PbStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbStream, pb_stream_free)

void pb_stream_add_status (PbStream *stream, JsonBuilder *builder);
const gchar *pb_stream_get_still (PbStream *stream);
gchar *pb_stream_dup_encoder (PbStream *stream);
GstElement *pb_stream_dup_element (PbStream *stream, const gchar *name);
GstStructure *pb_stream_dup_stats (PbStream *stream, const gchar *element);
guint pb_stream_get_bitrate (PbStream *stream);
void pb_stream_set_bitrate (PbStream *stream, guint kbps);
gboolean pb_stream_takes_bitrate (PbStream *stream);
void pb_stream_set_picture (PbStream *stream, const PbPicture *picture);
void pb_stream_request_key (PbStream *stream);
guint pb_stream_get_kept_ms (PbStream *stream);

G_END_DECLS
