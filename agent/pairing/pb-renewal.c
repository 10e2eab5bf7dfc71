/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRenewal: asks the server what has become of a pairing. */
#include "pairing/pb-renewal.h"

#include "json/pb-json.h"
#include "pairing/pb-api.h"
#include "pairing/pb-secrets.h"

#include <gstpitbox/gstpitbox.h>

#define UNAUTHORIZED 401

struct _PbRenewal {
  PbApi *api;
  PbPairing *pairing;
  PbRenewalDone done;
  gpointer user_data;
  gboolean asking;
};

static void
replace (gchar **field, const gchar *text)
{
  gchar *old = *field;

  *field = g_strdup (text);
  pb_secrets_free (old);
}

/* Returns: (transfer full) (nullable): NULL if it is not a valid answer. */
static PbPairing *
read_now (PbRenewal *self, JsonObject *body)
{
  const gchar *name = pb_json_get_text (body, "name");
  const gchar *driver = pb_json_get_text (body, "driver");
  const gchar *passphrase = pb_json_get_text (body, "passphrase");
  gint64 port = 0;
  g_autofree gchar *srt = NULL;
  PbPairing *now;

  pb_json_get_int (body, "srt_port", 1, 65535, &port);
  srt = pb_pairing_dup_srt (self->pairing->url, port);
  if (name == NULL || !gst_pitbox_id_is_valid (name) || driver == NULL
      || !gst_pitbox_id_is_valid (driver) || passphrase == NULL
      || passphrase[0] == '\0' || srt == NULL)
    return NULL;
  now = pb_pairing_copy (self->pairing);
  replace (&now->device, name);
  replace (&now->driver, driver);
  replace (&now->passphrase, passphrase);
  replace (&now->srt, srt);
  return now;
}

static void
on_answer (
    guint status, JsonObject *body, const gchar *words, gpointer user_data)
{
  PbRenewal *self = user_data;
  g_autoptr (PbPairing) now =
      words == NULL && body != NULL ? read_now (self, body) : NULL;
  PbRenewalOutcome outcome = PB_RENEWAL_NO_ANSWER;

  self->asking = FALSE;
  if (status == UNAUTHORIZED)
    outcome = PB_RENEWAL_REVOKED;
  else if (now != NULL)
    outcome = pb_pairing_equal (now, self->pairing) ? PB_RENEWAL_SAME
                                                    : PB_RENEWAL_CHANGED;
  else if (words == NULL)
    words = "the server's answer is not understood";
  self->done (outcome, outcome == PB_RENEWAL_CHANGED ? now : NULL, words,
      self->user_data);
}

/**
 * pb_renewal_new:
 * @pairing: what is known
 * @done: called from the default main context after each question; may free
 *   the renewal
 * @user_data: for @done
 *
 * Main thread only, as everything here.
 *
 * Returns: (transfer full): asks nothing yet
 */
PbRenewal *
pb_renewal_new (
    const PbPairing *pairing, PbRenewalDone done, gpointer user_data)
{
  PbRenewal *self = g_new0 (PbRenewal, 1);

  self->api = pb_api_new (pairing->url, pairing->certificate);
  self->pairing = pb_pairing_copy (pairing);
  self->done = done;
  self->user_data = user_data;
  return self;
}

void
pb_renewal_free (PbRenewal *self)
{
  pb_api_free (self->api);
  pb_pairing_free (self->pairing);
  g_free (self);
}

/**
 * pb_renewal_ask:
 *
 * Asks, unless it is asking already.
 */
void
pb_renewal_ask (PbRenewal *self)
{
  if (self->asking)
    return;
  self->asking = TRUE;
  pb_api_get (
      self->api, "/api/v1/device/self", self->pairing->token, on_answer, self);
}
