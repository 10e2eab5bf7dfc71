/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A head says what follows and how long it is; nothing is kept for it before
 * its bytes are there. */
#include "pitboxsrtframes.h"

#include <string.h>

struct _PitboxSrtFrames {
  GByteArray *bytes;
  gsize at; /* the first of them that was not read */
  gboolean is_bad;
};

PitboxSrtFrames *
pitbox_srt_frames_new (void)
{
  PitboxSrtFrames *frames = g_new0 (PitboxSrtFrames, 1);

  frames->bytes = g_byte_array_new ();
  return frames;
}

void
pitbox_srt_frames_free (PitboxSrtFrames *frames)
{
  g_byte_array_unref (frames->bytes);
  g_free (frames);
}

/* Takes what has come; pitbox_srt_frames_next() until there is none before more
 * is pushed, so that no more is kept than a frame and what came at once. */
void
pitbox_srt_frames_push (PitboxSrtFrames *frames, const guint8 *data, gsize size)
{
  if (frames->is_bad)
    return;
  if (frames->at > 0)
    g_byte_array_remove_range (frames->bytes, 0, (guint) frames->at);
  frames->at = 0;
  g_byte_array_append (frames->bytes, data, (guint) size);
}

static guint32
get_u32 (const guint8 *data)
{
  return data[0] | (guint32) data[1] << 8 | (guint32) data[2] << 16
         | (guint32) data[3] << 24;
}

/* A kind, a 0, the code and the length of what follows. */
static gboolean
head_is_valid (guint8 kind, guint8 zero, guint16 code, guint32 size)
{
  switch (kind) {
    case PITBOX_SRT_FRAME_MESSAGE:
      return zero == 0 && code == 0 && size > 0
             && size <= PITBOX_SRT_FRAME_MAX_BYTES;
    case PITBOX_SRT_FRAME_CLOSE:
      return zero == 0 && size <= PITBOX_SRT_FRAME_MAX_REASON_BYTES;
    default:
      return FALSE;
  }
}

/* @frame's payload is the caller's. */
PitboxSrtFramesResult
pitbox_srt_frames_next (PitboxSrtFrames *frames, PitboxSrtFrame *frame)
{
  const gsize left = frames->bytes->len - frames->at;
  const guint8 *head, *payload;
  guint16 code;
  guint32 size;

  if (frames->is_bad)
    return PITBOX_SRT_FRAMES_BAD;
  if (left < PITBOX_SRT_FRAME_HEAD_BYTES)
    return PITBOX_SRT_FRAMES_NONE;
  head = frames->bytes->data + frames->at;
  payload = head + PITBOX_SRT_FRAME_HEAD_BYTES;
  code = (guint16) (head[2] | head[3] << 8);
  size = get_u32 (head + 4);
  frames->is_bad = !head_is_valid (head[0], head[1], code, size);
  if (!frames->is_bad && left - PITBOX_SRT_FRAME_HEAD_BYTES < size)
    return PITBOX_SRT_FRAMES_NONE;
  /* Words for a log: what is no text is none. */
  if (!frames->is_bad && head[0] == PITBOX_SRT_FRAME_CLOSE)
    frames->is_bad = !g_utf8_validate ((const gchar *) payload, size, NULL);
  if (frames->is_bad)
    return PITBOX_SRT_FRAMES_BAD;
  *frame = (PitboxSrtFrame){ head[0], code, g_bytes_new (payload, size) };
  frames->at += PITBOX_SRT_FRAME_HEAD_BYTES + size;
  return PITBOX_SRT_FRAMES_ONE;
}

static void
write_frame (GByteArray *out, PitboxSrtFrameKind kind, guint16 code,
    const guint8 *data, gsize size)
{
  const guint8 head[PITBOX_SRT_FRAME_HEAD_BYTES] = { (guint8) kind, 0,
    code & 0xff, (guint8) (code >> 8), size & 0xff, size >> 8 & 0xff,
    size >> 16 & 0xff, size >> 24 & 0xff };

  g_byte_array_append (out, head, sizeof head);
  g_byte_array_append (out, data, (guint) size);
}

/* FALSE where it is too long, or empty. */
gboolean
pitbox_srt_frames_write_message (GByteArray *out, GBytes *message)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);

  if (size == 0 || size > PITBOX_SRT_FRAME_MAX_BYTES)
    return FALSE;
  write_frame (out, PITBOX_SRT_FRAME_MESSAGE, 0, data, size);
  return TRUE;
}

/* Of a reason that is too long the beginning. */
void
pitbox_srt_frames_write_close (
    GByteArray *out, guint16 code, const gchar *reason)
{
  g_autofree gchar *words = g_utf8_make_valid (reason, -1);
  gsize size = strlen (words);

  /* Not within a letter. */
  if (size > PITBOX_SRT_FRAME_MAX_REASON_BYTES) {
    size = PITBOX_SRT_FRAME_MAX_REASON_BYTES;
    while (((guint8) words[size] & 0xc0) == 0x80)
      size--;
  }
  write_frame (out, PITBOX_SRT_FRAME_CLOSE, code, (const guint8 *) words, size);
}
