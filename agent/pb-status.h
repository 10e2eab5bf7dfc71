/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbStatus: what the agent does, as one JSON object a line. */
#pragma once

#include "pb-config.h"
#include "pb-stream.h"

G_BEGIN_DECLS

typedef struct _PbStatus PbStatus;

PbStatus *pb_status_new (const PbConfig *config);
void pb_status_free (PbStatus *status);
void pb_status_write (PbStatus *status, const gchar *state, const gchar *mode,
    const gchar *reason, PbStream *stream);

G_END_DECLS
