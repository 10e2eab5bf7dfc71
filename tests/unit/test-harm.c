/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the agent costs: a cost that is there is found, one that is not is not
 * invented, and nothing is concluded from a race that changed. */
#include "harm/pb-harm-report.h"
#include "harm/pb-harm-words.h"

#include <math.h>
#include <string.h>

#define LOOK_US 100000
#define REACH_US 1200000
#define PLUS_MINUS "\302\261"

/* A game, and how its frame rate comes about. */
typedef struct {
  gdouble costs[PB_HARM_N_WORKS]; /* frames a second */
  gdouble noise; /* of a window, and of a sample */
  gdouble trend; /* frames a second, each second */
  gdouble while_settling; /* frames a second that do not count; 0 = as ever */
  guint change_each; /* looks; 0 = never */
  PbHarmFact fact;
  gboolean is_still, is_broken, is_stuck, is_less;
} Game;

static const PbHarmSetup usual = { TRUE, 8, 8, 2000, 10000, 60000, 7 };

/* About normal. */
static gdouble
get_noise (GRand *rand)
{
  gdouble sum = -6;

  for (guint i = 0; i < 12; i++)
    sum += g_rand_double (rand);
  return sum;
}

static PbHarmPlan *
play (const PbHarmSetup *setup, const Game *game, guint32 seed)
{
  PbHarmPlan *plan = pb_harm_plan_new (setup);
  GRand *rand = g_rand_new_with_seed (seed);
  PbHarmSample s = { .now_us = 1 };
  gint64 asked_us = 1;
  gdouble luck = 0;

  for (guint i = 0; pb_harm_plan_get_phase (plan) != PB_HARM_OVER; i++) {
    const PbHarmWork work = pb_harm_plan_get_work (plan);
    const PbHarmPhase phase = pb_harm_plan_get_phase (plan);
    const gboolean is_reached = !game->is_stuck
                                && s.now_us - asked_us >= REACH_US
                                && !(game->is_broken && i % 50 == 49);

    g_assert_cmpuint (i, <, 100000);
    s.now_us += LOOK_US;
    s.has_row = !game->is_still;
    s.is_less = game->is_less && work == PB_HARM_WHOLE && i % 40 == 0;
    s.fps = 140 - game->costs[work] + luck + game->noise * get_noise (rand)
            + game->trend * (gdouble) s.now_us / G_USEC_PER_SEC;
    if (phase == PB_HARM_SETTLING && game->while_settling > 0)
      s.fps = game->while_settling;
    s.fg_pct = 30;
    s.bg_pct = s.gpu_pct = s.all_gpu_pct = s.encode_pct = -1;
    s.game_us = -1;
    s.agent_us += work == PB_HARM_NOTHING ? 100 : 4000;
    s.busy_us += 60000;
    s.total_us += 200000;
    if (game->change_each > 0)
      s.situation.facts[game->fact] = (gint) (i / game->change_each);
    if (pb_harm_plan_look (plan, &s, is_reached))
      asked_us = s.now_us;
    if (pb_harm_plan_get_phase (plan) == PB_HARM_MEASURING
        && phase != PB_HARM_MEASURING)
      luck = game->noise * get_noise (rand);
  }
  g_rand_free (rand);
  return plan;
}

static void
test_each_order_as_often_as_the_others (void)
{
  const PbHarmSetup setup = { TRUE, 12, 0, 1, 1, 1, 3 };
  g_autoptr (PbHarmPlan) plan = pb_harm_plan_new (&setup);
  guint at[PB_HARM_N_WORKS][PB_HARM_N_WORKS] = { { 0 } };

  for (guint r = 0; r < setup.n_rounds; r++) {
    guint seen = 0;

    for (guint i = 0; i < pb_harm_plan_get_n_works (plan); i++) {
      at[i][pb_harm_plan_get_order (plan, r, i)]++;
      seen |= 1u << pb_harm_plan_get_order (plan, r, i);
    }
    g_assert_cmpuint (seen, ==, 7);
  }
  for (guint i = 0; i < PB_HARM_N_WORKS; i++)
    for (guint w = 0; w < PB_HARM_N_WORKS; w++)
      g_assert_cmpuint (at[i][w], ==, 4);
}

