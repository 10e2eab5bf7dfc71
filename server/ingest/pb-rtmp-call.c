/* SPDX-License-Identifier: LGPL-2.1-or-later
 * nginx writes what it knows, and behind it, as they are, the arguments of the
 * publisher's address: a name that comes twice is somebody's try to be taken for
 * somebody else. */
#include "ingest/pb-rtmp-call.h"

#include <gio/gio.h>
#include <string.h>

/* A passphrase has 32 characters, an IPv6 address 39, a device's name 64. */
#define VALUE_MAX_BYTES 255

static gchar **
find_member (PbRtmpCall *call, const gchar *name, gsize size)
{
  const struct {
    const gchar *name;
    gchar **member;
  } members[] = {
    { "call", &call->call },
    { "name", &call->name },
    { "key", &call->key },
    { "addr", &call->address },
    { "clientid", &call->client },
  };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (strlen (members[i].name) == size
        && memcmp (members[i].name, name, size) == 0)
      return members[i].member;
  return NULL;
}

static gboolean
take_pair (
    PbRtmpCall *call, const gchar *pair, const gchar *end, GError **error)
{
  const gchar *equals = memchr (pair, '=', (gsize) (end - pair));
  gchar **member =
      equals ? find_member (call, pair, (gsize) (equals - pair)) : NULL;

  if (!member)
    return TRUE;
  if (*member) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "%.*s stands in it twice", (int) (equals - pair), pair);
    return FALSE;
  }
  if (end - equals - 1 <= 3 * VALUE_MAX_BYTES)
    *member = g_uri_unescape_segment (equals + 1, end, NULL);
  if (*member && strlen (*member) <= VALUE_MAX_BYTES
      && g_utf8_validate (*member, -1, NULL))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
      "%.*s is no text of at most %d bytes", (int) (equals - pair), pair,
      VALUE_MAX_BYTES);
  return FALSE;
}

/**
 * pb_rtmp_call_parse:
 * @call: (out): for pb_rtmp_call_clear(), also after an error
 * @form: application/x-www-form-urlencoded, from outside
 * @size: of @form
 *
 * Returns: %FALSE with @error set if it is nothing that nginx writes
 */
gboolean
pb_rtmp_call_parse (
    PbRtmpCall *call, const gchar *form, gsize size, GError **error)
{
  const gchar *end = form + size;

  *call = (PbRtmpCall){ NULL };
  if (size > PB_RTMP_CALL_MAX_BYTES || memchr (form, '\0', size)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "it is no form of at most %d bytes", PB_RTMP_CALL_MAX_BYTES);
    return FALSE;
  }
  while (form < end) {
    const gchar *next = memchr (form, '&', (gsize) (end - form));

    if (!take_pair (call, form, next ? next : end, error))
      return FALSE;
    form = next ? next + 1 : end;
  }
  if (call->call && call->name && call->client)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
      "call, name or clientid is missing");
  return FALSE;
}

void
pb_rtmp_call_clear (PbRtmpCall *call)
{
  g_clear_pointer (&call->call, g_free);
  g_clear_pointer (&call->name, g_free);
  g_clear_pointer (&call->key, g_free);
  g_clear_pointer (&call->address, g_free);
  g_clear_pointer (&call->client, g_free);
}
