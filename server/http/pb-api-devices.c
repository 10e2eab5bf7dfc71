/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/devices: what may publish at the SRT port. */
#include <string.h>

#include "http/pb-client.h"
#include "http/pb-own-url.h"
#include "http/pb-request.h"
#include "store/pb-devices.h"

#define VERSION_MAX_BYTES 32

static const gchar *
get_device_name (gconstpointer item)
{
  return ((const PbDevice *) item)->name;
}

static PbSession *
find_session (PbRequest *request, const PbDevice *device)
{
  g_autoptr (PbDriver) driver =
      pb_registry_find (request->config->registry, device->driver);
  g_autoptr (GPtrArray) sessions =
      driver ? pb_driver_list_sessions (driver) : NULL;

  for (guint i = sessions ? sessions->len : 0; i-- > 0;) {
    PbSession *session = g_ptr_array_index (sessions, i);

    if (g_str_equal (pb_session_get_device (session), device->name))
      return pb_session_ref (session);
  }
  return NULL;
}

static const PbDevice *
find_device (GPtrArray *list, const gchar *name)
{
  for (guint i = 0; i < list->len; i++) {
    const PbDevice *device = g_ptr_array_index (list, i);

    if (g_str_equal (device->name, name))
      return device;
  }
  return NULL;
}

static void
add_device (JsonBuilder *b, gconstpointer item, gpointer request)
{
  const PbDevice *device = item;
  g_autoptr (PbSession) session = find_session (request, device);

  pb_json_add_text (b, "name", device->name);
  pb_json_add_text (b, "driver", device->driver);
  pb_json_add_text (b, "team", device->team);
  pb_json_add_text (b, "kind", device->is_paired ? "agent" : "stream_key");
  pb_json_add_int (b, "created_utc_ms", device->created_utc_us / 1000);
  pb_json_add_utc_ms (b, "last_seen_utc_ms", device->last_seen_utc_us);
  pb_json_add_known_text (b, "version", device->version);
  pb_json_add_known_text (b, "address", device->address);
  pb_json_add_known_text (
      b, "transport", session ? pb_session_get_transport (session) : NULL);
  pb_json_add_bool (b, "online", session != NULL);
}

static void
get_devices (PbRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list =
      pb_store_list_devices (request->config->store, NULL, &error);

  if (!list) {
    pb_reply_failure (request, error);
    return;
  }
  for (guint i = list->len; i-- > 0;) {
    const PbDevice *device = g_ptr_array_index (list, i);

    if (!g_str_equal (device->team, request->principal->team))
      g_ptr_array_remove_index (list, i);
  }
  pb_reply_list (request, list, get_device_name, add_device);
}

typedef struct {
  const gchar *name;
  const gchar *driver;
  gchar *own_driver; /* whom it has already, or NULL */
  gchar *passphrase;
} Change;

static gboolean
write_device (PbRequest *request, gpointer data, GError **error)
{
  Change *change = data;

  change->passphrase =
      pb_store_add_device (request->config->store, request->config->seal,
          change->name, change->driver, request->principal->team, error);
  pb_reply_advise (error, PB_STORE_ERROR_EXISTS,
      "Choose another name, or, if it is your own, rotate it for a new "
      "passphrase");
  return change->passphrase
         && pb_request_note (
             request, "device.add", change->name, change->driver, error);
}

/* The whole of what goes into OBS and others, which is told once. */
static void
reply_key (PbRequest *request, guint status, const Change *change)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autofree gchar *rtmp = pb_own_url_dup_rtmp (request);
  g_autofree gchar *whip = pb_own_url_dup_whip (request, change->driver);
  gchar *url = pb_own_url_dup_srt (
      request, change->driver, "publish", change->name, change->passphrase);

  json_builder_begin_object (b);
  pb_json_add_text (b, "name", change->name);
  pb_json_add_text (b, "driver", change->driver);
  pb_json_add_text (b, "passphrase", change->passphrase);
  pb_json_add_text (b, "url", url);
  pb_json_add_known_text (b, "rtmp_url", rtmp);
  pb_json_add_text (b, "whip_url", whip);
  json_builder_end_object (b);
  pb_reply_status (request->message, status, b);
  pb_secret_free (url);
}

static void
post_device (PbRequest *request)
{
  Change change = { .name = pb_json_get_text (request->body, "name"),
    .driver = pb_json_get_text (request->body, "driver") };

  if (!change.name || !change.driver) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "The body needs these texts: name, driver");
    return;
  }
  if (!pb_request_change (request, write_device, &change)) {
    pb_secret_free (change.passphrase);
    return;
  }
  pb_ingest_reload (request->config->ingest);
  reply_key (request, SOUP_STATUS_CREATED, &change);
  pb_secret_free (change.passphrase);
}

