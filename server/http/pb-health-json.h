/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The health of a stream as JSON. */
#pragma once

#include <json-glib/json-glib.h>

#include "health/pb-health.h"
#include "session/pb-session.h"

G_BEGIN_DECLS

void pb_health_json_add (JsonBuilder *builder, const PbSessionStats *stats);

G_END_DECLS
