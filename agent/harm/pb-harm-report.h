/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHarmReport: what the agent costs, in words and numbers; pure. */
#pragma once

#include "harm/pb-harm-plan.h"
#include "harm/pb-harm-stats.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * PbHarmReport:
 * @has_picture: %PB_HARM_ROWS was measured, too
 * @n_rounds: that count
 * @differences: of %PB_HARM_WHOLE and %PB_HARM_ROWS from %PB_HARM_NOTHING
 * @n_less: windows of the whole work in which not all of it went on
 * @is_held: a limit holds the frame rate, such as V-sync
 * @problem: (nullable): why nothing can be concluded, in words
 */
typedef struct {
  gboolean has_picture;
  guint n_rounds;
  PbHarmDifference differences[PB_HARM_NOTHING][PB_HARM_N_FIGURES];
  guint n_less;
  gboolean is_held;
  gchar *problem;
} PbHarmReport;

void pb_harm_report_init (PbHarmReport *report, const PbHarmPlan *plan);
void pb_harm_report_clear (PbHarmReport *report);
gchar *pb_harm_report_dup_line (
    const PbHarmReport *report) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_harm_report_dup_text (const PbHarmReport *report,
    const PbHarmPlan *plan) G_GNUC_WARN_UNUSED_RESULT;
void pb_harm_report_add_json (
    const PbHarmReport *report, const PbHarmPlan *plan, JsonBuilder *builder);

G_END_DECLS
