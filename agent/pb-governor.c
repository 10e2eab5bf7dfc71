/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Numbers of the system, the game and the connection go into PbGovern, and what
 * it decides of the rows into the stream. */
#include "pb-governor.h"

#include "control/pb-usage.h"
#include "govern/pb-govern-record.h"
#include "json/pb-json.h"
#include "pb-game.h"
#include "pb-hurry.h"
#include "platform/pb-gpu.h"

#include <math.h>
#include <string.h>

#define MB (1024.0 * 1024.0)
/* A row that waits longer than this, and longer at each look, will not make it. */
#define LATE_MS 2000
/* The simulator's, until a row tells. */
#define USUAL_RATE_HZ 60
/* What each program takes of each engine costs the system milliseconds to
 * tell. */
#define GPU_EACH_MS 5000

struct _PbGovernor {
  gboolean is_on;
  PbGovern govern;
  PbGovernDecision decision;
  PbGovernSample sample; /* the last one */
  PbUsage usage; /* at the last look */
  PbMachine machine;
  gint64 looked_us; /* 0 = never */
  gboolean is_trim_due;
  PbStream *stream; /* NULL between two */
  PbGame *game; /* of the stream */
  PbHurry *hurry; /* of its picture, or NULL */
  PbGpu *gpu; /* while there is a picture, or could be; else NULL */
  PbGpuLoad gpu_load;
  guint tick_rate_hz;
  guint64 n_lost; /* totals of the connection, at the last look */
  guint64 n_missed;
  gboolean knows_lost;
  PbThin applied; /* to the stream */
  guint rows_per_unit; /* of the stream, where rows are not thinned */
  GOutputStream *record; /* NULL where none is asked for, or it failed */
};

static void
write_record (PbGovernor *self, gchar *line)
{
  g_autofree gchar *text = g_strconcat (line, "\n", NULL);
  g_autoptr (GError) error = NULL;

  g_free (line);
  if (self->record == NULL
      || g_output_stream_write_all (
          self->record, text, strlen (text), NULL, NULL, &error))
    return;
  g_warning ("--governor-log: %s", error->message);
  g_clear_object (&self->record);
}

static void
open_record (PbGovernor *self, const gchar *path)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;

  if (path[0] == '\0' || !self->is_on)
    return;
  file = g_file_new_for_path (path);
  self->record = G_OUTPUT_STREAM (
      g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, &error));
  if (self->record == NULL)
    g_warning ("--governor-log: %s", error->message);
  write_record (self, pb_govern_record_dup_head (&self->govern.budget));
}

static PbGovernSample
get_nothing (void)
{
  const gdouble no = PB_GOVERN_UNKNOWN;

  return (PbGovernSample){ 0, no, no, no, no, no, no, no, no, no, 0, FALSE,
    PB_ADAPT_WHOLE };
}

/**
 * pb_governor_new:
 * @config: settings; must outlive it
 *
 * Returns: (transfer full): nothing is known of the PC yet
 */
PbGovernor *
pb_governor_new (const PbConfig *config)
{
  PbGovernor *self = g_new0 (PbGovernor, 1);
  const PbGovernBudget budget = { config->budget_cpu_pct, config->budget_pc_pct,
    config->budget_game_fps, config->budget_game_pct, config->budget_memory_mb,
    config->budget_free_mb, LATE_MS, (guint) config->governor_wait_s };

  self->is_on = strcmp (config->governor, "off") != 0;
  self->sample = get_nothing ();
  self->tick_rate_hz = USUAL_RATE_HZ;
  pb_govern_init (&self->govern, &budget);
  open_record (self, config->governor_log);
  return self;
}

/**
 * pb_governor_free:
 * @governor: (transfer full): no stream's any more
 */
void
pb_governor_free (PbGovernor *governor)
{
  pb_governor_end (governor);
  g_clear_pointer (&governor->gpu, pb_gpu_free);
  g_clear_object (&governor->record);
  g_free (governor);
}

