/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The steps of PbAdapt: what a bitrate is enough for; pure. */
#pragma once

#include "adapt/pb-adapt.h"

G_BEGIN_DECLS

gboolean pb_adapt_is_pressed (const PbAdapt *adapt);
void pb_adapt_steps_init (PbAdapt *adapt);
gdouble pb_adapt_steps_get_most (const PbAdaptBand *band, PbAdaptStep step);
void pb_adapt_steps_look (PbAdapt *adapt, gint64 now_us);
void pb_adapt_steps_look_without (PbAdapt *adapt, gint64 now_us);

G_END_DECLS
