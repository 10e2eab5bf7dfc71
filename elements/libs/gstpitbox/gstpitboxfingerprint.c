/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Of the certificate alone, as browsers show it. */
#include "gstpitboxfingerprint.h"

/*
 * gst_pitbox_fingerprint_new:
 * @certificate: a peer's
 *
 * Returns: (transfer full): its SHA-256, 64 capital hex digits; empty where the
 *   TLS library does not say
 */
gchar *
gst_pitbox_fingerprint_new (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  g_autofree gchar *digest = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL)
    return g_strdup ("");
  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
  return g_ascii_strup (digest, -1);
}

/*
 * gst_pitbox_fingerprint_fits:
 * @fingerprint: (nullable): hex digits, with or without colons and blanks;
 *   empty or %NULL fits nothing
 * @certificate: a peer's
 *
 * Returns: %TRUE if it is that certificate
 */
gboolean
gst_pitbox_fingerprint_fits (
    const gchar *fingerprint, GTlsCertificate *certificate)
{
  g_autofree gchar *own = gst_pitbox_fingerprint_new (certificate);
  const gchar *at = own;

  for (const gchar *p = fingerprint; p != NULL && *p != '\0'; p++) {
    if (*p == ':' || *p == ' ')
      continue;
    if (g_ascii_toupper (*p) != *at)
      return FALSE;
    at++;
  }
  return at != own && *at == '\0';
}
