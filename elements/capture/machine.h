/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a machine has, as text that people read and send, and what is chosen of
 * it. */
#pragma once

#include "captures.h"

G_BEGIN_DECLS

/**
 * Machine:
 *
 * Adapters, elements and tries of one machine: this one's, or one from a file.
 */
typedef struct _Machine Machine;

/**
 * MachineChoice:
 * @capture: (nullable): backend that takes the picture
 * @encoder: (nullable): element that encodes it
 * @adapter: (nullable): name of the adapter that the encoder works on
 * @copied: the picture is copied on its way to the encoder
 * @words: the choice in sentences
 * @refused: each better one and why not, a line each
 *
 * For machine_choice_clear().
 */
typedef struct {
  gchar *capture;
  gchar *encoder;
  gchar *adapter;
  gboolean copied;
  gchar *words;
  gchar *refused;
} MachineChoice;

Machine *machine_load (
    const gchar *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
Machine *machine_look (const CaptureSettings *settings);
void machine_free (Machine *machine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Machine, machine_free)

gchar *machine_dup_text (Machine *machine);
const gchar *machine_get_expected (Machine *machine, const gchar *key);
void machine_note_probe (Machine *machine, const gchar *encoder,
    EncoderProbe probe, const gchar *reason);
void machine_choose (
    Machine *machine, EncoderCodec codec, MachineChoice *choice);
void machine_choice_clear (MachineChoice *choice);

G_END_DECLS
