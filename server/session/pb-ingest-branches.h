/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbIngestBranches: which branch of pipelines/ingest.launch takes which stream
 * of the programme. */
#pragma once

#include <gst/gst.h>

#include "session/pb-sound.h"

G_BEGIN_DECLS

typedef struct _PbIngestBranches PbIngestBranches;

PbIngestBranches *pb_ingest_branches_new (GstElement *pipeline, PbSound *sound,
    const gchar *driver, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_ingest_branches_free (PbIngestBranches *branches);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbIngestBranches, pb_ingest_branches_free)

G_END_DECLS
