/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Each difference with its uncertainty, and what follows from both in plain
 * words. */
#include "harm/pb-harm-words.h"

#include "harm/pb-harm-report.h"

#include <math.h>

static const struct {
  const gchar *name, *label, *unit;
  guint decimals;
} figures[PB_HARM_N_FIGURES] = {
  { "fps", "frame rate", "fps", 1 },
  { "frame_p50_ms", "frame time, median", "ms", 2 },
  { "frame_p95_ms", "frame time, 95th percentile", "ms", 2 },
  { "frame_p99_ms", "frame time, 99th percentile", "ms", 2 },
  { "game_fg_pct", "game's foreground thread", "%", 1 },
  { "game_bg_pct", "game's background thread", "%", 1 },
  { "gpu_pct", "GPU, as the game says", "%", 1 },
  { "all_gpu_pct", "GPU's busiest engine, all programs", "%", 1 },
  { "encode_pct", "GPU's video encoder, all programs", "%", 1 },
  { "game_cpu_pct", "game's process, of one core", "%", 1 },
  { "pc_cpu_pct", "all programs, of all cores", "%", 1 },
  { "agent_cpu_pct", "the agent itself, of one core", "%", 1 },
};

/* What changed, after "because". */
static const gchar *const facts[PB_HARM_N_FACTS] = { "another session began",
  "another session began", "the session went on to another phase",
  "the driver got into the car or out of it",
  "the car went into the garage or out of it", "the garage screen came or went",
  "the car came into the pits or left them",
  "the car came to its pit stall or left it", "a replay began or ended",
  "the camera changed", "the camera went to another car" };

/**
 * pb_harm_words_get_name:
 * @figure: a figure
 *
 * Returns: (transfer none): its name in JSON
 */
const gchar *
pb_harm_words_get_name (PbHarmFigure figure)
{
  return figures[figure].name;
}

/**
 * pb_harm_words_get_work:
 * @work: a work
 *
 * Returns: (transfer none): its name in JSON
 */
const gchar *
pb_harm_words_get_work (PbHarmWork work)
{
  static const gchar *const words[] = { "whole", "telemetry", "nothing" };

  return words[work];
}

const gchar *
pb_harm_words_get_verdict (PbHarmVerdict verdict)
{
  static const gchar *const words[] = { "unknown", "none", "worse", "better" };

  return words[verdict];
}

const gchar *
pb_harm_words_get_spoilt (PbHarmSpoilt spoilt)
{
  static const gchar *const words[] = { "spoilt_by_the_race",
    "spoilt_by_a_still_game", "spoilt_by_a_break" };

  return words[spoilt];
}

/**
 * pb_harm_words_dup_problem:
 * @plan: one that is over with too few rounds
 *
 * Returns: (transfer full): why, and what to do
 */
gchar *
pb_harm_words_dup_problem (const PbHarmPlan *plan)
{
  const guint n_changed = pb_harm_plan_get_spoilt (plan, PB_HARM_CHANGED);
  const guint n_still = pb_harm_plan_get_spoilt (plan, PB_HARM_STILL);
  const guint n_broken = pb_harm_plan_get_spoilt (plan, PB_HARM_BROKEN);
  guint n_rounds;

  pb_harm_plan_get_rounds (plan, &n_rounds);
  if (pb_harm_plan_is_stuck (plan))
    return g_strdup_printf (
        "what was to be measured did not come about within %u s (%s)",
        pb_harm_plan_get_setup (plan)->reach_ms / 1000,
        "is the server there, and does it take the stream?");
  if (n_changed >= MAX (n_still, n_broken) && n_changed > 0)
    return g_strdup_printf (
        "the race did not stay the same for long enough: %u rounds began "
        "anew, the last because %s, and %u are too few. Measure where nothing "
        "happens: standing in the pits, or alone on the track",
        n_changed, facts[pb_harm_plan_get_changed (plan)], n_rounds);
  if (n_still >= n_broken && n_still > 0)
    return g_strdup_printf (
        "the simulator wrote no rows, or no frame rate (is it paused?): %u "
        "rounds began anew, and %u are too few",
        n_still, n_rounds);
  if (n_broken > 0)
    return g_strdup_printf (
        "the stream broke off: %u rounds began anew, and %u are too few",
        n_broken, n_rounds);
  return g_strdup_printf ("it was ended after %u rounds; %d are the least",
      n_rounds, PB_HARM_LEAST_ROUNDS);
}

/**
 * pb_harm_words_dup_progress:
 * @plan: one that is not over
 *
 * Returns: (transfer full): for an engineer who wonders where the picture is
 */
gchar *
pb_harm_words_dup_progress (const PbHarmPlan *plan)
{
  static const gchar *const now[] = { "", ", now no picture",
    ", now neither picture nor telemetry" };
  const PbHarmSetup *setup = pb_harm_plan_get_setup (plan);
  const PbHarmWork work = pb_harm_plan_get_work (plan);
  const gchar *what = setup->has_picture || work != PB_HARM_NOTHING
                          ? now[work]
                          : ", now no telemetry";
  const guint left_s = pb_harm_plan_get_left_s (plan);
  guint n;

  pb_harm_plan_get_rounds (plan, &n);
  return g_strdup_printf (
      "The driver measures what the agent costs this PC: for some %u %s the "
      "stream pauses and comes back by itself (round %u of %u%s)",
      left_s >= 90 ? (left_s + 30) / 60 : MAX (left_s, 1),
      left_s >= 90 ? "minutes" : "seconds", MIN (n + 1, setup->n_rounds),
      setup->n_rounds, what);
}