static void
test_without_a_picture_there_are_two_works (void)
{
  const PbHarmSetup setup = { FALSE, 10, 0, 1, 1, 1, 3 };
  g_autoptr (PbHarmPlan) plan = pb_harm_plan_new (&setup);
  guint n_first = 0;

  g_assert_cmpuint (pb_harm_plan_get_n_works (plan), ==, 2);
  for (guint r = 0; r < setup.n_rounds; r++)
    n_first += pb_harm_plan_get_order (plan, r, 0) == PB_HARM_NOTHING;
  g_assert_cmpuint (n_first, ==, 5);
}

static void
test_the_seed_decides_the_order (void)
{
  GString *orders[3];

  for (guint k = 0; k < G_N_ELEMENTS (orders); k++) {
    const PbHarmSetup setup = { TRUE, 12, 0, 1, 1, 1, k == 2 ? 5 : 4 };
    g_autoptr (PbHarmPlan) plan = pb_harm_plan_new (&setup);

    orders[k] = g_string_new (NULL);
    for (guint r = 0; r < setup.n_rounds; r++)
      for (guint i = 0; i < 3; i++)
        g_string_append_printf (
            orders[k], "%d", pb_harm_plan_get_order (plan, r, i));
  }
  g_assert_cmpstr (orders[0]->str, ==, orders[1]->str);
  g_assert_cmpstr (orders[0]->str, !=, orders[2]->str);
  for (guint k = 0; k < G_N_ELEMENTS (orders); k++)
    g_string_free (orders[k], TRUE);
}

static void
test_a_cost_is_found (void)
{
  const Game game = { .costs = { 6, 1, 0 }, .noise = 0.5 };
  g_autoptr (PbHarmPlan) plan = play (&usual, &game, 1);
  g_autofree gchar *text = NULL;
  g_autofree gchar *line = NULL;
  const PbHarmDifference *d;
  PbHarmReport report;

  pb_harm_report_init (&report, plan);
  g_assert_null (report.problem);
  g_assert_cmpuint (report.n_rounds, ==, 8);
  g_assert_false (report.is_held);
  d = &report.differences[PB_HARM_WHOLE][PB_HARM_FPS];
  g_assert_cmpfloat_with_epsilon (d->mean, -6, 1);
  g_assert_cmpint (pb_harm_stats_judge (PB_HARM_FPS, d), ==, PB_HARM_WORSE);
  d = &report.differences[PB_HARM_WHOLE][PB_HARM_FRAME_P50_MS];
  g_assert_cmpint (
      pb_harm_stats_judge (PB_HARM_FRAME_P50_MS, d), ==, PB_HARM_WORSE);
  d = &report.differences[PB_HARM_WHOLE][PB_HARM_AGENT_CPU_PCT];
  g_assert_cmpfloat_with_epsilon (d->mean, 3.9, 0.01);
  d = &report.differences[PB_HARM_ROWS][PB_HARM_FPS];
  g_assert_cmpfloat_with_epsilon (d->mean, -1, 1);
  line = pb_harm_report_dup_line (&report);
  text = pb_harm_report_dup_text (&report, plan);
  g_test_message ("%s", text);
  g_assert_nonnull (strstr (line, "fewer"));
  g_assert_nonnull (strstr (text, "Telemetry alone, against nothing"));
  g_assert_nonnull (
      strstr (text, "GPU, as the game says              not known"));
  pb_harm_report_clear (&report);
}

static void
test_what_comes_while_settling_does_not_count (void)
{
  const Game game = { .costs = { 2, 1, 0 }, .while_settling = 20 };
  g_autoptr (PbHarmPlan) plan = play (&usual, &game, 1);
  guint n;
  const PbHarmRound *rounds = pb_harm_plan_get_rounds (plan, &n);

  g_assert_cmpuint (n, ==, 8);
  for (guint i = 0; i < n; i++)
    for (guint w = 0; w < PB_HARM_N_WORKS; w++)
      g_assert_cmpfloat_with_epsilon (
          rounds[i].windows[w].figures[PB_HARM_FPS], 138 + w, 1e-6);
}

