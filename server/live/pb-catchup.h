/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbCatchup: the samples of the cached pictures, for a viewer that joins. */
#pragma once

#include "live/pb-frame-rows.h"

G_BEGIN_DECLS

typedef struct _PbCatchup PbCatchup;

PbCatchup *pb_catchup_new (void);
void pb_catchup_free (PbCatchup *catchup);
void pb_catchup_push (
    PbCatchup *catchup, const PbPair *pair, guint32 rtp, guint32 seq);
void pb_catchup_trim (
    PbCatchup *catchup, guint32 first_picture_rtp, guint32 newest_rtp);
void pb_catchup_clear (PbCatchup *catchup);
GPtrArray *pb_catchup_encode (const PbCatchup *catchup, gsize max_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbCatchup, pb_catchup_free)

G_END_DECLS
