/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxPcrTime: running times that follow a stream's own clock.
 *
 * tsdemux turns a stream's times into ours by comparing its clock reference
 * (PCR) with the time each buffer came at. Where that is uneven - a sender whose
 * encoder has just begun, a busy machine, a reader that is sent some seconds at
 * once when it joins - it moves its idea of both clocks with every packet, and
 * a picture and its telemetry, whose times in the stream are equal, get times
 * that are up to a second apart. So buffers are not given the time they came at
 * but the PCR's own time, which is led towards it slowly: both streams move
 * together. */
#include "pitboxpcrtime.h"

#define PCR_HZ 27000000
/* 33 bits of 90 kHz and the remainder of 300. */
#define PCR_WRAP ((G_GUINT64_CONSTANT (1) << 33) * 300)
/* The standard asks for 0.1 s between two, muxers for less: then another PID
 * may have the clock now (a picture that begins, with its own). */
#define MAX_SILENCE (200 * GST_MSECOND)
#define MAX_STEP (2 * GST_SECOND)
/* More than this between the stream's time and ours is another stream's. */
#define MAX_DISTANCE (10 * GST_SECOND)
#define MAX_PAUSE_ERROR GST_SECOND
#define TS_PACKET_BYTES 188
/* libsrt's time is trusted for a message's age up to here; more means that
 * this process stood still, and then the arrival is what counts. */
#define MAX_AGE_US (5 * G_USEC_PER_SEC)

/* The clock reference of a TS packet, 27 MHz, or %PITBOX_PCR_NONE. */
guint64
pitbox_pcr_read (const guint8 *packet, guint16 *pid)
{
  guint64 base;

  if (packet[0] != 0x47 || (packet[3] & 0x20) == 0 || packet[4] < 7
      || (packet[5] & 0x10) == 0)
    return PITBOX_PCR_NONE;
  *pid = (guint16) ((packet[1] & 0x1f) << 8 | packet[2]);
  base = (guint64) packet[6] << 25 | (guint64) packet[7] << 17
         | (guint64) packet[8] << 9 | (guint64) packet[9] << 1
         | packet[10] >> 7;
  return base * 300 + ((packet[10] & 1u) << 8 | packet[11]);
}

/* The running time of @element at which SRT's delay was over for a message that
 * is @age_us old. */
GstClockTime
pitbox_pcr_arrival (GstElement *element, gint64 age_us)
{
  GstClockTime now = gst_element_get_current_running_time (element);
  GstClockTime age = (GstClockTime) CLAMP (age_us, 0, MAX_AGE_US) * GST_USECOND;

  if (!GST_CLOCK_TIME_IS_VALID (now))
    return GST_CLOCK_TIME_NONE;
  return now > age ? now - age : 0;
}

/* Another stream: its time begins now, and never before what was given. */
static void
begin (PitboxPcrTime *clock, guint16 pid, guint64 pcr, GstClockTime arrival)
{
  clock->time = clock->started ? MAX (arrival, clock->time) : arrival;
  clock->started = TRUE;
  clock->pid = pid;
  clock->pcr = pcr;
  clock->seen = arrival;
}

/* How far the stream's time goes on from the last reference to @pcr, ns. */
static GstClockTimeDiff
step_to (const PitboxPcrTime *clock, guint64 pcr)
{
  guint64 ticks = (pcr + PCR_WRAP - clock->pcr) % PCR_WRAP;

  if (ticks > PCR_WRAP / 2)
    return -(GstClockTimeDiff) gst_util_uint64_scale (
        PCR_WRAP - ticks, GST_SECOND, PCR_HZ);
  return (GstClockTimeDiff) gst_util_uint64_scale (ticks, GST_SECOND, PCR_HZ);
}

/* A picture that begins takes the clock over: its PID has the same time, a
 * little later. Another clock has that by chance in one of 480,000 cases. */
static gboolean
takes_over (const PitboxPcrTime *clock, guint16 pid, GstClockTimeDiff step)
{
  return pid != clock->pid && step > 0
         && step <= (GstClockTimeDiff) MAX_SILENCE;
}

