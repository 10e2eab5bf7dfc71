/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTcpRelay: a TCP relay that behaves like a bad network, by a seed. */
#pragma once

#include "pb-loss-proxy.h"

G_BEGIN_DECLS

typedef struct _PbTcpRelay PbTcpRelay;

PbTcpRelay *pb_tcp_relay_new (const PbLossProxyConfig *config, GError **error);
void pb_tcp_relay_free (PbTcpRelay *relay);
guint pb_tcp_relay_get_port (PbTcpRelay *relay);
void pb_tcp_relay_set_loss (PbTcpRelay *relay, gdouble loss_pct);
void pb_tcp_relay_set_rate (PbTcpRelay *relay, guint rate_kbps);
void pb_tcp_relay_set_cut (PbTcpRelay *relay, gboolean is_cut);
void pb_tcp_relay_rebind (PbTcpRelay *relay);
void pb_tcp_relay_get_counts (
    PbTcpRelay *relay, guint64 *bytes, guint64 *stalls);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbTcpRelay, pb_tcp_relay_free)

G_END_DECLS
