/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A rejection's number becomes the next step of the one at the wheel. */
#include "pb-refusal.h"

/* libsrt's own, which it sends on the wire (SRT_REJ_… in srt/srt.h), and those
 * of pitboxsrtsrc (elements/net/README.md). */
enum {
  REFUSED_NO_ROOM = 3,
  REFUSED_BACKLOG = 5,
  REFUSED_CLOSING = 7,
  REFUSED_VERSION = 8,
  REFUSED_WRONG_PASSPHRASE = 10,
  REFUSED_ONE_PASSPHRASE = 11, /* one side has one and the other has none */
  REFUSED_TIMEOUT = 16, /* nobody answered: it is said by this side */
  REFUSED_STREAM_ID = 1400,
  REFUSED_REVOKED = 1401,
  REFUSED_FULL = 1402,
  REFUSED_DRIVER = 1403,
  REFUSED_UNKNOWN_DEVICE = 1404,
  REFUSED_MODE = 1405,
  REFUSED_CONTESTED = 1409,
  REFUSED_HELD = 1413,
  REFUSED_TOO_MANY = 1429,
  REFUSED_INTERNAL = 1500,
  REFUSED_NOT_READY = 1503,
};

/* Statuses and close codes of a WebSocket; server/README.md, "Units". */
enum {
  WS_BAD_REQUEST = 400,
  WS_UNAUTHORIZED = 401,
  WS_FORBIDDEN = 403,
  WS_NOT_FOUND = 404,
  WS_CONTESTED = 409,
  WS_UPGRADE_REQUIRED = 426,
  WS_TOO_MANY = 429,
  WS_FULL = 503,
  WS_REPLACED = 4001,
  WS_WITHDRAWN = 4003,
  WS_BAD = 4007,
};

static const gchar words_no_answer[] =
    "is pitbox-server running there, and UDP let through?";

/**
 * pb_refusal_read_code:
 * @message: (nullable): an element message's
 * @code: (inout): SRT's rejection code or a WebSocket's, if @message has one
 *
 * Returns: %TRUE if @message is a pitboxsrtsink's or a pitboxwssink's
 */
gboolean
pb_refusal_read_code (const GstStructure *message, gint *code)
{
  if (message == NULL
      || (!gst_structure_has_name (message, "pitbox-srt-state")
          && !gst_structure_has_name (message, "pitbox-ws-state")))
    return FALSE;
  gst_structure_get_int (message, "code", code);
  return TRUE;
}

/**
 * pb_refusal_is_srt:
 * @code: SRT's rejection code, 0 where there was none
 *
 * Returns: %TRUE if a listener said no; else the network did, or nobody was
 *   there to say anything
 */
gboolean
pb_refusal_is_srt (gint code)
{
  return code == REFUSED_WRONG_PASSPHRASE || code == REFUSED_ONE_PASSPHRASE
         || (code >= REFUSED_STREAM_ID && code < REFUSED_INTERNAL);
}

/**
 * pb_refusal_is_final:
 * @code: of a WebSocket
 *
 * Returns: %TRUE if trying again with the same token is of no use
 */
gboolean
pb_refusal_is_final (gint code)
{
  return code == WS_UNAUTHORIZED || code == WS_FORBIDDEN
         || code == WS_WITHDRAWN;
}

/**
 * pb_refusal_to_trouble:
 * @code: of a WebSocket, 0 where there was none
 *
 * Returns: what it means for the choice of the transport
 */
PbTransportTrouble
pb_refusal_to_trouble (gint code)
{
  switch (code) {
    case WS_BAD_REQUEST:
    case WS_NOT_FOUND:
    case WS_UPGRADE_REQUIRED:
    case WS_BAD:
      return PB_TRANSPORT_NOT_SPOKEN;
    case WS_CONTESTED:
    case WS_TOO_MANY:
    case WS_FULL:
    case WS_REPLACED:
      return PB_TRANSPORT_REFUSED;
    default:
      return pb_refusal_is_final (code) ? PB_TRANSPORT_REFUSED
                                        : PB_TRANSPORT_NO_CONNECTION;
  }
}