/* Of so many measurements of a game that the agent costs nothing. */
static guint
count_invented (gdouble noise, gdouble trend, guint n)
{
  const Game game = { .noise = noise, .trend = trend };
  guint n_invented = 0;

  for (guint i = 0; i < n; i++) {
    PbHarmSetup setup = usual;
    g_autoptr (PbHarmPlan) plan = NULL;
    PbHarmReport report;

    setup.has_picture = FALSE;
    setup.seed = i;
    plan = play (&setup, &game, i);
    pb_harm_report_init (&report, plan);
    n_invented += pb_harm_stats_judge (PB_HARM_FPS,
                      &report.differences[PB_HARM_WHOLE][PB_HARM_FPS])
                  != PB_HARM_NONE;
    pb_harm_report_clear (&report);
  }
  g_test_message ("noise %.1f, trend %.2f: a cost was invented in %u of %u",
      noise, trend, n_invented, n);
  return n_invented;
}

/* One in twenty is what the interval says; drawn numbers are the same in each
 * run. */
static void
test_no_cost_is_not_invented (void)
{
  g_assert_cmpuint (count_invented (1, 0, 300), <=, 24);
  g_assert_cmpuint (count_invented (5, 0, 300), <=, 24);
  g_assert_cmpuint (count_invented (1, 0.02, 300), <=, 24);
}

/* And a true one is within the interval as often as that says. */
static void
test_the_interval_holds_what_it_says (void)
{
  guint n_within = 0, n_found = 0;

  for (guint i = 0; i < 300; i++) {
    const Game game = { .costs = { 2, 0, 0 }, .noise = 0.7 };
    PbHarmSetup setup = usual;
    g_autoptr (PbHarmPlan) plan = NULL;
    const PbHarmDifference *d;
    PbHarmReport report;

    setup.has_picture = FALSE;
    setup.seed = i;
    plan = play (&setup, &game, 1000 + i);
    pb_harm_report_init (&report, plan);
    d = &report.differences[PB_HARM_WHOLE][PB_HARM_FPS];
    n_within += fabs (d->mean + 2) <= d->half;
    n_found += pb_harm_stats_judge (PB_HARM_FPS, d) == PB_HARM_WORSE;
    pb_harm_report_clear (&report);
  }
  g_test_message ("a cost of 2 fps: within the interval in %u of 300, found in "
                  "%u",
      n_within, n_found);
  g_assert_cmpuint (n_within, >=, 276);
  g_assert_cmpuint (n_found, >=, 285);
}

static void
test_a_race_that_changes_is_no_measurement (void)
{
  const Game game = { .change_each = 100, .fact = PB_HARM_ON_PIT_ROAD };
  g_autoptr (PbHarmPlan) plan = play (&usual, &game, 1);
  g_autofree gchar *line = NULL;
  PbHarmReport report;

  g_assert_cmpuint (pb_harm_plan_get_spoilt (plan, PB_HARM_CHANGED), ==, 9);
  pb_harm_report_init (&report, plan);
  line = pb_harm_report_dup_line (&report);
  g_test_message ("%s", line);
  g_assert_nonnull (strstr (line, "cannot be told"));
  g_assert_nonnull (strstr (line, "came into the pits or left them"));
  pb_harm_report_clear (&report);
}

/* It changed once: what was before is not compared with what came after. */
static void
test_a_change_between_two_windows_counts (void)
{
  const Game game = { .change_each = 1000, .fact = PB_HARM_SESSION_NUM };
  g_autoptr (PbHarmPlan) plan = play (&usual, &game, 1);
  PbHarmReport report;
  guint n;
  const PbHarmRound *rounds = pb_harm_plan_get_rounds (plan, &n);

  g_assert_cmpuint (n, ==, 8);
  g_assert_cmpuint (pb_harm_plan_get_spoilt (plan, PB_HARM_CHANGED), >, 1);
  g_assert_cmpint (rounds[0].situation.facts[PB_HARM_SESSION_NUM], <,
      rounds[7].situation.facts[PB_HARM_SESSION_NUM]);
  for (guint i = 0; i < n; i++) {
    gint64 first = G_MAXINT64, last = 0;

    for (guint w = 0; w < PB_HARM_N_WORKS; w++) {
      first = MIN (first, rounds[i].windows[w].begun_us);
      last = MAX (last, rounds[i].windows[w].begun_us + 10000000);
    }
    g_assert_cmpint (first / (1000 * LOOK_US), ==, last / (1000 * LOOK_US));
  }
  pb_harm_report_init (&report, plan);
  g_assert_null (report.problem);
  pb_harm_report_clear (&report);
}

