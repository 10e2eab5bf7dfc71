/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSrtp: SRTP and SRTCP (RFC 3711, RFC 7714) of one direction. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What protecting adds at most: a tag of 16 bytes, an index of 4. */
#define PB_SRTP_OVERHEAD 20
#define PB_SRTP_KEY_BYTES 16

/**
 * PbSrtpProfile:
 * @PB_SRTP_AES128_CM_SHA1_80: RFC 5764; a salt of 14 bytes
 * @PB_SRTP_AES128_GCM: RFC 7714; a salt of 12 bytes
 */
typedef enum {
  PB_SRTP_AES128_CM_SHA1_80,
  PB_SRTP_AES128_GCM,
} PbSrtpProfile;

typedef struct _PbSrtp PbSrtp;

gsize pb_srtp_salt_bytes (PbSrtpProfile profile);
PbSrtp *pb_srtp_new (
    PbSrtpProfile profile, const guint8 *key, const guint8 *salt);
void pb_srtp_free (PbSrtp *srtp);
gsize pb_srtp_protect (
    PbSrtp *srtp, guint8 *packet, gsize size, gsize capacity);
gsize pb_srtp_protect_rtcp (
    PbSrtp *srtp, guint8 *packet, gsize size, gsize capacity);
gsize pb_srtp_unprotect (PbSrtp *srtp, guint8 *packet, gsize size);
gsize pb_srtp_unprotect_rtcp (PbSrtp *srtp, guint8 *packet, gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbSrtp, pb_srtp_free)

G_END_DECLS
