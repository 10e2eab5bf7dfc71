/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A port, a driver with its picture and a reader of it, in one process. What
 * waits, waits for an event and fails by itself after WAIT_SECONDS. */
#pragma once

#include <gst/check/gstcheck.h>
#include <gstpitbox/gstpitbox.h>

#define KEY "correct-horse-battery"
#define WAIT_SECONDS 30
#define UNTIL (g_get_monotonic_time () + WAIT_SECONDS * G_TIME_SPAN_SECOND)

/* A driver: rows, the picture of them, both in one stream, two key frames a
 * second; and whatever else goes into it. */
#define DRIVER_OF(encoder, more) \
  "telemetrytestsrc is-live=true ! tee name=rows " \
  "rows. ! queue ! telemetryenc key-interval=500000000 ! pace.telemetry_sink " \
  "rows. ! queue ! telemetryscene ! video/x-raw,width=320,height=180," \
  "framerate=30/1 ! " encoder " ! pace.video_sink " \
  "telemetrypace name=pace pace.video_src ! mux.sink_65 " \
  "pace.telemetry_src ! mux.sink_66 " more \
  "mpegtsmux name=mux alignment=0 latency=200000000 ! " \
  "pitboxsrtserversink listener=src-test driver=car01 grace=0"
#define H264 \
  "x264enc tune=zerolatency speed-preset=ultrafast bitrate=1500 " \
  "key-int-max=15 ! h264parse config-interval=-1"
#define H265 \
  "x265enc tune=zerolatency speed-preset=ultrafast bitrate=1500 " \
  "key-int-max=15 ! h265parse config-interval=-1"
#define SOUND \
  "audiotestsrc is-live=true ! audio/x-raw,rate=48000 ! avenc_aac ! " \
  "aacparse ! mux.sink_67 "
#define DRIVER DRIVER_OF (H264, "")

/* Lets the reader studio read car01, and all read every driver. */
typedef struct {
  GstElement *pipeline;
  GstElement *src;
  guint port;
} SrcPort;

/* What came out of a reading pipeline. */
typedef struct {
  GstElement *pipeline;
  GMutex lock;
  GCond cond;
  guint n_buffers;
  guint n_with_row;
  guint n_strips; /* pictures whose strip was read */
  guint n_own; /* and says the tick of their row */
  guint n_units;
} SrcReading;

SrcPort *src_port_new (void);
void src_port_play (SrcPort *port);
void src_port_free (SrcPort *port);

GstElement *src_play (const gchar *text);
void src_stop (GstElement *pipeline);
gchar *src_wait_error (GstElement *pipeline, gint code);
void src_wait_state (GstElement *pipeline, const gchar *state);

SrcReading *src_reading_new (
    guint port, const gchar *more, const gchar *behind);
SrcReading *src_reading_of (const gchar *text);
void src_reading_free (SrcReading *r);
void src_reading_wait (SrcReading *r, guint *counter, guint n);
void src_reading_wait_units (SrcReading *r);

gboolean src_has (const gchar *factory);
gboolean src_has_driver (void);
