/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPairCodes: agents that ask to be let in, each by a code that a person types;
 * in memory. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_PAIR_CODE_CHARS: of 31 letters and digits; 887 million codes. */
#define PB_PAIR_CODE_CHARS 6
#define PB_PAIR_CODE_LIFE_US (10 * G_TIME_SPAN_MINUTE)
/** PB_PAIR_CODES_MAX: that are remembered; one more puts out the oldest of the
 * address that has most. */
#define PB_PAIR_CODES_MAX 256
/** PB_PAIR_CODES_MAX_EACH: of one address; one more puts out its oldest. */
#define PB_PAIR_CODES_MAX_EACH 8

/**
 * PbPairState:
 * @PB_PAIR_UNKNOWN: nobody asked so, or it is long over, or was answered
 * @PB_PAIR_WAITING: for a person
 * @PB_PAIR_APPROVED: and here are its secrets
 * @PB_PAIR_REFUSED: by a person
 * @PB_PAIR_EXPIRED: nobody typed its code in time
 */
typedef enum {
  PB_PAIR_UNKNOWN,
  PB_PAIR_WAITING,
  PB_PAIR_APPROVED,
  PB_PAIR_REFUSED,
  PB_PAIR_EXPIRED,
} PbPairState;

/**
 * PbPairRequest:
 * @code: what the agent shows
 * @device: what it calls itself; once approved, what it is called
 * @version, @platform: of its program
 * @address: where it asks from, in numbers
 * @expires_us: when @code is good no more, by the clock of pb_pair_codes_add()
 * @driver, @token, @passphrase: (nullable): what it gets, once approved
 */
typedef struct {
  gchar code[PB_PAIR_CODE_CHARS + 1];
  gchar *device;
  gchar *version;
  gchar *platform;
  gchar *address;
  gint64 expires_us;
  gchar *driver;
  gchar *token;
  gchar *passphrase;
} PbPairRequest;

/* No clock and no lock: every function is told the time, of a clock that never
 * goes back, so that nobody's clock makes a code live longer. */
typedef struct _PbPairCodes PbPairCodes;

void pb_pair_request_free (PbPairRequest *request);

PbPairCodes *pb_pair_codes_new (void);
void pb_pair_codes_free (PbPairCodes *codes);

const PbPairRequest *pb_pair_codes_add (PbPairCodes *codes,
    const PbPairRequest *about, const gchar *key, gint64 now_us,
    gchar **poll_token);
const PbPairRequest *pb_pair_codes_find (
    PbPairCodes *codes, const gchar *typed, gint64 now_us);
gboolean pb_pair_codes_approve (PbPairCodes *codes, const gchar *typed,
    const PbPairRequest *given, gint64 now_us);
gboolean pb_pair_codes_refuse (
    PbPairCodes *codes, const gchar *typed, gint64 now_us);
PbPairState pb_pair_codes_poll (PbPairCodes *codes, const gchar *poll_token,
    gint64 now_us, PbPairRequest **answer);
gboolean pb_pair_code_is_valid (const gchar *typed);
const gchar *pb_pair_state_to_string (PbPairState state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPairRequest, pb_pair_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPairCodes, pb_pair_codes_free)

G_END_DECLS
