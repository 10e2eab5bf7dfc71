/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A driver, as /api/v1/drivers shows it. */
#pragma once

#include <json-glib/json-glib.h>

#include "auth/pb-principal.h"
#include "ingest/pb-backfill-port.h"
#include "session/pb-driver.h"

G_BEGIN_DECLS

void pb_driver_json_add_sync (JsonBuilder *builder, PbDriver *driver);
void pb_driver_json_add (JsonBuilder *builder, const PbPrincipal *principal,
    PbDriver *driver, GPtrArray *readers, PbBackfillPort *backfill);

G_END_DECLS