static void
apply_thinning (PbGovernor *self)
{
  const PbThin thin = self->decision.thin;
  const guint divisor = pb_thin_get_divisor (thin, self->tick_rate_hz);
  g_autoptr (GstElement) enc = NULL;

  if (self->applied == thin)
    return;
  self->applied = thin;
  enc = pb_stream_dup_element (self->stream, "enc");
  /* Rows that are a tenth of a second apart do not wait for each other. */
  if (enc != NULL)
    g_object_set (enc, "fields", pb_thin_get_fields (thin), "rate-divisor",
        divisor, "rows-per-unit",
        thin == PB_THIN_LEAST ? 1 : self->rows_per_unit, NULL);
}

/**
 * pb_governor_begin:
 * @governor: no stream's
 * @stream: not started; until pb_governor_end()
 */
void
pb_governor_begin (PbGovernor *governor, PbStream *stream)
{
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstElement) enc = NULL;
  g_autoptr (GstElement) picture = NULL;

  if (!governor->is_on)
    return;
  governor->stream = stream;
  picture = pb_stream_dup_element (stream, "picture");
  if (picture != NULL)
    governor->hurry = pb_hurry_new (picture);
  governor->applied = PB_THIN_NONE;
  enc = pb_stream_dup_element (stream, "enc");
  if (enc != NULL)
    g_object_get (enc, "rows-per-unit", &governor->rows_per_unit, NULL);
  source = pb_stream_dup_element (stream, "telemetry");
  if (source != NULL)
    governor->game = pb_game_new (source);
  apply_thinning (governor);
}

/**
 * pb_governor_end:
 * @governor: of a stream, or of none
 */
void
pb_governor_end (PbGovernor *governor)
{
  g_clear_pointer (&governor->game, pb_game_free);
  g_clear_pointer (&governor->hurry, pb_hurry_free);
  governor->stream = NULL;
  governor->knows_lost = FALSE;
}

/* Thousandths would be lost in a recording, and a replay decide otherwise. */
static gdouble
settle (gdouble value)
{
  return value < 0 ? PB_GOVERN_UNKNOWN : floor (value * 100 + 0.5) / 100;
}

static void
add_processors (PbGovernor *self, PbGovernSample *s)
{
  const PbUsage before = self->usage;
  const PbMachine machine = self->machine;
  const gint64 past_us = s->now_us - self->looked_us;
  const gboolean knows = self->looked_us > 0 && past_us > 0;
  gint64 total_us;

  pb_usage_get (&self->usage);
  pb_usage_get_machine (&self->machine);
  total_us = self->machine.total_us - machine.total_us;
  if (knows)
    s->agent_cpu_pct = settle (100.0 * (self->usage.cpu_us - before.cpu_us)
                               / past_us / g_get_num_processors ());
  if (knows && machine.total_us > 0 && total_us > 0)
    s->machine_cpu_pct = settle (CLAMP (
        100.0 * (self->machine.busy_us - machine.busy_us) / total_us, 0, 100));
  if (self->usage.memory_bytes > 0)
    s->memory_mb = settle (self->usage.memory_bytes / MB);
  if (self->machine.free_memory_bytes > 0)
    s->free_memory_mb = settle (self->machine.free_memory_bytes / MB);
  self->looked_us = s->now_us;
}

static void
add_game (PbGovernor *self, PbGovernSample *s)
{
  PbGameState game;

  if (self->game == NULL)
    return;
  pb_game_look (self->game, &game);
  s->game_fps = settle (game.fps);
  s->game_fg_pct = settle (game.fg_pct);
  s->game_bg_pct = settle (game.bg_pct);
  if (s->gpu_pct < 0)
    s->gpu_pct = settle (game.gpu_pct);
  if (game.tick_rate_hz > 0)
    self->tick_rate_hz = game.tick_rate_hz;
}

/* Without a picture nothing of ours is in it, and nobody needs to know; but one
 * that gave way is to come back. */
static void
add_gpu (PbGovernor *self, PbGovernSample *s)
{
  if (!s->has_picture && self->decision.picture == PB_ADAPT_WHOLE) {
    g_clear_pointer (&self->gpu, pb_gpu_free);
    return;
  }
  if (self->gpu == NULL)
    self->gpu = pb_gpu_new (GPU_EACH_MS);
  pb_gpu_look (self->gpu, s->now_us, &self->gpu_load);
  s->gpu_pct = settle (self->gpu_load.busy_pct);
}

