/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbWishes: what is asked for from afar, within what the driver has set; pure. */
#pragma once

#include "pb-config.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** PB_WISHES_KEY_MS: between two key frames that are asked for. */
#define PB_WISHES_KEY_MS 500

/**
 * PbWishes:
 * @has_mode, @mode: asked for; else the driver's own counts
 * @bitrate_kbps: asked for; 0 = the driver's own
 * @key_us: when a key frame was asked for last, monotonic; 0 = never
 *
 * Zeroed at the start.
 */
typedef struct {
  gboolean has_mode;
  PbMode mode;
  guint bitrate_kbps;
  gint64 key_us;
} PbWishes;

PbMode pb_wishes_get_mode (const PbWishes *wishes, const PbConfig *config);
guint pb_wishes_get_bitrate (const PbWishes *wishes, const PbConfig *config);
gchar *pb_wishes_ask_mode (PbWishes *wishes, const PbConfig *config,
    const gchar *mode) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_wishes_ask_bitrate (PbWishes *wishes, const PbConfig *config,
    gint64 kbps) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_wishes_ask_key (
    PbWishes *wishes, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
