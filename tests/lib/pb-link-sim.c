/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One millisecond after the other. */
#include "pb-link-sim.h"

#define PAYLOAD_BYTES 1316
#define HEADER_BYTES 44
#define FPS 60
#define KEY_FRAMES 120
/* A key frame's size, of an average one; bounded by the encoder's VBV. */
#define KEY_SHARE 6
#define VBV_MS 150
#define TELEMETRY_KBPS 110
#define ACK_MS 10
#define NAK_MS 20

typedef struct {
  gint64 sent_us; /* the first time */
  gint64 asked_us; /* for again, last */
  guint bytes;
  gboolean came, given_up;
} Packet;

typedef struct {
  gint64 due_us;
  guint number;
} Event;

static Packet *
get (const PbLinkSim *sim, guint number)
{
  return &g_array_index (sim->packets, Packet, number);
}

static void
push (GQueue *queue, gint64 due_us, guint number)
{
  Event *event = g_new (Event, 1);

  *event = (Event){ due_us, number };
  g_queue_push_tail (queue, event);
}

static gboolean
pop (GQueue *queue, gint64 now_us, guint *number)
{
  Event *event = g_queue_peek_head (queue);

  if (event == NULL || event->due_us > now_us)
    return FALSE;
  *number = event->number;
  g_free (g_queue_pop_head (queue));
  return TRUE;
}

static gint64
half_rtt_us (const PbLinkSim *sim)
{
  return (gint64) (sim->rtt_ms * 500);
}

static void
transmit (PbLinkSim *sim, guint number)
{
  const gdouble bits = (get (sim, number)->bytes + HEADER_BYTES) * 8.0;
  gdouble waits_us;

  sim->n_sent++;
  sim->link_free_us = MAX (sim->link_free_us, sim->now_us);
  waits_us = sim->link_free_us - sim->now_us;
  if (waits_us > sim->queue_ms * 1000)
    return;
  sim->link_free_us += bits * 1000 / sim->rate_kbps;
  if (g_rand_double (sim->rand) >= sim->loss)
    push (&sim->flying, (gint64) sim->link_free_us + half_rtt_us (sim), number);
}

static void
send_frame (PbLinkSim *sim)
{
  const gdouble kbps = sim->need_kbps > 0
                           ? MIN (sim->need_kbps, sim->picture_kbps)
                           : sim->picture_kbps;
  const gdouble average = kbps * 125.0 / FPS;
  gdouble bytes = average * g_rand_double_range (sim->rand, 0.8, 1.2);

  if (sim->n_frames++ % KEY_FRAMES == 0) {
    bytes = MIN (KEY_SHARE * average, kbps * 0.125 * VBV_MS);
    sim->debt_bytes += bytes - average;
  } else {
    gdouble paid = MIN (sim->debt_bytes, 0.3 * average);

    sim->debt_bytes -= paid;
    bytes -= paid;
  }
  bytes = bytes * 1.04 + TELEMETRY_KBPS * 125.0 / FPS;
  while (bytes > 0) {
    Packet p = { sim->now_us, 0, (guint) CLAMP (bytes, 188, PAYLOAD_BYTES),
      FALSE, FALSE };

    g_array_append_val (sim->packets, p);
    sim->bytes += p.bytes;
    bytes -= p.bytes;
    transmit (sim, sim->packets->len - 1);
  }
}

