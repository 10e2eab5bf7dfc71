/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A capture card is there that the driver was never asked about. */
#include "pb-agent-private.h"
#include "pb-folders.h"
#include "pb-picture.h"

static void
on_card (const PbCard *card, gpointer user_data)
{
  PbAgent *self = user_data;
  g_autofree gchar *text = pb_cards_ask (card);
  g_autofree gchar *refusal = NULL;

  g_message ("%s", text);
  refusal = pb_notices_add (pb_orders_get_notices (self->orders), text,
      "this PC", g_get_monotonic_time (), g_get_real_time ());
  if (refusal != NULL)
    g_message ("it is in the log alone: %s", refusal);
}

/**
 * pb_agent_watch_cards:
 * @self: an agent
 *
 * Where a picture is sent that is not a card's already.
 */
void
pb_agent_watch_cards (PbAgent *self)
{
  g_autofree gchar *file = pb_folders_dup_data ("cards");

  if (pb_config_get_mode (self->config) == PB_MODE_VIDEO
      && g_strcmp0 (self->config->source, "device") != 0
      && !pb_picture_is_scene (self->config))
    self->cards = pb_cards_new (file, on_card, self);
}
