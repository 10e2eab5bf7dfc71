/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbCards: capture cards of this PC, as they come and go. */
#pragma once

#include "cards/pb-card-kinds.h"

G_BEGIN_DECLS

/**
 * PbCardsFound:
 * @card: a capture card of a known maker that this driver was never asked about
 * @user_data: closure
 */
typedef void (*PbCardsFound) (const PbCard *card, gpointer user_data);

typedef struct _PbCards PbCards;

PbCards *pb_cards_new (
    const gchar *asked_file, PbCardsFound found, gpointer user_data);
void pb_cards_free (PbCards *cards);
GArray *pb_cards_list (void);
gchar *pb_cards_ask (const PbCard *card);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbCards, pb_cards_free)

G_END_DECLS
