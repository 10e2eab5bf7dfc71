/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Not rtpjitterbuffer: that waits a fixed time for everything, in a thread of its
 * own. Here what is in order goes on at once, and only behind a hole is waited,
 * as long as a retransmission may still fill it. */
#include "webrtc/pb-rtp-order.h"

typedef struct {
  GBytes *packet; /* NULL: missing */
  gint64 missed_us; /* since when */
  gint64 asked_us;
  guint asks;
} Slot;

struct _PbRtpOrder {
  gint64 wait_us;
  gboolean started;
  /* Of the next packet to hand on, and one behind the newest that came. */
  guint64 next;
  guint64 end;
  gboolean lost; /* something before "next" never came */
  Slot slots[PB_RTP_ORDER_SLOTS];
};

static Slot *
slot_of (PbRtpOrder *order, guint64 number)
{
  return &order->slots[number % PB_RTP_ORDER_SLOTS];
}

/**
 * pb_rtp_order_new:
 * @wait_us: how long what is behind a hole waits for it
 *
 * Returns: (transfer full): nothing has come yet
 */
PbRtpOrder *
pb_rtp_order_new (gint64 wait_us)
{
  PbRtpOrder *order = g_new0 (PbRtpOrder, 1);

  order->wait_us = wait_us;
  return order;
}

void
pb_rtp_order_free (PbRtpOrder *order)
{
  pb_rtp_order_reset (order);
  g_free (order);
}

/**
 * pb_rtp_order_reset:
 *
 * As if nothing had come, but what comes next is behind a loss.
 */
void
pb_rtp_order_reset (PbRtpOrder *order)
{
  for (guint64 i = order->next; i < order->end; i++)
    g_clear_pointer (&slot_of (order, i)->packet, g_bytes_unref);
  order->lost = order->started;
  order->started = FALSE;
  order->next = order->end = 0;
}

static void
begin (PbRtpOrder *order, guint16 seq)
{
  order->started = TRUE;
  /* Numbers before the first one stay positive. */
  order->next = order->end = G_GUINT64_CONSTANT (0x10000) + seq;
}

/**
 * pb_rtp_order_push:
 * @packet: (transfer none): what came
 * @seq: its number
 * @now_us: monotonic
 *
 * Returns: %FALSE if it came before, or too late
 */
gboolean
pb_rtp_order_push (
    PbRtpOrder *order, GBytes *packet, guint16 seq, gint64 now_us)
{
  guint64 number;
  gint16 ahead;
  Slot *slot;

  if (!order->started)
    begin (order, seq);
  ahead = (gint16) (guint16) (seq - (guint16) order->end);
  number = order->end + (guint64) (gint64) ahead;
  if (number < order->next)
    return FALSE;
  if (number - order->next >= PB_RTP_ORDER_SLOTS) {
    pb_rtp_order_reset (order);
    begin (order, seq);
    number = order->next;
  }
  for (; order->end <= number; order->end++)
    *slot_of (order, order->end) = (Slot){ .missed_us = now_us };
  slot = slot_of (order, number);
  if (slot->packet != NULL)
    return FALSE;
  slot->packet = g_bytes_ref (packet);
  return TRUE;
}

/* What is missing at the front has had its time. */
static void
skip (PbRtpOrder *order, gint64 now_us)
{
  while (
      order->next < order->end && slot_of (order, order->next)->packet == NULL
      && now_us - slot_of (order, order->next)->missed_us >= order->wait_us) {
    order->next++;
    order->lost = TRUE;
  }
}

/**
 * pb_rtp_order_pop:
 * @now_us: monotonic
 * @lost: (out): something before it never came
 *
 * Returns: (transfer full) (nullable): the next one in order; %NULL: there is
 *   none, or it is waited for
 */
GBytes *
pb_rtp_order_pop (PbRtpOrder *order, gint64 now_us, gboolean *lost)
{
  GBytes *packet;

  skip (order, now_us);
  if (order->next == order->end)
    return NULL;
  packet = g_steal_pointer (&slot_of (order, order->next)->packet);
  if (packet == NULL)
    return NULL;
  order->next++;
  *lost = order->lost;
  order->lost = FALSE;
  return packet;
}

/**
 * pb_rtp_order_ask:
 * @now_us: monotonic
 * @seqs: (out): numbers of packets to ask for now, rising
 * @max: room in @seqs
 *
 * Returns: how many there are
 */
guint
pb_rtp_order_ask (PbRtpOrder *order, gint64 now_us, guint16 *seqs, guint max)
{
  guint n = 0;

  for (guint64 i = order->next; i < order->end && n < max; i++) {
    Slot *slot = slot_of (order, i);
    const gint64 since_us =
        now_us - (slot->asks == 0 ? slot->missed_us : slot->asked_us);

    if (slot->packet != NULL || slot->asks == PB_RTP_ORDER_MAX_ASKS
        || since_us < (slot->asks == 0 ? PB_RTP_ORDER_ASK_US
                                       : PB_RTP_ORDER_AGAIN_US))
      continue;
    slot->asks++;
    slot->asked_us = now_us;
    seqs[n++] = (guint16) i;
  }
  return n;
}
