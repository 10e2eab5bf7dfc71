/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Settings of an encoder, and what each encoder calls them. */
#pragma once

#include "encoders.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * EncoderSpeed:
 * @ENCODER_SPEED_FAST: least load, for beside a game
 * @ENCODER_SPEED_BALANCED: between
 * @ENCODER_SPEED_QUALITY: best picture for the bits
 */
typedef enum {
  ENCODER_SPEED_FAST,
  ENCODER_SPEED_BALANCED,
  ENCODER_SPEED_QUALITY,
} EncoderSpeed;

/**
 * EncoderSettings:
 * @bitrate_kbps: constant bitrate, kbit/s
 * @key_interval_ms: between key frames, ms
 * @b_frames: between two others; 0: none
 * @low_latency: no look-ahead, each picture leaves as it comes
 * @repeat_headers: SPS and PPS with each key frame
 * @speed: load against quality
 * @fps_n: pictures a second, numerator; 0: unknown
 * @fps_d: denominator
 */
typedef struct {
  guint bitrate_kbps;
  guint key_interval_ms;
  guint b_frames;
  gboolean low_latency;
  gboolean repeat_headers;
  EncoderSpeed speed;
  gint fps_n, fps_d;
} EncoderSettings;

guint encoder_settings_key_frames (const EncoderSettings *settings);
void encoder_settings_apply (const EncoderSettings *settings,
    const EncoderKind *kind, gpointer encoder, GString *lacking);
void encoder_settings_apply_bitrate (
    const EncoderSettings *settings, const EncoderKind *kind, gpointer encoder);
gboolean encoder_settings_bitrate_is_live (
    const EncoderKind *kind, gpointer encoder);

G_END_DECLS
