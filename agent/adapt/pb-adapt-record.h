/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What PbAdapt saw and decided as lines of text, and back; pure. */
#pragma once

#include "adapt/pb-adapt.h"

G_BEGIN_DECLS

gchar *pb_adapt_record_dup_head (
    const PbAdaptBand *band) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_adapt_record_dup_line (const PbAdaptSample *sample,
    const PbAdaptDecision *decision) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_adapt_record_parse_head (
    const gchar *line, PbAdaptBand *band) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_adapt_record_parse_line (const gchar *line, PbAdaptSample *sample,
    PbAdaptDecision *decision) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
