/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbFlow: how the pictures and rows of one stream come. */
#include "health/pb-flow.h"

#include <math.h>

/* The shortest way is looked for in the last one to two of these. */
#define WINDOW_US (10 * G_USEC_PER_SEC)
/* The longest distance of key frames, likewise, in six of ten seconds. */
#define KEY_SLOTS 6
/* A time that jumps by more than this is another timeline. */
#define JUMP_US (2 * G_USEC_PER_SEC)

/* The least of the last one to two windows. */
typedef struct {
  gint64 began_us;
  gint64 least;
  gint64 least_before;
} Least;

/* The longest interval of each of the last slots. */
typedef struct {
  gint64 slot; /* arrival time / WINDOW_US of the newest */
  gint64 longest_us[KEY_SLOTS];
} Longest;

struct _PbFlow {
  GMutex lock; /* protects all below */
  PbFlowReading totals; /* its first three members */
  gint64 newest_time_us; /* largest so far; G_MININT64 before the first */
  gint64 newest_arrival_us; /* of the picture that had it */
  gint64 picture_us; /* when the last one came; -1: none */
  gint64 row_us;
  gint64 key_us; /* when the last key frame came; -1: none */
  gdouble jitter_us;
  Least transit;
  Least utc_age;
  Longest key_intervals;
};

static void
least_reset (Least *least)
{
  *least = (Least){ G_MININT64, G_MAXINT64, G_MAXINT64 };
}

static gint64
least_get (const Least *least)
{
  return MIN (least->least, least->least_before);
}

static void
least_add (Least *least, gint64 now_us, gint64 value)
{
  if (least->began_us == G_MININT64
      || now_us - least->began_us >= 2 * WINDOW_US) {
    least_reset (least);
    least->began_us = now_us;
  } else if (now_us - least->began_us >= WINDOW_US) {
    least->began_us += WINDOW_US;
    least->least_before = least->least;
    least->least = G_MAXINT64;
  }
  least->least = MIN (least->least, value);
}

/* Empties the slots between the newest and that of @now_us. */
static void
longest_advance (Longest *longest, gint64 now_us)
{
  const gint64 slot = now_us / WINDOW_US;
  const gint64 first = MAX (longest->slot + 1, slot - KEY_SLOTS + 1);

  for (gint64 s = first; s <= slot; s++)
    longest->longest_us[s % KEY_SLOTS] = -1;
  longest->slot = MAX (longest->slot, slot);
}

static void
longest_add (Longest *longest, gint64 now_us, gint64 interval_us)
{
  gint64 *at;

  longest_advance (longest, now_us);
  at = &longest->longest_us[longest->slot % KEY_SLOTS];
  *at = MAX (*at, interval_us);
}

PbFlow *
pb_flow_new (void)
{
  PbFlow *self = g_new0 (PbFlow, 1);

  g_mutex_init (&self->lock);
  self->newest_time_us = G_MININT64;
  self->picture_us = self->row_us = self->key_us = -1;
  least_reset (&self->transit);
  least_reset (&self->utc_age);
  for (guint i = 0; i < KEY_SLOTS; i++)
    self->key_intervals.longest_us[i] = -1;
  return self;
}

void
pb_flow_free (PbFlow *self)
{
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
begin_timeline (PbFlow *self, gint64 arrival_us, gint64 time_us)
{
  self->newest_time_us = time_us;
  self->newest_arrival_us = arrival_us;
  least_reset (&self->transit);
}

/* Lateness and jitter of a picture that is shown after all before it. */
static void
measure (PbFlow *self, gint64 arrival_us, gint64 time_us)
{
  const gint64 transit = arrival_us - time_us;
  const gint64 change =
      transit - (self->newest_arrival_us - self->newest_time_us);

  least_add (&self->transit, arrival_us, transit);
  if (transit - least_get (&self->transit) >= PB_FLOW_LATE_US)
    self->totals.late++;
  self->jitter_us += (fabs ((gdouble) change) - self->jitter_us) / 16;
  self->newest_time_us = time_us;
  self->newest_arrival_us = arrival_us;
}

/**
 * pb_flow_push_picture:
 * @arrival_us: when it came, by any clock that only goes forward, from 0
 * @time_us: when it is to be shown, by a clock of the stream
 * @key: a key frame
 *
 * In the order of the stream (decoding order).
 *
 * Returns: %FALSE if it is shown before one that came earlier: a B-frame
 */
gboolean
pb_flow_push_picture (
    PbFlow *self, gint64 arrival_us, gint64 time_us, gboolean key)
{
  gboolean in_order = TRUE;

  g_mutex_lock (&self->lock);
  self->totals.pictures++;
  if (self->newest_time_us == G_MININT64
      || ABS (time_us - self->newest_time_us) > JUMP_US)
    begin_timeline (self, arrival_us, time_us);
  else if (time_us < self->newest_time_us)
    in_order = FALSE;
  else
    measure (self, arrival_us, time_us);
  self->totals.reordered += !in_order;
  self->picture_us = arrival_us;
  if (key) {
    if (self->key_us >= 0)
      longest_add (&self->key_intervals, arrival_us, arrival_us - self->key_us);
    self->key_us = arrival_us;
  }
  g_mutex_unlock (&self->lock);
  return in_order;
}

/**
 * pb_flow_push_row:
 * @arrival_us: when it came
 */
void
pb_flow_push_row (PbFlow *self, gint64 arrival_us)
{
  g_mutex_lock (&self->lock);
  self->row_us = arrival_us;
  g_mutex_unlock (&self->lock);
}

/**
 * pb_flow_push_utc:
 * @arrival_us: when a row came
 * @age_us: this machine's UTC at that moment minus the row's own
 */
void
pb_flow_push_utc (PbFlow *self, gint64 arrival_us, gint64 age_us)
{
  g_mutex_lock (&self->lock);
  least_add (&self->utc_age, arrival_us, age_us);
  g_mutex_unlock (&self->lock);
}

static gint64
get_key_interval_us (PbFlow *self, gint64 now_us)
{
  gint64 longest;

  if (self->key_us < 0)
    return -1;
  /* While nothing comes at all it is not the key frames that are missing. */
  longest = self->picture_us - self->key_us;
  longest_advance (&self->key_intervals, now_us);
  for (guint i = 0; i < KEY_SLOTS; i++)
    longest = MAX (longest, self->key_intervals.longest_us[i]);
  return longest;
}

static gint64
get_age_ms (gint64 at_us, gint64 now_us)
{
  return at_us < 0 ? -1 : MAX (0, (now_us - at_us) / 1000);
}

/**
 * pb_flow_read:
 * @now_us: by the clock of the arrivals
 * @reading: (out): see #PbFlowReading
 */
void
pb_flow_read (PbFlow *self, gint64 now_us, PbFlowReading *reading)
{
  gint64 key_us, age_us;

  g_mutex_lock (&self->lock);
  *reading = self->totals;
  key_us = get_key_interval_us (self, now_us);
  age_us = least_get (&self->utc_age);
  reading->jitter_ms = self->jitter_us / 1000;
  reading->key_interval_ms = key_us < 0 ? -1 : key_us / 1000;
  reading->picture_age_ms = get_age_ms (self->picture_us, now_us);
  reading->row_age_ms = get_age_ms (self->row_us, now_us);
  reading->row_utc_age_ms = age_us == G_MAXINT64 ? G_MININT64 : age_us / 1000;
  g_mutex_unlock (&self->lock);
}
