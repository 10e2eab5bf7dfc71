/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Private: CRC-32C (Castagnoli), the checksum of units. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

G_GNUC_INTERNAL guint32 gst_pitbox_crc32c (const guint8 *data, gsize size);

/* What machines without the instruction do; the same number. */
G_GNUC_INTERNAL guint32 gst_pitbox_crc32c_by_tables (
    const guint8 *data, gsize size);

G_END_DECLS
