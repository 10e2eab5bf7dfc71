/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which H.264 encoder to use: a pure choice from one table. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbEncoder:
 * @factory: GStreamer element
 * @part: its graph part in pipelines/
 * @bitrate_property: takes the bitrate
 * @bits_per_unit: 1000 where that is in kbit/s, 1 where in bit/s
 * @key_property: takes the key frame distance in frames
 *
 * One row of the table, best first.
 */
typedef struct {
  const gchar *factory;
  const gchar *part;
  const gchar *bitrate_property;
  guint bits_per_unit;
  const gchar *key_property;
} PbEncoder;

/**
 * PbEncoderHas:
 * @factory: an element's name
 * @user_data: closure
 *
 * Returns: %TRUE if this machine has that element
 */
typedef gboolean (*PbEncoderHas) (const gchar *factory, gpointer user_data);

gboolean pb_encoder_has_factory (const gchar *factory, gpointer user_data);
const PbEncoder *pb_encoder_choose (const gchar *wanted,
    const gchar *const *refused, PbEncoderHas has, gpointer user_data,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
