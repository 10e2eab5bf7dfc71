/* SPDX-License-Identifier: LGPL-2.1-or-later
 * HTTP statuses and close codes of a WebSocket, for a person; pure. */
#include "pitboxwsreject.h"

#include <gstpitbox/gstpitboxunitmessage.h>

static const struct {
  guint code;
  gint error; /* a GstResourceError */
  const gchar *words;
} refusals[] = {
  { 400, GST_RESOURCE_ERROR_SETTINGS,
      "the server speaks another version (this one " GST_PITBOX_UNITS_PROTOCOL
      "): update whichever is older" },
  { 401, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      "the server does not know this token: it was never given, or revoked" },
  { 403, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      "this token may not send telemetry for this driver" },
  { 404, GST_RESOURCE_ERROR_NOT_FOUND,
      "there is no such driver, or the server is too old to take telemetry "
      "over a WebSocket" },
  { 409, GST_RESOURCE_ERROR_BUSY,
      "another sender publishes for this driver; it keeps the place until it "
      "stops" },
  { 426, GST_RESOURCE_ERROR_SETTINGS,
      "something on the way to the server lets no WebSocket through" },
  { 429, GST_RESOURCE_ERROR_BUSY,
      "too many requests came from this address or with this token" },
  { 503, GST_RESOURCE_ERROR_BUSY, "the server takes no more senders now" },
  { GST_PITBOX_UNITS_CLOSE_REPLACED, GST_RESOURCE_ERROR_BUSY,
      "another sender of this driver has taken over" },
  { GST_PITBOX_UNITS_CLOSE_WITHDRAWN, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      "what this token may do has been withdrawn" },
  { GST_PITBOX_UNITS_CLOSE_BAD, GST_RESOURCE_ERROR_SETTINGS,
      "the server did not understand what was sent" },
};

static guint
find (guint code)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (refusals) && refusals[i].code != code)
    i++;
  return i;
}

/* Whether trying again at once is of no use. */
gboolean
pitbox_ws_is_refusal (guint code)
{
  return find (code) < G_N_ELEMENTS (refusals);
}

/* @code: an HTTP status, a close code or 0; @reason: the server's own words, or
 * NULL. */
GError *
pitbox_ws_reject_error (guint code, const gchar *peer, const gchar *reason)
{
  const guint i = find (code);
  const gboolean is_known = i < G_N_ELEMENTS (refusals);
  const gboolean has_reason = reason != NULL && reason[0] != '\0';

  if (!is_known && code >= 100 && code < 600)
    return g_error_new (GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE,
        "%s answers with HTTP status %u", peer, code);
  if (!is_known)
    return g_error_new (GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
        "%s: the connection was lost%s%s", peer, has_reason ? ": " : "",
        has_reason ? reason : "");
  return g_error_new (GST_RESOURCE_ERROR, refusals[i].error,
      "%s: %s (%s%u)%s%s", peer, refusals[i].words,
      code < 600 ? "HTTP " : "WebSocket ", code, has_reason ? ": " : "",
      has_reason ? reason : "");
}
