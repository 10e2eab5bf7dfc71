/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /metrics: Prometheus text (exposition format 0.0.4). */
#pragma once

#include "http/pb-http-config.h"

G_BEGIN_DECLS

gchar *pb_metrics_to_text (
    const PbHttpConfig *config, const PbPrincipal *principal);

G_END_DECLS
