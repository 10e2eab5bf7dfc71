/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbGop: the frames since the last key frame, for a viewer that joins. */
#pragma once

#include "live/pb-frame.h"

G_BEGIN_DECLS

typedef struct _PbGop PbGop;

PbGop *pb_gop_new (gsize max_bytes, guint max_frames);
void pb_gop_free (PbGop *gop);
void pb_gop_push (PbGop *gop, PbFrame *frame);
void pb_gop_clear (PbGop *gop);
GPtrArray *pb_gop_copy (const PbGop *gop);
guint32 pb_gop_get_first_rtp (const PbGop *gop, guint32 none);
guint pb_gop_get_n_frames (const PbGop *gop);
gsize pb_gop_get_bytes (const PbGop *gop);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbGop, pb_gop_free)

G_END_DECLS
