/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPair: asks a server for a code until somebody types it. */
#include "pairing/pb-pair.h"

#include "json/pb-json.h"
#include "pairing/pb-api.h"
#include "pairing/pb-pairing.h"
#include "pairing/pb-secrets.h"

#include <gstpitbox/gstpitbox.h>
#include <string.h>

/* Codes that are shown one after another, ten minutes each. */
#define CODES_MAX 6
#define CODE_CHARS 6
#define NAME_MAX_CHARS 64
#define POLL_MAX_S 60
/* A server that has been silent for so long has forgotten our code. */
#define LIFE_US (11 * G_TIME_SPAN_MINUTE)
#define UNAUTHORIZED 401

struct _PbPair {
  PbApi *api;
  gchar *url;
  gchar *certificate;
  gchar *name;
  PbPairEvents events;
  gpointer user_data;
  gchar *poll_token;
  guint poll_s;
  guint timer;
  guint n_codes;
  gint64 asked_us; /* monotonic: when the code that is shown was new */
  gboolean complained; /* that the server does not answer */
};

static void ask_for_code (PbPair *self);

static void
finish (PbPair *self, const PbPairing *pairing, const gchar *words)
{
  self->events.done (pairing, words, self->user_data);
}

/* Nobody typed it. */
static void
next_code (PbPair *self, const gchar *why)
{
  g_autofree gchar *words = NULL;

  if (self->n_codes >= CODES_MAX) {
    finish (self, NULL,
        "nobody typed any of the codes within an hour. Start pitbox-agent "
        "pair again");
    return;
  }
  words = g_strdup_printf ("%s. Here is a new one.", why);
  self->events.say (words, self->user_data);
  ask_for_code (self);
}

/* Everything that came is as it should be; it goes into files and addresses. */
static PbPairing *
read_pairing (PbPair *self, JsonObject *body)
{
  const gchar *driver = pb_json_get_text (body, "driver");
  const gchar *device = pb_json_get_text (body, "device");
  const gchar *token = pb_json_get_text (body, "token");
  const gchar *passphrase = pb_json_get_text (body, "passphrase");
  gint64 port = 0;
  g_autoptr (PbPairing) pairing = g_new0 (PbPairing, 1);

  pb_json_get_int (body, "srt_port", 1, 65535, &port);
  pairing->srt = pb_pairing_dup_srt (self->url, port);
  if (pairing->srt == NULL || driver == NULL || !gst_pitbox_id_is_valid (driver)
      || device == NULL || !gst_pitbox_id_is_valid (device) || token == NULL
      || token[0] == '\0' || passphrase == NULL || passphrase[0] == '\0')
    return NULL;
  pairing->url = g_strdup (self->url);
  pairing->certificate = g_strdup (self->certificate);
  pairing->driver = g_strdup (driver);
  pairing->device = g_strdup (device);
  pairing->token = g_strdup (token);
  pairing->passphrase = g_strdup (passphrase);
  return g_steal_pointer (&pairing);
}

static void
approved (PbPair *self, JsonObject *body)
{
  g_autoptr (PbPairing) pairing = read_pairing (self, body);

  finish (self, pairing,
      "the server let this PC in with an answer that this agent does not "
      "understand: update the older one of both");
}

static gboolean poll_server (gpointer user_data);

static void
wait_for_poll (PbPair *self)
{
  self->timer = g_timeout_add_seconds (self->poll_s, poll_server, self);
}

/* It may be back soon; its codes are good meanwhile. */
static void
no_answer (PbPair *self, const gchar *words)
{
  g_autofree gchar *text = NULL;

  if (g_get_monotonic_time () - self->asked_us >= LIFE_US) {
    next_code (self, "This code has run out");
    return;
  }
  if (!self->complained) {
    text = g_strdup_printf ("%s; trying on", words);
    self->events.say (text, self->user_data);
  }
  self->complained = TRUE;
  wait_for_poll (self);
}

static void
on_state (
    guint status, JsonObject *body, const gchar *words, gpointer user_data)
{
  PbPair *self = user_data;
  const gchar *state =
      body != NULL && words == NULL ? pb_json_get_text (body, "state") : NULL;

  if (status == UNAUTHORIZED)
    next_code (self, "The server does not know this code any more");
  else if (state == NULL)
    no_answer (self, words != NULL ? words : "The answer is none");
  else if (strcmp (state, "approved") == 0)
    approved (self, body);
  else if (strcmp (state, "refused") == 0)
    finish (self, NULL, "it was refused on the server's page");
  else if (strcmp (state, "expired") == 0)
    next_code (self, "This code has run out: nobody typed it in ten minutes");
  else
    wait_for_poll (self);
}

