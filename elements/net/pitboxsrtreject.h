/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Why an SRT connection was refused: codes, and words for a person. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Refusals that a caller of pitboxsrtsrc can get, beside libsrt's own. The
 * values are those of SRT's access control guideline (HTTP's + 1000). */
typedef enum {
  PITBOX_SRT_REJECT_SECRET = 10, /* libsrt's SRT_REJ_BADSECRET */
  PITBOX_SRT_REJECT_STREAM_ID = 1400,
  PITBOX_SRT_REJECT_REVOKED = 1401,
  PITBOX_SRT_REJECT_FULL = 1402,
  PITBOX_SRT_REJECT_DRIVER = 1403,
  PITBOX_SRT_REJECT_UNKNOWN_DEVICE = 1404,
  PITBOX_SRT_REJECT_MODE = 1405,
  PITBOX_SRT_REJECT_UNKNOWN_DRIVER = 1406,
  PITBOX_SRT_REJECT_CONTESTED = 1409,
  PITBOX_SRT_REJECT_HELD = 1413,
  PITBOX_SRT_REJECT_NOT_LIVE = 1424,
  PITBOX_SRT_REJECT_TOO_MANY = 1429,
  PITBOX_SRT_REJECT_INTERNAL = 1500,
  PITBOX_SRT_REJECT_NOT_READY = 1503,
} PitboxSrtReject;

const gchar *pitbox_srt_reject_words (int code, gboolean with_passphrase);
const gchar *pitbox_srt_reader_reject_words (
    int code, gboolean with_passphrase);
GError *pitbox_srt_reject_error (
    int code, gboolean reads, gboolean with_passphrase, const gchar *peer);

G_END_DECLS
