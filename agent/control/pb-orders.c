/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbOrders: commands by name; each says what it has done, or why not. */
#include "control/pb-orders.h"

#include "control/pb-bundle.h"
#include "flash/pb-flash.h"
#include "json/pb-json.h"
#include "pb-loudness.h"

#include <string.h>

/* Between two diagnostics: an agent may send one of them at once. */
#define DIAGNOSE_S 10

struct _PbOrders {
  const PbConfig *config;
  PbWishes wishes;
  PbNotices *notices;
  PbFlash *flash;
  gchar *flash_id; /* of the command whose flash is shown */
  gint64 diagnosed_us; /* last, monotonic; 0 = never */
  PbOrdersEvents events;
  gpointer user_data;
};

/* Returns: why not, or NULL. */
typedef gchar *(*Obey) (
    PbOrders *self, JsonObject *args, const gchar *by, PbRemoteReply *reply);

static gchar *
obey_mode (
    PbOrders *self, JsonObject *args, const gchar *by, PbRemoteReply *reply)
{
  gchar *problem = pb_wishes_ask_mode (
      &self->wishes, self->config, pb_json_get_text (args, "mode"));
  PbMode mode;

  if (problem != NULL)
    return problem;
  mode = self->events.set_mode (
      pb_wishes_get_mode (&self->wishes, self->config), self->user_data);
  pb_json_add_text (reply->applied, "mode", pb_mode_to_string (mode));
  return NULL;
}

/* Why one of the arguments is not done, or NULL. */
static gchar *
configure_one (
    PbOrders *self, JsonObject *args, const gchar *name, JsonBuilder *applied)
{
  g_autoptr (GError) error = NULL;
  const gchar *text = pb_json_get_text (args, name);
  gchar *problem = NULL;
  gint64 value = 0;

  if (text != NULL) {
    if (!pb_picture_check (text, &error))
      return g_strdup (
          error->message + strspn (error->message, "-")); /* no option here */
    problem = pb_wishes_ask_encoder (&self->wishes, self->config, text);
    if (problem == NULL)
      pb_json_add_text (applied, name, text);
    return problem;
  }
  value = json_object_get_int_member (args, name);
  problem =
      strcmp (name, "bitrate_kbps") == 0
          ? pb_wishes_ask_bitrate (&self->wishes, self->config, value)
          : pb_wishes_ask_number (&self->wishes, self->config, name, &value);
  if (problem == NULL)
    pb_json_add_int (applied, name, value);
  return problem;
}

static gboolean
is_same_picture (const PbPicture *a, const PbPicture *b)
{
  return a->width == b->width && a->height == b->height
         && a->framerate == b->framerate
         && a->key_interval_ms == b->key_interval_ms
         && g_strcmp0 (a->encoder, b->encoder) == 0;
}

/* A bitrate is changed on air; all else is another graph. */
static void
apply_picture (PbOrders *self, const PbPicture *before)
{
  PbPicture now;

  pb_wishes_get_picture (&self->wishes, self->config, &now);
  if (!is_same_picture (before, &now))
    self->events.begin_anew (self->user_data);
  else if (before->bitrate_kbps != now.bitrate_kbps)
    self->events.set_bitrate ((guint) now.bitrate_kbps, self->user_data);
}

/* What can be done is done, and the rest said. */
static gchar *
obey_configure (
    PbOrders *self, JsonObject *args, const gchar *by, PbRemoteReply *reply)
{
  static const gchar *const settings[] = { "bitrate_kbps", "width", "height",
    "framerate", "key_interval_ms", "encoder" };
  const gchar *own = pb_orders_get_wishes (self)->picture.encoder;
  g_autofree gchar *encoder =
      g_strdup (own != NULL ? own : self->config->encoder);
  g_autoptr (GString) problems = g_string_new (NULL);
  guint n_done = 0;
  PbPicture before;

  pb_wishes_get_picture (&self->wishes, self->config, &before);
  before.encoder = encoder;
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    g_autofree gchar *problem = NULL;

    if (!json_object_has_member (args, settings[i]))
      continue;
    problem = configure_one (self, args, settings[i], reply->applied);
    if (problem == NULL) {
      n_done++;
      continue;
    }
    pb_remote_reply_refuse (reply, settings[i], problem);
    g_string_append_printf (
        problems, "%s%s", problems->len > 0 ? "; " : "", problem);
  }
  if (n_done == 0)
    return problems->len > 0
               ? g_strdup (problems->str)
               : g_strdup ("It does not say what to set, such as bitrate_kbps");
  apply_picture (self, &before);
  return NULL;
}

