/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRate: looks at a stream's connection, and has its picture follow. */
#pragma once

#include "govern/pb-govern.h"
#include "pb-stream.h"

G_BEGIN_DECLS

/**
 * PbRateEvents:
 * @picture_changed: from now on there is a picture, or none; the stream may be
 *   freed and another begun within
 */
typedef struct {
  void (*picture_changed) (gpointer user_data);
} PbRateEvents;

/* Main thread only. */
typedef struct _PbRate PbRate;

PbRate *pb_rate_new (
    const PbConfig *config, const PbRateEvents *events, gpointer user_data);
void pb_rate_free (PbRate *rate);
void pb_rate_begin (PbRate *rate, PbStream *stream, const PbPicture *picture);
gboolean pb_rate_is_begun (PbRate *rate);
void pb_rate_end (PbRate *rate);
void pb_rate_forget (PbRate *rate);
void pb_rate_set_limit (PbRate *rate, PbAdaptStep limit);
PbAdaptStep pb_rate_get_step (PbRate *rate);
void pb_rate_set_most (PbRate *rate, guint kbps);
void pb_rate_renew (PbRate *rate, guint most_kbps);
void pb_rate_fit_picture (PbRate *rate, PbPicture *picture);
gboolean pb_rate_is_off (PbRate *rate);
gboolean pb_rate_allows_picture (PbRate *rate);
void pb_rate_look_without (PbRate *rate, PbStream *stream);
void pb_rate_add_status (PbRate *rate, JsonBuilder *builder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbRate, pb_rate_free)

G_END_DECLS
