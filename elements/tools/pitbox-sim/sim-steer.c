/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Commands that steer a running pitbox-sim. */
#include "sim-steer.h"

#include <math.h>
#include <string.h>

#include "sim-json.h"

/* More than an evening's script has. */
#define MAX_WAITING 1000

typedef struct {
  gchar name[SIM_JSON_MAX_TEXT + 1];
  gint car;
  gdouble value;
  gint64 tick;
} Waiting;

void
sim_steer_init (SimSteer *steer, RaceSim *race, gdouble speed)
{
  *steer = (SimSteer){ .race = race, .speed = speed };
  steer->waiting = g_array_new (FALSE, FALSE, sizeof (Waiting));
}

void
sim_steer_clear (SimSteer *steer)
{
  g_clear_pointer (&steer->waiting, g_array_unref);
}

static gchar *
refuse (const gchar *why)
{
  g_autofree gchar *safe = g_strdelimit (g_strdup (why), "\"\\\n", '\'');

  return g_strdup_printf ("{\"ok\": false, \"error\": \"%s\"}", safe);
}

static gchar *
tell_status (const SimSteer *steer)
{
  gchar time_s[G_ASCII_DTOSTR_BUF_SIZE], speed[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (time_s, sizeof time_s, "%.3f",
      steer->race != NULL ? race_sim_get_session_time (steer->race) : 0);
  g_ascii_formatd (speed, sizeof speed, "%.3f", steer->speed);
  return g_strdup_printf ("{\"ok\": true, \"tick\": %" G_GINT64_FORMAT
                          ", \"session_time\": %s, \"speed\": %s, "
                          "\"paused\": %s, \"over\": %s, \"waiting\": %u}",
      steer->tick, time_s, speed, steer->paused ? "true" : "false",
      steer->race != NULL && race_sim_is_over (steer->race) ? "true" : "false",
      steer->waiting->len);
}

/* Commands to the program. Returns whether it was one; error: if it failed. */
static gboolean
steer_program (SimSteer *steer, const Waiting *w, const gchar **error)
{
  if (strcmp (w->name, "pause") == 0)
    steer->paused = TRUE;
  else if (strcmp (w->name, "resume") == 0)
    steer->paused = FALSE;
  else if (strcmp (w->name, "quit") == 0)
    steer->quit = TRUE;
  else if (strcmp (w->name, "crash") == 0)
    steer->crash = TRUE;
  else if (strcmp (w->name, "burden") == 0 && w->value >= 0
           && w->value <= G_MAXINT32)
    steer->burden_pid = (gint64) w->value;
  else if (strcmp (w->name, "burden") == 0)
    *error = "burden is the number of a process, or 0";
  else if (strcmp (w->name, "speed") != 0)
    return FALSE;
  else if (w->value >= 0 && w->value <= 1000)
    steer->speed = w->value;
  else
    *error = "speed is 0 to 1000";
  return TRUE;
}

static gchar *
carry_out (SimSteer *steer, const Waiting *w)
{
  g_autoptr (GError) error = NULL;
  const gchar *fault = NULL;

  if (steer_program (steer, w, &fault))
    return fault != NULL ? refuse (fault) : tell_status (steer);
  if (steer->race == NULL)
    return refuse ("a recording is played: only pause, resume, speed, "
                   "burden, quit and crash");
  if (!race_sim_command (steer->race, w->name, w->car, w->value, &error))
    return refuse (error->message);
  return tell_status (steer);
}

/* A number between the two, whole if asked for; without the member, or where
 * it is null, *number stays. Returns whether there is nothing wrong. */
static gboolean
read_number (const SimJson *json, const gchar *name, gdouble min, gdouble max,
    gboolean whole, gdouble *number)
{
  const SimJsonField *field = sim_json_find (json, name);

  if (field == NULL || field->is_null)
    return TRUE;
  if (field->is_text || field->number < min || field->number > max
      || (whole && field->number != floor (field->number)))
    return FALSE;
  *number = field->number;
  return TRUE;
}

/* What would be guessed at is refused: a car that is none is not the first
 * seat's, and a speed that is none is not the highest. */
static const gchar *
read_numbers (const SimJson *json, Waiting *w)
{
  gdouble car = -1, value = NAN, tick = 0;

  if (!read_number (json, "car", 0, G_MAXINT32, TRUE, &car))
    return "car is a CarIdx, 0 or more";
  if (!read_number (json, "value", -G_MAXDOUBLE, G_MAXDOUBLE, FALSE, &value))
    return "value is a number";
  if (!read_number (json, "tick", -G_MAXDOUBLE, G_MAXINT32, TRUE, &tick))
    return "tick is a whole number up to 2147483647";
  if (isnan (value) && strcmp (w->name, "speed") == 0)
    return "speed needs a value, 0 to 1000";
  w->car = (gint) car;
  w->value = isnan (value) ? 0 : value;
  w->tick = (gint64) MAX (tick, 0);
  return NULL;
}

/*
 * Does what a line says, or keeps it for its tick. Returns the answer, a line
 * without its end. (transfer full)
 */
gchar *
sim_steer_line (SimSteer *steer, const gchar *line)
{
  const SimJsonField *name;
  const gchar *fault;
  Waiting w = { 0 };
  SimJson json;

  if (!sim_json_parse (&json, line))
    return refuse ("a command is a line like {'command': 'pit', 'car': 7}, "
                   "with strings in double quotes");
  name = sim_json_find (&json, "command");
  if (name == NULL || !name->is_text)
    return refuse ("the line has no command");
  g_strlcpy (w.name, name->text, sizeof w.name);
  fault = read_numbers (&json, &w);
  if (fault != NULL)
    return refuse (fault);
  if (strcmp (w.name, "status") == 0)
    return tell_status (steer);
  if (w.tick <= steer->tick)
    return carry_out (steer, &w);
  if (steer->waiting->len == MAX_WAITING)
    return refuse ("too many commands wait for their tick");
  g_array_append_val (steer->waiting, w);
  return tell_status (steer);
}

/* Notes that the row of that tick is out, and does what waited for it. */
void
sim_steer_tick (SimSteer *steer, gint64 tick)
{
  steer->tick = tick;
  for (guint i = 0; i < steer->waiting->len;) {
    const Waiting w = g_array_index (steer->waiting, Waiting, i);

    if (w.tick > tick) {
      i++;
      continue;
    }
    g_array_remove_index (steer->waiting, i);
    g_autofree gchar *answer = carry_out (steer, &w);
    if (strstr (answer, "\"ok\": false") != NULL)
      g_printerr ("pitbox-sim: at tick %" G_GINT64_FORMAT ", %s: %s\n", tick,
          w.name, answer);
  }
}
