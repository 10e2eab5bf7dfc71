/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The elements from a picture to a coded access unit, and what there is of
 * them. */
#pragma once

#include "encodersettings.h"

G_BEGIN_DECLS

/* Name of the encoder in a chain. */
#define ENCODER_CHAIN_ENCODER "codec"

GArray *encoder_list_candidates (EncoderCodec codec, EncoderMemory memory);
EncoderMemory encoder_memory_of_caps (const GstCaps *caps);
GstElement *encoder_chain_new (const EncoderKind *kind, const gchar *factory,
    EncoderCodec codec, EncoderMemory memory, gboolean copied,
    const EncoderSettings *settings, const gchar *profile, GString *lacking,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