/* Since the last look; a connection counts anew. */
static guint
count_since (PbGovernor *self, guint64 *total, guint64 now)
{
  const guint64 before = *total;

  *total = now;
  return self->knows_lost && now > before
             ? (guint) MIN (now - before, G_MAXUINT)
             : 0;
}

/* What this side has given up. */
static guint
count_lost (PbGovernor *self, const GstStructure *link)
{
  guint64 n = 0;
  gint packets = 0;

  if (!gst_structure_get_uint64 (link, "dropped-rows", &n))
    gst_structure_get_uint64 (link, "messages-dropped", &n);
  gst_structure_get_int (link, "packets-dropped", &packets);
  return count_since (self, &self->n_lost, n + (guint64) MAX (packets, 0));
}

/* And what the other one has: by SRT it waits for nothing longer than the
 * latency, and does not say that it went on without. */
static guint
count_missed (PbGovernor *self, const GstStructure *link, gint buffer_ms)
{
  gint latency_ms = 0, packets = 0;
  guint n;

  gst_structure_get_int (link, "latency-ms", &latency_ms);
  gst_structure_get_int (link, "packets-lost", &packets);
  n = count_since (self, &self->n_missed, (guint64) MAX (packets, 0));
  return latency_ms > 0 && buffer_ms > latency_ms ? n : 0;
}

static void
add_link (PbGovernor *self, PbGovernSample *s)
{
  g_autoptr (GstStructure) link = pb_stream_dup_stats (self->stream, "uplink");
  guint kept_ms = 0;
  gint buffer_ms = 0;

  if (link == NULL)
    return;
  s->n_lost = count_lost (self, link);
  if (gst_structure_get_uint (link, "kept-ms", &kept_ms)) {
    s->late_ms = kept_ms;
  } else if (gst_structure_get_int (link, "send-buffer-ms", &buffer_ms)) {
    s->late_ms = MAX (buffer_ms, 0);
    s->n_lost += count_missed (self, link, buffer_ms);
  }
  self->knows_lost = TRUE;
}

/* Off and back, each with the reason; a step within them without. */
static void
say (PbGovernor *self)
{
  g_autofree gchar *reason = pb_govern_dup_reason (&self->govern);
  const PbGovernSample *s = &self->sample;

  if (self->govern.stepped_us == self->govern.stepped_up_us)
    g_message ("governor: %s", pb_govern_get_words (&self->decision));
  else
    g_message ("governor: %s: %s (agent %.0f %%, PC %.0f %%, agent %.0f MB, "
               "game %.0f fps)",
        pb_govern_get_words (&self->decision), reason, s->agent_cpu_pct,
        s->machine_cpu_pct, s->memory_mb, s->game_fps);
}

/**
 * pb_governor_look:
 * @governor: of a stream; nothing happens for none
 * @has_picture: the stream has one
 * @step: how large it is
 * @is_last_way: rows go to the server, and no other way is left for them
 *
 * For once a second, by a timer that is there anyway. Rows are thinned at once;
 * the picture is pb_governor_get_step()'s.
 */
void
pb_governor_look (PbGovernor *governor, gboolean has_picture, PbAdaptStep step,
    gboolean is_last_way)
{
  PbGovernSample s = get_nothing ();
  PbGovernDecision before = governor->decision;

  if (governor->stream == NULL)
    return;
  s.now_us = g_get_monotonic_time ();
  s.has_picture = has_picture;
  s.step = step;
  if (governor->is_trim_due)
    pb_usage_trim ();
  governor->is_trim_due = FALSE;
  add_processors (governor, &s);
  add_gpu (governor, &s);
  add_game (governor, &s);
  if (is_last_way)
    add_link (governor, &s);
  else
    governor->knows_lost = FALSE;
  governor->sample = s;
  pb_govern_look (&governor->govern, &s, &governor->decision);
  if (governor->record != NULL)
    write_record (
        governor, pb_govern_record_dup_line (&s, &governor->decision));
  apply_thinning (governor);
  /* Never above a game that has not enough itself. */
  if (governor->hurry != NULL)
    pb_hurry_look (
        governor->hurry, governor->decision.reason == PB_GOVERN_CALM);
  if (before.picture == governor->decision.picture
      && before.thin == governor->decision.thin)
    return;
  governor->is_trim_due = governor->decision.reason == PB_GOVERN_MEMORY
                          || governor->decision.reason == PB_GOVERN_FREE_MEMORY;
  say (governor);
}

