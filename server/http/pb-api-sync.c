/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/drivers/{}/sync: how a picture finds its row, and by how much people
 * have trimmed it. */
#include <math.h>

#include "http/pb-driver-json.h"
#include "http/pb-request.h"
#include "session/pb-pairing.h"
#include "store/pb-sync-offsets.h"

static void
add_offset (JsonBuilder *b, const PbSyncOffset *offset)
{
  json_builder_begin_object (b);
  pb_json_add_text (b, "device", offset->device);
  pb_json_add_double (b, "offset_ms", offset->offset_us / 1e3);
  pb_json_add_int (b, "changed_utc_ms", offset->changed_utc_us / 1000);
  json_builder_end_object (b);
}

static void
reply_sync (PbRequest *request, PbDriver *driver)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) offsets = pb_store_list_sync_offsets (
      request->config->store, pb_driver_get_id (driver), &error);
  g_autoptr (JsonBuilder) b = NULL;

  if (!offsets) {
    pb_reply_failure (request, error);
    return;
  }
  b = json_builder_new ();
  json_builder_begin_object (b);
  pb_driver_json_add_sync (b, driver);
  pb_json_begin_array (b, "offsets");
  for (guint i = 0; i < offsets->len; i++)
    add_offset (b, g_ptr_array_index (offsets, i));
  json_builder_end_array (b);
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

static void
get_sync (PbRequest *request)
{
  g_autoptr (PbDriver) driver = pb_request_find_driver (request);

  if (driver)
    reply_sync (request, driver);
}

typedef struct {
  PbDriver *driver;
  const gchar *device;
  gint64 offset_us;
} Change;

static gboolean
write_offset (PbRequest *request, gpointer data, GError **error)
{
  const Change *change = data;
  const gchar *driver = pb_driver_get_id (change->driver);
  g_autofree gchar *detail =
      g_strdup_printf ("%s: %.3f ms", change->device, change->offset_us / 1e3);

  return pb_store_set_sync_offset (request->config->store, driver,
             change->device, change->offset_us, error)
         && pb_request_note (request, "driver.sync", driver, detail, error);
}

/* Returns: %FALSE with an answer given */
static gboolean
read_offset (PbRequest *request, gint64 *offset_us)
{
  JsonNode *node = json_object_get_member (request->body, "offset_ms");
  gdouble ms = NAN;

  if (node && JSON_NODE_HOLDS_VALUE (node)
      && (json_node_get_value_type (node) == G_TYPE_DOUBLE
          || json_node_get_value_type (node) == G_TYPE_INT64))
    ms = json_node_get_double (node);
  /* Before it is made whole: no number that a person means is so large. */
  if (isfinite (ms) && fabs (ms) <= PB_PAIRING_MAX_OFFSET_US / 1e3) {
    *offset_us = llround (ms * 1e3);
    return TRUE;
  }
  pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
      "The body needs this number: offset_ms, from -10000 to 10000");
  return FALSE;
}

static void
patch_sync (PbRequest *request)
{
  g_autoptr (PbDriver) driver = pb_request_find_driver (request);
  g_auto (PbDriverSync) sync = { 0 };
  Change change = { .driver = driver };

  if (!driver || !read_offset (request, &change.offset_us))
    return;
  pb_driver_get_sync (driver, &sync);
  change.device = sync.device;
  if (!sync.paired) {
    pb_reply_error (request->message, SOUP_STATUS_CONFLICT, "not_paired",
        "Picture and telemetry of this driver do not come by connections of "
        "their own, so there is nothing to trim");
    return;
  }
  if (!pb_request_change (request, write_offset, &change))
    return;
  pb_door_set_offset (pb_ingest_get_door (request->config->ingest),
      pb_driver_get_id (driver), sync.device, change.offset_us);
  reply_sync (request, driver);
}

const PbRoute pb_sync_routes[] = {
  { "GET", "/api/v1/drivers/{}/sync", PB_MAY_SEE_LIVE, get_sync },
  { "PATCH", "/api/v1/drivers/{}/sync", PB_MAY_CONTROL_AGENTS, patch_sync },
  { NULL },
};
