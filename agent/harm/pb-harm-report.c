/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Rounds become differences; where they do not suffice, it says why not. */
#include "harm/pb-harm-report.h"

#include "harm/pb-harm-words.h"
#include "json/pb-json.h"

#include <math.h>

/* FrameRate stands so still only where something holds it: three recordings of
 * games with a limit have 0.02 to 0.1 %. */
#define HELD_SPREAD 0.0015

static gdouble
get_figure (const PbHarmRound *round, PbHarmWork work, PbHarmFigure figure)
{
  return round->windows[work].figures[figure];
}

static void
compare (PbHarmReport *report, const PbHarmPlan *plan, PbHarmWork work,
    PbHarmFigure figure)
{
  guint n;
  const PbHarmRound *rounds = pb_harm_plan_get_rounds (plan, &n);
  g_autofree gdouble *with = g_new (gdouble, MAX (n, 1));
  g_autofree gdouble *without = g_new (gdouble, MAX (n, 1));

  for (guint i = 0; i < n; i++) {
    with[i] = get_figure (&rounds[i], work, figure);
    without[i] = get_figure (&rounds[i], PB_HARM_NOTHING, figure);
  }
  pb_harm_stats_compare (with, without, n,
      pb_harm_plan_get_setup (plan)->seed + figure,
      &report->differences[work][figure]);
}

static gboolean
is_held (const PbHarmReport *report, const PbHarmPlan *plan)
{
  guint n;
  const PbHarmRound *rounds = pb_harm_plan_get_rounds (plan, &n);

  for (guint i = 0; i < n; i++)
    for (guint w = 0; w < PB_HARM_N_WORKS; w++) {
      const PbHarmWindow *window = &rounds[i].windows[w];

      if (window->n_samples > 0
          && window->fps_spread > HELD_SPREAD * window->figures[PB_HARM_FPS])
        return FALSE;
    }
  return n > 0;
}

static guint
count_less (const PbHarmPlan *plan)
{
  guint n, n_less = 0;
  const PbHarmRound *rounds = pb_harm_plan_get_rounds (plan, &n);

  for (guint i = 0; i < n; i++)
    n_less += rounds[i].windows[PB_HARM_WHOLE].is_less;
  return n_less;
}

/**
 * pb_harm_report_init:
 * @report: (out): cleared by pb_harm_report_clear()
 * @plan: that is over
 */
void
pb_harm_report_init (PbHarmReport *report, const PbHarmPlan *plan)
{
  const PbHarmSetup *setup = pb_harm_plan_get_setup (plan);

  *report = (PbHarmReport){ .has_picture = setup->has_picture };
  pb_harm_plan_get_rounds (plan, &report->n_rounds);
  for (guint f = 0; f < PB_HARM_N_FIGURES; f++) {
    compare (report, plan, PB_HARM_WHOLE, (PbHarmFigure) f);
    if (report->has_picture)
      compare (report, plan, PB_HARM_ROWS, (PbHarmFigure) f);
  }
  report->n_less = count_less (plan);
  report->is_held = is_held (report, plan);
  if (report->n_rounds < PB_HARM_LEAST_ROUNDS)
    report->problem = pb_harm_words_dup_problem (plan);
}

void
pb_harm_report_clear (PbHarmReport *report)
{
  g_clear_pointer (&report->problem, g_free);
}

static void
add_figure (JsonBuilder *b, const PbHarmDifference *d, PbHarmFigure figure)
{
  pb_json_begin_object (b, pb_harm_words_get_name (figure));
  pb_json_add_double (b, "with", d->with);
  pb_json_add_double (b, "without", d->without);
  pb_json_add_double (b, "difference", d->mean);
  pb_json_add_double (b, "plus_minus", d->half);
  pb_json_add_text (b, "verdict",
      pb_harm_words_get_verdict (pb_harm_stats_judge (figure, d)));
  json_builder_end_object (b);
}

static void
add_differences (JsonBuilder *b, const PbHarmReport *report, PbHarmWork work)
{
  pb_json_begin_object (b, pb_harm_words_get_work (work));
  for (guint f = 0; f < PB_HARM_N_FIGURES; f++)
    add_figure (b, &report->differences[work][f], (PbHarmFigure) f);
  json_builder_end_object (b);
}

static void
add_window (JsonBuilder *b, const PbHarmWindow *w, guint round)
{
  json_builder_begin_object (b);
  pb_json_add_int (b, "round", round + 1);
  pb_json_add_text (b, "work", pb_harm_words_get_work (w->work));
  pb_json_add_int (b, "begun_us", w->begun_us);
  pb_json_add_int (b, "samples", w->n_samples);
  pb_json_add_bool (b, "less", w->is_less);
  pb_json_add_double (b, "fps_spread", w->fps_spread);
  for (guint f = 0; f < PB_HARM_N_FIGURES; f++)
    pb_json_add_double (
        b, pb_harm_words_get_name ((PbHarmFigure) f), w->figures[f]);
  json_builder_end_object (b);
}

/* In the order in which they were. */
static void
add_windows (JsonBuilder *b, const PbHarmPlan *plan)
{
  guint n;
  const PbHarmRound *rounds = pb_harm_plan_get_rounds (plan, &n);

  pb_json_begin_array (b, "windows");
  for (guint r = 0; r < n; r++)
    for (guint i = 0; i < pb_harm_plan_get_n_works (plan); i++)
      add_window (
          b, &rounds[r].windows[pb_harm_plan_get_order (plan, r, i)], r);
  json_builder_end_array (b);
}

/**
 * pb_harm_report_add_json:
 * @report: a report
 * @plan: of it
 * @builder: inside an object; gets its members
 */
void
pb_harm_report_add_json (
    const PbHarmReport *report, const PbHarmPlan *plan, JsonBuilder *builder)
{
  const PbHarmSetup *setup = pb_harm_plan_get_setup (plan);
  g_autofree gchar *line = pb_harm_report_dup_line (report);

  pb_json_add_int (builder, "format", 1);
  pb_json_add_text (builder, "line", line);
  pb_json_add_known_text (builder, "problem", report->problem);
  pb_json_add_int (builder, "rounds", report->n_rounds);
  pb_json_add_int (builder, "wanted_rounds", setup->n_rounds);
  pb_json_add_int (builder, "window_ms", setup->window_ms);
  pb_json_add_int (builder, "settle_ms", setup->settle_ms);
  pb_json_add_int (builder, "seed", setup->seed);
  pb_json_add_bool (builder, "limited", report->is_held);
  for (guint i = 0; i < PB_HARM_N_SPOILT; i++)
    pb_json_add_int (builder, pb_harm_words_get_spoilt ((PbHarmSpoilt) i),
        pb_harm_plan_get_spoilt (plan, (PbHarmSpoilt) i));
  add_differences (builder, report, PB_HARM_WHOLE);
  if (report->has_picture)
    add_differences (builder, report, PB_HARM_ROWS);
  add_windows (builder, plan);
}
