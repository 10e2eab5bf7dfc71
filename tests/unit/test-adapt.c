/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAdapt over a simulated network: what it decides, and what that costs. */
#include "adapt/pb-adapt-record.h"
#include "../lib/pb-link-sim.h"

#define LOOK_MS 100

typedef struct {
  PbLinkSim *sim;
  PbAdapt adapt;
  PbAdaptDecision decision;
  gboolean adaptive;
  guint least_kbps, most_kbps; /* since reset() */
  guint64 sum_kbps;
  guint n_looks;
} Run;

static void
reset (Run *run)
{
  run->least_kbps = G_MAXUINT;
  run->most_kbps = 0;
  run->sum_kbps = run->n_looks = 0;
  run->sim->worst_queue_ms = 0;
  run->sim->n_missing = 0;
}

static void
begin (Run *run, gdouble rate_kbps, const gchar *preset, guint most_kbps)
{
  const PbAdaptBand band = pb_adapt_get_band (preset, most_kbps);

  *run = (Run){ .adaptive = TRUE };
  run->sim = pb_link_sim_new (7);
  run->sim->rate_kbps = rate_kbps;
  pb_adapt_init (&run->adapt, &band);
  pb_adapt_get_decision (&run->adapt, &run->decision);
  run->sim->picture_kbps = run->decision.bitrate_kbps;
  reset (run);
}

static void
end (Run *run)
{
  pb_link_sim_free (run->sim);
}

static void
look (Run *run)
{
  PbAdaptSample sample;

  pb_link_sim_run (run->sim, LOOK_MS);
  pb_link_sim_look (run->sim, &sample);
  pb_adapt_look (&run->adapt, &sample, &run->decision);
  if (run->adaptive)
    run->sim->picture_kbps = MAX (run->decision.bitrate_kbps, 0.01);
  run->least_kbps = MIN (run->least_kbps, run->decision.bitrate_kbps);
  run->most_kbps = MAX (run->most_kbps, run->decision.bitrate_kbps);
  run->sum_kbps += run->decision.bitrate_kbps;
  run->n_looks++;
}

static void
go_on (Run *run, guint seconds)
{
  for (guint i = 0; i < seconds * 1000 / LOOK_MS; i++)
    look (run);
}

static guint
mean_kbps (const Run *run)
{
  return (guint) (run->sum_kbps / run->n_looks);
}

static void
test_wide_network (void)
{
  Run run;

  begin (&run, 20000, "medium", 4000);
  g_assert_cmpuint (run.decision.bitrate_kbps, ==, 2000);
  g_assert_cmpint (run.decision.reason, ==, PB_ADAPT_START);
  go_on (&run, 10);
  g_assert_cmpuint (run.decision.bitrate_kbps, ==, 4000);
  g_assert_cmpint (run.decision.reason, ==, PB_ADAPT_FULL);
  reset (&run);
  go_on (&run, 60);
  g_assert_cmpuint (run.least_kbps, ==, 4000);
  g_assert_cmpint (run.decision.step, ==, PB_ADAPT_WHOLE);
  end (&run);
}

/* The task's own: 4, 2, 4 Mbit/s with 300 ms of queue. */
static void
test_bottleneck (void)
{
  Run run, none;

  begin (&run, 4000, "medium", 4000);
  begin (&none, 4000, "medium", 3000);
  none.adaptive = FALSE;
  none.sim->picture_kbps = 3000;
  go_on (&run, 20);
  go_on (&none, 20);
  g_assert_cmpuint (run.decision.bitrate_kbps, >, 3000);
  run.sim->rate_kbps = none.sim->rate_kbps = 2000;
  go_on (&run, 3);
  go_on (&none, 20);
  g_assert_cmpfloat (run.sim->queue_now_ms, <, 60);
  g_assert_cmpuint (none.sim->n_missing, >, 2000);
  g_assert_cmpuint (run.sim->n_missing, <, 30);
  reset (&run);
  go_on (&run, 17);
  g_assert_cmpuint (run.sim->n_missing, ==, 0);
  g_assert_cmpfloat (run.sim->worst_queue_ms, <, 180);
  /* 2 Mbit/s are 1.7 of picture, beside the rows and the headers. */
  g_assert_cmpuint (mean_kbps (&run), >, 1300);
  g_assert_cmpuint (mean_kbps (&run), <, 1750);
  run.sim->rate_kbps = 4000;
  reset (&run);
  go_on (&run, 40);
  g_assert_cmpuint (run.sim->n_missing, ==, 0);
  g_assert_cmpuint (run.decision.bitrate_kbps, >, 2800);
  g_assert_cmpint (run.decision.step, ==, PB_ADAPT_WHOLE);
  end (&run);
  end (&none);
}

