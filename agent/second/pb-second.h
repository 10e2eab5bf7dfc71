/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `mode = picture`: a second PC, without a game, that sends a picture alone. */
#pragma once

#include "pb-config.h"

G_BEGIN_DECLS

typedef struct _PbSecond PbSecond;

PbSecond *pb_second_new (const PbConfig *config);
void pb_second_free (PbSecond *second);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbSecond, pb_second_free)

G_END_DECLS
