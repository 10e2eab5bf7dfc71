/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The frames since the last key frame, within a limit of bytes and frames. */
#include "live/pb-gop.h"

struct _PbGop {
  GPtrArray *frames;
  gsize bytes;
  gsize max_bytes;
  guint max_frames;
};

/**
 * pb_gop_new:
 * @max_bytes: most bytes to keep
 * @max_frames: most frames to keep
 *
 * A group of pictures longer than either is forgotten as a whole: a part of it
 * is of no use to a decoder, and a viewer who joins then waits for the next
 * key frame. Not thread safe.
 *
 * Returns: (transfer full): an empty cache
 */
PbGop *
pb_gop_new (gsize max_bytes, guint max_frames)
{
  PbGop *gop = g_new0 (PbGop, 1);

  gop->frames =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_frame_unref);
  gop->max_bytes = max_bytes;
  gop->max_frames = max_frames;
  return gop;
}

/**
 * pb_gop_free:
 * @gop: (transfer full): a cache
 */
void
pb_gop_free (PbGop *gop)
{
  g_ptr_array_unref (gop->frames);
  g_free (gop);
}

/**
 * pb_gop_clear:
 * @gop: a cache
 *
 * Forgets all frames; the next one kept is a key frame.
 */
void
pb_gop_clear (PbGop *gop)
{
  g_ptr_array_set_size (gop->frames, 0);
  gop->bytes = 0;
}

/**
 * pb_gop_push:
 * @gop: a cache
 * @frame: the next frame in stream order
 */
void
pb_gop_push (PbGop *gop, PbFrame *frame)
{
  if (frame->key)
    pb_gop_clear (gop);
  else if (gop->frames->len == 0)
    return;
  if (gop->frames->len >= gop->max_frames
      || frame->bytes > gop->max_bytes - gop->bytes) {
    pb_gop_clear (gop);
    return;
  }
  g_ptr_array_add (gop->frames, pb_frame_ref (frame));
  gop->bytes += frame->bytes;
}

/**
 * pb_gop_copy:
 * @gop: a cache
 *
 * Returns: (transfer full) (element-type PbFrame): the frames, oldest first;
 *   empty, or the first one is a key frame
 */
GPtrArray *
pb_gop_copy (const PbGop *gop)
{
  GPtrArray *copy =
      g_ptr_array_new_full (gop->frames->len, (GDestroyNotify) pb_frame_unref);

  for (guint i = 0; i < gop->frames->len; i++)
    g_ptr_array_add (copy, pb_frame_ref (g_ptr_array_index (gop->frames, i)));
  return copy;
}

/**
 * pb_gop_get_first_rtp:
 * @gop: a cache
 * @none: returned if it is empty
 *
 * Returns: RTP timestamp of the oldest frame kept
 */
guint32
pb_gop_get_first_rtp (const PbGop *gop, guint32 none)
{
  const PbFrame *first;

  if (gop->frames->len == 0)
    return none;
  first = g_ptr_array_index (gop->frames, 0);
  return first->rtp;
}

/**
 * pb_gop_get_n_frames:
 * @gop: a cache
 *
 * Returns: frames kept
 */
guint
pb_gop_get_n_frames (const PbGop *gop)
{
  return gop->frames->len;
}

/**
 * pb_gop_get_bytes:
 * @gop: a cache
 *
 * Returns: bytes kept
 */
gsize
pb_gop_get_bytes (const PbGop *gop)
{
  return gop->bytes;
}
