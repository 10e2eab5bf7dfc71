/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What tries of encoders said, kept between runs. */
#pragma once

#include "encoders.h"

G_BEGIN_DECLS

/**
 * ProbeKey:
 * @encoder: factory
 * @memory: encoder_memory_to_string()
 * @gstreamer: version of GStreamer
 * @plugin: version of the encoder's plugin
 * @machine: probe_os_identity()
 *
 * What an answer belongs to: any of it changes, and the answer is void.
 */
typedef struct {
  const gchar *encoder;
  const gchar *memory;
  const gchar *gstreamer;
  const gchar *plugin;
  const gchar *machine;
} ProbeKey;

gchar *probe_cache_get_path (void);
EncoderProbe probe_cache_read (
    const gchar *path, const ProbeKey *key, gint64 now_s, gchar **reason);
gboolean probe_cache_write (const gchar *path, const ProbeKey *key,
    gint64 now_s, EncoderProbe probe, const gchar *reason,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
