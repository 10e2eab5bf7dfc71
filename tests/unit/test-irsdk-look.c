/* SPDX-License-Identifier: LGPL-2.1-or-later
 * When irsdksrc looks for rows, against a simulator that comes as it likes: how
 * often it wakes, what it loses, how well it knows the ticks. */
#include "../../elements/irsdk/gstirsdklook.h"

#include <math.h>

#define SECONDS 60
#define WARM_UP (5 * 60)

typedef struct {
  const gchar *name;
  guint want; /* rows a look */
  guint num_buf;
  gdouble jitter_ms; /* each tick comes up to so much early or late */
  gdouble wake_ms; /* mean of an exponential delay of waking up */
  gdouble drift;
  /* After the first five seconds: */
  gdouble max_wakes; /* a second */
  gdouble max_error_ms; /* of a tick's time, jitter aside */
  gdouble max_age_ms; /* mean, of the last row of a look */
  gboolean has_event; /* and sleeps end by the millisecond */
} Case;

static const Case cases[] = {
  { "even", 1, 3, 0, 0.05, 0, 66, 0.3, 0.5 },
  { "even-two", 2, 3, 0, 0.05, 0, 36, 0.3, 0.5 },
  { "even-two-of-4", 2, 4, 0, 0.05, 0, 36, 0.3, 0.5 },
  { "drift", 2, 3, 0, 0.05, 250e-6, 37, 0.4, 0.6 },
  { "drift-back", 2, 3, 0, 0.05, -250e-6, 38, 0.4, 0.6 },
  { "uneven", 1, 3, 0.5, 0.2, 0, 72, 1, 2 },
  { "uneven-two", 2, 3, 0.5, 0.2, 0, 39, 1, 2 },
  { "rough", 1, 3, 4, 0.3, 0, 140, 5, 7 },
  { "rough-two", 2, 3, 4, 0.3, 0, 70, 5, 7 },
  { "rough-two-of-4", 2, 4, 4, 0.3, 0, 70, 5, 7 },
  { "slow-two", 2, 3, 1, 1.5, 0, 45, 3, 6 },
  { "event", 1, 3, 0, 0.05, 0, 66, 0.5, 1.5, TRUE },
  { "event-two", 2, 3, 0, 0.05, 0, 36, 0.5, 1.5, TRUE },
  { "event-drift", 2, 3, 0, 0.05, 250e-6, 38, 0.6, 1.5, TRUE },
  { "event-drift-back", 2, 3, 0, 0.05, -250e-6, 38, 0.6, 1.5, TRUE },
  { "event-uneven-two", 2, 3, 0.5, 0.2, 0, 40, 1.5, 3, TRUE },
  { "event-rough-two", 2, 3, 4, 0.3, 0, 70, 5, 7, TRUE },
  { "event-slow-two", 2, 3, 1, 1.5, 0, 45, 3, 6, TRUE },
};

typedef struct {
  const Case *c;
  GRand *rand;
  GArray *came; /* gdouble ns: when each tick was there */
  gint32 next; /* tick that was not read yet */
  guint lost;
} Sim;

static void
sim_init (Sim *sim, const Case *c)
{
  sim->c = c;
  sim->rand = g_rand_new_with_seed (11);
  sim->came = g_array_new (FALSE, FALSE, sizeof (gdouble));
  sim->next = 0;
  sim->lost = 0;
  for (guint i = 0; i < SECONDS * 60 + 10; i++) {
    gdouble at = 1e9 + i * 1e9 / 60 * (1 + c->drift)
                 + g_rand_double_range (sim->rand, -1, 1) * c->jitter_ms * 1e6;

    g_array_append_val (sim->came, at);
  }
}

static void
sim_clear (Sim *sim)
{
  g_rand_free (sim->rand);
  g_array_unref (sim->came);
}

/* As irsdk_shm_reader_poll(): the oldest row that is not being written over. */
static gboolean
sim_poll (Sim *sim, gdouble now, gint32 *tick, guint32 *lost)
{
  gint32 newest = sim->next - 1, first = sim->next;

  while (newest + 1 < (gint32) sim->came->len
         && g_array_index (sim->came, gdouble, newest + 1) <= now)
    newest++;
  if (newest < first)
    return FALSE;
  *tick = MAX (first, newest - (gint32) sim->c->num_buf + 2);
  *lost = (guint32) (*tick - first);
  sim->lost += *lost;
  sim->next = *tick + 1;
  return TRUE;
}

