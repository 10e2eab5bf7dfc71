/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSctp: the server's side of a viewer's data channels (RFC 8831); pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* RFC 8831, 8: payload protocol identifiers. */
#define PB_SCTP_PPID_DCEP 50
#define PB_SCTP_PPID_STRING 51
#define PB_SCTP_PPID_BINARY 53

/* Leaves room for DTLS in %PB_DTLS_MTU. */
#define PB_SCTP_MTU 1132

/**
 * PbSctpState:
 * @PB_SCTP_WAITING: for the viewer's INIT
 * @PB_SCTP_OPEN: data can flow
 * @PB_SCTP_CLOSED: the viewer has ended it, or does not acknowledge
 */
typedef enum {
  PB_SCTP_WAITING,
  PB_SCTP_OPEN,
  PB_SCTP_CLOSED,
} PbSctpState;

/**
 * PbSctpFuncs:
 * @send: an SCTP packet for the viewer
 * @channel: the viewer has opened a channel (RFC 8832)
 * @channel_closed: the viewer has closed it
 *
 * Called from within the functions below.
 */
typedef struct {
  void (*send) (const guint8 *packet, gsize size, gpointer user_data);
  void (*channel) (guint16 stream, const gchar *label, gpointer user_data);
  void (*channel_closed) (guint16 stream, gpointer user_data);
} PbSctpFuncs;

typedef struct _PbSctp PbSctp;

PbSctp *pb_sctp_new (const PbSctpFuncs *funcs, gpointer user_data);
void pb_sctp_free (PbSctp *sctp);
PbSctpState pb_sctp_get_state (const PbSctp *sctp);
void pb_sctp_receive (
    PbSctp *sctp, const guint8 *packet, gsize size, gint64 now_us);
gboolean pb_sctp_send (
    PbSctp *sctp, guint16 stream, guint32 ppid, GBytes *message, gint64 now_us);
void pb_sctp_tick (PbSctp *sctp, gint64 now_us);
gsize pb_sctp_get_buffered (const PbSctp *sctp);
void pb_sctp_abort (PbSctp *sctp);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbSctp, pb_sctp_free)

G_END_DECLS
