/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbConsent: whether an address has shown that it wants what it is sent
 * (RFC 7675); pure. */
#pragma once

#include <glib.h>

#include "webrtc/pb-stun.h"

G_BEGIN_DECLS

/* RFC 7675, 5.1: what the newest answer is good for. */
#define PB_CONSENT_VALID_US (30 * G_USEC_PER_SEC)
/* RFC 7675, 5.1: the next question, at random up to a fifth earlier or later. */
#define PB_CONSENT_INTERVAL_US (5 * G_USEC_PER_SEC)
/* RFC 9000, 8: bytes to an address that has not answered, for each byte that
 * came from there. */
#define PB_CONSENT_AMPLIFICATION 3

/**
 * PbConsent:
 * @id: of the question under way
 * @is_asked: it has not been answered yet
 * @answered_us: when the newest answer came; 0 = never
 * @due_us: when the next question is due
 * @credit_bytes: what may still be sent to the address before it has answered
 *
 * All zero: an address nothing is known of.
 */
typedef struct {
  guint8 id[PB_STUN_ID_BYTES];
  gboolean is_asked;
  gint64 answered_us;
  gint64 due_us;
  guint64 credit_bytes;
} PbConsent;

void pb_consent_note_received (PbConsent *consent, gsize size);
gboolean pb_consent_spend (PbConsent *consent, gsize size, gint64 now_us);
gboolean pb_consent_is_given (const PbConsent *consent, gint64 now_us);
gboolean pb_consent_is_due (const PbConsent *consent, gint64 now_us);
const guint8 *pb_consent_ask (PbConsent *consent, gint64 now_us);
gboolean pb_consent_answer (
    PbConsent *consent, const guint8 id[PB_STUN_ID_BYTES], gint64 now_us);

G_END_DECLS
