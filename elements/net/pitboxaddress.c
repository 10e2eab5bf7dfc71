/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reads pitbox://[user[:key]@]host[:port]/driver[?user=&key=&key-file=&latency=]. */
#include "pitboxaddress.h"

#include <gst/gst.h>
#include <gstpitbox/gstpitboxstreamid.h>
#include <string.h>

#include "pitboxsrt.h"

#define MAX_LATENCY_MS 60000

void
pitbox_address_free (PitboxAddress *address)
{
  g_free (address->host);
  g_free (address->driver);
  g_free (address->user);
  pitbox_secret_free (address->key);
  g_free (address->key_file);
  g_free (address);
}

static gboolean
fail (GError **error, const gchar *what)
{
  /* Not the address itself: a key may be in it. */
  g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
      "the address %s; use pitbox://HOST[:PORT]/DRIVER", what);
  return FALSE;
}

static void
replace (gchar **value, const gchar *new_value)
{
  g_free (*value);
  *value = g_strdup (new_value);
}

static gboolean
read_query (PitboxAddress *address, const gchar *query, GError **error)
{
  GUriParamsIter iter;
  g_autoptr (GError) why = NULL;
  gchar *name, *value;
  gboolean ok = TRUE;

  if (query == NULL)
    return TRUE;
  g_uri_params_iter_init (&iter, query, -1, "&", G_URI_PARAMS_NONE);
  while (ok && g_uri_params_iter_next (&iter, &name, &value, &why)) {
    guint64 number;

    if (g_str_equal (name, "user"))
      replace (&address->user, value);
    else if (g_str_equal (name, "key"))
      replace (&address->key, value);
    else if (g_str_equal (name, "key-file"))
      replace (&address->key_file, value);
    else if (!g_str_equal (name, "latency"))
      ok = fail (error, "has a part that is none of user, key, key-file, "
                        "latency");
    else if (!g_ascii_string_to_unsigned (
                 value, 10, 0, MAX_LATENCY_MS, &number, NULL))
      ok = fail (error, "has a latency that is no number of milliseconds");
    else
      address->latency_ms = (gint) number;
    pitbox_secret_free (value);
    g_free (name);
  }
  return why == NULL
             ? ok
             : fail (error, "has a part behind the ? that cannot be read");
}

static gboolean
read_uri (PitboxAddress *address, GUri *uri, GError **error)
{
  const gchar *host = g_uri_get_host (uri), *path = g_uri_get_path (uri);
  gint port = g_uri_get_port (uri);

  if (g_strcmp0 (g_uri_get_scheme (uri), "pitbox") != 0)
    return fail (error, "does not begin with pitbox://");
  if (host == NULL || *host == '\0')
    return fail (error, "names no host");
  if (port == 0)
    return fail (error, "has a port that cannot be");
  if (path == NULL || *path != '/' || !gst_pitbox_id_is_valid (path + 1))
    return fail (error, "names no driver that could be one");
  address->host = g_strdup (host);
  address->port = port > 0 ? (guint) port : PITBOX_ADDRESS_DEFAULT_PORT;
  address->driver = g_strdup (path + 1);
  if (g_uri_get_user (uri) != NULL && *g_uri_get_user (uri) != '\0')
    address->user = g_strdup (g_uri_get_user (uri));
  address->key = g_strdup (g_uri_get_password (uri));
  return read_query (address, g_uri_get_query (uri), error);
}

/* Returns: %NULL with @error set (%GST_URI_ERROR_BAD_URI) if @uri is none.
 * @error never tells the key. Any thread. */
PitboxAddress *
pitbox_address_new (const gchar *uri, GError **error)
{
  g_autoptr (PitboxAddress) address = g_new0 (PitboxAddress, 1);
  g_autoptr (GUri) parsed =
      /* The query is decoded part by part: an & may be in a key. */
      g_uri_parse (uri,
          G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_NON_DNS
              | G_URI_FLAGS_ENCODED_QUERY,
          NULL);

  address->latency_ms = -1;
  if (parsed == NULL) {
    fail (error, "cannot be read");
    return NULL;
  }
  if (!read_uri (address, parsed, error))
    return NULL;
  return g_steal_pointer (&address);
}

/* The address without its key. */
gchar *
pitbox_address_to_string (const PitboxAddress *a)
{
  gboolean v6 = strchr (a->host, ':') != NULL;

  return g_strdup_printf ("pitbox://%s%s%s%s%s:%u/%s",
      a->user != NULL ? a->user : "", a->user != NULL ? "@" : "", v6 ? "[" : "",
      a->host, v6 ? "]" : "", a->port, a->driver);
}
