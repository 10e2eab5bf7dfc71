/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPictureGuard: no picture that lost a part, or one it builds on, is shown. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PB_PICTURE_GUARD_NO_LOSS G_MAXSIZE

typedef struct _PbPictureGuard PbPictureGuard;

PbPictureGuard *pb_picture_guard_new (void);
void pb_picture_guard_free (PbPictureGuard *guard);
gsize pb_picture_guard_find_loss (
    PbPictureGuard *guard, const guint8 *data, gsize size);
gboolean pb_picture_guard_is_endless (PbPictureGuard *guard);
void pb_picture_guard_lost (PbPictureGuard *guard);
gboolean pb_picture_guard_takes (PbPictureGuard *guard, gboolean key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPictureGuard, pb_picture_guard_free)

G_END_DECLS
