/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTrayNow: the agent's status, read as whoever else reads it. */
#include "tray/pb-tray-now.h"

#include "json/pb-json.h"

#include <string.h>

/* Every text of it, so that copying and freeing forget none. */
static const gsize texts[] = {
#define AT(field) G_STRUCT_OFFSET (PbTrayNow, field)
  AT (driver),
  AT (device),
  AT (server),
  AT (url),
  AT (preset),
  AT (reason),
  AT (transport),
  AT (control),
  AT (source),
  AT (encoder),
  AT (step),
  AT (level),
  AT (notice_text),
  AT (notice_by),
  AT (code),
  AT (link),
  AT (words),
  AT (seen),
  AT (said),
  AT (balloon_title),
  AT (balloon),
#undef AT
};

static JsonObject *
get_object (JsonObject *object, const gchar *name)
{
  JsonNode *node =
      object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
             ? json_node_get_object (node)
             : NULL;
}

static gchar *
dup_text (JsonObject *object, const gchar *name)
{
  return object != NULL ? g_strdup (pb_json_get_text (object, name)) : NULL;
}

/* Below 0 where nobody tells. */
static gdouble
get_number (JsonObject *object, const gchar *name)
{
  JsonNode *node =
      object != NULL ? json_object_get_member (object, name) : NULL;
  gdouble value;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || (json_node_get_value_type (node) != G_TYPE_INT64
          && json_node_get_value_type (node) != G_TYPE_DOUBLE))
    return -1;
  value = json_node_get_double (node);
  return value >= 0 && value < 1e15 ? value : -1;
}

static gint64
get_count (JsonObject *object, const gchar *name)
{
  return (gint64) get_number (object, name);
}

static void
read_stream (PbTrayNow *self, JsonObject *status)
{
  JsonObject *link = get_object (status, "link");
  JsonObject *telemetry = get_object (status, "telemetry");
  JsonObject *adapt = get_object (status, "adapt");

  self->transport = dup_text (status, "transport");
  self->source = dup_text (status, "source");
  self->encoder = dup_text (status, "encoder");
  self->bitrate_kbps = get_number (status, "bitrate_kbps");
  self->step = dup_text (adapt, "step");
  self->bytes_sent = get_count (link, "bytes_sent");
  self->rtt_ms = get_number (link, "rtt_ms");
  self->dropped = get_count (link, "packets_dropped");
  self->rows = get_count (telemetry, "rows");
  self->lost_ticks = get_count (telemetry, "lost_ticks");
  self->kept_rows = get_count (get_object (status, "spool"), "rows");
}

static void
read_pc (PbTrayNow *self, JsonObject *status)
{
  JsonObject *governor = get_object (status, "governor");
  JsonObject *inputs = get_object (governor, "inputs");
  JsonObject *harm = get_object (status, "harm");

  if (harm != NULL)
    pb_json_read_bool (harm, "on", &self->is_measuring);
  self->level = dup_text (governor, "level");
  self->agent_cpu_pct = get_number (inputs, "agent_cpu_pct");
  self->pc_cpu_pct = get_number (inputs, "pc_cpu_pct");
  self->gpu_pct = get_number (inputs, "gpu_pct");
  self->game_fps = get_number (inputs, "game_fps");
  self->memory_mb = get_number (inputs, "memory_mb");
}

static void
read_notice (PbTrayNow *self, JsonObject *status)
{
  JsonNode *node = json_object_get_member (status, "notices");
  JsonArray *list = node != NULL && JSON_NODE_HOLDS_ARRAY (node)
                        ? json_node_get_array (node)
                        : NULL;
  const guint n = list != NULL ? json_array_get_length (list) : 0;
  JsonNode *last = n > 0 ? json_array_get_element (list, n - 1) : NULL;

  if (last == NULL || !JSON_NODE_HOLDS_OBJECT (last))
    return;
  self->notice = MAX (get_count (json_node_get_object (last), "number"), 0);
  self->notice_text = dup_text (json_node_get_object (last), "text");
  self->notice_by = dup_text (json_node_get_object (last), "by");
}

static void
read_own (PbTrayNow *self, const PbTrayOwn *own)
{
  self->is_paused = own->is_paused;
  self->is_set_up = own->is_set_up;
  self->has_autostart = own->has_autostart;
  self->can_autostart = own->can_autostart;
  self->can_picture = own->can_picture;
  self->wanted = own->wanted;
  self->asked = own->asked;
  self->preset = g_strdup (own->preset);
  self->most_kbps = own->most_kbps;
  self->url = g_strdup (own->url);
  self->phase = own->phase;
  self->code = g_strdup (own->code);
  self->link = g_strdup (own->link);
  self->words = g_strdup (own->words);
  self->seen = g_strdup (own->seen);
  self->said = g_strdup (own->said);
}

