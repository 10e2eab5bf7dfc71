/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxWsCaller: one outgoing WebSocket for units, which comes back by
 * itself. */
#pragma once

#include "pitboxsrtstate.h"
#include "pitboxwswindow.h"

G_BEGIN_DECLS

/**
 * PitboxWsCallerConfig:
 * @location: ws://, wss://, http:// or https://
 * @token: (nullable): who sends
 * @certificate: (nullable): SHA-256 of a certificate that is trusted though
 *   nobody vouches for it
 * @reconnect: try again after a loss or a refusal
 * @delay_ms: first pause before that
 * @delay_max_ms: longest one
 * @limits: of what is kept and on its way
 */
typedef struct {
  gchar *location;
  gchar *token;
  gchar *certificate;
  gboolean reconnect;
  guint delay_ms;
  guint delay_max_ms;
  PitboxWsLimits limits;
} PitboxWsCallerConfig;

/* @code: an HTTP status or close code, or 0. From the caller's own thread;
 * otherwise as PitboxSrtStateFunc. */
typedef void (*PitboxWsStateFunc) (PitboxSrtState state, const GError *error,
    int code, guint retry_ms, gpointer user_data);

typedef struct _PitboxWsCaller PitboxWsCaller;

PitboxWsCaller *pitbox_ws_caller_new (const PitboxWsCallerConfig *config,
    PitboxWsStateFunc func, gpointer user_data,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pitbox_ws_caller_free (PitboxWsCaller *caller);
void pitbox_ws_caller_set_flushing (PitboxWsCaller *caller, gboolean flushing);
gboolean pitbox_ws_caller_wait_connected (PitboxWsCaller *caller);
gboolean pitbox_ws_caller_push (PitboxWsCaller *caller, GBytes *units,
    const GstPitboxUnitSpan *span, GstClockTime pts);
void pitbox_ws_caller_serve (PitboxWsCaller *caller);
void pitbox_ws_caller_drain (PitboxWsCaller *caller, guint timeout_ms);
GstStructure *pitbox_ws_caller_get_stats (PitboxWsCaller *caller);

G_END_DECLS
