/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbProxies: whose word on where a request comes from counts. */
#include "auth/pb-proxies.h"

#include <string.h>

/* Nobody has more proxies in a row; what comes before was not said by them. */
#define HOPS_MAX 16

struct _PbProxies {
  GPtrArray *networks; /* of GInetAddressMask */
};

/* One hop as a header tells of it: the end of a list is nearest to us. */
typedef struct {
  gchar *address; /* NULL = it says no address */
  gchar *proto;
} Hop;

static void
hop_free (gpointer data)
{
  Hop *hop = data;

  g_free (hop->address);
  g_free (hop->proto);
  g_free (hop);
}

/* IPv4 in IPv6, as sockets of both kinds show it, is IPv4. */
static GInetAddress *
parse_address (const gchar *text)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (text);
  static const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };
  const guint8 *bytes;

  if (!inet || g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV4)
    return g_steal_pointer (&inet);
  bytes = g_inet_address_to_bytes (inet);
  if (memcmp (bytes, mapped, sizeof mapped) == 0)
    return g_inet_address_new_from_bytes (bytes + 12, G_SOCKET_FAMILY_IPV4);
  return g_steal_pointer (&inet);
}

/**
 * pb_proxies_new:
 * @networks: (nullable): addresses or networks ("10.0.0.0/8"), up to %NULL
 *
 * Returns: (transfer full): or %NULL with @error set
 */
PbProxies *
pb_proxies_new (const gchar *const *networks, GError **error)
{
  g_autoptr (PbProxies) self = g_new0 (PbProxies, 1);

  self->networks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; networks && networks[i]; i++) {
    GInetAddressMask *mask =
        g_inet_address_mask_new_from_string (networks[i], NULL);

    if (!mask) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
          "--trusted-proxy %s is neither an address nor a network in numbers, "
          "e.g. 127.0.0.1 or 10.1.0.0/16",
          networks[i]);
      return NULL;
    }
    g_ptr_array_add (self->networks, mask);
  }
  return g_steal_pointer (&self);
}

void
pb_proxies_free (PbProxies *self)
{
  g_ptr_array_unref (self->networks);
  g_free (self);
}

gboolean
pb_proxies_is_empty (const PbProxies *self)
{
  return self->networks->len == 0;
}

/**
 * pb_proxies_trust:
 * @address: in numbers
 *
 * Returns: whether it is one of the proxies
 */
gboolean
pb_proxies_trust (const PbProxies *self, const gchar *address)
{
  g_autoptr (GInetAddress) inet = parse_address (address);

  for (guint i = 0; inet && i < self->networks->len; i++)
    if (g_inet_address_mask_matches (self->networks->pdata[i], inet))
      return TRUE;
  return FALSE;
}

/* "1.2.3.4", "1.2.3.4:5", "[::1]", "[::1]:5" or "::1" in one spelling. */
static gchar *
dup_node (const gchar *text)
{
  g_autofree gchar *host = NULL;
  g_autoptr (GInetAddress) inet = NULL;
  const gchar *colon = strchr (text, ':');

  if (text[0] == '[')
    host = g_strndup (text + 1, strcspn (text + 1, "]"));
  else if (colon && !strchr (colon + 1, ':'))
    host = g_strndup (text, (gsize) (colon - text));
  else
    host = g_strdup (text);
  inet = parse_address (host);
  return inet ? g_inet_address_to_string (inet) : NULL;
}

/* What stands before the next @end that is in no quotes, stripped and without
 * them; moves on behind it. */
static gchar *
take_part (const gchar **text, const gchar *end)
{
  GString *part = g_string_new (NULL);
  gboolean quoted = FALSE;
  const gchar *p;

  for (p = *text; *p && (quoted || !strchr (end, *p)); p++) {
    if (*p == '"')
      quoted = !quoted;
    else if (quoted && *p == '\\' && p[1])
      g_string_append_c (part, *++p);
    else
      g_string_append_c (part, *p);
  }
  *text = p;
  return g_strstrip (g_string_free (part, FALSE));
}

