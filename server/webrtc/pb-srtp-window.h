/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSrtpWindow: which packets have come before (RFC 3711, 3.3); pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_SRTP_WINDOW_PACKETS: a packet that is sent again as it was comes a round
 * trip later: two seconds of 4 Mbit/s. */
#define PB_SRTP_WINDOW_PACKETS 1024

/**
 * PbSrtpWindow:
 * @any: something has come
 * @newest: the largest index that has come
 * @bits: of the %PB_SRTP_WINDOW_PACKETS up to it, by index modulo that many
 *
 * All zero: nothing has come.
 */
typedef struct {
  gboolean any;
  guint64 newest;
  guint64 bits[PB_SRTP_WINDOW_PACKETS / 64];
} PbSrtpWindow;

gboolean pb_srtp_window_guess (
    const PbSrtpWindow *window, guint16 seq, guint64 *index);
gboolean pb_srtp_window_is_new (const PbSrtpWindow *window, guint64 index);
void pb_srtp_window_note (PbSrtpWindow *window, guint64 index);

G_END_DECLS