static void
test_it_says_why_not (void)
{
  static const struct {
    Game game;
    const gchar *words;
  } cases[] = {
    { { .is_still = TRUE }, "wrote no rows" },
    { { .is_broken = TRUE }, "broke off" },
    { { .is_stuck = TRUE }, "did not come about within 60 s" },
    { { .change_each = 20, .fact = PB_HARM_CAMERA }, "the camera changed" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (PbHarmPlan) plan = play (&usual, &cases[i].game, 1);
    g_autofree gchar *text = NULL;
    PbHarmReport report;

    pb_harm_report_init (&report, plan);
    text = pb_harm_report_dup_text (&report, plan);
    g_assert_nonnull (strstr (text, cases[i].words));
    g_assert_null (strstr (text, "against nothing"));
    pb_harm_report_clear (&report);
  }
}

static void
test_a_limit_is_told (void)
{
  const Game held = { .noise = 0.02 }, moving = { .noise = 0.5 };
  const Game *games[] = { &held, &moving };

  for (guint i = 0; i < 2; i++) {
    g_autoptr (PbHarmPlan) plan = play (&usual, games[i], 1);
    g_autofree gchar *line = NULL;
    PbHarmReport report;

    pb_harm_report_init (&report, plan);
    line = pb_harm_report_dup_line (&report);
    g_assert_cmpint (report.is_held, ==, i == 0);
    g_assert_cmpint (strstr (line, "a limit holds") != NULL, ==, i == 0);
    pb_harm_report_clear (&report);
  }
}

/* What was held back for want of processors is not what it would cost. */
static void
test_less_than_all_is_told (void)
{
  const Game game = { .noise = 0.5, .is_less = TRUE };
  g_autoptr (PbHarmPlan) plan = play (&usual, &game, 1);
  g_autofree gchar *text = NULL;
  PbHarmReport report;

  pb_harm_report_init (&report, plan);
  text = pb_harm_report_dup_text (&report, plan);
  g_assert_cmpuint (report.n_less, ==, 8);
  g_assert_nonnull (strstr (text, "In 8 of 8 windows"));
  pb_harm_report_clear (&report);
}

static void
test_words (void)
{
  static const struct {
    PbHarmFigure figure;
    PbHarmDifference d;
    const gchar *words;
  } cases[] = {
    { PB_HARM_FPS, { 141.2, 141.5, -0.3, 0.4 },
        "0.3 fps " PLUS_MINUS " 0.4: no measurable difference" },
    { PB_HARM_FPS, { 135.1, 141.5, -6.4, 0.8 },
        "6.4 fps " PLUS_MINUS " 0.8 fewer" },
    { PB_HARM_FPS, { 145.5, 141.5, 4, 0.8 },
        "4.0 fps " PLUS_MINUS " 0.8 more" },
    { PB_HARM_FPS, { 144.0, 144.1, -0.1, 0.02 },
        "0.10 fps " PLUS_MINUS " 0.02: no measurable difference" },
    { PB_HARM_FRAME_P95_MS, { 7.4, 7.1, 0.3, 0.1 },
        "0.30 ms " PLUS_MINUS " 0.10 more" },
    { PB_HARM_GPU_PCT, { 60, 62.5, -2.5, 1 }, "2.5 % " PLUS_MINUS " 1.0 less" },
    { PB_HARM_GPU_PCT, { 60, 62.5, NAN, NAN }, "not known" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *words =
        pb_harm_words_dup_difference (cases[i].figure, &cases[i].d);

    g_assert_cmpstr (words, ==, cases[i].words);
  }
}

static void
test_too_few_rounds_say_nothing (void)
{
  const gdouble with[] = { 1, 2, 3, 4, NAN, 6 };
  const gdouble without[] = { 2, 3, 4, 5, 6, 7 };
  gdouble few[6], none[6] = { 0 };
  PbHarmDifference d;

  pb_harm_stats_compare (with, without, 4, 1, &d);
  g_assert_true (isnan (d.mean));
  g_assert_cmpint (pb_harm_stats_judge (PB_HARM_FPS, &d), ==, PB_HARM_UNKNOWN);
  pb_harm_stats_compare (with, without, 6, 1, &d);
  g_assert_cmpfloat (d.mean, ==, -1);
  g_assert_cmpfloat (d.half, ==, 0);
  g_assert_cmpfloat_with_epsilon (d.with, 3.2, 1e-9);
  /* Many that are the same, and one that is not. */
  for (guint i = 0; i < 6; i++)
    few[i] = i == 0;
  pb_harm_stats_compare (few, none, 6, 1, &d);
  g_assert_cmpfloat (d.half, >, d.mean);
  g_assert_cmpfloat (d.half, <, 100);
  pb_harm_stats_compare (NULL, NULL, 0, 1, &d);
  g_assert_true (isnan (d.with));
}

static void
test_percentiles (void)
{
  gdouble fps[100], figures[PB_HARM_N_FIGURES], spread;

  for (guint i = 0; i < 100; i++)
    fps[i] = 1000.0 / (i + 1); /* 1 to 100 ms */
  pb_harm_stats_sum_up (fps, 100, figures, &spread);
  g_assert_cmpfloat_with_epsilon (figures[PB_HARM_FRAME_P50_MS], 50, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures[PB_HARM_FRAME_P95_MS], 95, 1e-9);
  g_assert_cmpfloat_with_epsilon (figures[PB_HARM_FRAME_P99_MS], 99, 1e-9);
  pb_harm_stats_sum_up (fps, 1, figures, &spread);
  g_assert_cmpfloat (figures[PB_HARM_FRAME_P99_MS], ==, 1);
  g_assert_cmpfloat (spread, ==, 0);
}

static void
test_json_can_be_read (void)
{
  const Game game = { .costs = { 6, 1, 0 }, .noise = 0.5 };
  g_autoptr (PbHarmPlan) plan = play (&usual, &game, 1);
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  JsonObject *o;
  PbHarmReport report;

  pb_harm_report_init (&report, plan);
  json_builder_begin_object (b);
  pb_harm_report_add_json (&report, plan, b);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  o = json_node_get_object (root);
  g_assert_cmpuint (
      json_array_get_length (json_object_get_array_member (o, "windows")), ==,
      24);
  o = json_object_get_object_member (o, "whole");
  g_assert_cmpstr (json_object_get_string_member (
                       json_object_get_object_member (o, "fps"), "verdict"),
      ==, "worse");
  g_assert_true (json_object_get_null_member (
      json_object_get_object_member (o, "gpu_pct"), "difference"));
  pb_harm_report_clear (&report);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add_func ("/harm/" path, func)
  ADD ("each-order-as-often", test_each_order_as_often_as_the_others);
  ADD ("two-works", test_without_a_picture_there_are_two_works);
  ADD ("seed", test_the_seed_decides_the_order);
  ADD ("cost-found", test_a_cost_is_found);
  ADD ("settling", test_what_comes_while_settling_does_not_count);
  ADD ("none-invented", test_no_cost_is_not_invented);
  ADD ("interval", test_the_interval_holds_what_it_says);
  ADD ("changing-race", test_a_race_that_changes_is_no_measurement);
  ADD ("change-between", test_a_change_between_two_windows_counts);
  ADD ("why-not", test_it_says_why_not);
  ADD ("limit", test_a_limit_is_told);
  ADD ("less", test_less_than_all_is_told);
  ADD ("words", test_words);
  ADD ("too-few", test_too_few_rounds_say_nothing);
  ADD ("percentiles", test_percentiles);
  ADD ("json", test_json_can_be_read);
#undef ADD
  return g_test_run ();
}
