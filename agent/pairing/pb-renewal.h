/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRenewal: asks the server what has become of a pairing. */
#pragma once

#include "pairing/pb-pairing.h"

G_BEGIN_DECLS

typedef struct _PbRenewal PbRenewal;

/**
 * PbRenewalOutcome:
 * @PB_RENEWAL_SAME: nothing has changed
 * @PB_RENEWAL_CHANGED: another driver, passphrase or port
 * @PB_RENEWAL_REVOKED: the server no longer knows this device
 * @PB_RENEWAL_NO_ANSWER: it cannot be asked now
 */
typedef enum {
  PB_RENEWAL_SAME,
  PB_RENEWAL_CHANGED,
  PB_RENEWAL_REVOKED,
  PB_RENEWAL_NO_ANSWER,
} PbRenewalOutcome;

/**
 * PbRenewalDone:
 * @outcome: what the server said
 * @now: (nullable): the pairing as it is from now on, if it has changed
 * @words: (nullable): why there is no answer
 * @user_data: closure
 */
typedef void (*PbRenewalDone) (PbRenewalOutcome outcome, const PbPairing *now,
    const gchar *words, gpointer user_data);

PbRenewal *pb_renewal_new (
    const PbPairing *pairing, PbRenewalDone done, gpointer user_data);
void pb_renewal_free (PbRenewal *renewal);
void pb_renewal_ask (PbRenewal *renewal);

G_END_DECLS