/**
 * pb_governor_is_thinned:
 * @governor: a governor
 *
 * Returns: %TRUE while rows, or parts of them, are left out
 */
gboolean
pb_governor_is_thinned (PbGovernor *governor)
{
  return governor->decision.thin != PB_THIN_NONE;
}

/**
 * pb_governor_get_step:
 * @governor: a governor
 *
 * Returns: the most that may be sent of the picture
 */
PbAdaptStep
pb_governor_get_step (PbGovernor *governor)
{
  return governor->decision.picture;
}

/**
 * pb_governor_dup_reason:
 * @governor: a governor
 *
 * Returns: (transfer full) (nullable): why less than all may be sent
 */
gchar *
pb_governor_dup_reason (PbGovernor *governor)
{
  return pb_govern_dup_reason (&governor->govern);
}

static void
add_known (JsonBuilder *b, const gchar *name, gdouble value)
{
  if (value < 0)
    pb_json_add_null (b, name);
  else
    pb_json_add_double (b, name, value);
}

static void
add_inputs (PbGovernor *self, JsonBuilder *b)
{
  const PbGovernSample *s = &self->sample;

  pb_json_begin_object (b, "inputs");
  add_known (b, "agent_cpu_pct", s->agent_cpu_pct);
  add_known (b, "pc_cpu_pct", s->machine_cpu_pct);
  add_known (b, "gpu_pct", s->gpu_pct);
  add_known (b, "gpu_encode_pct",
      self->gpu != NULL ? self->gpu_load.encode_pct : PB_GPU_UNKNOWN);
  add_known (b, "agent_gpu_pct",
      self->gpu != NULL ? self->gpu_load.own_pct : PB_GPU_UNKNOWN);
  add_known (b, "game_fps", s->game_fps);
  add_known (b, "game_fg_pct", s->game_fg_pct);
  add_known (b, "game_bg_pct", s->game_bg_pct);
  add_known (b, "memory_mb", s->memory_mb);
  add_known (b, "private_mb",
      self->usage.private_bytes > 0 ? self->usage.private_bytes / MB
                                    : PB_GOVERN_UNKNOWN);
  add_known (b, "free_memory_mb", s->free_memory_mb);
  add_known (b, "late_ms", s->late_ms);
  json_builder_end_object (b);
}

/**
 * pb_governor_add_status:
 * @governor: a governor
 * @builder: inside an object
 *
 * Adds "governor": what it lets pass, why, since when, and what it saw; null
 * where it is off.
 */
void
pb_governor_add_status (PbGovernor *governor, JsonBuilder *builder)
{
  const PbGovern *g = &governor->govern;
  const PbThin thin = governor->decision.thin;
  g_autofree gchar *reason = pb_govern_dup_reason (g);

  if (!governor->is_on) {
    pb_json_add_null (builder, "governor");
    return;
  }
  pb_json_begin_object (builder, "governor");
  pb_json_add_text (
      builder, "level", pb_govern_get_level (&governor->decision));
  pb_json_add_known_text (builder, "reason", reason);
  if (g->stepped_us > 0)
    pb_json_add_double (
        builder, "since_s", (g_get_monotonic_time () - g->stepped_us) / 1e6);
  else
    pb_json_add_null (builder, "since_s");
  pb_json_add_text (builder, "fields", pb_thin_to_string (thin));
  pb_json_add_double (builder, "rate_hz",
      governor->tick_rate_hz
          / (gdouble) pb_thin_get_divisor (thin, governor->tick_rate_hz));
  add_inputs (governor, builder);
  if (governor->hurry != NULL)
    pb_hurry_add_status (governor->hurry, builder);
  json_builder_end_object (builder);
}
