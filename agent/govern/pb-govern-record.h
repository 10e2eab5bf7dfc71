/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a PC was like and what PbGovern made of it, as lines of text, and back. */
#pragma once

#include "govern/pb-govern.h"

G_BEGIN_DECLS

gchar *pb_govern_record_dup_head (const PbGovernBudget *budget);
gchar *pb_govern_record_dup_line (
    const PbGovernSample *sample, const PbGovernDecision *decision);
gboolean pb_govern_record_parse_head (
    const gchar *line, PbGovernBudget *budget) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_govern_record_parse_line (const gchar *line, PbGovernSample *sample,
    PbGovernDecision *decision) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
