/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstIrsdkSrc inside: the object, and what turns rows into buffers. */
#pragma once

#include "gstirsdkbatch.h"
#include "gstirsdklayout.h"
#include "gstirsdklook.h"
#include "gstirsdkplace.h"
#include "gstirsdkreport.h"
#include "gstirsdksrc.h"
#include "gstirsdkstamp.h"
#include "gstirsdktext.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (irsdk_src_debug);

struct _GstIrsdkSrc {
  GstPushSrc parent;

  /* Object lock. */
  gchar *shm_name;
  GstClockTime timeout;
  guint batch; /* rows */
  GstIrsdkState state;
  GstIrsdkStats stats;
  GstClockID wait_id;
  gboolean flushing;

  /* Streaming thread. */
  IrsdkShmReader *reader;
  GstIrsdkLayout layout;
  GstIrsdkStamp stamp;
  GstIrsdkPlace place;
  GstIrsdkText text;
  GstClockTime last_row; /* clock time of the last row's arrival */
  GstClockTime last_refresh; /* clock time */
  GstIrsdkLook look;
  guint wakes; /* since the last row */
  GstIrsdkBatch rows;
};

/* gstirsdksrc.c */
void gst_irsdk_src_set_state (
    GstIrsdkSrc *self, GstIrsdkState state, const gchar *reason);

/* gstirsdksrcrows.c: the streaming thread only */
GstClockTime gst_irsdk_src_running_time (GstIrsdkSrc *self, GstClockTime time);
GstBuffer *gst_irsdk_src_make_buffer (
    GstIrsdkSrc *self, GstClock *clock, const IrsdkShmRow *row);

G_END_DECLS