static void
receive (PbLinkSim *sim)
{
  guint number;

  while (pop (&sim->flying, sim->now_us, &number)) {
    Packet *p = get (sim, number);

    if (!p->came && !p->given_up)
      sim->delivered_bytes += p->bytes;
    p->came = TRUE;
    sim->highest = MAX (sim->highest, number + 1);
  }
  for (guint i = sim->next_due; i < sim->highest; i++) {
    Packet *p = get (sim, i);
    const gint64 deadline_us =
        p->sent_us + half_rtt_us (sim) + (gint64) (sim->latency_ms * 1000);

    /* Also what is too late already is asked for once. */
    if (!p->came && !p->given_up
        && (p->asked_us == 0
            || sim->now_us - p->asked_us
                   > (gint64) (sim->smoothed_rtt_ms + NAK_MS) * 1000)) {
      p->asked_us = sim->now_us;
      sim->n_again++;
      transmit (sim, i);
    }
    if (!p->came && !p->given_up && sim->now_us > deadline_us) {
      p->given_up = TRUE;
      sim->n_missing++;
    }
    if (i == sim->next_due && (p->came || p->given_up))
      sim->next_due++;
  }
}

static void
step (PbLinkSim *sim)
{
  const gint64 ms = sim->now_us / 1000;
  guint number;

  if (sim->stall_ms > 0 && g_rand_int_range (sim->rand, 0, 2000) == 0)
    sim->stalled_until_us = sim->now_us + (gint64) (sim->stall_ms * 1000);
  if (ms * FPS / 1000 != (ms - 1) * FPS / 1000)
    sim->n_held++;
  for (; sim->n_held > 0 && sim->now_us >= sim->stalled_until_us; sim->n_held--)
    send_frame (sim);
  receive (sim);
  sim->queue_now_ms = MAX (0, sim->link_free_us - sim->now_us) / 1000;
  sim->worst_queue_ms = MAX (sim->worst_queue_ms, sim->queue_now_ms);
  if (ms % ACK_MS == 0) {
    push (&sim->acks, sim->now_us + half_rtt_us (sim), sim->next_due);
    sim->smoothed_rtt_ms +=
        (sim->rtt_ms + sim->queue_now_ms - sim->smoothed_rtt_ms) / 8;
  }
  while (pop (&sim->acks, sim->now_us, &number))
    sim->acknowledged = MAX (sim->acknowledged, number);
  sim->now_us += 1000;
}

/* 2 Mbit/s with 300 ms of queue and 30 ms of way, until told otherwise. */
PbLinkSim *
pb_link_sim_new (guint32 seed)
{
  PbLinkSim *sim = g_new0 (PbLinkSim, 1);

  sim->rate_kbps = 2000;
  sim->queue_ms = 300;
  sim->rtt_ms = sim->smoothed_rtt_ms = 30;
  sim->latency_ms = 200;
  sim->now_us = 1000000;
  sim->packets = g_array_new (FALSE, TRUE, sizeof (Packet));
  g_queue_init (&sim->flying);
  g_queue_init (&sim->acks);
  sim->rand = g_rand_new_with_seed (seed);
  return sim;
}

void
pb_link_sim_free (PbLinkSim *sim)
{
  g_array_unref (sim->packets);
  g_queue_clear_full (&sim->flying, g_free);
  g_queue_clear_full (&sim->acks, g_free);
  g_rand_free (sim->rand);
  g_free (sim);
}

void
pb_link_sim_run (PbLinkSim *sim, guint ms)
{
  for (guint i = 0; i < ms; i++)
    step (sim);
}

/* What stats of pitboxsrtsink would say now. */
void
pb_link_sim_look (const PbLinkSim *sim, PbAdaptSample *sample)
{
  *sample = (PbAdaptSample){ .now_us = sim->now_us,
    .rtt_ms = sim->smoothed_rtt_ms,
    .bytes_sent = sim->bytes,
    .packets_sent = sim->n_sent,
    .packets_retransmitted = sim->n_again };

  for (guint i = sim->acknowledged; i < sim->packets->len; i++)
    sample->send_buffer_bytes += get (sim, i)->bytes + HEADER_BYTES;
  if (sim->acknowledged < sim->packets->len)
    sample->send_buffer_ms = (get (sim, sim->packets->len - 1)->sent_us
                                 - get (sim, sim->acknowledged)->sent_us)
                             / 1000.0;
}
