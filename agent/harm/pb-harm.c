/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Ten looks a second go into the plan, what it wants of the agent to the agent,
 * and what came of it into a file. */
#include "harm/pb-harm.h"

#include "harm/pb-harm-look.h"
#include "harm/pb-harm-report.h"
#include "harm/pb-harm-words.h"
#include "json/pb-json.h"
#include "pb-file.h"
#include "pb-folders.h"

/* FrameRate, an average, is seen four times in the time that it is one over. */
#define LOOK_MS 100
/* An encoder that was never tried takes up to 5 s, a server that has to be
 * found anew a few more. */
#define REACH_MS 60000
/* A simulator leaves for a while between sessions. */
#define SIM_GONE_US (15 * G_USEC_PER_SEC)

struct _PbHarm {
  const PbConfig *config;
  PbHarmEvents events;
  gpointer user_data;
  PbHarmLook *look; /* NULL = nothing is measured, as all up to timer */
  PbHarmPlan *plan;
  guint timer;
  gint64 seen_us; /* the simulator, the last time */
  gchar *words; /* while it is on */
  gchar *line; /* of the last one, or NULL */
  gchar *file; /* where that is kept, or NULL */
};

/**
 * pb_harm_new:
 * @config: settings; must outlive it
 * @events: what to call
 * @user_data: for @events
 *
 * Returns: (transfer full): nothing is measured yet
 */
PbHarm *
pb_harm_new (
    const PbConfig *config, const PbHarmEvents *events, gpointer user_data)
{
  PbHarm *self = g_new0 (PbHarm, 1);

  self->config = config;
  self->events = *events;
  self->user_data = user_data;
  return self;
}

static void
clear_run (PbHarm *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->plan, pb_harm_plan_free);
  g_clear_pointer (&self->look, pb_harm_look_free);
  g_clear_pointer (&self->words, g_free);
}

/**
 * pb_harm_free:
 * @harm: (transfer full): calls nobody any more
 */
void
pb_harm_free (PbHarm *harm)
{
  clear_run (harm);
  g_free (harm->line);
  g_free (harm->file);
  g_free (harm);
}

/* One file a measurement, named by its time; whoever asks for a report sends
 * it. */
static gchar *
keep (const PbHarmReport *report, const PbHarmPlan *plan)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree gchar *name = g_date_time_format (now, "harm-%Y%m%dT%H%M%SZ.json");
  g_autofree gchar *folder = pb_folders_dup_data ("harm");
  g_autofree gchar *file = g_build_filename (folder, name, NULL);
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *json = NULL;

  json_builder_begin_object (b);
  pb_json_add_utc_ms (b, "utc_ms", g_get_real_time ());
  pb_json_add_text (b, "version", PACKAGE_VERSION);
  pb_json_add_int (b, "processors", g_get_num_processors ());
  pb_harm_report_add_json (report, plan, b);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  json = json_to_string (root, TRUE);
  g_mkdir_with_parents (folder, 0700);
  if (pb_file_replace (file, json, &error))
    return g_steal_pointer (&file);
  g_warning ("the measurement cannot be kept: %s", error->message);
  return NULL;
}

/* @problem: (nullable) (transfer full): of the measurement itself */
static void
finish (PbHarm *self, gchar *problem)
{
  g_autofree gchar *text = NULL;
  PbHarmReport report;
  gboolean ok;

  pb_harm_report_init (&report, self->plan);
  if (problem != NULL) {
    g_free (report.problem);
    report.problem = problem;
  }
  ok = report.problem == NULL;
  text = pb_harm_report_dup_text (&report, self->plan);
  g_free (self->line);
  self->line = pb_harm_report_dup_line (&report);
  g_free (self->file);
  self->file = keep (&report, self->plan);
  pb_harm_report_clear (&report);
  clear_run (self);
  self->events.set_work (PB_HARM_WHOLE, self->user_data);
  self->events.done (ok, self->line, text, self->file, self->user_data);
}

static void
renew_words (PbHarm *self)
{
  g_free (self->words);
  self->words = pb_harm_words_dup_progress (self->plan);
}

static gboolean
is_sim_gone (PbHarm *self, gint64 now_us)
{
  if (pb_harm_look_has_sim (self->look))
    self->seen_us = now_us;
  return now_us - self->seen_us > SIM_GONE_US;
}