/* What the server is asked for by the token of a pairing. */
static gboolean
may_have_changed (gint code)
{
  return code == REFUSED_WRONG_PASSPHRASE || code == REFUSED_ONE_PASSPHRASE
         || code == REFUSED_TOO_MANY || code == REFUSED_REVOKED
         || code == REFUSED_UNKNOWN_DEVICE || code == REFUSED_DRIVER
         || pb_refusal_is_final (code);
}

/* NULL where no number says what is wrong. */
static gchar *
advise_by_code (const PbConfig *c, gint code)
{
  if (c->pairing != NULL && may_have_changed (code))
    return g_strdup ("a paired agent asks the server what has changed");
  switch (code) {
    case REFUSED_WRONG_PASSPHRASE:
    case REFUSED_TOO_MANY:
      return g_strdup_printf (
          "check the first line of the file that passphrase-file names; "
          "who runs the server gives a new one: pitbox-server device rotate %s",
          c->device);
    case REFUSED_ONE_PASSPHRASE:
      return g_strdup (
          c->passphrase[0] != '\0'
              ? "leave passphrase-file out: the server has none for this device"
              : "write the passphrase that pitbox-server device add printed "
                "into a file and name it with --passphrase-file");
    case REFUSED_TIMEOUT:
      return g_strdup (words_no_answer);
    case REFUSED_REVOKED:
    case REFUSED_UNKNOWN_DEVICE:
      if (c->passphrase[0] == '\0')
        return g_strdup_printf (
            "pair this PC with the server: pitbox-agent pair --server and the "
            "address of its page; or take a key from who runs the server: "
            "pitbox-server device add %s --driver %s",
            c->device, c->driver);
      return g_strdup_printf (
          "check device (%s), or let who runs the server make it known: "
          "pitbox-server device add %s --driver %s",
          c->device, c->device, c->driver);
    case REFUSED_DRIVER:
      return g_strdup_printf (
          "check driver (%s) and device (%s): they must be the two that "
          "pitbox-server device add was given",
          c->driver, c->device);
    case WS_UNAUTHORIZED:
    case WS_FORBIDDEN:
    case WS_WITHDRAWN:
      return g_strdup ("check the first line of the file that token-file "
                       "names: the token of a device, or an API key that may "
                       "publish");
    case WS_BAD_REQUEST:
    case WS_NOT_FOUND:
    case WS_UPGRADE_REQUIRED:
    case WS_BAD:
    case REFUSED_VERSION:
    case REFUSED_STREAM_ID:
      return g_strdup ("update the older one of pitbox-agent and the server");
    case REFUSED_MODE:
      return g_strdup_printf (
          "that is no port for drivers: check server (%s)", c->server);
    case WS_CONTESTED:
    case WS_REPLACED:
    case REFUSED_CONTESTED:
      return g_strdup ("stop pitbox-agent on the other PC, or give each PC a "
                       "device of its own");
    case REFUSED_HELD:
      return g_strdup_printf (
          "lower bitrate-kbps, and let nothing else send as "
          "device %s",
          c->device);
    case WS_TOO_MANY:
    case WS_FULL:
    case REFUSED_NO_ROOM:
    case REFUSED_BACKLOG:
    case REFUSED_FULL:
      return g_strdup ("nothing is wrong here; tell who runs the server that "
                       "it is full");
    case REFUSED_CLOSING:
    case REFUSED_INTERNAL:
    case REFUSED_NOT_READY:
      return g_strdup ("nothing is wrong here; tell who runs the server if it "
                       "stays so");
    default:
      return NULL;
  }
}

/**
 * pb_refusal_advise:
 * @config: settings
 * @code: SRT's rejection code, 0 where there was none
 * @error: what the uplink said
 *
 * Pure.
 *
 * Returns: (transfer full) (nullable): what to do next, in words, to follow the
 *   reason after a colon; %NULL where it says that itself
 */
gchar *
pb_refusal_advise (const PbConfig *config, gint code, const GError *error)
{
  gchar *advice = advise_by_code (config, code);

  if (advice != NULL)
    return advice;
  if (error->domain == G_RESOLVER_ERROR)
    return g_strdup_printf (
        "check the spelling of server (%s) and this PC's network",
        config->server);
  if (g_error_matches (
          error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE))
    return g_strdup (words_no_answer);
  return NULL;
}