static void
test_narrow_from_the_start (void)
{
  Run run;

  begin (&run, 2000, "medium", 4000);
  go_on (&run, 5);
  g_assert_cmpuint (run.sim->n_missing, ==, 0);
  g_assert_cmpuint (run.decision.bitrate_kbps, <, 1800);
  reset (&run);
  go_on (&run, 120);
  g_assert_cmpuint (run.sim->n_missing, ==, 0);
  g_assert_cmpuint (mean_kbps (&run), >, 1250);
  end (&run);
}

/* A cut is there at the second look after the network got narrower. */
static void
test_reacts_at_once (void)
{
  Run run;
  guint n = 0;

  begin (&run, 4500, "medium", 4000);
  go_on (&run, 15);
  run.sim->rate_kbps = 1500;
  while (run.decision.bitrate_kbps > 3000 && n < 50) {
    look (&run);
    n++;
  }
  g_assert_cmpuint (n, <=, 3);
  end (&run);
}

static void
test_steps_down_and_back (void)
{
  Run run;

  begin (&run, 6000, "medium", 4000);
  go_on (&run, 10);
  run.sim->rate_kbps = 1100;
  go_on (&run, 10);
  g_assert_cmpint (run.decision.step, >=, PB_ADAPT_SMALLER);
  g_assert_cmpint (run.decision.step, <=, PB_ADAPT_SMALLEST);
  g_assert_cmpuint (run.decision.bitrate_kbps, <, 1000);
  g_assert_cmpint (run.decision.reason, !=, PB_ADAPT_FULL);
  run.sim->rate_kbps = 6000;
  go_on (&run, 60);
  g_assert_cmpint (run.decision.step, ==, PB_ADAPT_WHOLE);
  g_assert_cmpuint (run.decision.bitrate_kbps, ==, 4000);
  end (&run);
}

/* A small picture of little is no reason to stay small. */
static void
test_steps_back_without_need (void)
{
  Run run;

  begin (&run, 6000, "medium", 4000);
  go_on (&run, 10);
  run.sim->rate_kbps = 1100;
  go_on (&run, 10);
  g_assert_cmpint (run.decision.step, >=, PB_ADAPT_SMALLER);
  run.sim->rate_kbps = 6000;
  run.sim->need_kbps = 350;
  go_on (&run, 60);
  g_assert_cmpint (run.decision.step, ==, PB_ADAPT_WHOLE);
  end (&run);
}

static void
test_telemetry_alone_and_back (void)
{
  Run run;
  guint n = 0;

  begin (&run, 6000, "medium", 4000);
  go_on (&run, 10);
  run.sim->rate_kbps = 250;
  go_on (&run, 15);
  g_assert_cmpint (run.decision.step, ==, PB_ADAPT_TELEMETRY);
  g_assert_cmpuint (run.decision.bitrate_kbps, ==, 0);
  /* The rows alone pass; a picture is tried, later each time. */
  reset (&run);
  for (guint i = 0; i < 1200; i++) {
    const PbAdaptStep was = run.decision.step;

    look (&run);
    n += was == PB_ADAPT_TELEMETRY && run.decision.step != was ? 1 : 0;
  }
  g_assert_cmpuint (n, >=, 1);
  g_assert_cmpuint (n, <=, 4);
  run.sim->rate_kbps = 6000;
  go_on (&run, 240);
  g_assert_cmpint (run.decision.step, ==, PB_ADAPT_WHOLE);
  end (&run);
}

/* SRT repairs it; less of a picture would not help. */
static void
test_losses_that_do_not_mind (void)
{
  static const gdouble shares[] = { 0.02, 0.05, 0.15 };

  for (guint i = 0; i < G_N_ELEMENTS (shares); i++) {
    Run run;

    begin (&run, 20000, "medium", 4000);
    run.sim->rtt_ms = run.sim->smoothed_rtt_ms = 50;
    run.sim->loss = shares[i];
    go_on (&run, 60);
    reset (&run);
    go_on (&run, 30);
    g_assert_cmpuint (mean_kbps (&run), >, 3400);
    end (&run);
  }
}

/* What a busy PC sends late comes at once, and waits for a moment. */
static void
test_busy_machine (void)
{
  static const gdouble rates[] = { 20000, 6000 };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    Run run;

    begin (&run, rates[i], "medium", 4000);
    run.sim->stall_ms = 120;
    go_on (&run, 30);
    reset (&run);
    go_on (&run, 60);
    g_assert_cmpuint (mean_kbps (&run), >, 3300);
    g_assert_cmpint (run.decision.step, ==, PB_ADAPT_WHOLE);
    end (&run);
  }
}

/* A network that drops what is too much, and lets nothing wait. */
static void
test_policer (void)
{
  Run run;

  begin (&run, 2600, "medium", 4000);
  run.sim->queue_ms = 4;
  go_on (&run, 40);
  reset (&run);
  go_on (&run, 60);
  g_assert_cmpuint (mean_kbps (&run), <, 3000);
  end (&run);
}