static gboolean
is_whole (const gchar *word)
{
  return word == NULL || strcmp (word, "whole") == 0;
}

/* The governor's own levels, and the network's; a picture that has failed. */
static gboolean
is_less (const PbTrayNow *self)
{
  if (self->mode != self->asked || !is_whole (self->level))
    return TRUE;
  return self->mode == PB_MODE_VIDEO && !is_whole (self->step);
}

static PbTrayState
find_state (const PbTrayNow *self, const gchar *word, gboolean is_refused)
{
  if (strcmp (word, "revoked") == 0)
    return PB_TRAY_REVOKED;
  if (!self->is_set_up)
    return PB_TRAY_UNPAIRED;
  if (self->is_paused)
    return PB_TRAY_PAUSED;
  if (strcmp (word, "streaming") == 0)
    return is_less (self) ? PB_TRAY_LESS : PB_TRAY_LIVE;
  if (strcmp (word, "backing-off") == 0)
    return is_refused ? PB_TRAY_REFUSED : PB_TRAY_RETRYING;
  return strcmp (word, "connecting") == 0 ? PB_TRAY_CONNECTING
                                          : PB_TRAY_WAITING;
}

/* What the PC cannot spare is said in words there; the network's step is not. */
static gchar *
dup_reason (JsonObject *status)
{
  const gchar *reason = pb_json_get_text (status, "reason");
  JsonObject *governor = get_object (status, "governor");

  if (reason == NULL && governor != NULL)
    reason = pb_json_get_text (governor, "reason");
  return g_strdup (reason);
}

/**
 * pb_tray_now_new:
 * @status: of pb_status_dup_json(); what it does not say is not known
 * @own: what else there is to know
 *
 * Returns: (transfer full): both
 */
PbTrayNow *
pb_tray_now_new (JsonObject *status, const PbTrayOwn *own)
{
  PbTrayNow *self = g_new0 (PbTrayNow, 1);
  const gchar *word = pb_json_get_text (status, "state");
  gboolean is_refused = FALSE;

  read_own (self, own);
  self->mode = g_strcmp0 (pb_json_get_text (status, "mode"), "video") == 0
                   ? PB_MODE_VIDEO
                   : PB_MODE_TELEMETRY;
  self->driver = dup_text (status, "driver");
  self->device = dup_text (status, "device");
  self->server = dup_text (status, "server");
  self->control = dup_text (status, "control");
  self->reason = dup_reason (status);
  self->uptime_s = get_number (status, "uptime_s");
  self->send_kbps = self->rows_s = -1;
  read_stream (self, status);
  read_pc (self, status);
  read_notice (self, status);
  if (!pb_json_read_bool (status, "refused", &is_refused))
    is_refused = FALSE;
  self->state = find_state (self, word != NULL ? word : "", is_refused);
  return self;
}

/* Fewer than before: it is another stream. */
static gdouble
get_rate (gint64 after, gint64 before, gdouble past_s)
{
  return before >= 0 && after >= before && past_s > 0.2
             ? (gdouble) (after - before) / past_s
             : -1;
}

/**
 * pb_tray_now_follow:
 * @now: gets what totals come to a second
 * @before: (nullable): at the last look
 *
 * Two looks that are too near to each other leave the rates as they were.
 */
void
pb_tray_now_follow (PbTrayNow *now, const PbTrayNow *before)
{
  const gdouble past_s = before != NULL ? now->uptime_s - before->uptime_s : 0;
  gdouble bytes_s;

  if (before == NULL)
    return;
  if (past_s <= 0.2) {
    now->send_kbps = before->send_kbps;
    now->rows_s = before->rows_s;
    return;
  }
  bytes_s = get_rate (now->bytes_sent, before->bytes_sent, past_s);
  now->send_kbps = bytes_s >= 0 ? bytes_s * 8 / 1000 : -1;
  now->rows_s = get_rate (now->rows, before->rows, past_s);
}

/**
 * pb_tray_now_copy:
 *
 * Returns: (transfer full): the same
 */
PbTrayNow *
pb_tray_now_copy (const PbTrayNow *now)
{
  PbTrayNow *copy = g_memdup2 (now, sizeof *now);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    gchar **text = G_STRUCT_MEMBER_P (copy, texts[i]);

    *text = g_strdup (*text);
  }
  return copy;
}

/**
 * pb_tray_now_free:
 * @now: (transfer full): what the agent did
 */
void
pb_tray_now_free (PbTrayNow *now)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (*(gchar **) G_STRUCT_MEMBER_P (now, texts[i]));
  g_free (now);
}
