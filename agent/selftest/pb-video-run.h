/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbVideoRun: capture and encoder for some seconds, and what came of it. */
#pragma once

#include "pb-config.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * PbVideoWish:
 * @source: the source that the settings mean; else a drawn test picture
 * @codec: "h264" or "h265"
 * @exclude: encoders to pass over, with commas between
 * @seconds: how long
 */
typedef struct {
  gboolean source;
  const gchar *codec;
  const gchar *exclude;
  guint seconds;
} PbVideoWish;

/**
 * PbVideoRun:
 * @failure: (nullable): why it did not run, or ended early
 * @capture: (nullable): what pitboxcapturebin chose
 * @encoder: (nullable): what pitboxencodebin chose
 * @words: what the capture said of itself, "; " between
 * @pictures: that were encoded
 * @keys: of them key frames
 * @bytes: of them all
 * @ran_us: from the first to the last
 * @first_us: from the start to the first
 * @gap_us: longest time between two of them
 * @delay_us: (element-type gint64): of each, from its capture to its coded end
 * @cpu_us: of all threads meanwhile
 *
 * For pb_video_run_clear().
 */
typedef struct {
  gchar *failure;
  GstStructure *capture;
  GstStructure *encoder;
  GString *words;
  guint pictures, keys;
  guint64 bytes;
  gint64 ran_us, first_us, gap_us;
  GArray *delay_us;
  gint64 cpu_us;
} PbVideoRun;

void pb_video_run (
    PbVideoRun *run, const PbConfig *config, const PbVideoWish *wish);
void pb_video_run_clear (PbVideoRun *run);
gint64 pb_video_run_get_delay (PbVideoRun *run, guint percent);

G_END_DECLS
