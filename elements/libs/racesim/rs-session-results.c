/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The session text's SessionInfo: which sessions there are and how they stand
 * or ended. */
#include "rs-session-results.h"

#include "rs-session-value.h"

static const char *const kind_types[] = { "Offline Testing", "Practice",
  "Open Qualify", "Race" };
static const char *const kind_names[] = { "TESTING", "PRACTICE", "QUALIFY",
  "RACE" };

const char *
rs_session_kind_name (RsSessionKind kind)
{
  return kind_types[kind];
}

/* How the running session stands, in the form of final results. */
static GArray *
results_now (const RsRace *race)
{
  GArray *results = g_array_new (FALSE, FALSE, sizeof (RsResult));

  for (int p = 1; p <= (int) race->n_cars; p++)
    for (guint i = 0; i < race->n_cars; i++) {
      const RsEntry *e = &race->cars[i];
      const RsResult result = {
        .entry = i,
        .position = p,
        .class_position = e->class_position,
        .laps = e->done ? e->done_laps : e->timer.completed,
        .laps_led = e->laps_led,
        .best_lap = e->timer.best_lap,
        .best_s = e->timer.best_s,
        .last_s = e->timer.last_s,
        .gap_s = e->gap_s,
        .incidents = e->incidents,
        .retired = e->retired || e->disconnected,
      };

      if (e->position == p && e->listed)
        g_array_append_val (results, result);
    }
  return results;
}

static void
add_result (
    GString *text, const RsRace *race, RsSessionKind kind, const RsResult *r)
{
  const gboolean racing = kind == RS_RACE && race->n_cars > 1;

  g_string_append_printf (text,
      "   - Position: %d\n     ClassPosition: %d\n     CarIdx: %d\n"
      "     Lap: %d\n",
      r->position, r->class_position - 1, race->first_idx + (int) r->entry,
      r->laps);
  rs_session_add_value (
      text, "     Time", "%.4f", racing ? r->gap_s : MAX (r->best_s, -1), "");
  g_string_append_printf (
      text, "     FastestLap: %d\n", r->best_s > 0 ? r->best_lap : -1);
  rs_session_add_value (
      text, "     FastestTime", "%.4f", r->best_s > 0 ? r->best_s : -1, "");
  rs_session_add_value (
      text, "     LastTime", "%.4f", r->last_s > 0 ? r->last_s : -1, "");
  g_string_append_printf (text,
      "     LapsLed: %d\n     LapsComplete: %d\n     JokerLapsComplete: 0\n"
      "     LapsDriven: 0.000\n     Incidents: %d\n     ReasonOutId: %d\n"
      "     ReasonOutStr: %s\n",
      r->laps_led, r->laps, r->incidents, r->retired ? 32 : 0,
      r->retired ? "Disconnected" : "Running");
}

static void
add_fastest (GString *text, const RsRace *race, GArray *results)
{
  const RsResult *best = NULL;

  for (guint i = 0; i < results->len; i++) {
    const RsResult *r = &g_array_index (results, RsResult, i);

    if (r->best_s > 0 && (best == NULL || r->best_s < best->best_s))
      best = r;
  }
  g_string_append (text, "   ResultsFastestLap:\n");
  if (best == NULL) {
    g_string_append (text,
        "   - CarIdx: 255\n     FastestLap: 0\n     FastestTime: -1.0000\n");
    return;
  }
  g_string_append_printf (text, "   - CarIdx: %d\n     FastestLap: %d\n",
      race->first_idx + (int) best->entry, best->best_lap);
  rs_session_add_value (text, "     FastestTime", "%.4f", best->best_s, "");
}

static void
add_session (GString *text, const RsRace *race, guint number)
{
  const RsSession *session = &race->sessions[number];
  const gboolean now = number == race->session;
  g_autoptr (GArray) results =
      session->results != NULL ? g_array_ref (session->results)
      : now                    ? results_now (race)
                               : g_array_new (FALSE, FALSE, sizeof (RsResult));
  gboolean any = session->results != NULL;

  for (guint i = 0; now && i < race->n_cars; i++)
    any = any || race->cars[i].timer.completed >= 0;
  g_string_append_printf (text, " - SessionNum: %u\n", number);
  if (session->laps > 0)
    g_string_append_printf (text, "   SessionLaps: %u\n", session->laps);
  else
    g_string_append (text, "   SessionLaps: unlimited\n");
  if (session->length_s >= RS_UNLIMITED_S)
    g_string_append (text, "   SessionTime: unlimited\n");
  else
    rs_session_add_value (
        text, "   SessionTime", "%.4f", session->length_s, " sec");
  g_string_append_printf (text,
      "   SessionNumLapsToAvg: 0\n   SessionType: %s\n"
      "   SessionTrackRubberState: moderate usage\n   SessionName: %s\n"
      "   SessionSubType: \n   SessionSkipped: 0\n"
      "   SessionRunGroupsUsed: 0\n"
      "   SessionEnforceTireCompoundChange: 0\n   ResultsPositions:\n",
      kind_types[session->kind], kind_names[session->kind]);
  for (guint i = 0; any && i < results->len; i++)
    add_result (
        text, race, session->kind, &g_array_index (results, RsResult, i));
  add_fastest (text, race, results);
  g_string_append_printf (text,
      "   ResultsAverageLapTime: -1.0000\n   ResultsNumCautionFlags: %d\n"
      "   ResultsNumCautionLaps: %d\n   ResultsNumLeadChanges: %d\n"
      "   ResultsLapsComplete: %d\n   ResultsOfficial: %d\n",
      now ? race->cautions : 0, now ? race->caution_laps : 0,
      now ? race->lead_changes : 0,
      now                ? (int) race->first_at->len - 1
      : results->len > 0 ? g_array_index (results, RsResult, 0).laps
                         : -1,
      session->results != NULL);
}

/* Who starts from where, once there was qualifying. */
static void
add_qualifying (GString *text, const RsRace *race)
{
  GArray *results = NULL;

  for (guint k = 0; k < race->n_sessions; k++)
    if (race->sessions[k].kind == RS_QUALIFY)
      results = race->sessions[k].results;
  if (results == NULL)
    return;
  g_string_append (text, "QualifyResultsInfo:\n Results:\n");
  for (guint i = 0; i < results->len; i++) {
    const RsResult *r = &g_array_index (results, RsResult, i);

    g_string_append_printf (text,
        " - Position: %d\n   ClassPosition: %d\n   CarIdx: %d\n"
        "   FastestLap: %d\n",
        r->position - 1, r->class_position - 1,
        race->first_idx + (int) r->entry, r->best_s > 0 ? r->best_lap : -1);
    rs_session_add_value (
        text, "   FastestTime", "%.4f", r->best_s > 0 ? r->best_s : -1, "");
  }
  g_string_append_c (text, '\n');
}

void
rs_session_add_sessions (GString *text, const RsRace *race)
{
  g_string_append_printf (text,
      "SessionInfo:\n CurrentSessionNum: %u\n Sessions:\n", race->session);
  for (guint k = 0; k < race->n_sessions; k++)
    add_session (text, race, k);
  g_string_append_c (text, '\n');
  add_qualifying (text, race);
}