static gboolean
poll_server (gpointer user_data)
{
  PbPair *self = user_data;

  self->timer = 0;
  pb_api_get (self->api, "/api/v1/pairing", self->poll_token, on_state, self);
  return G_SOURCE_REMOVE;
}

/* It is shown on a terminal and stands in an address. */
static gboolean
is_code (const gchar *text)
{
  return text != NULL && strlen (text) == CODE_CHARS
         && strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == CODE_CHARS;
}

static void
on_code (guint status, JsonObject *body, const gchar *words, gpointer user_data)
{
  PbPair *self = user_data;
  const gchar *code = body != NULL ? pb_json_get_text (body, "code") : NULL;
  const gchar *token =
      body != NULL ? pb_json_get_text (body, "poll_token") : NULL;
  gint64 poll_s = 2;
  g_autofree gchar *link = NULL;

  if (words != NULL || !is_code (code) || token == NULL) {
    finish (self, NULL,
        words != NULL ? words
                      : "the server's answer holds no code: is it the "
                        "address of a pitbox-server?");
    return;
  }
  pb_json_get_int (body, "poll_s", 1, POLL_MAX_S, &poll_s);
  pb_secrets_free (self->poll_token);
  self->poll_token = g_strdup (token);
  self->poll_s = (guint) poll_s;
  self->n_codes++;
  self->asked_us = g_get_monotonic_time ();
  self->complained = FALSE;
  link = g_strdup_printf ("%s/#/pair?code=%s", self->url, code);
  self->events.code (code, link, self->user_data);
  wait_for_poll (self);
}

/* For who approves it. */
static gchar *
dup_platform (void)
{
  g_autofree gchar *name = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  GString *text = g_string_new (NULL);

  /* What the server takes: 64 bytes that can be printed. */
  for (const gchar *p = name != NULL ? name : ""; *p != '\0' && text->len < 64;
       p++)
    if (g_ascii_isprint (*p))
      g_string_append_c (text, *p);
  return g_string_free (text, FALSE);
}

static void
ask_for_code (PbPair *self)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autofree gchar *platform = dup_platform ();

  json_builder_begin_object (b);
  pb_json_add_text (b, "device", self->name);
  pb_json_add_text (b, "version", PACKAGE_VERSION);
  pb_json_add_text (b, "platform", platform);
  json_builder_end_object (b);
  pb_api_post (
      self->api, "/api/v1/pairing", json_builder_get_root (b), on_code, self);
}

/**
 * pb_pair_new:
 * @url: of pb_api_parse_url()
 * @certificate: of pb_api_parse_fingerprint(), or empty
 * @name: what this PC wants to be called
 * @events: what to call, from the default main context
 * @user_data: for @events
 *
 * Main thread only, as everything here.
 *
 * Returns: (transfer full): asks for a code
 */
PbPair *
pb_pair_new (const gchar *url, const gchar *certificate, const gchar *name,
    const PbPairEvents *events, gpointer user_data)
{
  PbPair *self = g_new0 (PbPair, 1);

  self->api = pb_api_new (url, certificate);
  self->url = g_strdup (url);
  self->certificate = g_strdup (certificate);
  self->name = g_strdup (name);
  self->events = *events;
  self->user_data = user_data;
  ask_for_code (self);
  return self;
}

/**
 * pb_pair_dup_own_name:
 *
 * Returns: (transfer full): what this PC is called, as far as a device may be
 *   called so
 */
gchar *
pb_pair_dup_own_name (void)
{
  g_autofree gchar *wish = pb_pairing_dup_wish ("name");
  GString *name = g_string_new (NULL);

  for (const gchar *p = wish != NULL ? wish : g_get_host_name ();
       *p != '\0' && name->len < NAME_MAX_CHARS; p++)
    g_string_append_c (
        name, g_ascii_isalnum (*p) || strchr ("._-", *p) != NULL ? *p : '-');
  if (name->len == 0 || name->str[0] == '.')
    g_string_prepend_c (name, '-');
  g_string_truncate (name, MIN (name->len, NAME_MAX_CHARS));
  return g_string_free (name, FALSE);
}

/**
 * pb_pair_dup_seen:
 *
 * Returns: (transfer full) (nullable): SHA-256 of a certificate of that server
 *   that nobody vouches for, for people
 */
gchar *
pb_pair_dup_seen (PbPair *self)
{
  return pb_api_dup_seen (self->api);
}

/**
 * pb_pair_free:
 *
 * Calls nobody any more. A code that was shown is good until it runs out.
 */
void
pb_pair_free (PbPair *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  pb_api_free (self->api);
  pb_secrets_free (self->poll_token);
  g_free (self->url);
  g_free (self->certificate);
  g_free (self->name);
  g_free (self);
}
