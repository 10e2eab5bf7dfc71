/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Addresses of this server, as who asks, or the one who set it up, sees it. */
#include "http/pb-own-url.h"

#include <string.h>

#include "http/pb-client.h"

static const gchar *
get_host (PbRequest *request)
{
  const gchar *host = soup_message_headers_get_one (
      soup_server_message_get_request_headers (request->message), "Host");

  return host ? host : "HOST";
}

/* Without / at its end. */
static gchar *
dup_root (PbRequest *request)
{
  if (request->config->public_url)
    return g_strdup (request->config->public_url);
  return g_strdup_printf ("%s://%s",
      pb_client_is_secure (request->message) ? "https" : "http",
      get_host (request));
}

/**
 * pb_own_url_dup_page:
 * @page: of the dashboard
 * @token: what it takes; behind the hash, so no server and no log sees it
 *
 * Returns: (transfer full): for pb_secret_free()
 */
gchar *
pb_own_url_dup_page (PbRequest *request, const gchar *page, const gchar *token)
{
  g_autofree gchar *root = dup_root (request);

  return g_strdup_printf ("%s/#/%s?token=%s", root, page, token);
}

/* Without a port. */
static gchar *
dup_name (PbRequest *request)
{
  g_autofree gchar *root = dup_root (request);
  g_autoptr (GUri) uri = g_uri_parse (root, G_URI_FLAGS_NONE, NULL);

  return g_strdup (uri ? g_uri_get_host (uri) : "HOST");
}

static gchar *
dup_srt_host (PbRequest *request)
{
  g_autofree gchar *name = dup_name (request);

  return g_strdup_printf (strchr (name, ':') ? "[%s]:%u" : "%s:%u", name,
      pb_ingest_get_port (request->config->ingest));
}

/**
 * pb_own_url_dup_srt:
 * @mode: "publish" or "request"
 * @user: the device or reader
 * @passphrase: its own
 *
 * Returns: (transfer full): of the SRT port, to paste; for pb_secret_free()
 */
gchar *
pb_own_url_dup_srt (PbRequest *request, const gchar *driver, const gchar *mode,
    const gchar *user, const gchar *passphrase)
{
  g_autofree gchar *host = dup_srt_host (request);

  return g_strdup_printf ("srt://%s?mode=caller&streamid=%%23!::r=%s,m=%s,u=%s"
                          "&passphrase=%s",
      host, driver, mode, user, passphrase);
}

/**
 * pb_own_url_dup_rtmp:
 *
 * Returns: (transfer full) (nullable): where is published by RTMP; the stream key
 *   is DEVICE?key=PASSPHRASE. %NULL where there is no front
 */
gchar *
pb_own_url_dup_rtmp (PbRequest *request)
{
  g_autofree gchar *name = dup_name (request);

  return request->config->rtmp ? pb_rtmp_dup_url (request->config->rtmp, name)
                               : NULL;
}

/**
 * pb_own_url_dup_whip:
 * @driver: whose picture
 *
 * Returns: (transfer full): where it is published by WHIP; the bearer token is
 *   a device's passphrase
 */
gchar *
pb_own_url_dup_whip (PbRequest *request, const gchar *driver)
{
  g_autofree gchar *root = dup_root (request);

  return g_strdup_printf ("%s/whip/%s", root, driver);
}
