/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The elements from a screen or device to a picture of the size asked for. */
#pragma once

#include "captures.h"

G_BEGIN_DECLS

void capture_look_at (const CaptureKind *kind, CaptureCandidate *c);
GstElement *capture_front_new (const CaptureKind *kind,
    const CaptureSettings *settings, EncoderMemory *memory,
    GString *lacking) G_GNUC_WARN_UNUSED_RESULT;
GstElement *capture_back_new (
    EncoderMemory memory, gint fps_n, gint fps_d) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