static gboolean
write_driver (PbRequest *request, gpointer data, GError **error)
{
  const gchar *name = request->args[0];

  return pb_store_set_device_driver (request->config->store, name, data,
             request->principal->team, error)
         && pb_request_note (request, "device.driver", name, data, error);
}

static void
patch_device (PbRequest *request)
{
  const gchar *driver = pb_json_get_text (request->body, "driver");

  if (!driver) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "The body needs this text: driver");
    return;
  }
  if (!pb_request_change (request, write_driver, (gpointer) driver))
    return;
  pb_ingest_reload (request->config->ingest);
  pb_reply_nothing (request->message);
}

static gboolean
write_revocation (PbRequest *request, gpointer data, GError **error)
{
  const gchar *name = request->args[0];

  return pb_store_remove_device (
             request->config->store, name, request->principal->team, error)
         && pb_request_note (request, "device.revoke", name, NULL, error);
}

static void
delete_device (PbRequest *request)
{
  if (!pb_request_change (request, write_revocation, NULL))
    return;
  pb_ingest_reload (request->config->ingest);
  pb_reply_nothing (request->message);
}

static gboolean
write_rotation (PbRequest *request, gpointer data, GError **error)
{
  Change *change = data;
  g_autoptr (GPtrArray) list =
      pb_store_list_devices (request->config->store, NULL, error);
  const PbDevice *device = list ? find_device (list, change->name) : NULL;

  if (!list)
    return FALSE;
  if (device)
    change->driver = change->own_driver = g_strdup (device->driver);
  change->passphrase = pb_store_rotate_device (request->config->store,
      request->config->seal, change->name, request->principal->team, error);
  return change->passphrase
         && pb_request_note (
             request, "device.rotate", change->name, NULL, error);
}

static void
post_rotate (PbRequest *request)
{
  Change change = { .name = request->args[0] };

  if (pb_request_change (request, write_rotation, &change)) {
    pb_ingest_reload (request->config->ingest);
    reply_key (request, SOUP_STATUS_OK, &change);
  }
  g_free (change.own_driver);
  pb_secret_free (change.passphrase);
}

#define AGENT "pitbox-agent/"

/* Returns: (transfer full) (nullable): of an agent that says it */
static gchar *
dup_agent_version (SoupServerMessage *message)
{
  const gchar *agent = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "User-Agent");

  if (!agent || !g_str_has_prefix (agent, AGENT))
    return NULL;
  agent += strlen (AGENT);
  return g_strndup (agent, MIN (strcspn (agent, " "), VERSION_MAX_BYTES));
}

/* What an agent needs after its driver or its passphrase was changed. */
static void
get_own_device (PbRequest *request)
{
  const PbHttpConfig *config = request->config;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list =
      pb_store_list_devices (config->store, config->seal, &error);
  const PbDevice *device =
      list ? find_device (list, request->principal->id) : NULL;
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autofree gchar *version = dup_agent_version (request->message);
  const gchar *address = pb_client_get_address (request->message);

  if (!list) {
    pb_reply_failure (request, error);
    return;
  }
  if (!device || !device->passphrase) {
    pb_reply_error (request->message, SOUP_STATUS_NOT_FOUND, "not_found",
        "This device has just gone, or its passphrase cannot be read");
    return;
  }
  pb_store_note_device (config->store, device->name, address, version);
  json_builder_begin_object (b);
  pb_json_add_text (b, "name", device->name);
  pb_json_add_text (b, "driver", device->driver);
  pb_json_add_text (b, "passphrase", device->passphrase);
  pb_json_add_int (b, "srt_port", pb_ingest_get_port (config->ingest));
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

const PbRoute pb_device_routes[] = {
  { "GET", "/api/v1/devices", PB_MAY_MANAGE_DEVICES, get_devices },
  { "POST", "/api/v1/devices", PB_MAY_MANAGE_DEVICES, post_device },
  { "PATCH", "/api/v1/devices/{}", PB_MAY_MANAGE_DEVICES, patch_device },
  { "DELETE", "/api/v1/devices/{}", PB_MAY_MANAGE_DEVICES, delete_device },
  { "POST", "/api/v1/devices/{}/rotate", PB_MAY_MANAGE_DEVICES, post_rotate },
  { "GET", "/api/v1/device/self", PB_MAY_OWN_DEVICE, get_own_device },
  { NULL },
};
