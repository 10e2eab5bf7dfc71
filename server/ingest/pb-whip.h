/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbWhip: who publishes by WebRTC. */
#pragma once

#include "ingest/pb-publishers.h"
#include "webrtc/pb-dtls.h"
#include "webrtc/pb-peer.h"

G_BEGIN_DECLS

/** PB_WHIP_MAX_PUBLISHERS: as many as SRT callers. */
#define PB_WHIP_MAX_PUBLISHERS 64

/**
 * PbWhipVerdict:
 * @PB_WHIP_TAKEN: it can connect
 * @PB_WHIP_HELD: it sent too much a moment ago
 * @PB_WHIP_FULL: there are too many
 * @PB_WHIP_CONTESTED: another sender keeps the driver's place
 * @PB_WHIP_FAILED: it cannot be taken; the error says why
 */
typedef enum {
  PB_WHIP_TAKEN,
  PB_WHIP_HELD,
  PB_WHIP_FULL,
  PB_WHIP_CONTESTED,
  PB_WHIP_FAILED,
} PbWhipVerdict;

/**
 * PbWhipGuest:
 * @driver: whose picture it is
 * @device: what sends
 * @address: from where it asks
 * @principal: (nullable): what let it in; %NULL: the device's own key
 */
typedef struct {
  const gchar *driver;
  const gchar *device;
  const gchar *address;
  const PbPrincipal *principal;
} PbWhipGuest;

/* Main thread only. */
typedef struct _PbWhip PbWhip;

PbWhip *pb_whip_new (PbIngest *ingest, PbPort *port, PbDtlsIdentity *identity);
void pb_whip_free (PbWhip *whip);
PbWhipVerdict pb_whip_take (PbWhip *whip, const PbWhipGuest *guest,
    const PbOffer *offer, gchar **id, gchar **answer, GError **error);
gboolean pb_whip_is_of (
    PbWhip *whip, const gchar *id, const gchar *driver, const gchar *device);
void pb_whip_end (PbWhip *whip, const gchar *id, const gchar *reason);
PbPublishers *pb_whip_get_publishers (PbWhip *whip);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbWhip, pb_whip_free)

G_END_DECLS
