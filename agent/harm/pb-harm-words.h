/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the cost of the agent is called, in words for the driver and in names
 * for programs; pure. */
#pragma once

#include "harm/pb-harm-plan.h"
#include "harm/pb-harm-stats.h"

G_BEGIN_DECLS

const gchar *pb_harm_words_get_name (PbHarmFigure figure);
const gchar *pb_harm_words_get_work (PbHarmWork work);
const gchar *pb_harm_words_get_verdict (PbHarmVerdict verdict);
const gchar *pb_harm_words_get_spoilt (PbHarmSpoilt spoilt);
gchar *pb_harm_words_dup_problem (
    const PbHarmPlan *plan) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_harm_words_dup_progress (
    const PbHarmPlan *plan) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_harm_words_dup_difference (PbHarmFigure figure,
    const PbHarmDifference *difference) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
