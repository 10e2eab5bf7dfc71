/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/readers: what may read at the SRT port. */
#include "http/pb-own-url.h"
#include "http/pb-request.h"
#include "store/pb-readers.h"

static const gchar *
get_reader_name (gconstpointer item)
{
  return ((const PbReader *) item)->name;
}

static void
add_drivers (JsonBuilder *b, const gchar *const *drivers)
{
  pb_json_begin_array (b, "drivers");
  for (guint i = 0; drivers[i]; i++)
    json_builder_add_string_value (b, drivers[i]);
  json_builder_end_array (b);
}

static void
add_reader (JsonBuilder *b, gconstpointer item, gpointer unused)
{
  const PbReader *reader = item;

  pb_json_add_text (b, "name", reader->name);
  add_drivers (b, (const gchar *const *) reader->drivers);
  pb_json_add_int (b, "created_utc_ms", reader->created_utc_us / 1000);
}

static void
get_readers (PbRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list =
      pb_store_list_readers (request->config->store, NULL, &error);

  if (!list) {
    pb_reply_failure (request, error);
    return;
  }
  for (guint i = list->len; i-- > 0;) {
    const PbReader *reader = g_ptr_array_index (list, i);

    if (!g_str_equal (reader->team, request->principal->team))
      g_ptr_array_remove_index (list, i);
  }
  pb_reply_list (request, list, get_reader_name, add_reader);
}

/* Returns: (transfer full) (nullable): its texts; empty where there is no such
 * member, %NULL if it is something else */
static gchar **
read_drivers (JsonObject *body)
{
  JsonNode *node = json_object_get_member (body, "drivers");
  JsonArray *array = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (node && !JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  if (node)
    array = json_node_get_array (node);
  for (guint i = 0; array && i < json_array_get_length (array); i++) {
    JsonNode *each = json_array_get_element (array, i);

    if (json_node_get_value_type (each) != G_TYPE_STRING)
      return NULL;
    g_strv_builder_add (builder, json_node_get_string (each));
  }
  return g_strv_builder_end (builder);
}

typedef struct {
  const gchar *name;
  const gchar *const *drivers;
  gchar *passphrase;
} Change;

static gboolean
write_reader (PbRequest *request, gpointer data, GError **error)
{
  Change *change = data;

  change->passphrase =
      pb_store_add_reader (request->config->store, request->config->seal,
          change->name, change->drivers, request->principal->team, error);
  pb_reply_advise (error, PB_STORE_ERROR_EXISTS,
      "Choose another name, or, if it is your own, remove it first for a new "
      "passphrase");
  return change->passphrase
         && pb_request_note (request, "reader.add", change->name, NULL, error);
}

static void
post_reader (PbRequest *request)
{
  g_auto (GStrv) drivers = read_drivers (request->body);
  Change change = { .name = pb_json_get_text (request->body, "name"),
    .drivers = (const gchar *const *) drivers };
  g_autoptr (JsonBuilder) b = json_builder_new ();
  gchar *url;

  if (!change.name || !drivers) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "The body needs name, a text, and drivers, a list of texts (empty for "
        "all of your team)");
    return;
  }
  if (!pb_request_change (request, write_reader, &change)) {
    pb_secret_free (change.passphrase);
    return;
  }
  pb_ingest_reload (request->config->ingest);
  url = pb_own_url_dup_srt (request, drivers[0] ? drivers[0] : "DRIVER",
      "request", change.name, change.passphrase);
  json_builder_begin_object (b);
  pb_json_add_text (b, "name", change.name);
  add_drivers (b, change.drivers);
  pb_json_add_text (b, "passphrase", change.passphrase);
  pb_json_add_text (b, "url", url);
  json_builder_end_object (b);
  pb_reply_status (request->message, SOUP_STATUS_CREATED, b);
  pb_secret_free (url);
  pb_secret_free (change.passphrase);
}

static gboolean
write_removal (PbRequest *request, gpointer data, GError **error)
{
  const gchar *name = request->args[0];

  return pb_store_remove_reader (
             request->config->store, name, request->principal->team, error)
         && pb_request_note (request, "reader.remove", name, NULL, error);
}

static void
delete_reader (PbRequest *request)
{
  if (!pb_request_change (request, write_removal, NULL))
    return;
  pb_ingest_reload (request->config->ingest);
  pb_reply_nothing (request->message);
}

const PbRoute pb_reader_routes[] = {
  { "GET", "/api/v1/readers", PB_MAY_MANAGE_DEVICES, get_readers },
  { "POST", "/api/v1/readers", PB_MAY_MANAGE_DEVICES, post_reader },
  { "DELETE", "/api/v1/readers/{}", PB_MAY_MANAGE_DEVICES, delete_reader },
  { NULL },
};