/* One more than usual where the interval is below what it would show. */
static guint
get_decimals (PbHarmFigure figure, gdouble half)
{
  const guint usual = figures[figure].decimals;

  return half < 0.95 * pow (10, -(gdouble) usual) ? usual + 1 : usual;
}

static gchar *
dup_amount (PbHarmFigure figure, const PbHarmDifference *d)
{
  const gint decimals = (gint) get_decimals (figure, d->half);

  return g_strdup_printf ("%.*f %s \302\261 %.*f", decimals, fabs (d->mean),
      figures[figure].unit, decimals, d->half);
}

/**
 * pb_harm_words_dup_difference:
 * @figure: a figure
 * @difference: of it
 *
 * Returns: (transfer full): "0.3 fps ± 0.4: no measurable difference", or
 *   "6.4 fps ± 0.8 fewer"
 */
gchar *
pb_harm_words_dup_difference (
    PbHarmFigure figure, const PbHarmDifference *difference)
{
  const PbHarmVerdict verdict = pb_harm_stats_judge (figure, difference);
  g_autofree gchar *amount = NULL;

  if (verdict == PB_HARM_UNKNOWN)
    return g_strdup ("not known");
  amount = dup_amount (figure, difference);
  if (verdict == PB_HARM_NONE)
    return g_strdup_printf ("%s: no measurable difference", amount);
  return g_strdup_printf ("%s %s", amount,
      difference->mean > 0    ? "more"
      : figure == PB_HARM_FPS ? "fewer"
                              : "less");
}

/**
 * pb_harm_report_dup_line:
 * @report: a report
 *
 * Returns: (transfer full): for a notice: one line
 */
gchar *
pb_harm_report_dup_line (const PbHarmReport *report)
{
  const PbHarmDifference *d = &report->differences[PB_HARM_WHOLE][PB_HARM_FPS];
  g_autofree gchar *words = NULL;

  if (report->problem != NULL)
    return g_strdup_printf (
        "What the agent costs cannot be told: %s", report->problem);
  words = pb_harm_words_dup_difference (PB_HARM_FPS, d);
  return g_strdup_printf ("%s %s%s",
      report->has_picture ? "Picture and telemetry cost" : "Telemetry costs",
      words, report->is_held ? " (a limit holds the frame rate)" : "");
}

static void
append_work (GString *text, const PbHarmReport *report, PbHarmWork work)
{
  g_string_append_printf (text, "\n%s, against nothing:\n",
      work == PB_HARM_WHOLE && report->has_picture ? "Picture and telemetry"
                                                   : "Telemetry alone");
  for (guint f = 0; f < PB_HARM_N_FIGURES; f++) {
    const PbHarmDifference *d = &report->differences[work][f];
    g_autofree gchar *words =
        pb_harm_words_dup_difference ((PbHarmFigure) f, d);

    g_string_append_printf (text, "  %-34s %s", figures[f].label, words);
    if (isfinite (d->with) && isfinite (d->without))
      g_string_append_printf (text, " (%.*f with, %.*f without)",
          (gint) figures[f].decimals, d->with, (gint) figures[f].decimals,
          d->without);
    g_string_append_c (text, '\n');
  }
}

static void
append_spoilt (GString *text, const PbHarmPlan *plan)
{
  static const gchar *const why[] = { "the race changed",
    "the game stood still", "the stream broke off" };

  for (guint i = 0; i < PB_HARM_N_SPOILT; i++) {
    const guint n = pb_harm_plan_get_spoilt (plan, (PbHarmSpoilt) i);

    if (n > 0)
      g_string_append_printf (text, "%u round%s began anew: %s%s%s.\n", n,
          n == 1 ? "" : "s", why[i],
          i == PB_HARM_CHANGED ? ", the last time "
                                 "because "
                               : "",
          i == PB_HARM_CHANGED ? facts[pb_harm_plan_get_changed (plan)] : "");
  }
}

/**
 * pb_harm_report_dup_text:
 * @report: a report
 * @plan: of it
 *
 * Returns: (transfer full): lines for people, what the numbers cannot tell too
 */
gchar *
pb_harm_report_dup_text (const PbHarmReport *report, const PbHarmPlan *plan)
{
  const PbHarmSetup *setup = pb_harm_plan_get_setup (plan);
  g_autofree gchar *line = pb_harm_report_dup_line (report);
  GString *text = g_string_new (line);

  g_string_append (text, ".\n");
  if (report->problem == NULL) {
    append_work (text, report, PB_HARM_WHOLE);
    if (report->has_picture)
      append_work (text, report, PB_HARM_ROWS);
  }
  g_string_append_printf (text,
      "\n%u of %u rounds; each has %.1f s of each in an order drawn by lot "
      "(seed %u), %.1f s after a change cut off.\n",
      report->n_rounds, setup->n_rounds, setup->window_ms / 1000.0, setup->seed,
      setup->settle_ms / 1000.0);
  append_spoilt (text, plan);
  g_string_append (text,
      "\302\261 is where the true difference lies in 95 of 100 such "
      "measurements, of each number by itself: among twenty numbers one is "
      "off by luck.\n"
      "The game's frame rate is an average over up to a second: a single long "
      "frame does not show, slower seconds do.\n");
  if (report->n_less > 0)
    g_string_append_printf (text,
        "In %u of %u windows with all of the work the agent sent less than is "
        "asked for, for want of processors or network: all of it would cost "
        "more.\n",
        report->n_less, report->n_rounds);
  if (report->is_held)
    g_string_append (text,
        "The frame rate hardly moved in any window: a limit (V-sync, a cap) "
        "holds it, so what the agent costs shows in the other numbers, if "
        "anywhere.\n");
  return g_string_free (text, FALSE);
}
