/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRowIndex: which row belongs to a moment of the stream: its UTC and its
 * lap, for the lines of the index. */
#include "recording/pb-row-index.h"

#include <string.h>

#include <gstpitbox/gstpitbox.h>

/* A buffer of units in one PES packet; one unit has at most 60,000 bytes. */
#define PAYLOAD_MAX_BYTES (128u * 1024)
/* 17 s at 60 Hz, far more than the second that a line waits. */
#define N_ROWS 1024
/* A row's time and a picture's are the same to rounding. */
#define SAME_TICKS 90
/* A row that is older than this is not the picture's own. */
#define OWN_MAX_TICKS 45000

typedef struct {
  gint64 pts;
  guint64 tick;
  gint64 utc_us; /* by the key unit; 0 = unknown */
} SentRow;

typedef struct {
  guint64 tick;
  gint64 utc_us;
  gint lap;
} SeenRow;

struct _PbRowIndex {
  /* The recorder's thread. */
  GByteArray *payload;
  gboolean has_payload;
  gint64 payload_pts;
  GstPitboxUnit unit;
  GstPitboxUnitKey key;
  guint generation;
  gint64 key_pts; /* of the key unit's first row */
  gboolean has_key;
  SentRow sent[N_ROWS];
  guint n_sent;
  guint segment; /* that bytes go into now */
  guint payload_segment;
  guint chain_next; /* index of the next row, where is_chained */
  gboolean is_chained; /* whoever begins at the key unit can read on */
  GArray *fresh; /* of PbRowRange: their bytes are not written yet */
  GArray *settled; /* of PbRowRange: written, and not handed over */
  PbRowRange last; /* the newest that was; with n_rows */

  GMutex lock; /* protects all below */
  SeenRow seen[N_ROWS];
  guint n_seen;
};

/**
 * pb_row_index_new:
 *
 * Rows stand twice in it: as units said them to be (time in the stream and
 * tick; cheap, nothing is decoded) and as they were decoded elsewhere (tick,
 * UTC and lap).
 *
 * Returns: (transfer full): an empty index
 */
PbRowIndex *
pb_row_index_new (void)
{
  PbRowIndex *self = g_new0 (PbRowIndex, 1);

  self->payload = g_byte_array_new ();
  self->fresh = g_array_new (FALSE, FALSE, sizeof (PbRowRange));
  self->settled = g_array_new (FALSE, FALSE, sizeof (PbRowRange));
  g_mutex_init (&self->lock);
  return self;
}

