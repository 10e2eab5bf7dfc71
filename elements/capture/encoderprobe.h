/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Tries an encoder in a process of its own. */
#pragma once

#include "encoders.h"

G_BEGIN_DECLS

gchar *encoder_probe_find_program (const gchar *plugin_file);
EncoderProbe encoder_probe_run (const gchar *program,
    const gchar *const *arguments, guint timeout_ms, gchar **reason);
void encoder_probe_recall (
    EncoderCandidate *candidate, EncoderCodec codec, EncoderMemory memory);
void encoder_probe_candidate (EncoderCandidate *candidate, EncoderCodec codec,
    EncoderMemory memory, const gchar *program, guint timeout_ms);

G_END_DECLS
