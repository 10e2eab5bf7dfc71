/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbGovern: in which order things give way and come back, and that they do not
 * come and go. */
#include "govern/pb-govern.h"

#define WAIT_S 10

/* A PC, as each look finds it; a second between them. */
typedef struct {
  PbGovern govern;
  PbGovernSample sample;
  PbGovernDecision decision;
  gboolean is_picture_asked;
  PbAdaptStep network; /* what it bears */
  guint n_steps; /* changes so far */
  GString *levels; /* one word for each of them */
} Pc;

static const PbGovernBudget usual = { 40, 95, 45, 98, 1024, 256, 2000, WAIT_S };

static void
begin (Pc *pc, const PbGovernBudget *budget)
{
  const gdouble no = PB_GOVERN_UNKNOWN;

  *pc = (Pc){ .is_picture_asked = TRUE };
  pc->levels = g_string_new (NULL);
  pc->sample = (PbGovernSample){ 1, 10, 30, no, 120, 40, 20, 100, 4000, no, 0,
    TRUE, PB_ADAPT_WHOLE };
  pb_govern_init (&pc->govern, budget);
}

static void
end (Pc *pc)
{
  g_string_free (pc->levels, TRUE);
}

/* The agent does at once as it is told. */
static void
look (Pc *pc)
{
  const PbGovernDecision before = pc->decision;
  PbGovernDecision *now = &pc->decision;

  pc->sample.now_us += G_USEC_PER_SEC;
  pb_govern_look (&pc->govern, &pc->sample, now);
  pc->sample.step = MAX (now->picture, pc->network);
  pc->sample.has_picture =
      pc->is_picture_asked && now->picture != PB_ADAPT_TELEMETRY;
  if (now->picture == before.picture && now->thin == before.thin)
    return;
  pc->n_steps++;
  g_string_append_printf (pc->levels, "%s%s", pc->levels->len > 0 ? " " : "",
      pb_govern_get_level (now));
}

static void
go_on (Pc *pc, guint seconds)
{
  for (guint i = 0; i < seconds; i++)
    look (pc);
}

static void
test_calm_pc (void)
{
  Pc pc;

  begin (&pc, &usual);
  go_on (&pc, 3600);
  g_assert_cmpuint (pc.n_steps, ==, 0);
  g_assert_cmpint (pc.decision.reason, ==, PB_GOVERN_CALM);
  g_assert_null (pb_govern_dup_reason (&pc.govern));
  end (&pc);
}

/* Picture first, rows last, and each comes back: one by one, slowly. */
static void
test_order (void)
{
  Pc pc;
  g_autofree gchar *reason = NULL;

  begin (&pc, &usual);
  pc.sample.machine_cpu_pct = 99;
  go_on (&pc, 60);
  g_assert_cmpstr (
      pc.levels->str, ==, "smaller smallest telemetry main key least");
  g_assert_cmpint (pc.decision.reason, ==, PB_GOVERN_MACHINE_CPU);
  reason = pb_govern_dup_reason (&pc.govern);
  g_assert_cmpstr (reason, ==,
      "this PC's processors were 99 % busy, and shall not be more than 95 "
      "(budget-pc-pct)");
  g_string_truncate (pc.levels, 0);
  pc.sample.machine_cpu_pct = 30;
  go_on (&pc, WAIT_S - 1);
  g_assert_cmpstr (pc.levels->str, ==, "");
  go_on (&pc, 6 * WAIT_S);
  g_assert_cmpstr (
      pc.levels->str, ==, "key main telemetry smallest smaller whole");
  g_assert_cmpint (pc.decision.reason, ==, PB_GOVERN_CALM);
  end (&pc);
}

/* Loading a track is no load. */
static void
test_moments (void)
{
  Pc pc;

  begin (&pc, &usual);
  for (guint i = 0; i < 100; i++) {
    pc.sample.machine_cpu_pct = i % 4 < 2 ? 100 : 50;
    look (&pc);
  }
  g_assert_cmpuint (pc.n_steps, ==, 0);
  end (&pc);
}

