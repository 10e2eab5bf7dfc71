/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTrayPair: what `pitbox-agent pair` does, with words for a window instead of
 * a terminal. */
#include "tray/pb-tray-pair.h"

#include "pairing/pb-api.h"
#include "pairing/pb-pair.h"
#include "tray/pb-tray-texts.h"

#include <string.h>

struct _PbTrayPair {
  PbTrayPairEvents events;
  gpointer user_data;
  PbPair *pair; /* while a server is asked */
  guint reaper; /* frees it, once it is over */
  gchar *url, *certificate; /* of it */
  PbTrayPairPhase phase;
  gchar *code, *link, *words, *seen;
};

static void
forget (PbTrayPair *self)
{
  g_clear_handle_id (&self->reaper, g_source_remove);
  g_clear_pointer (&self->pair, pb_pair_free);
  g_clear_pointer (&self->code, g_free);
  g_clear_pointer (&self->link, g_free);
  g_clear_pointer (&self->words, g_free);
  g_clear_pointer (&self->seen, g_free);
}

static gboolean
on_reap (gpointer user_data)
{
  PbTrayPair *self = user_data;

  self->reaper = 0;
  g_clear_pointer (&self->pair, pb_pair_free);
  return G_SOURCE_REMOVE;
}

static void
set_words (PbTrayPair *self, gchar *words)
{
  g_free (self->words);
  self->words = words;
}

static void
fail (PbTrayPair *self, gchar *words)
{
  self->phase = PB_TRAY_PAIR_FAILED;
  set_words (self, words);
}

static void
on_code (const gchar *code, const gchar *link, gpointer user_data)
{
  PbTrayPair *self = user_data;

  g_free (self->code);
  g_free (self->link);
  self->code = g_strdup (code);
  self->link = g_strdup (link);
  /* What was said since the last code is of this one. */
  if (self->phase == PB_TRAY_PAIR_ASKING)
    set_words (self, NULL);
  self->phase = PB_TRAY_PAIR_CODE;
  self->events.changed (self->user_data);
}

static void
on_words (const gchar *words, gpointer user_data)
{
  PbTrayPair *self = user_data;

  set_words (self, g_strdup (words));
  self->events.changed (self->user_data);
}

/* A server whose certificate nobody vouches for: the driver may know it. */
static void
look_at_certificate (PbTrayPair *self)
{
  g_autofree gchar *seen = pb_pair_dup_seen (self->pair);
  g_autofree gchar *digits =
      seen != NULL ? pb_api_parse_fingerprint (seen, NULL) : NULL;

  if (digits == NULL || strcmp (digits, self->certificate) == 0)
    return;
  self->seen = g_steal_pointer (&seen);
  set_words (
      self, pb_tray_text_fill (PB_TEXT_PAIR_UNKNOWN, "url", self->url, NULL));
}

static void
take (PbTrayPair *self, const PbPairing *pairing)
{
  g_autofree gchar *path = pb_pairing_dup_path ();
  g_autoptr (GError) error = NULL;

  if (!pb_pairing_save (pairing, path, &error)) {
    fail (self, pb_tray_text_fill (
                    PB_TEXT_PAIR_NOT_KEPT, "words", error->message, NULL));
    return;
  }
  self->phase = PB_TRAY_PAIR_DONE;
  set_words (
      self, pb_tray_text_fill (PB_TEXT_PAIR_DONE_AS, "device", pairing->device,
                "driver", pairing->driver, "server", pairing->url, NULL));
  self->events.paired (pairing, self->user_data);
}

/* From within the pair itself, which is freed later. */
static void
on_done (const PbPairing *pairing, const gchar *words, gpointer user_data)
{
  PbTrayPair *self = user_data;

  self->reaper = g_idle_add (on_reap, self);
  if (pairing != NULL) {
    take (self, pairing);
  } else {
    fail (self, g_strdup (words));
    look_at_certificate (self);
  }
  self->events.changed (self->user_data);
}

/**
 * pb_tray_pair_new:
 * @events: what to call
 * @user_data: for @events
 *
 * Returns: (transfer full): which asks nobody yet
 */
PbTrayPair *
pb_tray_pair_new (const PbTrayPairEvents *events, gpointer user_data)
{
  PbTrayPair *self = g_new0 (PbTrayPair, 1);

  self->events = *events;
  self->user_data = user_data;
  return self;
}

/**
 * pb_tray_pair_free:
 * @pair: (transfer full): a pairing; calls nobody any more
 */
void
pb_tray_pair_free (PbTrayPair *pair)
{
  forget (pair);
  g_free (pair->url);
  g_free (pair->certificate);
  g_free (pair);
}

/* Returns: %FALSE if it is no address; then it says so. */
static gboolean
parse_address (PbTrayPair *self, const gchar *address)
{
  g_autofree gchar *typed = g_strstrip (g_strdup (address));
  g_autofree gchar *any = pb_api_parse_url (typed, TRUE, NULL);
  gchar *url = pb_api_parse_url (typed, FALSE, NULL);

  if (url == NULL) {
    fail (self, pb_tray_text_fill (any != NULL ? PB_TEXT_PAIR_NO_TLS
                                               : PB_TEXT_PAIR_BAD_ADDRESS,
                    "text", typed, NULL));
    return FALSE;
  }
  g_free (self->url);
  self->url = url;
  return TRUE;
}

/**
 * pb_tray_pair_begin:
 * @pair: a pairing
 * @address: what somebody typed
 * @fingerprint: (nullable): SHA-256 of a certificate that is trusted
 *
 * Asks that server for a code; whoever was asked before is not any more.
 */
void
pb_tray_pair_begin (
    PbTrayPair *pair, const gchar *address, const gchar *fingerprint)
{
  static const PbPairEvents events = { on_code, on_words, on_done };
  g_autofree gchar *name = pb_pair_dup_own_name ();
  gchar *digits = fingerprint != NULL && fingerprint[0] != '\0'
                      ? pb_api_parse_fingerprint (fingerprint, NULL)
                      : NULL;

  forget (pair);
  g_free (pair->certificate);
  pair->certificate = digits != NULL ? digits : g_strdup ("");
  if (parse_address (pair, address)) {
    pair->phase = PB_TRAY_PAIR_ASKING;
    set_words (
        pair, pb_tray_text_fill (PB_TEXT_PAIR_ASKING, "url", pair->url, NULL));
    pair->pair =
        pb_pair_new (pair->url, pair->certificate, name, &events, pair);
  }
  pair->events.changed (pair->user_data);
}

/**
 * pb_tray_pair_end:
 * @pair: a pairing; nobody is asked any more
 */
void
pb_tray_pair_end (PbTrayPair *pair)
{
  forget (pair);
  pair->phase = PB_TRAY_PAIR_NONE;
  pair->events.changed (pair->user_data);
}

/**
 * pb_tray_pair_get:
 * @pair: a pairing
 * @own: gets what is to be shown; valid until the next event
 */
void
pb_tray_pair_get (PbTrayPair *pair, PbTrayOwn *own)
{
  own->phase = pair->phase;
  own->code = pair->code;
  own->link = pair->link;
  own->words = pair->words;
  own->seen = pair->seen;
}
