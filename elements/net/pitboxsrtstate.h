/* SPDX-License-Identifier: LGPL-2.1-or-later
 * States of a connection that comes back by itself, and how they are told. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* In the order in which a connection goes through them. */
typedef enum {
  PITBOX_SRT_IDLE,
  PITBOX_SRT_CONNECTING,
  PITBOX_SRT_CONNECTED,
  PITBOX_SRT_WAITING,
  PITBOX_SRT_FAILED,
} PitboxSrtState;

const gchar *pitbox_srt_state_name (PitboxSrtState state);
void pitbox_srt_state_post (GstElement *element, const gchar *message,
    PitboxSrtState state, const GError *error, int code, guint retry_ms,
    gint *warned_code);

G_END_DECLS
