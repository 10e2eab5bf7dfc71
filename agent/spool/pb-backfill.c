/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Asks which rows of the spool's files the server misses, sends those, and
 * lets go what it has. One run of rows after the other, oldest first. */
#include "spool/pb-backfill.h"

#include "json/pb-json.h"
#include "spool/pb-backfill-line.h"
#include "spool/pb-backfill-round.h"

/* What went live may be on its way for so long: 5 s in pitboxwssink and 5 s
 * until a silent connection is given up; SRT's latency is 8 s at most. */
#define SETTLE_US (10 * G_USEC_PER_SEC)
/* How often the server is asked what it has while nothing breaks. */
#define ROUND_US (120 * G_USEC_PER_SEC)
/* First and longest pause after a failure. */
#define FIRST_PAUSE_US (2 * G_USEC_PER_SEC)
#define MAX_PAUSE_US (60 * G_USEC_PER_SEC)
/* A server, or something on the way, that does not speak it will not soon. */
#define UNSPOKEN_PAUSE_US (G_GINT64_CONSTANT (1800) * G_USEC_PER_SEC)
#define SEND_MS 100
#define FLIGHT_MESSAGES 512
#define FLIGHT_BYTES (256 * 1024)
/* Without an acknowledgement, or an answer. */
#define DEAD_US (30 * G_USEC_PER_SEC)

typedef struct {
  guint file; /* of the round, that it is from */
  guint32 end; /* row behind it */
  gsize bytes;
} Sent;

struct _PbBackfill {
  const PbConfig *config; /* outlives it, as does the spool */
  PbSpool *spool;
  PbBackfillLook look;
  gpointer user_data;
  PbBackfillLine *line; /* NULL = nothing to do now */
  PbBackfillRound *round; /* while the line is open, else NULL */
  PbBackfillSuspects suspects;
  GQueue flight; /* of Sent */
  gsize flight_bytes;
  gint64 heard_us; /* monotonic, as all here */
  gint64 next_us; /* not before */
  gint64 connected_us; /* live, the last time */
  gint64 round_us; /* when this round began */
  guint failures;
  guint timer;
  PbPace pace;
  gdouble budget; /* rows that may go now */
  guint64 rows_left;
  guint64 sent_rows;
  gchar *reason; /* why not, in words, or NULL */
  gchar *refusal; /* why the server took a file not, the last time, or NULL */
};

static void ask (PbBackfill *self);

static void
set_reason (PbBackfill *self, const gchar *reason)
{
  if (g_strcmp0 (self->reason, reason) == 0)
    return;
  g_free (self->reason);
  self->reason = g_strdup (reason);
  if (reason != NULL)
    g_message ("back-fill waits: %s", reason);
}

static void
forget_flight (PbBackfill *self)
{
  g_queue_clear_full (&self->flight, g_free);
  self->flight_bytes = 0;
}

static void
stop (PbBackfill *self, gint64 pause_us)
{
  g_clear_pointer (&self->line, pb_backfill_line_free);
  g_clear_pointer (&self->round, pb_backfill_round_free);
  g_clear_handle_id (&self->timer, g_source_remove);
  forget_flight (self);
  self->next_us = g_get_monotonic_time () + pause_us;
}

static void
fail (PbBackfill *self, const gchar *words)
{
  const gint64 pause_us =
      MIN (FIRST_PAUSE_US << MIN (self->failures, 10), MAX_PAUSE_US);

  self->failures++;
  set_reason (self, words);
  stop (self, pause_us);
}

static void
set_aside (PbBackfill *self, const gchar *path, const gchar *words)
{
  if (g_strcmp0 (self->refusal, words) != 0)
    g_warning ("the server does not take some of the telemetry of earlier: %s. "
               "It is set aside on this PC until spool-hours or spool-size-mb "
               "take it, and what is behind it follows",
        words);
  g_free (self->refusal);
  self->refusal = g_strdup (words);
  pb_spool_refuse (self->spool, path);
}

/* The server will say the same of these rows each time: what is behind them
 * does not wait for it. */
static void
on_refused (PbBackfill *self, const gchar *words)
{
  const Sent *sent = g_queue_peek_head (&self->flight);
  g_autofree gchar *path = NULL;

  if (self->round != NULL)
    path = pb_backfill_round_blame (self->round, sent != NULL,
        sent != NULL ? sent->file : 0, &self->suspects);
  if (path != NULL)
    set_aside (self, path, words);
  if (path == NULL && self->suspects.first == NULL)
    fail (self, words);
  else
    stop (self, FIRST_PAUSE_US);
}