/* The event is the next row's that comes after @now. */
static gdouble
wake_up (Sim *sim, gdouble now, GstClockTime next, gboolean listens)
{
  gdouble at = (gdouble) next;

  if (sim->c->has_event)
    at = now + ceil ((at - now) / 1e6) * 1e6;
  for (gint32 i = sim->next; listens && i < (gint32) sim->came->len; i++) {
    const gdouble came = g_array_index (sim->came, gdouble, i);

    if (came > now) {
      at = fmin (at, came);
      break;
    }
  }
  return at - log (1 - g_rand_double (sim->rand)) * sim->c->wake_ms * 1e6;
}

static void
looks_are_few_and_lose_nothing (gconstpointer data)
{
  const Case *c = data;
  const gdouble period = 1e9 / 60 * (1 + c->drift);
  gdouble now = 1e9, worst = 0, age = 0;
  guint wakes = 0, rounds = 0;
  IrsdkTickClock clock;
  GstIrsdkLook look;
  Sim sim;

  sim_init (&sim, c);
  gst_irsdk_look_init (&look, c->has_event);
  irsdk_tick_clock_init (&clock, 60);
  while (sim.next < SECONDS * 60) {
    gdouble last = 0;
    guint32 lost;
    gint32 tick;

    while (sim_poll (&sim, now, &tick, &lost)) {
      const gdouble time = (gdouble) gst_irsdk_look_found (
          &look, &clock, tick, lost, (GstClockTime) now);

      g_assert_cmpfloat (time, <=, now);
      last = now - g_array_index (sim.came, gdouble, tick);
      if (tick > WARM_UP)
        worst = fmax (worst, fabs (time - 1e9 - tick * period));
    }
    if (sim.next > WARM_UP && last > 0 && look.aim == 0) {
      age += last;
      rounds++;
    }
    if (clock.started) {
      const GstClockTime next =
          gst_irsdk_look_next (&look, &clock, (GstClockTime) now, c->want);

      g_assert_cmpuint (next, >, (guint64) now);
      now = wake_up (&sim, now, next, gst_irsdk_look_listens (&look));
    } else {
      now += 2e6;
    }
    wakes += sim.next > WARM_UP;
  }
  g_test_message ("%.1f wakes/s, %u lost, error %.2f ms, age %.2f ms",
      (gdouble) wakes / (SECONDS - WARM_UP / 60), sim.lost, worst / 1e6,
      age / rounds / 1e6);
  g_assert_cmpuint (sim.lost, ==, 0);
  g_assert_cmpfloat (
      (gdouble) wakes / (SECONDS - WARM_UP / 60), <, c->max_wakes);
  g_assert_cmpfloat (worst, <, c->max_error_ms * 1e6);
  g_assert_cmpfloat (age / rounds, <, c->max_age_ms * 1e6);
  sim_clear (&sim);
}

/* A wake-up that comes too late costs a row once: then they are looked for one
 * by one, which leaves a tick more. */
static void
lost_tick_makes_careful (void)
{
  IrsdkTickClock clock;
  GstIrsdkLook look;
  GstClockTime now = GST_SECOND, due;
  gint32 tick = 0;

  gst_irsdk_look_init (&look, FALSE);
  irsdk_tick_clock_init (&clock, 60);
  for (; tick < 300; tick++) {
    if (tick > 0)
      gst_irsdk_look_next (&look, &clock, now, 1);
    gst_irsdk_look_found (&look, &clock, tick, 0, now);
    now = GST_SECOND + gst_util_uint64_scale (tick + 1, GST_SECOND, 60);
  }
  now = GST_SECOND + gst_util_uint64_scale (tick - 1, GST_SECOND, 60);
  due = gst_irsdk_look_next (&look, &clock, now + 5 * GST_MSECOND, 2);
  g_assert_cmpuint (due, >, now + 30 * GST_MSECOND);
  gst_irsdk_look_found (&look, &clock, tick + 1, 1, due);
  gst_irsdk_look_found (&look, &clock, tick + 2, 0, due);
  due = gst_irsdk_look_next (&look, &clock, due, 2);
  g_assert_cmpuint (due, <, now + 4 * 17 * GST_MSECOND + 5 * GST_MSECOND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path = g_strdup_printf ("/irsdk/look/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], looks_are_few_and_lose_nothing);
  }
  g_test_add_func ("/irsdk/look/careful", lost_tick_makes_careful);
  return g_test_run ();
}
