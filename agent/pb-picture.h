/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The settings of the picture, into the elements that choose how. */
#pragma once

#include "adapt/pb-adapt.h"
#include "pb-config.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * PbPicture:
 * @width, @height: pixels, even
 * @framerate: frames a second
 * @bitrate_kbps: of the picture
 * @key_interval_ms: of picture and telemetry
 * @encoder: (transfer none): "auto" or a factory's name
 *
 * How the picture shall be, whoever wants it so.
 */
typedef struct {
  gint width, height;
  gint framerate;
  gint bitrate_kbps;
  gint key_interval_ms;
  const gchar *encoder;
} PbPicture;

void pb_picture_from_config (PbPicture *picture, const PbConfig *config);
void pb_picture_shrink (PbPicture *picture, PbAdaptStep step);
const gchar *pb_picture_get_source (const PbConfig *config);
gboolean pb_picture_is_scene (const PbConfig *config);
void pb_picture_configure_capture (GstElement *capture, const PbConfig *config);
void pb_picture_configure_encoder (
    GstElement *encoder, const PbPicture *picture, const gchar *exclude);
gboolean pb_picture_check_encoder (const gchar *name, const gchar *const *known,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_picture_check (
    const gchar *encoder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_picture_dup_backend (GstElement *bin, const gchar *field);

G_END_DECLS