static void
on_closed (guint status, const gchar *words, gpointer user_data)
{
  PbBackfill *self = user_data;
  g_autofree gchar *text = NULL;

  if (status == 400 || status == 404 || status == 426) {
    set_reason (self, "the server, or something on the way, does not speak "
                      "it: update pitbox-server");
    stop (self, UNSPOKEN_PAUSE_US);
    return;
  }
  if (status == GST_PITBOX_UNITS_CLOSE_BAD) {
    on_refused (self, words);
    return;
  }
  if (status == 0 && self->round == NULL)
    text = g_strdup_printf ("nothing gets through to %s by HTTP (%s): what did "
                            "not come live stays on this PC's disk until it "
                            "does",
        self->config->url, words);
  else
    text = g_strdup_printf ("%s: %s", self->config->url, words);
  fail (self, text);
}

static void
send (PbBackfill *self, const PbSpoolMessage *message, guint file)
{
  const GstPitboxUnitsHead head = { pb_backfill_round_get_run (self->round),
    message->sequence, 0, message->pts };
  Sent *sent = g_new (Sent, 1);

  sent->file = file;
  sent->end = message->sequence + message->n_rows;
  sent->bytes = g_bytes_get_size (message->units);
  if (self->flight.length == 0)
    self->heard_us = g_get_monotonic_time ();
  g_queue_push_tail (&self->flight, sent);
  self->flight_bytes += sent->bytes;
  self->budget -= message->n_rows;
  self->rows_left -= MIN (self->rows_left, message->n_rows);
  self->sent_rows += message->n_rows;
  pb_backfill_line_send (self->line, &head, message->units);
}

static gboolean
on_send (gpointer user_data)
{
  PbBackfill *self = user_data;
  const PbSpoolMessage *message = NULL;
  PbPaceLook look = { 0 };
  guint rows_s, file;

  self->look (&look, self->user_data);
  rows_s = pb_pace_look (&self->pace, &look);
  self->budget = MIN (self->budget + rows_s * SEND_MS / 1000.0, rows_s / 2.0);
  while (self->budget > 0 && self->flight.length < FLIGHT_MESSAGES
         && self->flight_bytes < FLIGHT_BYTES
         && (message = pb_backfill_round_next (self->round, &file)) != NULL)
    send (self, message, file);
  if (self->budget > 0 && message == NULL && self->flight.length == 0) {
    self->timer = 0;
    ask (self);
    return G_SOURCE_REMOVE;
  }
  return G_SOURCE_CONTINUE;
}

static void
on_acknowledged (guint32 next, gpointer user_data)
{
  PbBackfill *self = user_data;
  Sent *sent;

  self->heard_us = g_get_monotonic_time ();
  while ((sent = g_queue_peek_head (&self->flight)) != NULL
         && (gint32) (sent->end - next) <= 0) {
    self->flight_bytes -= sent->bytes;
    g_free (g_queue_pop_head (&self->flight));
  }
}

/* What came shortly before live was back is settled by the second round. */
static gint64
get_pause (PbBackfill *self)
{
  const gint64 since_us = self->round_us - self->connected_us;

  return since_us < SETTLE_US + G_USEC_PER_SEC
             ? SETTLE_US + FIRST_PAUSE_US - MAX (since_us, 0)
             : ROUND_US;
}

static void
ask (PbBackfill *self)
{
  guint32 run_id = 0;
  g_autoptr (GArray) rows = pb_backfill_round_ask (self->round, &run_id);

  if (rows == NULL) {
    self->failures = 0;
    pb_backfill_suspects_clear (&self->suspects);
    set_reason (self, pb_backfill_round_get_trouble (self->round));
    stop (self, get_pause (self));
    return;
  }
  self->heard_us = g_get_monotonic_time ();
  pb_backfill_line_ask (self->line, run_id, rows);
}

static void
on_ranges (guint32 run_id, GArray *lack, gpointer user_data)
{
  PbBackfill *self = user_data;

  self->heard_us = g_get_monotonic_time ();
  if (self->round == NULL || self->timer != 0)
    return;
  self->rows_left = pb_spool_ranges_count (lack);
  if (!pb_backfill_round_take (self->round, lack)) {
    ask (self);
    return;
  }
  self->budget = 0;
  self->timer = g_timeout_add (SEND_MS, on_send, self);
}

static void
on_opened (gpointer user_data)
{
  PbBackfill *self = user_data;

  set_reason (self, NULL);
  self->round_us = g_get_monotonic_time ();
  self->round = pb_backfill_round_new (
      self->spool, pb_spool_list (self->spool, SETTLE_US), &self->suspects);
  ask (self);
}

