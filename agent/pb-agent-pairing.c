/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAgent and its pairing: a change is taken over, a withdrawal waited out. */
#include "pb-agent-private.h"

/* A revoked agent looks whether it was paired anew, and asks the server after
 * so many looks: who revoked it may have restored a backup since. */
#define REVOKED_LOOK_S 5
#define REVOKED_ASK_LOOKS 60
/* One that was never paired looks as often. */
#define UNPAIRED_LOOKS 5

void
pb_agent_adopt (PbAgent *self, const PbPairing *pairing)
{
  pb_config_adopt (self->config, pairing);
  g_clear_pointer (&self->renewal, pb_renewal_free);
  pb_agent_watch_pairing (self);
  pb_agent_start_remote (self);
  pb_agent_renew_spool (self);
}

static gboolean
on_revoked_look (gpointer user_data)
{
  PbAgent *self = user_data;
  g_autofree gchar *path = pb_pairing_dup_path ();
  g_autoptr (PbPairing) pairing = pb_pairing_load (path, NULL);

  if (pairing != NULL
      && g_strcmp0 (pairing->token, self->config->pairing->token) != 0) {
    g_message ("paired anew: %s sends as %s", pairing->device, pairing->driver);
    pb_agent_adopt (self, pairing);
    pb_agent_try_now (self);
    return G_SOURCE_REMOVE;
  }
  if (++self->n_looks % REVOKED_ASK_LOOKS == 0)
    pb_renewal_ask (self->renewal);
  return G_SOURCE_CONTINUE;
}

static void
end_for_good (PbAgent *self)
{
  g_autofree gchar *text = g_strdup_printf (
      "the server has taken this PC's pairing back. To send again, pair it "
      "again: pitbox-agent pair --server %s",
      self->config->pairing->url);

  if (self->state == PB_AGENT_REVOKED)
    return;
  pb_agent_stop_stream (self);
  g_clear_pointer (&self->remote, pb_remote_free);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_free (self->reason);
  self->reason = g_strdup (text);
  pb_agent_set_state (self, PB_AGENT_REVOKED, text);
  self->n_looks = 0;
  self->timer = g_timeout_add_seconds (REVOKED_LOOK_S, on_revoked_look, self);
}

/* A stream that runs goes on: its passphrase counted when it began. */
static void
take_change (PbAgent *self, const PbPairing *now)
{
  g_autofree gchar *path = pb_pairing_dup_path ();
  g_autoptr (GError) error = NULL;

  g_message ("the server has changed the pairing: %s sends as %s to %s",
      now->device, now->driver, now->srt);
  if (!pb_pairing_save (now, path, &error))
    g_warning ("the change cannot be kept, and is asked for again at the next "
               "start: %s",
        error->message);
  pb_agent_adopt (self, now);
  if (self->state == PB_AGENT_BACKING_OFF)
    pb_agent_try_now (self);
}

static void
on_renewed (PbRenewalOutcome outcome, const PbPairing *now, const gchar *words,
    gpointer user_data)
{
  PbAgent *self = user_data;

  switch (outcome) {
    case PB_RENEWAL_CHANGED:
      take_change (self, now);
      break;
    case PB_RENEWAL_REVOKED:
      end_for_good (self);
      return;
    case PB_RENEWAL_NO_ANSWER:
      g_message ("what has become of the pairing cannot be asked: %s", words);
      return;
    case PB_RENEWAL_SAME:
      break;
  }
  if (self->state == PB_AGENT_REVOKED) {
    if (self->remote == NULL)
      pb_agent_start_remote (self);
    pb_agent_try_now (self);
  }
}

/* From now on what the server says of it is obeyed. */
void
pb_agent_watch_pairing (PbAgent *self)
{
  self->renewal = pb_renewal_new (self->config->pairing, on_renewed, self);
}

/* Each second while nobody has said where to send: `pitbox-agent pair` runs
 * beside this one, which then needs not be started anew. */
void
pb_agent_look_for_pairing (PbAgent *self)
{
  g_autofree gchar *path = NULL;
  g_autoptr (PbPairing) pairing = NULL;

  if (++self->n_looks % UNPAIRED_LOOKS != 0)
    return;
  path = pb_pairing_dup_path ();
  pairing = pb_pairing_load (path, NULL);
  if (pairing != NULL)
    pb_agent_take_pairing (self, pairing);
}