static gboolean
on_look (gpointer user_data)
{
  PbHarm *self = user_data;
  const PbHarmWork work = pb_harm_plan_get_work (self->plan);
  PbHarmSample sample;
  gboolean is_other;

  pb_harm_look_read (self->look, &sample);
  if (is_sim_gone (self, sample.now_us)) {
    self->timer = 0;
    finish (self, g_strdup ("the simulator has ended"));
    return G_SOURCE_REMOVE;
  }
  sample.is_less = self->events.is_less (self->user_data);
  is_other = pb_harm_plan_look (
      self->plan, &sample, self->events.is_at_work (work, self->user_data));
  if (pb_harm_plan_get_phase (self->plan) == PB_HARM_OVER) {
    self->timer = 0;
    finish (self, NULL);
    return G_SOURCE_REMOVE;
  }
  if (is_other) {
    renew_words (self);
    self->events.set_work (pb_harm_plan_get_work (self->plan), self->user_data);
  }
  return G_SOURCE_CONTINUE;
}

static gchar *
find_obstacle (PbHarm *self)
{
  PbHarmSample sample;

  pb_harm_look_read (self->look, &sample);
  if (!pb_harm_look_has_sim (self->look))
    return g_strdup ("No simulator runs: what the agent costs is measured "
                     "while it does");
  if (sample.has_row && !pb_harm_look_has_frame_rate (self->look))
    return g_strdup ("This simulator does not tell its frame rate");
  return NULL;
}

/**
 * pb_harm_start:
 * @harm: a measurement that is not on
 * @has_picture: the agent sends one
 *
 * Returns: (transfer full) (nullable): why not, in words; %NULL if it begins,
 *   and what becomes of it is told
 */
gchar *
pb_harm_start (PbHarm *harm, gboolean has_picture)
{
  const PbConfig *config = harm->config;
  const PbHarmSetup setup = { has_picture, (guint) config->harm_rounds,
    (guint) config->harm_rounds, (guint) config->harm_settle_ms,
    (guint) config->harm_window_ms, REACH_MS, g_random_int () };
  gchar *problem;

  harm->look = pb_harm_look_new (config->shm_name);
  problem = find_obstacle (harm);
  if (problem != NULL) {
    clear_run (harm);
    return problem;
  }
  harm->seen_us = g_get_monotonic_time ();
  harm->plan = pb_harm_plan_new (&setup);
  harm->timer = g_timeout_add (LOOK_MS, on_look, harm);
  renew_words (harm);
  harm->events.set_work (pb_harm_plan_get_work (harm->plan), harm->user_data);
  return NULL;
}

/**
 * pb_harm_stop:
 * @harm: a measurement; nothing happens if none is on
 *
 * Ends it; what is known so far is told.
 */
void
pb_harm_stop (PbHarm *harm)
{
  if (harm->plan != NULL)
    finish (harm, NULL);
}

gboolean
pb_harm_is_on (const PbHarm *harm)
{
  return harm->plan != NULL;
}

/**
 * pb_harm_get_words:
 * @harm: a measurement
 *
 * Returns: (transfer none) (nullable): why the stream pauses; %NULL if it does
 *   not because of this
 */
const gchar *
pb_harm_get_words (const PbHarm *harm)
{
  return harm->words;
}

/**
 * pb_harm_add_status:
 * @harm: a measurement
 * @with_file: and where the last one is kept: for this PC alone
 * @builder: inside an object
 *
 * Adds "harm", null before the first one.
 */
void
pb_harm_add_status (PbHarm *harm, gboolean with_file, JsonBuilder *builder)
{
  guint n = 0;

  if (harm->plan == NULL && harm->line == NULL) {
    pb_json_add_null (builder, "harm");
    return;
  }
  pb_json_begin_object (builder, "harm");
  pb_json_add_bool (builder, "on", harm->plan != NULL);
  if (harm->plan != NULL) {
    pb_harm_plan_get_rounds (harm->plan, &n);
    pb_json_add_int (builder, "rounds", n);
    pb_json_add_int (builder, "wanted_rounds",
        pb_harm_plan_get_setup (harm->plan)->n_rounds);
    pb_json_add_text (builder, "work",
        pb_harm_words_get_work (pb_harm_plan_get_work (harm->plan)));
    pb_json_add_int (builder, "left_s", pb_harm_plan_get_left_s (harm->plan));
  }
  pb_json_add_known_text (builder, "line", harm->line);
  if (with_file)
    pb_json_add_known_text (builder, "file", harm->file);
  json_builder_end_object (builder);
}
