/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The figures of a driver's session, whether its parts come together or not. */
#pragma once

#include "session/pb-driver.h"

G_BEGIN_DECLS

gboolean pb_driver_get_session_stats (
    PbDriver *driver, PbSessionStats *stats) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
