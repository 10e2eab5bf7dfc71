/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The stream of bytes of a line over SRT: however it is cut, the same messages
 * come out, none longer than one may be, and what is not understood ends it. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../../elements/net/pitboxsrtframes.h"

/* All frames of @data, cut each @step bytes, written again; FALSE at a bad one. */
static gboolean
read_all (const guint8 *data, gsize size, gsize step, GByteArray *again)
{
  PitboxSrtFrames *frames = pitbox_srt_frames_new ();
  PitboxSrtFramesResult result = PITBOX_SRT_FRAMES_NONE;
  PitboxSrtFrame frame;

  for (gsize at = 0; at < size && result != PITBOX_SRT_FRAMES_BAD; at += step) {
    pitbox_srt_frames_push (frames, data + at, MIN (step, size - at));
    while ((result = pitbox_srt_frames_next (frames, &frame))
           == PITBOX_SRT_FRAMES_ONE) {
      gsize n;
      const gchar *words = g_bytes_get_data (frame.payload, &n);
      g_autofree gchar *reason = g_strndup (n > 0 ? words : "", n);

      if (frame.kind == PITBOX_SRT_FRAME_MESSAGE) {
        if (!pitbox_srt_frames_write_message (again, frame.payload))
          abort ();
      } else {
        pitbox_srt_frames_write_close (again, frame.code, reason);
      }
      g_bytes_unref (frame.payload);
    }
  }
  /* Once bad it stays so. */
  if (result == PITBOX_SRT_FRAMES_BAD) {
    pitbox_srt_frames_push (frames, data, size);
    if (pitbox_srt_frames_next (frames, &frame) != PITBOX_SRT_FRAMES_BAD)
      abort ();
  }
  pitbox_srt_frames_free (frames);
  return result != PITBOX_SRT_FRAMES_BAD;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) whole = g_byte_array_new ();
  g_autoptr (GByteArray) cut = g_byte_array_new ();
  const gboolean ok = read_all (data, size, MAX (size, 1), whole);

  /* What was read is what stands there. */
  if (whole->len > size
      || (whole->len > 0 && memcmp (whole->data, data, whole->len) != 0))
    abort ();
  if (read_all (data, size, 7, cut) != ok || cut->len != whole->len)
    abort ();
  return 0;
}

GBytes *
fuzz_get_seed (guint index)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree guint8 *longest = g_malloc0 (PITBOX_SRT_FRAME_MAX_BYTES);
  g_autoptr (GBytes) message =
      g_bytes_new (index == 1 ? (const guint8 *) "\x03\0\0\0\5\0\0\0" : longest,
          index == 0 ? PITBOX_SRT_FRAME_MAX_BYTES : 8);

  if (index >= 3)
    return NULL;
  if (index < 2) {
    pitbox_srt_frames_write_message (out, message);
    pitbox_srt_frames_write_message (out, message);
  }
  pitbox_srt_frames_write_close (out, 4007, "a message of rows is not valid");
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}
