/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Questions to an address, and its answers. A sender's address can be forged;
 * the number of a question that was sent there cannot be guessed. */
#include "webrtc/pb-consent.h"

#include <sodium.h>
#include <string.h>

/**
 * pb_consent_note_received:
 * @consent: of an address
 * @size: bytes of an authenticated check that came from there
 */
void
pb_consent_note_received (PbConsent *consent, gsize size)
{
  consent->credit_bytes += PB_CONSENT_AMPLIFICATION * (guint64) size;
}

/**
 * pb_consent_spend:
 * @consent: of an address
 * @size: bytes that would be sent there
 * @now_us: monotonic time
 *
 * Returns: %TRUE if they may be: the address has answered, or was heard enough
 *   of
 */
gboolean
pb_consent_spend (PbConsent *consent, gsize size, gint64 now_us)
{
  if (pb_consent_is_given (consent, now_us))
    return TRUE;
  if (consent->credit_bytes < size)
    return FALSE;
  consent->credit_bytes -= size;
  return TRUE;
}

/**
 * pb_consent_is_given:
 * @consent: of an address
 * @now_us: monotonic time
 *
 * Returns: %TRUE if media may go there
 */
gboolean
pb_consent_is_given (const PbConsent *consent, gint64 now_us)
{
  return consent->answered_us != 0
         && now_us - consent->answered_us < PB_CONSENT_VALID_US;
}

/**
 * pb_consent_is_due:
 * @consent: of an address
 * @now_us: monotonic time
 *
 * Returns: %TRUE if it should be asked
 */
gboolean
pb_consent_is_due (const PbConsent *consent, gint64 now_us)
{
  return now_us >= consent->due_us || !pb_consent_is_given (consent, now_us);
}

/**
 * pb_consent_ask:
 * @consent: of an address
 * @now_us: monotonic time
 *
 * A question that is not answered and not older than the interval is the same
 * one again: a viewer checks faster than a far one can answer.
 *
 * Returns: (transfer none): the number of the question to send,
 *   %PB_STUN_ID_BYTES
 */
const guint8 *
pb_consent_ask (PbConsent *consent, gint64 now_us)
{
  const guint32 fifth = PB_CONSENT_INTERVAL_US / 5;

  if (!consent->is_asked || now_us >= consent->due_us) {
    randombytes_buf (consent->id, sizeof consent->id);
    consent->is_asked = TRUE;
    consent->due_us = now_us + PB_CONSENT_INTERVAL_US - fifth
                      + randombytes_uniform (2 * fifth);
  }
  return consent->id;
}

/**
 * pb_consent_answer:
 * @consent: of the address an answer came from
 * @id: its number
 * @now_us: monotonic time
 *
 * Returns: %TRUE if it is the answer to the question under way
 */
gboolean
pb_consent_answer (
    PbConsent *consent, const guint8 id[PB_STUN_ID_BYTES], gint64 now_us)
{
  if (!consent->is_asked || memcmp (consent->id, id, PB_STUN_ID_BYTES) != 0)
    return FALSE;
  consent->is_asked = FALSE;
  consent->answered_us = now_us;
  return TRUE;
}
