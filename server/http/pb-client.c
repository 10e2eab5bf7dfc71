/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The client of a request: its address, its connection, its cookies. */
#include "http/pb-client.h"

#include <string.h>

#include "auth/pb-bind.h"

#define COOKIES_MAX_BYTES 8192
#define SECURE_KEY "pitbox-client-secure"
#define ADDRESS_KEY "pitbox-client-address"

static const gchar *
get_header (SoupServerMessage *message, const gchar *name)
{
  return soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), name);
}

/**
 * pb_client_note:
 * @message: whose head has been read
 * @proxies: whose word on clients counts
 * @is_secure: its connection is encrypted
 *
 * Before anything else is asked of @message: finds who has sent it, through
 * proxies of ours.
 */
void
pb_client_note (
    SoupServerMessage *message, const PbProxies *proxies, gboolean is_secure)
{
  SoupMessageHeaders *in = soup_server_message_get_request_headers (message);
  const gchar *host = soup_server_message_get_remote_host (message);
  const PbForwarded said = {
    soup_message_headers_get_list (in, "X-Forwarded-For"),
    soup_message_headers_get_list (in, "X-Forwarded-Proto"),
    soup_message_headers_get_list (in, "Forwarded"),
  };
  gchar *address =
      pb_proxies_find_client (proxies, host ? host : "", &said, &is_secure);

  g_object_set_data (
      G_OBJECT (message), SECURE_KEY, GINT_TO_POINTER (is_secure));
  g_object_set_data_full (G_OBJECT (message), ADDRESS_KEY, address, g_free);
}

/**
 * pb_client_get_address:
 *
 * Returns: (transfer none): the client's address in numbers, for as long as
 *   @message is there
 */
const gchar *
pb_client_get_address (SoupServerMessage *message)
{
  return g_object_get_data (G_OBJECT (message), ADDRESS_KEY);
}

/**
 * pb_client_is_secure:
 *
 * Returns: %TRUE if the client's connection is encrypted
 */
gboolean
pb_client_is_secure (SoupServerMessage *message)
{
  return g_object_get_data (G_OBJECT (message), SECURE_KEY) != NULL;
}

/**
 * pb_client_is_forwarded:
 *
 * Whether or not its word counts.
 *
 * Returns: %TRUE if a proxy says that it has passed @message on
 */
gboolean
pb_client_is_forwarded (SoupServerMessage *message)
{
  static const gchar *const marks[] = { "X-Forwarded-For", "X-Forwarded-Proto",
    "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via" };

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (get_header (message, marks[i]))
      return TRUE;
  return FALSE;
}

/**
 * pb_client_is_private:
 *
 * Returns: %TRUE if nobody on the way can read what is said
 */
gboolean
pb_client_is_private (SoupServerMessage *message)
{
  return pb_client_is_secure (message)
         || pb_bind_is_loopback (pb_client_get_address (message));
}

/**
 * pb_client_get_authorization:
 *
 * Returns: (transfer none) (nullable): the header, as it came
 */
const gchar *
pb_client_get_authorization (SoupServerMessage *message)
{
  return get_header (message, "Authorization");
}

/* A browser takes this prefix from TLS alone and for one host: neither a page
 * without TLS nor a neighbour's subdomain can set such a cookie. */
static gchar *
dup_cookie_name (SoupServerMessage *message, const gchar *name)
{
  return g_strconcat (
      pb_client_is_secure (message) ? PB_COOKIE_SECURE_PREFIX : "", name, NULL);
}

/**
 * pb_client_dup_cookie:
 * @name: without the prefix that it has with TLS
 *
 * Returns: (transfer full) (nullable): value of the first cookie of that name,
 *   for pb_secret_free()
 */
gchar *
pb_client_dup_cookie (SoupServerMessage *message, const gchar *name)
{
  const gchar *text = get_header (message, "Cookie");
  g_autofree gchar *full = dup_cookie_name (message, name);
  const gsize size = strlen (full);

  if (!text || strlen (text) > COOKIES_MAX_BYTES)
    return NULL;
  while (text) {
    text += strspn (text, " \t");
    if (strncmp (text, full, size) == 0 && text[size] == '=')
      return g_strndup (text + size + 1, strcspn (text + size + 1, "; \t"));
    text = strchr (text, ';');
    if (text)
      text++;
  }
  return NULL;
}

/**
 * pb_client_set_cookie:
 * @value: (nullable): %NULL takes it away
 * @path: where it is sent to; with TLS the whole host, as the prefix wants
 * @life_s: how long it is kept
 *
 * No script reads it, and no other site's page sends it.
 */
void
pb_client_set_cookie (SoupServerMessage *message, const gchar *name,
    const gchar *value, const gchar *path, gint64 life_s)
{
  const gboolean secure = pb_client_is_secure (message);
  g_autofree gchar *full = dup_cookie_name (message, name);
  g_autofree gchar *text =
      g_strdup_printf ("%s=%s; Path=%s; Max-Age=%" G_GINT64_FORMAT
                       "; HttpOnly; SameSite=Strict%s",
          full, value ? value : "", secure ? "/" : path, value ? life_s : 0,
          secure ? "; Secure" : "");

  soup_message_headers_append (
      soup_server_message_get_response_headers (message), "Set-Cookie", text);
}

/* "http://host:port" of the request itself. A page that came without TLS may be
 * anybody's: where the client has TLS it is no page of ours. */
static gboolean
is_own_origin (SoupServerMessage *message, const gchar *origin)
{
  const gchar *host = get_header (message, "Host");
  const gchar *authority = strstr (origin, "://");

  return host && authority
         && (g_str_has_prefix (origin, "https://")
             || (g_str_has_prefix (origin, "http://")
                 && !pb_client_is_secure (message)))
         && g_ascii_strcasecmp (authority + 3, host) == 0;
}

/**
 * pb_client_is_own_page:
 *
 * Returns: %TRUE if @message comes from a page of ours or from no page at all;
 *   %FALSE also if it has cookies, and says nothing of whose page it is
 */
gboolean
pb_client_is_own_page (SoupServerMessage *message)
{
  const gchar *origin = get_header (message, "Origin");

  if (origin)
    return is_own_origin (message, origin);
  return pb_client_get_authorization (message)
         || !get_header (message, "Cookie");
}