static void
test_distant_server (void)
{
  Run run;

  begin (&run, 4000, "medium", 4000);
  run.sim->rtt_ms = run.sim->smoothed_rtt_ms = 200;
  run.sim->latency_ms = 800;
  go_on (&run, 20);
  g_assert_cmpuint (run.decision.bitrate_kbps, >, 2500);
  run.sim->rate_kbps = 2000;
  go_on (&run, 20);
  g_assert_cmpuint (run.sim->n_missing, ==, 0);
  g_assert_cmpuint (run.decision.bitrate_kbps, <, 1800);
  end (&run);
}

/* The way gets longer, not narrower: no reason for a smaller picture. */
static void
test_longer_way (void)
{
  Run run;

  begin (&run, 20000, "medium", 4000);
  go_on (&run, 15);
  run.sim->rtt_ms = 130;
  go_on (&run, 40);
  g_assert_cmpuint (run.decision.bitrate_kbps, >, 3400);
  g_assert_cmpint (run.decision.step, ==, PB_ADAPT_WHOLE);
  end (&run);
}

/* What was not sent was not tried either: a menu says nothing of the network. */
static void
test_picture_that_needs_little (void)
{
  Run run;

  begin (&run, 2500, "medium", 4000);
  run.sim->need_kbps = 300;
  go_on (&run, 60);
  g_assert_cmpint (run.decision.reason, ==, PB_ADAPT_PICTURE);
  g_assert_cmpuint (run.decision.bitrate_kbps, ==, 2000);
  end (&run);
}

static void
test_bounds (void)
{
  static const struct {
    const gchar *preset;
    guint most;
    PbAdaptBand band;
  } table[] = {
    { "medium", 4000, { 4000, 2000, 400 } },
    { "medium", 50000, { 4000, 2000, 400 } },
    { "low", 4000, { 2000, 1000, 300 } },
    { "high", 50000, { 8000, 4000, 800 } },
    { "high", 4000, { 4000, 2000, 800 } },
    { "medium", 1000, { 1000, 500, 250 } },
    { "medium", 100, { 100, 50, 25 } },
    { "nonsense", 4000, { 4000, 2000, 400 } },
  };
  Run run;
  PbAdaptBand less;

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    const PbAdaptBand b = pb_adapt_get_band (table[i].preset, table[i].most);

    g_assert_cmpuint (b.high_kbps, ==, table[i].band.high_kbps);
    g_assert_cmpuint (b.low_kbps, ==, table[i].band.low_kbps);
    g_assert_cmpuint (b.floor_kbps, ==, table[i].band.floor_kbps);
  }
  /* Less is allowed from now on: at once, and for good. */
  begin (&run, 20000, "medium", 4000);
  go_on (&run, 10);
  less = pb_adapt_get_band ("medium", 1200);
  pb_adapt_set_band (&run.adapt, &less);
  reset (&run);
  go_on (&run, 20);
  g_assert_cmpuint (run.most_kbps, ==, 1200);
  end (&run);
}

/* Another connection counts from zero; that is no network that takes all. */
static void
test_other_connection (void)
{
  PbAdaptLink link = { 0 };
  PbAdaptSample s = { .now_us = 1000000, .rtt_ms = 100 };

  /* What libsrt says before it knows. */
  g_assert_false (pb_adapt_link_add (&link, &s));
  s.now_us += 100000;
  g_assert_false (pb_adapt_link_add (&link, &s));
  for (guint i = 0; i < 20; i++) {
    s.now_us += 100000;
    s.bytes_sent += 25000;
    s.packets_sent += 20;
    s.rtt_ms = 30;
    g_assert_true (pb_adapt_link_add (&link, &s));
  }
  g_assert_cmpfloat_with_epsilon (link.sent_kbps, 2000, 1);
  g_assert_cmpfloat_with_epsilon (link.delivered_kbps, 2000, 1);
  g_assert_cmpfloat (link.base_ms, ==, 30);
  g_assert_cmpfloat (link.queue_ms, ==, 0);
  /* Twice the same moment is no sample. */
  g_assert_false (pb_adapt_link_add (&link, &s));
  s = (PbAdaptSample){ .now_us = s.now_us + 100000, .rtt_ms = 80 };
  g_assert_true (!pb_adapt_link_add (&link, &s));
  g_assert_cmpfloat (link.base_ms, ==, 80);
}

