/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lists, tries, chooses: the answer for this machine. */
#pragma once

#include "encoders.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * EncoderPick:
 * @kind: its row; %NULL: there is none
 * @factory: the element
 * @version: of its plugin
 * @refused: each better one, and why not
 * @adapter_luid: of the adapter that it works on; 0: not told
 * @copied: pictures are copied for it
 */
typedef struct {
  const EncoderKind *kind;
  gchar *factory;
  gchar *version;
  GstStructure *refused;
  gint64 adapter_luid;
  gboolean copied;
} EncoderPick;

void encoder_pick (const EncoderWish *wish, GHashTable *failed,
    const gchar *program, guint timeout_ms, EncoderPick *pick);
void encoder_pick_clear (EncoderPick *pick);

G_END_DECLS
