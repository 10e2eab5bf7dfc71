/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Ticks to clock time, through delays, drift and pauses. */
#include <glib.h>
#include <irsdk/irsdk-tickclock.h>
#include <math.h>

#define MS 1000000.0
#define US 1000.0

typedef struct {
  const gchar *name;
  gdouble drift; /* of the sim's timer against the clock */
  gdouble delay_ms; /* mean of an exponential delay */
  gdouble bound_us; /* greatest error after the first 5 s */
} Case;

static const Case cases[] = {
  { "exact", 0, 0, 1 },
  { "event", 0, 0.1, 50 },
  { "polled", 0, 1, 200 },
  { "busy", 0, 5, 1000 },
  { "drift-plus", 50e-6, 0.3, 100 },
  { "drift-minus", -50e-6, 0.3, 100 },
  { "drift-far", 250e-6, 0, 100 },
};

static void
error_stays_small (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  const gdouble period = 1e9 / 60 * (1 + c->drift);
  const gint64 start = G_GINT64_CONSTANT (123456789012345);
  gdouble worst = 0, worst_step = 0;
  gint64 last = 0;
  IrsdkTickClock clock;

  irsdk_tick_clock_init (&clock, 60);
  for (gint32 i = 0; i < 60 * 60; i++) {
    const gdouble truth = i * period;
    const gdouble delay = -log (1 - g_rand_double (rand)) * c->delay_ms;
    const gint64 seen = start + (gint64) (truth + delay * MS);
    const gint64 t = irsdk_tick_clock_add (&clock, 1000 + i, seen, NULL);

    g_assert_cmpint (t, <=, seen);
    g_assert_cmpint (t, >, last);
    if (i > 300) {
      worst = fmax (worst, fabs ((gdouble) (t - start) - truth));
      worst_step = fmax (worst_step, fabs ((gdouble) (t - last) - period));
    }
    last = t;
  }
  g_test_message ("worst error %.1f us, worst step error %.1f us", worst / US,
      worst_step / US);
  g_assert_cmpfloat (worst, <, c->bound_us * US);
}

static void
lost_ticks_do_not_bend_it (void)
{
  IrsdkTickClock clock;
  gboolean stepped;
  bool s;

  irsdk_tick_clock_init (&clock, 60);
  for (gint32 i = 0; i < 600; i += 1 + i % 7) {
    const gint64 truth = (gint64) (i * 1e9 / 60);
    const gint64 t = irsdk_tick_clock_add (&clock, i, truth, &s);

    g_assert_cmpint (ABS (t - truth), <, 1000);
    stepped = s;
    g_assert_cmpint (stepped, ==, i == 0);
  }
  g_assert_cmpint (
      ABS (irsdk_tick_clock_predict (&clock, 660) - 11000000000), <, 2000);
}

static void
the_pace_is_told (void)
{
  IrsdkTickClock clock;
  double rate_hz = 0, error_ns = 0;

  irsdk_tick_clock_init (&clock, 60);
  g_assert_false (irsdk_tick_clock_get_fit (&clock, &rate_hz, &error_ns));
  for (gint32 i = 0; i < 1200; i++) {
    /* 100 ppm slow; the least delay of a second is 0 or 1 ms by turns. */
    const gint64 late = (i + 59) / 60 % 2 * 1000000;

    irsdk_tick_clock_add (
        &clock, i, (gint64) (i * (1e9 / 60) * 1.0001) + late, NULL);
    if (i == 120)
      g_assert_false (irsdk_tick_clock_get_fit (&clock, &rate_hz, &error_ns));
  }
  g_assert_true (irsdk_tick_clock_get_fit (&clock, &rate_hz, &error_ns));
  g_assert_cmpfloat (ABS (rate_hz - 59.994), <, 0.005);
  g_assert_cmpfloat (error_ns, >, 200e3);
  g_assert_cmpfloat (error_ns, <, 600e3);
}

/* One row 20 ms late is our delay; a pause of the sim moves every tick behind
 * it. */
static void
one_late_row_is_no_pause (void)
{
  IrsdkTickClock clock;
  bool s;

  irsdk_tick_clock_init (&clock, 60);
  for (gint32 i = 0; i < 240; i++) {
    const gint64 truth = (gint64) (i * 1e9 / 60);
    const gint64 late = i % 20 == 19 ? 20 * 1000000 : 0;
    const gint64 t = irsdk_tick_clock_add (&clock, i, truth + late, &s);

    g_assert_cmpint (ABS (t - truth), <, 100000);
  }
}

static void
pause_of_the_sim_is_followed (gconstpointer data)
{
  const gint64 pause = GPOINTER_TO_INT (data) * G_GINT64_CONSTANT (1000000);
  const gint32 patience = pause > 60 * 1000000 ? 1 : IRSDK_TICK_CLOCK_WINDOW;
  IrsdkTickClock clock;
  gint32 steps = 0;
  bool s;

  irsdk_tick_clock_init (&clock, 60);
  for (gint32 i = 0; i < 1200; i++) {
    const gint64 truth = (gint64) (i * 1e9 / 60) + (i >= 600 ? pause : 0);
    const gint64 t = irsdk_tick_clock_add (&clock, i, truth, &s);

    steps += s && i > 0;
    if (i < 600 || i >= 600 + patience)
      g_assert_cmpint (ABS (t - truth), <, 1500000);
    g_assert_cmpint (t, <=, truth);
  }
  g_assert_cmpint (steps, ==, 1);
}

static void
tick_that_goes_back_starts_anew (void)
{
  IrsdkTickClock clock;
  bool s;

  irsdk_tick_clock_init (&clock, 60);
  g_assert_cmpint (irsdk_tick_clock_predict (&clock, 5), ==, 0);
  irsdk_tick_clock_add (&clock, 26468, 1000, NULL);
  g_assert_cmpint (irsdk_tick_clock_add (&clock, 2, 5000000, &s), ==, 5000000);
  g_assert_true (s);
  g_assert_cmpint (ABS (irsdk_tick_clock_predict (&clock, 3) - 21666666), <, 2);
  /* And over the end of the counter. */
  irsdk_tick_clock_add (&clock, G_MAXINT32, 6000000000, NULL);
  irsdk_tick_clock_add (&clock, G_MININT32, 6016666667, &s);
  g_assert_false (s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path =
        g_strdup_printf ("/irsdk/tickclock/error/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], error_stays_small);
  }
  g_test_add_func ("/irsdk/tickclock/lost", lost_ticks_do_not_bend_it);
  g_test_add_func ("/irsdk/tickclock/pace", the_pace_is_told);
  g_test_add_func ("/irsdk/tickclock/late", one_late_row_is_no_pause);
  g_test_add_data_func ("/irsdk/tickclock/pause/17", GINT_TO_POINTER (17),
      pause_of_the_sim_is_followed);
  g_test_add_data_func ("/irsdk/tickclock/pause/10000", GINT_TO_POINTER (10000),
      pause_of_the_sim_is_followed);
  g_test_add_func ("/irsdk/tickclock/back", tick_that_goes_back_starts_anew);
  return g_test_run ();
}
