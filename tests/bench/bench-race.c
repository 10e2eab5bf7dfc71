/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How many times real time a race of 60 cars is simulated on one core.
 *
 * Usage: bench-race [SECONDS]: seconds of racing, default 600. */
#include <stdlib.h>
#include <time.h>

#include <racesim/racesim.h>

static void
measure (const gchar *what, const RaceSimConfig *config, gboolean rows)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RaceSim) sim = race_sim_new (config, &error);
  g_autofree guint8 *row = NULL;
  g_autofree gchar *truth = NULL;
  guint64 ticks = 0, texts = 0;
  guint update = 0, last = 0;
  gdouble cpu_s;
  clock_t begin;

  if (sim == NULL) {
    g_printerr ("bench-race: %s\n", error->message);
    exit (EXIT_FAILURE);
  }
  row = g_malloc (race_sim_get_row_bytes (sim));
  begin = clock ();
  while (!race_sim_is_over (sim)) {
    GBytes *text;

    if (!rows) {
      race_sim_step (sim);
    } else {
      race_sim_next_row (sim, row);
      text = race_sim_get_session_text (sim, &update);
      texts += update != last;
      last = update;
      g_bytes_unref (text);
    }
    ticks++;
  }
  cpu_s = (gdouble) (clock () - begin) / CLOCKS_PER_SEC;
  g_print ("%-44s %6.0f s in %6.2f s of CPU: %5.0f times real time, %.1f us a "
           "tick, %" G_GUINT64_FORMAT " session texts\n",
      what, (gdouble) ticks / RACE_SIM_TICK_RATE, cpu_s,
      (gdouble) ticks / RACE_SIM_TICK_RATE / cpu_s,
      cpu_s * 1e6 / (gdouble) ticks, texts);
}

int
main (int argc, char **argv)
{
  RaceSimConfig config;

  race_sim_config_init (&config);
  config.event = RACE_SIM_EVENT_RACE;
  config.n_cars = 60;
  config.n_classes = 3;
  config.race_s = argc > 1 ? g_ascii_strtod (argv[1], NULL) : 600;
  config.weather = RACE_SIM_WEATHER_CHANGING;
  measure ("60 cars, no rows", &config, FALSE);
  measure ("60 cars, live rows and text", &config, TRUE);
  config.track = "vellmoor";
  measure ("60 cars, live rows and text, 8 km", &config, TRUE);
  config.shape = RACE_SIM_SHAPE_DISK;
  config.n_cars = 12;
  config.n_classes = 1;
  config.track = NULL;
  measure ("12 cars, disk rows", &config, TRUE);
  return EXIT_SUCCESS;
}
