/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPairing: what the server gave this PC when it was let in. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbPairing:
 * @url: of the server's API, without a slash at the end: "https://host:port"
 * @certificate: SHA-256 of a certificate that is trusted though nobody else
 *   vouches for it, 64 hex digits; or empty
 * @srt: HOST:PORT of its SRT listener
 * @driver: whom it sends as
 * @device: what it is called there
 * @token: by which it asks the API
 * @passphrase: of its SRT connection
 */
typedef struct {
  gchar *url;
  gchar *certificate;
  gchar *srt;
  gchar *driver;
  gchar *device;
  gchar *token;
  gchar *passphrase;
} PbPairing;

void pb_pairing_free (PbPairing *pairing);
PbPairing *pb_pairing_copy (const PbPairing *pairing);
gboolean pb_pairing_equal (const PbPairing *a, const PbPairing *b);

gchar *pb_pairing_dup_wish (const gchar *key) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_pairing_dup_path (void);
PbPairing *pb_pairing_load (
    const gchar *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_pairing_save (const PbPairing *pairing, const gchar *path,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

gchar *pb_pairing_dup_srt (
    const gchar *url, gint64 port) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPairing, pb_pairing_free)

G_END_DECLS