/* RFC 7239, 4: for=1.2.3.4;proto=https, for="[::1]:5" */
static GPtrArray *
read_forwarded (const gchar *text)
{
  GPtrArray *hops = g_ptr_array_new_with_free_func (hop_free);
  Hop *hop = g_new0 (Hop, 1);

  while (*text) {
    g_autofree gchar *name = take_part (&text, "=;,");
    g_autofree gchar *value = NULL;

    if (*text == '=') {
      text++;
      value = take_part (&text, ";,");
    }
    if (value && g_ascii_strcasecmp (name, "for") == 0) {
      g_free (hop->address);
      hop->address = dup_node (value);
    } else if (value && g_ascii_strcasecmp (name, "proto") == 0) {
      g_free (hop->proto);
      hop->proto = g_steal_pointer (&value);
    }
    if (*text == ',') {
      g_ptr_array_add (hops, hop);
      hop = g_new0 (Hop, 1);
    }
    if (*text)
      text++;
  }
  g_ptr_array_add (hops, hop);
  return hops;
}

/* The scheme is that of the last proxy: most replace the header. */
static GPtrArray *
read_x_forwarded (const PbForwarded *said)
{
  GPtrArray *hops = g_ptr_array_new_with_free_func (hop_free);
  g_auto (GStrv) nodes = g_strsplit (said->x_forwarded_for, ",", -1);
  const gchar *last =
      said->x_forwarded_proto ? strrchr (said->x_forwarded_proto, ',') : NULL;

  for (guint i = 0; nodes[i]; i++) {
    Hop *hop = g_new0 (Hop, 1);

    hop->address = dup_node (g_strstrip (nodes[i]));
    if (said->x_forwarded_proto)
      hop->proto =
          g_strstrip (g_strdup (last ? last + 1 : said->x_forwarded_proto));
    g_ptr_array_add (hops, hop);
  }
  return hops;
}

/* The first that is no proxy of ours, from us on; where all are, the farthest.
 * What it says itself of who stands behind it does not count. */
static const Hop *
pick (const PbProxies *self, GPtrArray *hops)
{
  const Hop *found = NULL;

  for (guint i = 0; i < hops->len && i < HOPS_MAX; i++) {
    const Hop *hop = hops->pdata[hops->len - 1 - i];

    if (!hop->address)
      break;
    found = hop;
    if (!pb_proxies_trust (self, hop->address))
      break;
  }
  return found;
}

static gboolean
is_https (const gchar *proto)
{
  return proto && g_ascii_strcasecmp (proto, "https") == 0;
}

/**
 * pb_proxies_find_client:
 * @peer: address that the connection comes from, in numbers
 * @said: what the request says of where it comes from
 * @is_secure: (inout): whether the connection is encrypted; whether the client's
 *   is
 *
 * Headers count from a proxy alone. A proxy adds one of the two kinds and lets
 * the other one pass as the client sent it: where both come and disagree,
 * neither counts.
 *
 * Returns: (transfer full): the client's address in numbers
 */
gchar *
pb_proxies_find_client (const PbProxies *self, const gchar *peer,
    const PbForwarded *said, gboolean *is_secure)
{
  g_autoptr (GPtrArray) x =
      said->x_forwarded_for ? read_x_forwarded (said) : NULL;
  g_autoptr (GPtrArray) standard =
      said->forwarded ? read_forwarded (said->forwarded) : NULL;
  const Hop *a, *b, *hop;

  if (!pb_proxies_trust (self, peer)
      || (!x && !standard && !said->x_forwarded_proto))
    return g_strdup (peer);
  a = x ? pick (self, x) : NULL;
  b = standard ? pick (self, standard) : NULL;
  hop = a ? a : b;
  if (!x && !standard) {
    *is_secure = is_https (said->x_forwarded_proto);
    return g_strdup (peer);
  }
  if (!hop
      || (x && standard
          && (!a || !b || !g_str_equal (a->address, b->address)))) {
    *is_secure = FALSE;
    return g_strdup (peer);
  }
  if (hop->proto)
    *is_secure = is_https (hop->proto);
  return g_strdup (hop->address);
}
