/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The tray's texts, by name. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PbTrayText: one for each line of pb-tray-texts.def */
typedef enum {
#define PB_TEXT(name, text) PB_TEXT_##name,
#include "tray/pb-tray-texts.def"
#undef PB_TEXT
  PB_TEXT_LAST
} PbTrayText;

const gchar *pb_tray_text (PbTrayText text);
gchar *pb_tray_text_fill (PbTrayText text, const gchar *name,
    ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
