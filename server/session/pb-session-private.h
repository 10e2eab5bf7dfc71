/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of PbSession share. Nobody outside this folder includes it. */
#pragma once

#include <mpegts/mpegts-parser.h>

#include "session/pb-loss.h"
#include "session/pb-session.h"

G_BEGIN_DECLS

struct _PbSession {
  gatomicrefcount refs;
  gchar *id;
  PbSessionLog *log;
  gchar *driver;
  PbLive *live;
  PbLapBook *book;
  gchar *device;
  gchar *peer;
  gchar *transport;
  PbStore *store;
  PbRecorder *recorder;
  PbIngestGraph *graph;
  gint64 started_mono_us;
  GMutex push_lock; /* held while bytes go on; close waits for it */
  gint64 bytes_full_us; /* under push_lock */
  MpegtsParser *tables; /* under push_lock; NULL = nothing more can come */
  PbSessionBringsFunc brings_func;
  gpointer user_data;

  GMutex lock; /* protects all below */
  gboolean ended;
  gboolean too_much;
  gboolean refused;
  gboolean closed;
  PbParts brings;
  PbParts places;
  gchar *whole; /* id of the session that it is a part of */
  gchar *end_reason;
  gint64 last_data_mono_us;
  guint64 bytes;
  PbLiveLink link;
  guint recv_kbps;
  guint telemetry_kbps;
  gint64 last_tick_mono_us;
  guint64 last_tick_bytes;
  guint64 last_tick_klv_bytes;
  gdouble fps;
  guint64 last_tick_pictures;
  PbLoss loss;
  PbHealth *health;
  gchar *description; /* what the store was told last */
};

G_END_DECLS
