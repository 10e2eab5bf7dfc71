/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLossProxy: a UDP relay that behaves like a bad network, by a seed. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbLossProxyConfig:
 * @listen_host: (nullable): a literal IPv4 address of this machine; %NULL is
 *   127.0.0.1
 * @listen_port: UDP port there, 0 for any free one
 * @host: where to relay to, a literal address
 * @port: where to relay to
 * @loss_pct: datagrams lost on the way in (client to @host), 0 to 100
 * @loss_back_pct: the same on the way back
 * @delay_ms: each way
 * @rate_kbps: of the way in, headers included; 0 for no limit
 * @queue_ms: with @rate_kbps: what would wait longer is lost; 0 means 300
 * @seed: of the losses; the same seed and the same datagrams lose the same
 */
typedef struct {
  const gchar *listen_host;
  guint listen_port;
  const gchar *host;
  guint port;
  gdouble loss_pct;
  gdouble loss_back_pct;
  guint delay_ms;
  guint rate_kbps;
  guint queue_ms;
  guint32 seed;
} PbLossProxyConfig;

typedef struct _PbLossProxy PbLossProxy;

PbLossProxy *pb_loss_proxy_new (
    const PbLossProxyConfig *config, GError **error);
void pb_loss_proxy_free (PbLossProxy *proxy);
guint pb_loss_proxy_get_port (PbLossProxy *proxy);
void pb_loss_proxy_set_loss (
    PbLossProxy *proxy, gdouble loss_pct, gdouble loss_back_pct);
void pb_loss_proxy_set_cut (PbLossProxy *proxy, gboolean is_cut);
void pb_loss_proxy_rebind (PbLossProxy *proxy);
void pb_loss_proxy_set_rate (PbLossProxy *proxy, guint rate_kbps);
guint pb_loss_proxy_get_queue (PbLossProxy *proxy);
void pb_loss_proxy_take_delays (PbLossProxy *proxy, const gdouble *shares,
    guint n_shares, guint *delays_ms);
void pb_loss_proxy_get_counts (
    PbLossProxy *proxy, guint64 *forwarded, guint64 *lost);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbLossProxy, pb_loss_proxy_free)

G_END_DECLS
