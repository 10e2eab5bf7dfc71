/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtFrames: messages of any size in a stream of bytes, as SRT carries
 * them in pieces of a datagram. Pure. Normative text: elements/net/README.md. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PITBOX_SRT_FRAME_HEAD_BYTES 8
/* A unit of 60,000 bytes and the head before it. */
#define PITBOX_SRT_FRAME_MAX_BYTES 60024
/* As the reason in a WebSocket's close frame. */
#define PITBOX_SRT_FRAME_MAX_REASON_BYTES 123

typedef enum {
  PITBOX_SRT_FRAME_MESSAGE = 1,
  PITBOX_SRT_FRAME_CLOSE = 2,
} PitboxSrtFrameKind;

/**
 * PitboxSrtFrame:
 * @kind: what it is
 * @code: why the sender closes; 0 of a message
 * @payload: the message, at least a byte; or the reason in words, UTF-8
 */
typedef struct {
  PitboxSrtFrameKind kind;
  guint16 code;
  GBytes *payload;
} PitboxSrtFrame;

typedef enum {
  PITBOX_SRT_FRAMES_NONE, /* more bytes are needed */
  PITBOX_SRT_FRAMES_ONE,
  PITBOX_SRT_FRAMES_BAD, /* and nothing after it is understood */
} PitboxSrtFramesResult;

typedef struct _PitboxSrtFrames PitboxSrtFrames;

PitboxSrtFrames *pitbox_srt_frames_new (void);
void pitbox_srt_frames_free (PitboxSrtFrames *frames);
void pitbox_srt_frames_push (
    PitboxSrtFrames *frames, const guint8 *data, gsize size);
PitboxSrtFramesResult pitbox_srt_frames_next (
    PitboxSrtFrames *frames, PitboxSrtFrame *frame);

gboolean pitbox_srt_frames_write_message (GByteArray *out, GBytes *message);
void pitbox_srt_frames_write_close (
    GByteArray *out, guint16 code, const gchar *reason);

G_END_DECLS
