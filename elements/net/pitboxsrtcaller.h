/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtCaller: one outgoing SRT connection that comes back by itself, to
 * send by or to receive. */
#pragma once

#include "pitboxsrt.h"
#include "pitboxsrtstate.h"

G_BEGIN_DECLS

/* Whether to try again after the refusal @code, or 0 for any other failure. From
 * the caller's own thread. */
typedef gboolean (*PitboxSrtRetryFunc) (int code, gpointer user_data);

typedef struct {
  gchar *host;
  guint port;
  gchar *stream_id;
  gchar *passphrase;
  guint latency_ms;
  gboolean reads; /* it is sent something, and sends nothing */
  gboolean reconnect;
  PitboxSrtRetryFunc may_retry; /* with reconnect; NULL: always */
  guint delay_ms;
  guint delay_max_ms;
} PitboxSrtCallerConfig;

/* From the caller's own thread. @error is why for WAITING and FAILED, @code the
 * SRT rejection or 0, @retry_ms how long until the next attempt. */
typedef void (*PitboxSrtStateFunc) (PitboxSrtState state, const GError *error,
    int code, guint retry_ms, gpointer user_data);

typedef enum {
  PITBOX_SRT_SENT,
  PITBOX_SRT_DROPPED_DOWN,
  PITBOX_SRT_DROPPED_FULL,
} PitboxSrtSendResult;

typedef struct _PitboxSrtCaller PitboxSrtCaller;

PitboxSrtCaller *pitbox_srt_caller_new (const PitboxSrtCallerConfig *config,
    PitboxSrtStateFunc func, gpointer user_data,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pitbox_srt_caller_free (PitboxSrtCaller *caller);
void pitbox_srt_caller_set_flushing (
    PitboxSrtCaller *caller, gboolean flushing);
gboolean pitbox_srt_caller_wait_connected (PitboxSrtCaller *caller);
PitboxSrtSendResult pitbox_srt_caller_send (
    PitboxSrtCaller *caller, const guint8 *data, gsize size);
gsize pitbox_srt_caller_receive (PitboxSrtCaller *caller, guint8 *data,
    gsize size, gint64 *age_us, guint64 *connection);
void pitbox_srt_caller_drain (PitboxSrtCaller *caller, guint timeout_ms);
GstStructure *pitbox_srt_caller_get_stats (PitboxSrtCaller *caller);

G_END_DECLS
