/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A reader of simulated rows that knows nothing but their variable table. */
#include "pb-test-race.h"

#include <string.h>

RaceSimConfig
pb_test_race_short_track (RaceSimShape shape)
{
  RaceSimConfig config;

  race_sim_config_init (&config);
  config.track = "pinwheel";
  config.shape = shape;
  return config;
}

void
pb_test_race_start (PbTestRace *race, const RaceSimConfig *config)
{
  g_autoptr (GError) error = NULL;

  race->sim = race_sim_new (config, &error);
  g_assert_no_error (error);
  race->vars = race_sim_get_vars (race->sim, &race->n_vars);
  race->row_bytes = race_sim_get_row_bytes (race->sim);
  race->row = g_malloc (race->row_bytes);
}

void
pb_test_race_stop (PbTestRace *race)
{
  race_sim_free (race->sim);
  g_free (race->row);
}

void
pb_test_race_next (PbTestRace *race)
{
  race_sim_next_row (race->sim, race->row);
}

static const RaceSimVar *
lookup (const PbTestRace *race, const gchar *name)
{
  for (guint i = 0; i < race->n_vars; i++)
    if (strcmp (race->vars[i].known->name, name) == 0)
      return &race->vars[i];
  return NULL;
}

gboolean
pb_test_race_has (const PbTestRace *race, const gchar *name)
{
  return lookup (race, name) != NULL;
}

const RaceSimVar *
pb_test_race_find (const PbTestRace *race, const gchar *name)
{
  const RaceSimVar *var = lookup (race, name);

  if (var == NULL)
    g_error ("no variable %s", name);
  return var;
}

gdouble
pb_test_race_value (const PbTestRace *race, const RaceSimVar *var, guint index)
{
  const guint8 *at = race->row + var->offset;
  gint32 i;
  guint32 u;
  gfloat f;
  gdouble d;

  g_assert_cmpuint (index, <, var->known->count);
  switch (var->known->type) {
    case 1:
      return at[index];
    case 2:
      memcpy (&i, at + 4 * index, 4);
      return GINT32_FROM_LE (i);
    case 3:
      memcpy (&u, at + 4 * index, 4);
      return GUINT32_FROM_LE (u);
    case 4:
      memcpy (&f, at + 4 * index, 4);
      return f;
    case 5:
      memcpy (&d, at + 8 * index, 8);
      return d;
    default:
      g_assert_not_reached ();
  }
}

gdouble
pb_test_race_get (const PbTestRace *race, const gchar *name)
{
  return pb_test_race_get_at (race, name, 0);
}

gdouble
pb_test_race_get_at (const PbTestRace *race, const gchar *name, guint index)
{
  return pb_test_race_value (race, pb_test_race_find (race, name), index);
}
