/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAdts: what the header of an AAC frame says (ISO 14496-3, 1.A.2); pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbAdts:
 * @rate: of the samples, Hz; with SBR half of what is heard
 * @channels: 1 to 8; 0 where the stream says it elsewhere
 * @frame_bytes: with the header
 */
typedef struct {
  guint rate;
  guint channels;
  guint frame_bytes;
} PbAdts;

gboolean pb_adts_read (PbAdts *adts, const guint8 *data, gsize size);

G_END_DECLS
