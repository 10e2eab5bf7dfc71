/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/audit: what was done to identity in a team. */
#include "http/pb-request.h"
#include "store/pb-audit.h"

#define DEFAULT_LIMIT 50
#define MAX_LIMIT 200

static void
add_row (JsonBuilder *b, const PbAuditRow *row)
{
  json_builder_begin_object (b);
  pb_json_add_int (b, "id", row->pk);
  pb_json_add_int (b, "utc_ms", row->utc_us / 1000);
  pb_json_add_text (b, "who", row->who);
  pb_json_add_text (b, "kind", row->kind);
  pb_json_add_text (b, "action", row->action);
  pb_json_add_text (b, "target", row->target);
  pb_json_add_text (b, "address", row->address);
  pb_json_add_text (b, "detail", row->detail);
  json_builder_end_object (b);
}

static void
get_audit (PbRequest *request)
{
  gint64 limit = DEFAULT_LIMIT;
  gint64 before = G_MAXINT64;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (JsonBuilder) b = NULL;
  g_autoptr (GError) error = NULL;

  if (!pb_request_read_number (request, "limit", 1, MAX_LIMIT, &limit)
      || !pb_request_read_number (request, "before", 0, G_MAXINT64, &before))
    return;
  rows = pb_audit_list (request->config->store, request->principal->team,
      before, (guint) limit, &error);
  if (!rows) {
    pb_reply_failure (request, error);
    return;
  }
  b = json_builder_new ();
  json_builder_begin_object (b);
  pb_json_begin_array (b, "items");
  for (guint i = 0; i < rows->len; i++)
    add_row (b, g_ptr_array_index (rows, i));
  json_builder_end_array (b);
  if (rows->len == (guint) limit)
    pb_json_add_int (b, "next",
        ((const PbAuditRow *) g_ptr_array_index (rows, rows->len - 1))->pk);
  else
    pb_json_add_null (b, "next");
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

const PbRoute pb_audit_routes[] = {
  { "GET", "/api/v1/audit", PB_MAY_SEE_AUDIT, get_audit },
  { NULL },
};
