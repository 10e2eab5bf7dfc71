/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Writes the status line: to stdout, or as the whole content of a file. */
#include "pb-status.h"

#include "json/pb-json.h"
#include "pb-file.h"

#include <string.h>

struct _PbStatus {
  const PbConfig *config;
  gint64 started_us;
  gboolean complained;
};

/**
 * pb_status_new:
 * @config: settings; must outlive the status
 *
 * Returns: (transfer full): a status writer
 */
PbStatus *
pb_status_new (const PbConfig *config)
{
  PbStatus *self = g_new0 (PbStatus, 1);

  self->config = config;
  self->started_us = g_get_monotonic_time ();
  return self;
}

/**
 * pb_status_free:
 * @status: (transfer full): a status writer
 */
void
pb_status_free (PbStatus *status)
{
  g_free (status);
}

/**
 * pb_status_dup_json:
 * @status: a status writer
 * @now: what the agent does
 *
 * Returns: (transfer full): one object, in one line
 */
gchar *
pb_status_dup_json (PbStatus *status, const PbStatusNow *now)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (b);
  pb_json_add_text (b, "state", now->state);
  pb_json_add_text (b, "mode", now->mode);
  pb_json_add_text (b, "server", status->config->server);
  pb_json_add_text (b, "driver", status->config->driver);
  pb_json_add_text (b, "device", status->config->device);
  pb_json_add_known_text (b, "reason", now->reason);
  pb_json_add_bool (b, "refused", now->is_refused);
  pb_json_add_known_text (b, "control", now->control);
  pb_json_add_known_text (b, "transport", now->transport);
  pb_json_add_known_text (b, "transport_reason", now->transport_reason);
  pb_json_add_double (
      b, "uptime_s", (g_get_monotonic_time () - status->started_us) / 1e6);
  if (now->stream != NULL)
    pb_stream_add_status (now->stream, b);
  pb_rate_add_status (now->rate, b);
  pb_governor_add_status (now->governor, b);
  pb_harm_add_status (now->harm, TRUE, b);
  if (now->backfill != NULL)
    pb_backfill_add_status (now->backfill, b);
  pb_notices_add_json (now->notices, b);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  return json_to_string (root, FALSE);
}

/**
 * pb_status_write:
 * @status: a status writer
 * @now: what the agent does
 *
 * A file is replaced as a whole, so that a reader never sees half a line.
 */
void
pb_status_write (PbStatus *status, const PbStatusNow *now)
{
  const gchar *file = status->config->status_file;
  g_autofree gchar *json = NULL;
  g_autofree gchar *line = NULL;
  g_autoptr (GError) error = NULL;

  if (file[0] == '\0')
    return;
  json = pb_status_dup_json (status, now);
  line = g_strconcat (json, "\n", NULL);
  if (strcmp (file, "-") == 0) {
    g_print ("%s", line);
  } else if (!pb_file_replace (file, line, &error) && !status->complained) {
    status->complained = TRUE;
    g_warning ("--status-file: %s", error->message);
  }
}
