/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbWishes: what is asked for from afar, within what the driver has set; pure. */
#pragma once

#include "pb-config.h"
#include "pb-picture.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** PB_WISHES_KEY_MS: between two key frames that are asked for. */
#define PB_WISHES_KEY_MS 500

/**
 * PbWishes:
 * @has_mode, @mode: asked for; else the driver's own counts
 * @bitrate_kbps: asked for; 0 = the driver's own
 * @picture: asked for, but its bitrate; 0, %NULL = the driver's own
 * @key_us: when a key frame was asked for last, monotonic; 0 = never
 *
 * Zeroed at the start, pb_wishes_clear() at the end.
 */
typedef struct {
  gboolean has_mode;
  PbMode mode;
  guint bitrate_kbps;
  struct {
    gint width, height, framerate, key_interval_ms;
    gchar *encoder;
  } picture;
  gint64 key_us;
} PbWishes;

PbMode pb_wishes_get_mode (const PbWishes *wishes, const PbConfig *config);
guint pb_wishes_get_bitrate (const PbWishes *wishes, const PbConfig *config);
gchar *pb_wishes_ask_mode (PbWishes *wishes, const PbConfig *config,
    const gchar *mode) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_wishes_ask_bitrate (PbWishes *wishes, const PbConfig *config,
    gint64 kbps) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_wishes_ask_number (PbWishes *wishes, const PbConfig *config,
    const gchar *name, gint64 *value) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_wishes_ask_encoder (PbWishes *wishes, const PbConfig *config,
    const gchar *encoder) G_GNUC_WARN_UNUSED_RESULT;
void pb_wishes_get_picture (
    const PbWishes *wishes, const PbConfig *config, PbPicture *picture);
gboolean pb_wishes_forget_picture (PbWishes *wishes);
void pb_wishes_clear (PbWishes *wishes);
gchar *pb_wishes_ask_key (
    PbWishes *wishes, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
