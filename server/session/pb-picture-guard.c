/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A demultiplexer hands on a unit whose end is missing as if it were whole, and
 * RTP numbers what follows without a hole. A decoder then shows such a picture,
 * with old pixels where the new ones are missing: not the picture of its time,
 * so not the one its telemetry belongs to. */
#include "session/pb-picture-guard.h"

#include <mpegts/mpegts-parser.h>

#include "session/pb-unit-bound.h"

/* An encoder that refreshes its picture piece by piece sends no key frames: ten
 * seconds of 60 fps. */
#define MAX_DROPPED 600

typedef enum {
  STATE_WHOLE,
  /* What comes next may be the unit that was cut short. */
  STATE_CUT,
  STATE_WANTS_KEY,
} State;

struct _PbPictureGuard {
  /* The thread that finds losses. */
  MpegtsParser *parser;
  guint64 errors;
  guint64 pushed;
  guint64 seen;
  guint64 loss;
  PbUnitBound bound;
  gboolean is_endless;

  /* The thread that takes pictures. */
  State state;
  guint n_dropped;
};

/**
 * pb_picture_guard_new:
 *
 * Returns: (transfer full): a guard of one stream
 */
PbPictureGuard *
pb_picture_guard_new (void)
{
  PbPictureGuard *guard = g_new0 (PbPictureGuard, 1);

  guard->parser = mpegts_parser_new ();
  return guard;
}

void
pb_picture_guard_free (PbPictureGuard *guard)
{
  mpegts_parser_free (guard->parser);
  g_free (guard);
}

static void
look (const guint8 *data, gsize size, const MpegtsPacket *packet,
    gpointer user_data)
{
  PbPictureGuard *guard = user_data;
  guint64 errors = mpegts_parser_get_stats (guard->parser)->continuity_errors;

  if (errors != guard->errors && packet->kind == MPEGTS_VIDEO
      && guard->loss == G_MAXUINT64)
    guard->loss = guard->seen;
  guard->errors = errors;
  guard->seen += size;
  if (packet->kind != MPEGTS_GARBAGE
      && !pb_unit_bound_take (&guard->bound, data))
    guard->is_endless = TRUE;
}

/**
 * pb_picture_guard_find_loss:
 * @guard: a guard
 * @data: the next bytes of the stream
 * @size: how many
 *
 * Always the same thread.
 *
 * Returns: where in @data the first packet of the picture is that does not
 *   follow the one before, or %PB_PICTURE_GUARD_NO_LOSS. Sixteen packets or a
 *   multiple of it, lost together, are not noticed.
 */
gsize
pb_picture_guard_find_loss (
    PbPictureGuard *guard, const guint8 *data, gsize size)
{
  guint64 start = guard->pushed;

  guard->loss = G_MAXUINT64;
  guard->pushed += size;
  mpegts_parser_push (guard->parser, data, size, look, guard);
  if (guard->loss == G_MAXUINT64)
    return PB_PICTURE_GUARD_NO_LOSS;
  /* A packet may have begun in the bytes before. */
  return guard->loss > start ? (gsize) (guard->loss - start) : 0;
}

/**
 * pb_picture_guard_is_endless:
 * @guard: a guard
 *
 * The thread of pb_picture_guard_find_loss().
 *
 * Returns: whether units have come that #PbUnitBound does not take
 */
gboolean
pb_picture_guard_is_endless (PbPictureGuard *guard)
{
  return guard->is_endless;
}

/**
 * pb_picture_guard_lost:
 * @guard: a guard
 *
 * A part of the picture is missing before what comes next. The thread of
 * pb_picture_guard_takes().
 */
void
pb_picture_guard_lost (PbPictureGuard *guard)
{
  guard->state = STATE_CUT;
  guard->n_dropped = 0;
}

/**
 * pb_picture_guard_takes:
 * @guard: a guard
 * @key: the next unit needs none before it
 *
 * Always the same thread.
 *
 * Returns: %FALSE if the unit is not to be shown
 */
gboolean
pb_picture_guard_takes (PbPictureGuard *guard, gboolean key)
{
  if (guard->state == STATE_WHOLE)
    return TRUE;
  if (guard->n_dropped < MAX_DROPPED && (guard->state == STATE_CUT || !key)) {
    guard->state = STATE_WANTS_KEY;
    guard->n_dropped++;
    return FALSE;
  }
  guard->state = STATE_WHOLE;
  return TRUE;
}
