/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which device is a capture card, and which of two entries of one card is taken:
 * pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbCard:
 * @name: as the system calls it, for people
 * @path: (nullable): `\\?\usb#vid_0fd9…`, `/dev/video0`
 * @api: (nullable): who lists it: "mediafoundation", "ks", "v4l2", "decklink"…
 * @number: of a DeckLink card; below 0: none
 * @maker: (nullable) (transfer none): of capture cards, if it is a known one's
 * @setting: (nullable): what `capture-device` is then
 *
 * For pb_card_clear().
 */
typedef struct {
  gchar *name;
  gchar *path;
  gchar *api;
  gint number;
  const gchar *maker;
  gchar *setting;
} PbCard;

const gchar *pb_card_find_maker (const gchar *path, const gchar *name);
void pb_card_judge (PbCard *card);
gboolean pb_card_is_same (const PbCard *a, const PbCard *b);
gboolean pb_card_is_better (const PbCard *a, const PbCard *b);
void pb_card_clear (gpointer card);

G_END_DECLS