/* Between what is too much and what is calm nothing happens. */
static void
test_hysteresis (void)
{
  Pc pc;

  begin (&pc, &usual);
  pc.sample.machine_cpu_pct = 96;
  go_on (&pc, 3);
  g_assert_cmpuint (pc.n_steps, ==, 1);
  pc.sample.machine_cpu_pct = 90;
  go_on (&pc, 600);
  g_assert_cmpuint (pc.n_steps, ==, 1);
  pc.sample.machine_cpu_pct = 80;
  go_on (&pc, WAIT_S + 1);
  g_assert_cmpuint (pc.n_steps, ==, 2);
  g_assert_cmpint (pc.decision.picture, ==, PB_ADAPT_WHOLE);
  end (&pc);
}

/* A load that is only there with a picture: it is tried ever more rarely. */
static void
test_no_flapping (void)
{
  Pc pc;

  begin (&pc, &usual);
  for (guint i = 0; i < 3600; i++) {
    pc.sample.game_fps = pc.sample.has_picture ? 40 : 60;
    look (&pc);
  }
  g_assert_cmpuint (pc.n_steps, <, 60);
  g_assert_cmpint (pc.decision.reason, ==, PB_GOVERN_GAME);
  end (&pc);
}

/* What a picture took is known: one that would not fit is rarely tried. */
static void
test_too_dear (void)
{
  Pc pc;

  begin (&pc, &usual);
  for (guint i = 0; i < 1200; i++) {
    pc.sample.agent_cpu_pct = pc.sample.has_picture ? 60 : 1;
    look (&pc);
  }
  g_assert_cmpint (pc.decision.thin, ==, PB_THIN_NONE);
  g_assert_cmpuint (pc.n_steps, <, 30);
  g_assert_cmpint (pc.decision.reason, ==, PB_GOVERN_AGENT_CPU);
  end (&pc);
}

/* A program that takes the machine's memory, and ends. */
static void
test_memory_of_others (void)
{
  Pc pc;

  begin (&pc, &usual);
  pc.sample.free_memory_mb = 100;
  go_on (&pc, 300);
  g_assert_cmpstr (pc.levels->str, ==, "smaller smallest telemetry");
  g_assert_cmpint (pc.decision.reason, ==, PB_GOVERN_FREE_MEMORY);
  pc.sample.free_memory_mb = 280;
  go_on (&pc, 300);
  g_assert_cmpuint (pc.n_steps, ==, 3);
  pc.sample.free_memory_mb = 1000;
  go_on (&pc, 3 * WAIT_S + 1);
  g_assert_cmpstr (
      pc.levels->str, ==, "smaller smallest telemetry smallest smaller whole");
  end (&pc);
}

/* However short the wait is: what was too much until then is over. */
static void
test_memory_comes_back_once (void)
{
  PbGovernBudget short_wait = usual;
  Pc pc;

  short_wait.wait_s = 1;
  begin (&pc, &short_wait);
  pc.sample.free_memory_mb = 100;
  go_on (&pc, 30);
  pc.sample.free_memory_mb = 4000;
  go_on (&pc, 6);
  g_assert_cmpstr (
      pc.levels->str, ==, "smaller smallest telemetry smallest smaller whole");
  end (&pc);
}

/* The agent's own, by what is sent: queues and encoders shrink with the picture,
 * and only where that is not enough it ends. One that would not fit is tried
 * again, rarely; one that fits again stays. */
