/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pictures of large pixels for a terminal. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbBlocks:
 * @width, @height: pixels
 * @on: width * height, row by row; what is drawn
 */
typedef struct {
  guint width, height;
  guint8 *on;
} PbBlocks;

PbBlocks *pb_blocks_new (guint width, guint height);
void pb_blocks_free (PbBlocks *blocks);
void pb_blocks_set (PbBlocks *blocks, guint x, guint y, gboolean on);
gchar *pb_blocks_to_text (const PbBlocks *blocks, const gchar *before,
    const gchar *after) G_GNUC_WARN_UNUSED_RESULT;

PbBlocks *pb_blocks_new_letters (const gchar *letters);

PbBlocks *pb_blocks_new_qr (const gchar *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbBlocks, pb_blocks_free)

G_END_DECLS