static void
test_record (void)
{
  const PbAdaptBand band = { 4000, 2000, 400 };
  const PbAdaptSample s = { 12345678, 30.125, 48, 7000, 1234567, 1000, 20, 3 };
  const PbAdaptDecision d = { 1710, PB_ADAPT_SMALLER, PB_ADAPT_QUEUE };
  static const gchar *const bad[] = { "", "now_us", ",,,,,,,,,,",
    "1,2,3,4,5,6,7,8,9,whole", "1,2,3,4,5,6,7,8,9,whole,none",
    "1,2,3,4,5,6,7,8,9,half,queue", "1,2,3,4,5,6,7,-8,9,whole,queue",
    "1,2,3,4,5,6,7,8,99999999999,whole,queue", "# band,1,2,3" };
  g_autofree gchar *head = pb_adapt_record_dup_head (&band);
  g_autofree gchar *line = pb_adapt_record_dup_line (&s, &d);
  g_auto (GStrv) lines = g_strsplit (head, "\n", -1);
  PbAdaptBand band_again;
  PbAdaptSample s_again;
  PbAdaptDecision d_again;

  g_assert_cmpstr (line, ==,
      "12345678,30.125,48.000,7000,1234567,1000,20,3,1710,smaller,queue");
  g_assert_true (pb_adapt_record_parse_line (line, &s_again, &d_again));
  g_assert_cmpfloat (s_again.rtt_ms, ==, s.rtt_ms);
  g_assert_cmpuint (s_again.packets_dropped, ==, 3);
  g_assert_cmpuint (d_again.bitrate_kbps, ==, 1710);
  g_assert_cmpint (d_again.step, ==, d.step);
  g_assert_cmpint (d_again.reason, ==, d.reason);
  g_assert_true (pb_adapt_record_parse_head (lines[0], &band_again));
  g_assert_cmpuint (band_again.low_kbps, ==, 2000);
  g_assert_false (pb_adapt_record_parse_head (lines[1], &band_again));
  g_assert_false (pb_adapt_record_parse_head ("# band,1,2", &band_again));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (pb_adapt_record_parse_line (bad[i], &s_again, &d_again));
}

/* What an agent saw of a real network of 4, 2 and 4 Mbit/s gives what it decided
 * then. A change of the controller shows here in what it changes: record anew
 * (agent/README.md). */
static void
test_replay (void)
{
  g_autofree gchar *file =
      g_test_build_filename (G_TEST_DIST, "unit", "adapt-424.csv", NULL);
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;
  PbAdapt adapt;
  PbAdaptBand band;
  guint n = 0, n_cuts = 0, before = 0;

  g_file_get_contents (file, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  g_assert_true (pb_adapt_record_parse_head (lines[0], &band));
  pb_adapt_init (&adapt, &band);
  for (guint i = 2; lines[i] != NULL && lines[i][0] != '\0'; i++) {
    PbAdaptSample sample;
    PbAdaptDecision then, now;

    g_assert_true (pb_adapt_record_parse_line (lines[i], &sample, &then));
    pb_adapt_look (&adapt, &sample, &now);
    if (ABS ((gint) now.bitrate_kbps - (gint) then.bitrate_kbps) > 10
        || now.step != then.step || now.reason != then.reason) {
      g_autofree gchar *line = pb_adapt_record_dup_line (&sample, &now);

      g_error ("line %u: %s, not %s", i + 1, line, lines[i]);
    }
    n_cuts += now.bitrate_kbps < 0.7 * before ? 1 : 0;
    before = now.bitrate_kbps;
    n++;
  }
  g_assert_cmpuint (n, >, 200);
  g_assert_cmpuint (n_cuts, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/adapt/wide-network", test_wide_network);
  g_test_add_func ("/adapt/bottleneck", test_bottleneck);
  g_test_add_func ("/adapt/narrow-from-the-start", test_narrow_from_the_start);
  g_test_add_func ("/adapt/reacts-at-once", test_reacts_at_once);
  g_test_add_func ("/adapt/steps-down-and-back", test_steps_down_and_back);
  g_test_add_func (
      "/adapt/steps-back-without-need", test_steps_back_without_need);
  g_test_add_func (
      "/adapt/telemetry-alone-and-back", test_telemetry_alone_and_back);
  g_test_add_func (
      "/adapt/losses-that-do-not-mind", test_losses_that_do_not_mind);
  g_test_add_func ("/adapt/busy-machine", test_busy_machine);
  g_test_add_func ("/adapt/policer", test_policer);
  g_test_add_func ("/adapt/distant-server", test_distant_server);
  g_test_add_func ("/adapt/longer-way", test_longer_way);
  g_test_add_func (
      "/adapt/picture-that-needs-little", test_picture_that_needs_little);
  g_test_add_func ("/adapt/bounds", test_bounds);
  g_test_add_func ("/adapt/other-connection", test_other_connection);
  g_test_add_func ("/adapt/record", test_record);
  g_test_add_func ("/adapt/replay", test_replay);
  return g_test_run ();
}