static void
test_memory_ceiling (void)
{
  static const struct {
    gdouble memory_mb[PB_ADAPT_TELEMETRY + 1];
    const gchar *down;
    gdouble then_mb; /* of all of them, once what was too much is gone */
  } table[] = {
    { { 1000, 700, 400, 30 }, "", 900 },
    { { 1400, 800, 500, 30 }, "smaller", 600 },
    { { 1900, 1300, 800, 30 }, "smaller smallest", 600 },
    { { 3000, 2000, 1200, 30 }, "smaller smallest telemetry", 600 },
    { { 3000, 2000, 1500, 1200 }, "smaller smallest telemetry", 30 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    Pc pc;

    begin (&pc, &usual);
    for (guint n = 0; n < 16 * WAIT_S; n++) {
      pc.sample.memory_mb = table[i].memory_mb[pc.decision.picture];
      look (&pc);
    }
    g_assert_cmpstr (pc.levels->str, ==, table[i].down);
    g_assert_cmpint (pc.decision.thin, ==, PB_THIN_NONE);
    if (pc.n_steps > 0)
      g_assert_cmpint (pc.decision.reason, ==, PB_GOVERN_MEMORY);
    pc.sample.memory_mb = table[i].then_mb;
    go_on (&pc, 4 * 16 * WAIT_S);
    g_assert_cmpint (pc.decision.picture, ==, PB_ADAPT_WHOLE);
    end (&pc);
  }
}

/* A game that is as slow without a picture gets it back. */
static void
test_slow_game (void)
{
  Pc pc;

  begin (&pc, &usual);
  pc.sample.game_fps = 30;
  go_on (&pc, 120);
  g_assert_true (g_str_has_prefix (
      pc.levels->str, "smaller smallest telemetry smallest smaller whole"));
  g_assert_cmpuint (pc.n_steps, ==, 6);
  /* Once it has been fast, it counts again. */
  pc.sample.game_fps = 90;
  go_on (&pc, 60);
  pc.sample.game_fps = 30;
  go_on (&pc, 5);
  g_assert_cmpuint (pc.n_steps, ==, 7);
  end (&pc);
}

/* A full GPU is no harm while the game draws enough. */
static void
test_full_gpu (void)
{
  Pc pc;

  begin (&pc, &usual);
  pc.sample.gpu_pct = 100;
  pc.sample.game_fps = 140;
  go_on (&pc, 60);
  g_assert_cmpuint (pc.n_steps, ==, 0);
  pc.sample.game_fps = 50;
  go_on (&pc, 4);
  g_assert_cmpint (pc.decision.reason, ==, PB_GOVERN_GAME_LOAD);
  g_assert_cmpint (pc.decision.picture, ==, PB_ADAPT_SMALLER);
  end (&pc);
}

/* What nobody tells is no reason for anything. */
static void
test_unknown (void)
{
  const gdouble no = PB_GOVERN_UNKNOWN;
  Pc pc;

  begin (&pc, &usual);
  pc.sample = (PbGovernSample){ 1, no, no, no, no, no, no, no, no, no, 0, TRUE,
    PB_ADAPT_WHOLE };
  go_on (&pc, 100);
  g_assert_cmpuint (pc.n_steps, ==, 0);
  end (&pc);
}

static void
test_no_budgets (void)
{
  const PbGovernBudget none = { .wait_s = 1 };
  Pc pc;

  begin (&pc, &none);
  pc.sample = (PbGovernSample){ 1, 100, 100, 100, 1, 100, 100, 1e6, 0, 1e6, 0,
    TRUE, PB_ADAPT_WHOLE };
  go_on (&pc, 100);
  g_assert_cmpuint (pc.n_steps, ==, 0);
  end (&pc);
}

/* Rows alone: a network that takes none of them fast enough, by no way. */
static void
test_link (void)
{
  Pc pc;

  begin (&pc, &usual);
  pc.is_picture_asked = pc.sample.has_picture = FALSE;
  for (guint i = 0; i < 30; i++) {
    pc.sample.late_ms = 500 + 900 * i;
    look (&pc);
  }
  g_assert_cmpstr (pc.levels->str, ==, "main key least");
  g_assert_cmpint (pc.decision.picture, ==, PB_ADAPT_WHOLE);
  /* What is behind is caught up with; nothing more is left out meanwhile, and
   * nothing comes back before. */
  while (pc.sample.late_ms > 1000) {
    pc.sample.late_ms -= 800;
    look (&pc);
  }
  g_assert_cmpuint (pc.n_steps, ==, 3);
  pc.sample.late_ms = 100;
  go_on (&pc, 3 * WAIT_S + 3);
  g_assert_cmpuint (pc.n_steps, ==, 6);
  g_assert_cmpint (pc.decision.thin, ==, PB_THIN_NONE);
  end (&pc);
}

/* An outage that is over is a backlog that shrinks. */
static void
test_backlog (void)
{
  Pc pc;

  begin (&pc, &usual);
  pc.is_picture_asked = pc.sample.has_picture = FALSE;
  for (pc.sample.late_ms = 600000; pc.sample.late_ms > 0;
       pc.sample.late_ms -= 9000)
    look (&pc);
  g_assert_cmpuint (pc.n_steps, ==, 0);
  end (&pc);
}

static void
test_dropped_rows (void)
{
  Pc pc;

  begin (&pc, &usual);
  pc.is_picture_asked = pc.sample.has_picture = FALSE;
  pc.sample.late_ms = 150;
  pc.sample.n_lost = 3;
  go_on (&pc, 5);
  g_assert_cmpint (pc.decision.thin, ==, PB_THIN_MAIN);
  g_assert_cmpint (pc.decision.reason, ==, PB_GOVERN_LINK);
  end (&pc);
}

/* By SRT, which waits for nothing: most of what is sent is gone at once. */
static void
test_lost_rows (void)
{
  Pc pc;

  begin (&pc, &usual);
  pc.is_picture_asked = pc.sample.has_picture = FALSE;
  pc.sample.late_ms = 450;
  pc.sample.n_lost = 25;
  look (&pc);
  g_assert_cmpuint (pc.n_steps, ==, 0);
  go_on (&pc, 5);
  g_assert_cmpstr (pc.levels->str, ==, "main key least");
  /* A try of more is given up as fast. */
  pc.sample.n_lost = 0;
  go_on (&pc, WAIT_S);
  pc.sample.n_lost = 25;
  go_on (&pc, 2);
  g_assert_cmpstr (pc.levels->str, ==, "main key least key least");
  end (&pc);
}

/* What the network has made small already is made smaller. */
static void
test_goes_on_from_there (void)
{
  Pc pc;

  begin (&pc, &usual);
  pc.network = pc.sample.step = PB_ADAPT_SMALLER;
  pc.sample.machine_cpu_pct = 99;
  go_on (&pc, 3);
  g_assert_cmpint (pc.decision.picture, ==, PB_ADAPT_SMALLEST);
  end (&pc);
}

/* Nobody looks between two streams: what was calm then is not known. */
static void
test_pause (void)
{
  Pc pc;

  begin (&pc, &usual);
  pc.sample.machine_cpu_pct = 99;
  go_on (&pc, 3);
  pc.sample.machine_cpu_pct = 30;
  pc.sample.now_us += 600 * G_USEC_PER_SEC;
  go_on (&pc, WAIT_S);
  g_assert_cmpint (pc.decision.picture, ==, PB_ADAPT_SMALLER);
  go_on (&pc, 2);
  g_assert_cmpint (pc.decision.picture, ==, PB_ADAPT_WHOLE);
  end (&pc);
}

static void
test_arbiter (void)
{
  const PbAdaptBand band = { 4000, 2000, 400 };
  static const struct {
    PbAdaptDecision network;
    PbAdaptStep pc;
    guint kbps;
    PbAdaptStep step;
  } rows[] = {
    { { 3500, PB_ADAPT_WHOLE, PB_ADAPT_FULL }, PB_ADAPT_WHOLE, 3500,
        PB_ADAPT_WHOLE },
    { { 3500, PB_ADAPT_WHOLE, PB_ADAPT_FULL }, PB_ADAPT_SMALLER, 2600,
        PB_ADAPT_SMALLER },
    { { 1200, PB_ADAPT_WHOLE, PB_ADAPT_QUEUE }, PB_ADAPT_SMALLER, 1200,
        PB_ADAPT_SMALLER },
    { { 500, PB_ADAPT_SMALLEST, PB_ADAPT_QUEUE }, PB_ADAPT_SMALLER, 500,
        PB_ADAPT_SMALLEST },
    { { 3500, PB_ADAPT_WHOLE, PB_ADAPT_FULL }, PB_ADAPT_TELEMETRY, 0,
        PB_ADAPT_TELEMETRY },
    { { 0, PB_ADAPT_TELEMETRY, PB_ADAPT_QUEUE }, PB_ADAPT_SMALLER, 0,
        PB_ADAPT_TELEMETRY },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    PbAdaptDecision both;

    pb_govern_arbitrate (&band, &rows[i].network, rows[i].pc, &both);
    g_assert_cmpuint (both.bitrate_kbps, ==, rows[i].kbps);
    g_assert_cmpint (both.step, ==, rows[i].step);
  }
}

static void
test_thin (void)
{
  g_assert_cmpstr (pb_thin_get_fields (PB_THIN_NONE), ==, "");
  g_assert_cmpuint (pb_thin_get_divisor (PB_THIN_NONE, 60), ==, 1);
  g_assert_cmpuint (pb_thin_get_divisor (PB_THIN_MAIN, 60), ==, 1);
  g_assert_cmpuint (pb_thin_get_divisor (PB_THIN_KEY, 60), ==, 3);
  g_assert_cmpuint (pb_thin_get_divisor (PB_THIN_LEAST, 60), ==, 6);
  g_assert_cmpuint (pb_thin_get_divisor (PB_THIN_LEAST, 360), ==, 36);
  g_assert_cmpuint (pb_thin_get_divisor (PB_THIN_LEAST, 5), ==, 1);
  /* Never below 10 Hz. */
  for (guint hz = 1; hz < 400; hz++)
    g_assert_cmpuint (
        hz, >=, MIN (hz, 10) * pb_thin_get_divisor (PB_THIN_LEAST, hz));
  /* Each set is a part of the one before it. */
  g_assert_true (g_str_has_prefix (
      pb_thin_get_fields (PB_THIN_MAIN), pb_thin_get_fields (PB_THIN_KEY)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/govern/calm", test_calm_pc);
  g_test_add_func ("/govern/order", test_order);
  g_test_add_func ("/govern/moments", test_moments);
  g_test_add_func ("/govern/hysteresis", test_hysteresis);
  g_test_add_func ("/govern/no-flapping", test_no_flapping);
  g_test_add_func ("/govern/too-dear", test_too_dear);
  g_test_add_func ("/govern/memory-of-others", test_memory_of_others);
  g_test_add_func (
      "/govern/memory-comes-back-once", test_memory_comes_back_once);
  g_test_add_func ("/govern/memory-ceiling", test_memory_ceiling);
  g_test_add_func ("/govern/slow-game", test_slow_game);
  g_test_add_func ("/govern/full-gpu", test_full_gpu);
  g_test_add_func ("/govern/unknown", test_unknown);
  g_test_add_func ("/govern/no-budgets", test_no_budgets);
  g_test_add_func ("/govern/link", test_link);
  g_test_add_func ("/govern/backlog", test_backlog);
  g_test_add_func ("/govern/dropped-rows", test_dropped_rows);
  g_test_add_func ("/govern/lost-rows", test_lost_rows);
  g_test_add_func ("/govern/goes-on-from-there", test_goes_on_from_there);
  g_test_add_func ("/govern/pause", test_pause);
  g_test_add_func ("/govern/arbiter", test_arbiter);
  g_test_add_func ("/govern/thin", test_thin);
  return g_test_run ();
}