void
pb_row_index_free (PbRowIndex *self)
{
  g_byte_array_unref (self->payload);
  g_array_unref (self->fresh);
  g_array_unref (self->settled);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* A delta unit of another key unit, or a damaged one, says nothing. */
static gboolean
take_key (PbRowIndex *self, gint64 unit_pts)
{
  const GstPitboxUnit *unit = &self->unit;

  if (!unit->is_key)
    return self->has_key && unit->generation == self->generation
           && unit->residue == gst_pitbox_unit_key_mask (&self->key);
  if (unit->n_rows == 0)
    return FALSE;
  self->has_key = TRUE;
  self->key = unit->key;
  self->key.schema = NULL;
  self->generation = unit->generation;
  self->key_pts = unit_pts + unit->rows[0].offset;
  return TRUE;
}

/* TRUE if @next's rows follow on those of @range, which grows then. */
static gboolean
grow_range (PbRowRange *range, const PbRowRange *next)
{
  if (range->n_rows == 0 || range->segment != next->segment
      || range->run_id != next->run_id
      || (guint64) range->first + range->n_rows != next->first)
    return FALSE;
  range->n_rows += next->n_rows;
  range->end_utc_us = next->end_utc_us;
  return TRUE;
}

static void
add_range (GArray *ranges, const PbRowRange *range)
{
  if (ranges->len == 0
      || !grow_range (
          &g_array_index (ranges, PbRowRange, ranges->len - 1), range))
    g_array_append_val (ranges, *range);
}

/* A row that cannot be decoded, because one before it is missing, is not
 * there: it may come again. */
static gboolean
follows_on (PbRowIndex *self)
{
  const GstPitboxUnit *unit = &self->unit;

  self->is_chained =
      unit->is_key
      || (self->is_chained
          && (unit->index == self->chain_next
              || (self->key.codec == 0 && unit->index > self->chain_next)));
  self->chain_next = unit->index + unit->n_rows;
  return self->is_chained;
}

/* Its rows are the newest of those that were sent. */
static void
note_range (PbRowIndex *self)
{
  const GstPitboxUnit *unit = &self->unit;
  const guint n_rows = MIN (unit->n_rows, N_ROWS);
  const PbRowRange range = {
    .segment = self->payload_segment,
    .run_id = self->key.run_id,
    .first = self->key.sequence + unit->index,
    .n_rows = n_rows,
    .start_utc_us = self->sent[(self->n_sent - n_rows) % N_ROWS].utc_us,
    .end_utc_us = self->sent[(self->n_sent - 1) % N_ROWS].utc_us,
  };
  const guint64 wrap = G_GUINT64_CONSTANT (1) << 32;
  PbRowRange part = range;

  part.n_rows = (guint32) MIN (range.n_rows, wrap - range.first);
  add_range (self->fresh, &part);
  if (part.n_rows == range.n_rows)
    return;
  part.first = 0;
  part.n_rows = range.n_rows - part.n_rows;
  add_range (self->fresh, &part);
}

static void
take_unit (PbRowIndex *self, gint64 unit_pts)
{
  const GstPitboxUnit *unit = &self->unit;

  if (!take_key (self, unit_pts)) {
    /* A key unit without rows begins nothing and breaks nothing. */
    self->is_chained &= unit->is_key;
    return;
  }
  for (guint i = 0; i < unit->n_rows; i++) {
    SentRow *row = &self->sent[self->n_sent++ % N_ROWS];
    GstPitboxUnitTimes times;

    gst_pitbox_unit_predict (
        &self->key, 1, unit->index + i, unit->rows[i].tick_delta, &times);
    row->tick = times.tick;
    row->pts = unit_pts + unit->rows[i].offset;
    /* Unsigned: it is as large as somebody says. */
    row->utc_us =
        self->key.utc_us == 0
            ? 0
            : (gint64) ((guint64) self->key.utc_us
                        + (guint64) ((row->pts - self->key_pts) * 100 / 9));
  }
  if (unit->n_rows > 0 && follows_on (self))
    note_range (self);
}

static void
take_payload (PbRowIndex *self)
{
  static const guint8 start[] = { 0x06, 0x0e, 0x2b, 0x34 };
  const guint8 *data = self->payload->data;
  gsize size = self->payload->len;

  /* Stream type 0x15 puts an access unit cell's header in front. */
  if (size > 9 && memcmp (data, start, sizeof start) != 0
      && memcmp (data + 5, start, sizeof start) == 0) {
    data += 5;
    size -= 5;
  }
  while (self->has_payload && size > 0) {
    gsize used = size;

    if (gst_pitbox_unit_parse (data, size, &self->unit, &used, NULL))
      take_unit (self, self->payload_pts);
    else
      self->is_chained = FALSE;
    if (used == 0 || used > size)
      break;
    data += used;
    size -= used;
  }
  g_byte_array_set_size (self->payload, 0);
  self->has_payload = FALSE;
}

/**
 * pb_row_index_push:
 * @data: (nullable): a packet's part of a PES packet with telemetry; %NULL
 *   when the stream has ended
 * @size: its length
 * @starts: the PES packet begins here
 * @pts: its presentation time, unwrapped; counts if @starts
 *
 * The recorder's thread, in stream order.
 */
void
pb_row_index_push (PbRowIndex *self, const guint8 *data, gsize size,
    gboolean starts, gint64 pts)
{
  if (starts || !data)
    take_payload (self);
  if (!data)
    return;
  if (starts) {
    self->has_payload = TRUE;
    self->payload_pts = pts;
    self->payload_segment = self->segment;
  }
  if (self->has_payload && self->payload->len + size <= PAYLOAD_MAX_BYTES)
    g_byte_array_append (self->payload, data, size);
}

/**
 * pb_row_index_begin_segment:
 * @n: number of the segment that bytes go into from now on
 *
 * The recorder's thread.
 */
void
pb_row_index_begin_segment (PbRowIndex *self, guint n)
{
  self->segment = n;
}

/**
 * pb_row_index_settle:
 * @written: all that was pushed is in its file; else it never will be, and who
 *   reads begins anew behind it
 *
 * The recorder's thread.
 */
void
pb_row_index_settle (PbRowIndex *self, gboolean written)
{
  for (guint i = 0; written && i < self->fresh->len; i++) {
    const PbRowRange *range = &g_array_index (self->fresh, PbRowRange, i);

    /* What was handed over is told again, longer. */
    if (self->settled->len == 0 && grow_range (&self->last, range))
      g_array_append_val (self->settled, self->last);
    else
      add_range (self->settled, range);
  }
  g_array_set_size (self->fresh, 0);
  if (!written)
    self->is_chained = FALSE;
}

/**
 * pb_row_index_take_ranges:
 * @ranges: (element-type PbRowRange): gets the stretches of rows that are
 *   written and new, or longer than before
 *
 * The recorder's thread.
 */
void
pb_row_index_take_ranges (PbRowIndex *self, GArray *ranges)
{
  const guint n = self->settled->len;

  if (n == 0)
    return;
  g_array_append_vals (ranges, self->settled->data, n);
  self->last = g_array_index (self->settled, PbRowRange, n - 1);
  g_array_set_size (self->settled, 0);
}

/**
 * pb_row_index_note:
 * @tick: of a row that was decoded
 * @utc_us: its UTC, 0 = unknown
 * @lap: the lap it is in, or -1
 *
 * Any thread, in the order of the rows.
 */
void
pb_row_index_note (PbRowIndex *self, guint64 tick, gint64 utc_us, gint lap)
{
  g_mutex_lock (&self->lock);
  self->seen[self->n_seen++ % N_ROWS] = (SeenRow){ tick, utc_us, lap };
  g_mutex_unlock (&self->lock);
}

/* Any thread. Lap of the newest row that was decoded, or -1. */
gint
pb_row_index_get_lap (PbRowIndex *self)
{
  gint lap;

  g_mutex_lock (&self->lock);
  lap = self->n_seen > 0 ? self->seen[(self->n_seen - 1) % N_ROWS].lap : -1;
  g_mutex_unlock (&self->lock);
  return lap;
}

/* The newest row that is not after @pts; it is certain once a row at or after
 * @pts is there. */
static const SentRow *
find_sent (const PbRowIndex *self, gint64 pts, gboolean *certain)
{
  guint n = MIN (self->n_sent, N_ROWS);

  *certain = FALSE;
  for (guint i = 1; i <= n; i++) {
    const SentRow *row = &self->sent[(self->n_sent - i) % N_ROWS];

    if (row->pts >= pts - SAME_TICKS)
      *certain = TRUE;
    if (row->pts <= pts + SAME_TICKS)
      return pts - row->pts <= OWN_MAX_TICKS ? row : NULL;
  }
  return NULL;
}

static gboolean
find_seen (PbRowIndex *self, guint64 tick, SeenRow *found)
{
  guint n;
  gboolean done = FALSE;

  g_mutex_lock (&self->lock);
  n = MIN (self->n_seen, N_ROWS);
  for (guint i = 1; i <= n && !done; i++) {
    *found = self->seen[(self->n_seen - i) % N_ROWS];
    done = found->tick == tick;
  }
  g_mutex_unlock (&self->lock);
  return done;
}

/**
 * pb_row_index_resolve:
 * @point: a line with the time of arrival and the lap known then; gets those
 *   of its row
 * @last_chance: do what can be done: its UTC by the last key unit, else leave
 *   it
 *
 * The recorder's thread.
 *
 * Returns: whether @point is as good as it gets
 */
gboolean
pb_row_index_resolve (PbRowIndex *self, PbPoint *point, gboolean last_chance)
{
  gboolean certain;
  const SentRow *sent = find_sent (self, point->pts, &certain);
  SeenRow seen;

  if (!certain && !last_chance)
    return FALSE;
  if (!sent)
    return TRUE;
  if (find_seen (self, sent->tick, &seen)) {
    if (seen.utc_us != 0)
      point->utc_us = seen.utc_us;
    point->lap = seen.lap;
    return TRUE;
  }
  if (last_chance && sent->utc_us != 0)
    point->utc_us = sent->utc_us;
  return last_chance;
}