static gchar *
obey_key_frame (
    PbOrders *self, JsonObject *args, const gchar *by, PbRemoteReply *reply)
{
  gchar *problem = pb_wishes_ask_key (&self->wishes, g_get_monotonic_time ());

  if (problem != NULL)
    return problem;
  return self->events.send_key (self->user_data)
             ? NULL
             : g_strdup ("Nothing is being sent");
}

static gchar *
obey_log_level (
    PbOrders *self, JsonObject *args, const gchar *by, PbRemoteReply *reply)
{
  const gchar *word = pb_json_get_text (args, "log_level");
  PbLogLevel level;
  gchar *problem;

  if (word == NULL || !pb_log_level_from_string (word, &level))
    return g_strdup ("It does not say which log_level");
  problem = pb_loudness_set (level);
  if (problem == NULL)
    pb_json_add_text (reply->applied, "log_level", word);
  return problem;
}

static gchar *
obey_diagnose (
    PbOrders *self, JsonObject *args, const gchar *by, PbRemoteReply *reply)
{
  const gint64 now_us = g_get_monotonic_time ();
  g_autofree gchar *status = NULL;
  g_auto (GStrv) log = NULL;

  if (self->diagnosed_us > 0
      && now_us - self->diagnosed_us < DIAGNOSE_S * G_USEC_PER_SEC)
    return g_strdup_printf (
        "There were diagnostics less than %d s ago", DIAGNOSE_S);
  self->diagnosed_us = now_us;
  status = self->events.dup_status (self->user_data);
  log = pb_log_dup_kept ();
  reply->diagnostics = pb_bundle_make (self->config, status, log);
  return NULL;
}

static gchar *
obey_notice (
    PbOrders *self, JsonObject *args, const gchar *by, PbRemoteReply *reply)
{
  gchar *problem =
      pb_notices_add (self->notices, pb_json_get_text (args, "text"), by,
          g_get_monotonic_time (), g_get_real_time ());
  const gchar *text = pb_notices_get_last (self->notices);

  if (problem != NULL)
    return problem;
  g_message ("message for the driver: %s", text);
  self->events.notice (self->user_data);
  pb_json_add_text (reply->applied, "text", text);
  return NULL;
}

static void
on_flash_done (
    const PbFlashShown *shown, const gchar *problem, gpointer user_data)
{
  PbOrders *self = user_data;
  g_autofree gchar *id = g_steal_pointer (&self->flash_id);
  g_autoptr (JsonBuilder) b = json_builder_new ();

  if (shown == NULL) {
    g_message ("control: sync_flash: %s", problem);
    self->events.answer (id, problem, NULL, self->user_data);
    return;
  }
  g_message ("control: sync_flash: %u ticks shown, the last %" G_GINT64_FORMAT,
      shown->n_ticks, shown->last_tick);
  pb_flash_shown_add_json (shown, b);
  self->events.answer (id, NULL, json_builder_get_root (b), self->user_data);
}

static gchar *
obey_sync_flash (
    PbOrders *self, JsonObject *args, const gchar *by, PbRemoteReply *reply)
{
  gchar *problem = pb_flash_start (self->flash, g_get_monotonic_time ());

  if (problem != NULL)
    return problem;
  self->flash_id = g_strdup (reply->id);
  reply->is_later = TRUE;
  return NULL;
}

static gchar *
obey_measure_cost (
    PbOrders *self, JsonObject *args, const gchar *by, PbRemoteReply *reply)
{
  return self->events.measure (self->user_data);
}

/* Names as "hello" tells them, in the same order as what they do. */
static const gchar *const names[] = { "mode", "configure", "key_frame",
  "log_level", "diagnose", "notice", "sync_flash", "measure_cost", NULL };
static const Obey functions[] = { obey_mode, obey_configure, obey_key_frame,
  obey_log_level, obey_diagnose, obey_notice, obey_sync_flash,
  obey_measure_cost };

G_STATIC_ASSERT (G_N_ELEMENTS (names) == G_N_ELEMENTS (functions) + 1);