/**
 * pb_backfill_new:
 * @config: settings, with a URL and a token; must outlive it
 * @spool: must outlive it
 * @look: says how live is
 * @user_data: for @look
 *
 * Returns: (transfer full): asks for the first time after 10 s
 */
PbBackfill *
pb_backfill_new (const PbConfig *config, PbSpool *spool, PbBackfillLook look,
    gpointer user_data)
{
  PbBackfill *self = g_new0 (PbBackfill, 1);

  self->config = config;
  self->spool = spool;
  self->look = look;
  self->user_data = user_data;
  self->next_us = g_get_monotonic_time () + SETTLE_US;
  return self;
}

/**
 * pb_backfill_free:
 * @backfill: (transfer full): what was not sent stays in the spool
 */
void
pb_backfill_free (PbBackfill *self)
{
  stop (self, 0);
  pb_backfill_suspects_clear (&self->suspects);
  g_free (self->reason);
  g_free (self->refusal);
  g_free (self);
}

/**
 * pb_backfill_note_connected:
 * @backfill: looks soon what the server misses: live has come back
 */
void
pb_backfill_note_connected (PbBackfill *self)
{
  const gint64 soon_us = g_get_monotonic_time () + FIRST_PAUSE_US;

  self->failures = 0;
  self->connected_us = g_get_monotonic_time ();
  if (self->line == NULL)
    self->next_us = MIN (self->next_us, soon_us);
}

static void
begin (PbBackfill *self)
{
  static const PbBackfillLineEvents events = { on_opened, on_ranges,
    on_acknowledged, on_closed };
  const gboolean by_key = g_str_has_prefix (self->config->token, "pbk_");
  g_autofree gchar *query =
      by_key ? g_strdup_printf ("?driver=%s", self->config->driver) : NULL;
  g_autoptr (GPtrArray) files = pb_spool_list (self->spool, SETTLE_US);

  if (files->len == 0)
    return;
  self->heard_us = g_get_monotonic_time ();
  self->line = pb_backfill_line_new (self->config->url, query,
      self->config->token, self->config->certificate, &events, self);
}

/**
 * pb_backfill_tick:
 * @backfill: looks whether it is time
 *
 * About once a second.
 */
void
pb_backfill_tick (PbBackfill *self)
{
  const gint64 now_us = g_get_monotonic_time ();
  const gboolean waits = self->timer == 0 || self->flight.length > 0;
  PbPaceLook look = { 0 };

  self->look (&look, self->user_data);
  if (self->line != NULL && !look.is_live) {
    stop (self, FIRST_PAUSE_US);
    set_reason (self, "live is not connected");
  } else if (self->line != NULL && waits && now_us - self->heard_us > DEAD_US) {
    fail (self, "the server has not answered for 30 s");
  } else if (self->line == NULL && look.is_live && now_us >= self->next_us) {
    begin (self);
  }
}

/**
 * pb_backfill_add_status:
 * @backfill: a back-fill
 * @builder: inside an object
 *
 * Adds "spool" and "backfill".
 */
void
pb_backfill_add_status (PbBackfill *self, JsonBuilder *builder)
{
  PbSpoolStats stats;

  pb_spool_get_stats (self->spool, &stats);
  pb_json_begin_object (builder, "spool");
  pb_json_add_int (builder, "files", stats.counts.files);
  pb_json_add_int (builder, "bytes", (gint64) stats.counts.bytes);
  pb_json_add_int (builder, "rows", (gint64) stats.counts.rows);
  pb_json_add_int (builder, "written_rows", (gint64) stats.counts.written_rows);
  pb_json_add_int (builder, "dropped_rows", (gint64) stats.counts.dropped_rows);
  pb_json_add_int (
      builder, "refused_files", (gint64) stats.counts.refused_files);
  pb_json_add_int (builder, "refused_rows", (gint64) stats.counts.refused_rows);
  pb_json_add_known_text (builder, "trouble", stats.trouble);
  json_builder_end_object (builder);
  g_free (stats.trouble);
  pb_json_begin_object (builder, "backfill");
  pb_json_add_text (builder, "state",
      self->line == NULL ? "idle"
      : self->timer != 0 ? "sending"
                         : "asking");
  pb_json_add_known_text (builder, "reason", self->reason);
  pb_json_add_known_text (builder, "refusal",
      stats.counts.refused_files > 0 ? self->refusal : NULL);
  pb_json_add_int (builder, "rows_left", (gint64) self->rows_left);
  pb_json_add_int (builder, "sent_rows", (gint64) self->sent_rows);
  pb_json_add_int (builder, "rows_s", self->timer != 0 ? self->pace.rows_s : 0);
  json_builder_end_object (builder);
}