/* After a pause, or on another PID, the stream is still the same if its time
 * has gone on as ours has. */
static gboolean
goes_on (const PitboxPcrTime *clock, guint16 pid, GstClockTimeDiff step,
    GstClockTime arrival)
{
  const gboolean is_next =
      (pid == clock->pid && step <= (GstClockTimeDiff) MAX_STEP)
      || takes_over (clock, pid, step);
  const GstClockTime limit = is_next ? MAX_DISTANCE : MAX_PAUSE_ERROR;

  if (pid == clock->pid && step < 0)
    return FALSE;
  return (GstClockTime) ABS (GST_CLOCK_DIFF (arrival, clock->time) + step)
         <= limit;
}

/* The next reference, which came at the running time @arrival: `time` is what
 * goes on the packets from here to the next one. TRUE where another stream has
 * begun. */
gboolean
pitbox_pcr_time_push (
    PitboxPcrTime *clock, guint16 pid, guint64 pcr, GstClockTime arrival)
{
  GstClockTimeDiff step;
  GstClockTime lead;

  if (!clock->started) {
    begin (clock, pid, pcr, arrival);
    return FALSE;
  }
  step = step_to (clock, pcr);
  if (pid != clock->pid && arrival < clock->seen + MAX_SILENCE
      && !takes_over (clock, pid, step))
    return FALSE;
  if (!goes_on (clock, pid, step, arrival)) {
    begin (clock, pid, pcr, arrival);
    return TRUE;
  }
  step = MAX (step, 0);
  clock->time += (GstClockTime) step;
  lead = clock->lead > 0 ? (GstClockTime) step / clock->lead : 0;
  if (clock->time > arrival)
    clock->time -= MIN (lead, clock->time - arrival);
  else
    clock->time += MIN (lead, arrival - clock->time);
  clock->pid = pid;
  clock->pcr = pcr;
  clock->seen = arrival;
  return FALSE;
}

static void
append (GQueue *pieces, GstBuffer *buffer, gsize from, gsize to,
    GstClockTime time, gboolean discont)
{
  GstBuffer *piece;

  if (from == to)
    return;
  piece = gst_buffer_copy_region (
      buffer, GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_MEMORY, from, to - from);
  GST_BUFFER_PTS (piece) = GST_BUFFER_DTS (piece) = time;
  if (discont)
    GST_BUFFER_FLAG_SET (piece, GST_BUFFER_FLAG_DISCONT);
  g_queue_push_tail (pieces, piece);
}

/* Takes @buffer, TS packets that came at the running time @arrival, and appends
 * to @pieces one buffer for each clock reference in it, with its time. DISCONT
 * stays on the first; @mark_jumps puts it where another stream begins, too.
 * What is not whole packets, or came before there was a clock, stays whole. */
void
pitbox_pcr_time_cut (PitboxPcrTime *clock, GstBuffer *buffer,
    GstClockTime arrival, gboolean mark_jumps, GQueue *pieces)
{
  gboolean discont = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  gsize from = 0, size = gst_buffer_get_size (buffer), at;
  GstMapInfo map;

  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
  if (GST_CLOCK_TIME_IS_VALID (arrival) && size % TS_PACKET_BYTES == 0
      && gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    for (at = 0; at < size; at += TS_PACKET_BYTES) {
      guint16 pid;
      guint64 pcr = pitbox_pcr_read (map.data + at, &pid);

      if (pcr == PITBOX_PCR_NONE)
        continue;
      append (pieces, buffer, from, at, clock->started ? clock->time : arrival,
          discont);
      discont = discont && from == at;
      if (pitbox_pcr_time_push (clock, pid, pcr, arrival) && mark_jumps)
        discont = TRUE;
      from = at;
    }
    gst_buffer_unmap (buffer, &map);
  }
  append (pieces, buffer, from, size, clock->started ? clock->time : arrival,
      discont);
  gst_buffer_unref (buffer);
}
