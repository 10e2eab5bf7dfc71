/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbGovernor: looks at the driver's PC once a second, and says what of a stream
 * it can spare. */
#pragma once

#include "govern/pb-govern.h"
#include "pb-config.h"
#include "pb-stream.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Main thread only. */
typedef struct _PbGovernor PbGovernor;

PbGovernor *pb_governor_new (const PbConfig *config);
void pb_governor_free (PbGovernor *governor);
void pb_governor_begin (PbGovernor *governor, PbStream *stream);
void pb_governor_end (PbGovernor *governor);
void pb_governor_look (PbGovernor *governor, gboolean has_picture,
    PbAdaptStep step, gboolean is_last_way);
gboolean pb_governor_is_thinned (PbGovernor *governor);
PbAdaptStep pb_governor_get_step (PbGovernor *governor);
gchar *pb_governor_dup_reason (PbGovernor *governor);
void pb_governor_add_status (PbGovernor *governor, JsonBuilder *builder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbGovernor, pb_governor_free)

G_END_DECLS
