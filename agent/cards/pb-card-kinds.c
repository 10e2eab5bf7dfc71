/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Makers by their USB and PCI numbers, else by what their cards are called. */
#include "cards/pb-card-kinds.h"

#include <string.h>

/* USB-IF's and PCI-SIG's lists. Webcams have such numbers too, but of others. */
static const struct {
  const gchar *maker;
  const gchar *vendor; /* of "vid_" or "ven_" in a path of Windows */
  const gchar *names[3]; /* in a name, any case */
} makers[] = {
  { "Elgato", "0fd9", { "elgato", "game capture", "cam link" } },
  { "AVerMedia", "07ca", { "avermedia", "live gamer", NULL } },
  { "AVerMedia", "1461", { NULL } }, /* on PCI Express */
  { "Magewell", "2935", { "magewell", "usb capture hdmi", "pro capture" } },
  { "Magewell", "1cd7", { NULL } }, /* on PCI Express, by Nanjing Magewell */
  { "Blackmagic", "1edb", { "blackmagic", "decklink", "intensity" } },
  { "EVGA", "3842", { "evga xr1", NULL, NULL } },
  { "Razer", NULL, { "razer ripsaw", NULL, NULL } },
  /* Cheap ones, which call themselves as any webcam does. */
  { "MacroSilicon", "534d", { "usb3. 0 capture", NULL, NULL } },
  { "MacroSilicon", "345f", { NULL } },
  { "YUAN", "12ab", { "yuan", NULL, NULL } },
};

/* Elgato's cameras are no capture cards, and have its number. */
static const gchar *const cameras[] = { "facecam", "webcam", "virtual" };

/* `#vid_0fd9&pid_0066`, `pci#ven_1461&dev_0054`. */
static gboolean
has_vendor (const gchar *path, const gchar *vendor)
{
  static const gchar *const fields[] = { "vid_", "ven_" };
  g_autofree gchar *low = g_ascii_strdown (path, -1);

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    const gchar *at = strstr (low, fields[i]);

    if (at != NULL && g_str_has_prefix (at + 4, vendor))
      return TRUE;
  }
  return FALSE;
}

static gboolean
has_word (const gchar *name, const gchar *word)
{
  g_autofree gchar *low = g_ascii_strdown (name, -1);

  return word != NULL && strstr (low, word) != NULL;
}

/**
 * pb_card_find_maker:
 * @path: (nullable): of a device
 * @name: (nullable): of it
 *
 * Returns: (transfer none) (nullable): who made it, if that is somebody who makes
 *   capture cards, and it is none of the other things that they make
 */
const gchar *
pb_card_find_maker (const gchar *path, const gchar *name)
{
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (cameras); i++) {
    if (has_word (name, cameras[i]))
      return NULL;
  }
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++) {
    if (path != NULL && makers[i].vendor != NULL
        && has_vendor (path, makers[i].vendor))
      return makers[i].maker;
  }
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (makers); i++) {
    for (guint k = 0; k < G_N_ELEMENTS (makers[i].names); k++) {
      if (has_word (name, makers[i].names[k]))
        return makers[i].maker;
    }
  }
  return NULL;
}

/**
 * pb_card_judge:
 * @card: (inout): gets its maker and setting
 */
void
pb_card_judge (PbCard *card)
{
  card->maker = pb_card_find_maker (card->path, card->name);
  g_free (card->setting);
  if (card->number >= 0) {
    card->maker = "Blackmagic";
    card->setting = g_strdup_printf ("decklink:%d", card->number);
  } else {
    card->setting = g_strdup (card->path != NULL ? card->path : card->name);
  }
}

/* A path without what tells interfaces of one device apart. */
static gchar *
trunk_of (const gchar *path)
{
  g_autofree gchar *low = g_ascii_strdown (path, -1);
  gchar *braces = strchr (low, '{');

  if (braces != NULL)
    *braces = '\0';
  return g_steal_pointer (&low);
}

/**
 * pb_card_is_same:
 * @a: an entry
 * @b: another
 *
 * Media Foundation and kernel streaming list the same device, each with a path that
 * ends differently.
 *
 * Returns: %TRUE if both are one card
 */
gboolean
pb_card_is_same (const PbCard *a, const PbCard *b)
{
  g_autofree gchar *x = NULL;
  g_autofree gchar *y = NULL;

  if (a->number >= 0 || b->number >= 0)
    return a->number == b->number;
  if (a->path == NULL || b->path == NULL)
    return g_strcmp0 (a->name, b->name) == 0;
  x = trunk_of (a->path);
  y = trunk_of (b->path);
  return strcmp (x, y) == 0;
}

static guint
rank_of (const PbCard *card)
{
  /* mfvideosrc gives 60 pictures a second where ksvideosrc gave five. */
  static const gchar *const order[] = { "decklink", "mediafoundation", "v4l2",
    "pipewire" };

  for (guint i = 0; i < G_N_ELEMENTS (order); i++) {
    if (card->api != NULL && strstr (card->api, order[i]) != NULL)
      return i;
  }
  return G_N_ELEMENTS (order);
}

/**
 * pb_card_is_better:
 * @a: an entry
 * @b: another of the same card
 *
 * Returns: %TRUE if @a is to be taken
 */
gboolean
pb_card_is_better (const PbCard *a, const PbCard *b)
{
  return rank_of (a) < rank_of (b);
}

/**
 * pb_card_clear:
 * @card: a #PbCard
 */
void
pb_card_clear (gpointer card)
{
  PbCard *c = card;

  g_clear_pointer (&c->name, g_free);
  g_clear_pointer (&c->path, g_free);
  g_clear_pointer (&c->api, g_free);
  g_clear_pointer (&c->setting, g_free);
}
