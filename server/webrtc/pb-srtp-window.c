/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A ring of bits behind the newest index. */
#include "webrtc/pb-srtp-window.h"

#include <string.h>

#define MAX_INDEX ((G_GUINT64_CONSTANT (1) << 48) - 1)

static guint64
bit_of (guint64 index)
{
  return G_GUINT64_CONSTANT (1) << (index % 64);
}

static guint64 *
word_of (PbSrtpWindow *window, guint64 index)
{
  return &window->bits[index % PB_SRTP_WINDOW_PACKETS / 64];
}

/**
 * pb_srtp_window_guess:
 * @seq: of a packet
 * @index: (out): the one of 48 bits that ends with @seq and is nearest to the
 *   newest (RFC 3711, 3.3.1)
 *
 * Returns: %FALSE if there is none
 */
gboolean
pb_srtp_window_guess (const PbSrtpWindow *window, guint16 seq, guint64 *index)
{
  const gint16 ahead = (gint16) (guint16) (seq - (guint16) window->newest);

  if (!window->any) {
    *index = seq;
    return TRUE;
  }
  if (ahead < 0 && window->newest < (guint64) -ahead)
    return FALSE;
  *index = window->newest + (guint64) (gint64) ahead;
  return *index <= MAX_INDEX;
}

/**
 * pb_srtp_window_is_new:
 *
 * Returns: %FALSE if @index has come before, or is too old to know
 */
gboolean
pb_srtp_window_is_new (const PbSrtpWindow *window, guint64 index)
{
  if (!window->any || index > window->newest)
    return TRUE;
  return window->newest - index < PB_SRTP_WINDOW_PACKETS
         && (*word_of ((PbSrtpWindow *) window, index) & bit_of (index)) == 0;
}

/**
 * pb_srtp_window_note:
 * @index: of a packet that was right, and new
 */
void
pb_srtp_window_note (PbSrtpWindow *window, guint64 index)
{
  if (!window->any || index > window->newest) {
    if (!window->any || index - window->newest >= PB_SRTP_WINDOW_PACKETS)
      memset (window->bits, 0, sizeof window->bits);
    else
      for (guint64 i = window->newest + 1; i < index; i++)
        *word_of (window, i) &= ~bit_of (i);
    window->newest = index;
    window->any = TRUE;
  }
  *word_of (window, index) |= bit_of (index);
}