/**
 * pb_orders_new:
 * @config: what the driver has set; must outlive the orders
 * @events: what to call when an order is obeyed
 * @user_data: for @events
 *
 * Returns: (transfer full): orders, none of them given yet
 */
PbOrders *
pb_orders_new (
    const PbConfig *config, const PbOrdersEvents *events, gpointer user_data)
{
  PbOrders *self = g_new0 (PbOrders, 1);

  self->config = config;
  self->notices = pb_notices_new ();
  self->flash = pb_flash_new (config, on_flash_done, self);
  self->events = *events;
  self->user_data = user_data;
  return self;
}

void
pb_orders_free (PbOrders *self)
{
  pb_wishes_clear (&self->wishes);
  pb_notices_free (self->notices);
  pb_flash_free (self->flash);
  g_free (self->flash_id);
  g_free (self);
}

/**
 * pb_orders_get_wishes:
 *
 * Returns: (transfer none): what was asked for so far
 */
const PbWishes *
pb_orders_get_wishes (PbOrders *self)
{
  return &self->wishes;
}

/**
 * pb_orders_forget_picture:
 *
 * A picture has failed.
 *
 * Returns: %TRUE if it was not as the driver has it, and is from now on
 */
gboolean
pb_orders_forget_picture (PbOrders *self)
{
  return pb_wishes_forget_picture (&self->wishes);
}

/**
 * pb_orders_forget_mode:
 *
 * The driver has chosen one since.
 */
void
pb_orders_forget_mode (PbOrders *self)
{
  self->wishes.has_mode = FALSE;
}

/**
 * pb_orders_get_notices:
 *
 * Returns: (transfer none): texts for the driver
 */
PbNotices *
pb_orders_get_notices (PbOrders *self)
{
  return self->notices;
}

/**
 * pb_orders_list:
 *
 * Returns: (transfer none): names of the commands, up to %NULL
 */
const gchar *const *
pb_orders_list (void)
{
  return names;
}

/**
 * pb_orders_obey:
 * @name: of the command
 * @args: as the schema has them
 * @by: who gives it, for the log
 * @reply: gets what is set now
 *
 * Returns: (transfer full) (nullable): why it is refused; %NULL if it is done
 */
gchar *
pb_orders_obey (PbOrders *self, const gchar *name, JsonObject *args,
    const gchar *by, PbRemoteReply *reply)
{
  gchar *problem = NULL;
  guint i = 0;

  while (names[i] != NULL && strcmp (names[i], name) != 0)
    i++;
  problem = names[i] != NULL
                ? functions[i](self, args, by, reply)
                : g_strdup ("This agent does not know the command: update it");
  g_message ("control: %s asks for %s: %s", by, name,
      problem != NULL   ? problem
      : reply->is_later ? "begun"
                        : "done");
  return problem;
}

/**
 * pb_orders_add_status:
 * @builder: inside "status"
 *
 * Adds what was asked for, beside what the driver has set.
 */
void
pb_orders_add_status (PbOrders *self, JsonBuilder *builder)
{
  static const gchar *const own[][2] = { { "mode", "mode" },
    { "width", "width" }, { "height", "height" }, { "framerate", "framerate" },
    { "key_interval_ms", "key-interval-ms" }, { "encoder", "encoder" },
    { "bitrate_kbps", "bitrate-kbps" } };
  PbPicture picture;

  pb_wishes_get_picture (&self->wishes, self->config, &picture);
  pb_json_add_text (builder, "wanted_mode",
      pb_mode_to_string (pb_config_get_mode (self->config)));
  pb_json_add_known_text (builder, "asked_mode",
      self->wishes.has_mode ? pb_mode_to_string (self->wishes.mode) : NULL);
  pb_json_add_int (builder, "max_bitrate_kbps", self->config->bitrate_kbps);
  pb_json_add_int (builder, "width", picture.width);
  pb_json_add_int (builder, "height", picture.height);
  pb_json_add_int (builder, "framerate", picture.framerate);
  pb_json_add_int (builder, "key_interval_ms", picture.key_interval_ms);
  pb_json_add_text (builder, "wanted_encoder", picture.encoder);
  pb_json_begin_array (builder, "driver_set");
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (pb_config_is_given (self->config, own[i][1]))
      json_builder_add_string_value (builder, own[i][0]);
  json_builder_end_array (builder);
  pb_json_add_text (
      builder, "log_level", pb_log_level_to_string (pb_log_get_level ()));
}
