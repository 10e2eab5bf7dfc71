/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Messages in a stream of bytes: at their limits, cut anywhere, damaged. */
#include <string.h>

#include "../../elements/net/pitboxsrtframes.h"

typedef struct {
  guint n_messages;
  gsize last_bytes;
  gboolean is_closed;
  guint16 code;
  gchar *reason;
} Seen;

static void
seen_clear (Seen *seen)
{
  g_free (seen->reason);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Seen, seen_clear)

static PitboxSrtFramesResult
take (PitboxSrtFrames *frames, const guint8 *data, gsize size, Seen *seen)
{
  PitboxSrtFramesResult result;
  PitboxSrtFrame frame;

  pitbox_srt_frames_push (frames, data, size);
  while ((result = pitbox_srt_frames_next (frames, &frame))
         == PITBOX_SRT_FRAMES_ONE) {
    gsize n;
    const gchar *bytes = g_bytes_get_data (frame.payload, &n);

    if (frame.kind == PITBOX_SRT_FRAME_MESSAGE) {
      seen->n_messages++;
      seen->last_bytes = n;
    } else {
      seen->is_closed = TRUE;
      seen->code = frame.code;
      g_free (seen->reason);
      seen->reason = g_strndup (n > 0 ? bytes : "", n);
    }
    g_bytes_unref (frame.payload);
  }
  return result;
}

static GBytes *
message_of (gsize size)
{
  return g_bytes_new_take (g_malloc0 (MAX (size, 1)), size);
}

static void
test_cut_anywhere (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  const gsize sizes[] = { 1, 12, 1316, PITBOX_SRT_FRAME_MAX_BYTES };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GBytes) message = message_of (sizes[i]);

    g_assert_true (pitbox_srt_frames_write_message (out, message));
  }
  pitbox_srt_frames_write_close (out, 4001, "another one");
  for (gsize step = 1; step <= 4096; step += 113) {
    PitboxSrtFrames *frames = pitbox_srt_frames_new ();
    g_auto (Seen) seen = { 0 };

    for (gsize at = 0; at < out->len; at += step)
      g_assert_cmpint (
          take (frames, out->data + at, MIN (step, out->len - at), &seen), ==,
          PITBOX_SRT_FRAMES_NONE);
    g_assert_cmpuint (seen.n_messages, ==, G_N_ELEMENTS (sizes));
    g_assert_cmpuint (seen.last_bytes, ==, PITBOX_SRT_FRAME_MAX_BYTES);
    g_assert_true (seen.is_closed);
    g_assert_cmpuint (seen.code, ==, 4001);
    g_assert_cmpstr (seen.reason, ==, "another one");
    pitbox_srt_frames_free (frames);
  }
}

static void
test_limits (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GBytes) empty = message_of (0);
  g_autoptr (GBytes) longer = message_of (PITBOX_SRT_FRAME_MAX_BYTES + 1);
  g_autoptr (GString) reason = g_string_new ("a");
  PitboxSrtFrames *frames = pitbox_srt_frames_new ();
  g_auto (Seen) seen = { 0 };

  g_assert_false (pitbox_srt_frames_write_message (out, empty));
  g_assert_false (pitbox_srt_frames_write_message (out, longer));
  g_assert_cmpuint (out->len, ==, 0);
  /* Cut before the letter that does not fit as a whole. */
  while (reason->len <= PITBOX_SRT_FRAME_MAX_REASON_BYTES)
    g_string_append (reason, "ü");
  pitbox_srt_frames_write_close (out, 1, reason->str);
  g_assert_cmpint (
      take (frames, out->data, out->len, &seen), ==, PITBOX_SRT_FRAMES_NONE);
  g_assert_cmpuint (strlen (seen.reason), ==, 123);
  g_assert_true (g_utf8_validate (seen.reason, -1, NULL));
  pitbox_srt_frames_free (frames);
}

static const struct {
  const gchar *bytes;
  gsize size;
} damaged[] = {
  { "\0\0\0\0\1\0\0\0x", 9 }, /* no kind */
  { "\3\0\0\0\1\0\0\0x", 9 },
  { "\1\1\0\0\1\0\0\0x", 9 }, /* bytes that must be 0 */
  { "\1\0\1\0\1\0\0\0x", 9 }, { "\1\0\0\0\0\0\0\0", 8 }, /* empty */
  { "\1\0\0\0\x79\xea\0\0", 8 }, /* 60,025 bytes; nobody waits for them */
  { "\1\0\0\0\xff\xff\xff\xff", 8 },
  { "\2\0\1\0\x7c\0\0\0", 8 }, /* a reason of 124 */
  { "\2\0\1\0\2\0\0\0\xc3(", 10 }, /* that is no UTF-8 */
};

static void
test_damaged_ends_it (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (damaged); i++) {
    PitboxSrtFrames *frames = pitbox_srt_frames_new ();
    g_auto (Seen) seen = { 0 };

    g_test_message ("%u", i);
    g_assert_cmpint (take (frames, (const guint8 *) damaged[i].bytes,
                         damaged[i].size, &seen),
        ==, PITBOX_SRT_FRAMES_BAD);
    g_assert_cmpint (
        take (frames, (const guint8 *) "\1\0\0\0\1\0\0\0x", 9, &seen), ==,
        PITBOX_SRT_FRAMES_BAD);
    g_assert_cmpuint (seen.n_messages, ==, 0);
    g_assert_false (seen.is_closed);
    pitbox_srt_frames_free (frames);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srt-frames/cut-anywhere", test_cut_anywhere);
  g_test_add_func ("/srt-frames/limits", test_limits);
  g_test_add_func ("/srt-frames/damaged-ends-it", test_damaged_ends_it);
  return g_test_run ();
}
