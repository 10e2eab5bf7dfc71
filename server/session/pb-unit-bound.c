/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A demultiplexer keeps a unit's bytes until the next one of its stream begins,
 * and a picture's length need not be said: one that never ends would take all
 * memory there is. */
#include "session/pb-unit-bound.h"

#define PACKET_BYTES 188

static gsize
find_payload (const guint8 *packet)
{
  if (!(packet[3] & 0x10))
    return PACKET_BYTES;
  return packet[3] & 0x20 ? MIN (5 + (gsize) packet[4], PACKET_BYTES) : 4;
}

static gboolean
starts_unit (const guint8 *payload, gsize size)
{
  return size >= 3 && payload[0] == 0 && payload[1] == 0 && payload[2] == 1;
}

/* Returns: the place of @pid, or that of the next stream. */
static guint
find (const PbUnitBound *bound, guint16 pid)
{
  guint i = 0;

  while (i < bound->n && bound->open[i].pid != pid)
    i++;
  return i;
}

/**
 * pb_unit_bound_take:
 * @bound: of one stream of packets
 * @packet: 188 bytes, the next packet of any PID
 *
 * Returns: %FALSE once units have more than %PB_UNIT_BOUND_BYTES together whose
 *   end has not come, or more than %PB_UNIT_BOUND_STREAMS PIDs have units
 */
gboolean
pb_unit_bound_take (PbUnitBound *bound, const guint8 *packet)
{
  const guint16 pid = (guint16) ((packet[1] & 0x1f) << 8 | packet[2]);
  const gsize at = find_payload (packet);
  const gsize size = PACKET_BYTES - at;
  guint i;

  if (bound->is_broken || size == 0)
    return !bound->is_broken;
  i = find (bound, pid);
  if (packet[1] & 0x40) {
    if (i < bound->n) {
      bound->total -= bound->open[i].bytes;
      bound->open[i].bytes = 0;
    }
    if (!starts_unit (packet + at, size))
      return TRUE;
    if (i == PB_UNIT_BOUND_STREAMS) {
      bound->is_broken = TRUE;
      return FALSE;
    }
    if (i == bound->n)
      bound->open[bound->n++].pid = pid;
  } else if (i == bound->n || bound->open[i].bytes == 0) {
    return TRUE;
  }
  bound->open[i].bytes += (guint32) size;
  bound->total += size;
  bound->is_broken = bound->total > PB_UNIT_BOUND_BYTES;
  return !bound->is_broken;
}
