/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Asks which rows of the spool's files the server misses, sends those, and
 * lets go what it has. One run of rows after the other, oldest first. */
#include "spool/pb-backfill.h"

#include "json/pb-json.h"
#include "spool/pb-backfill-line.h"
#include "spool/pb-spool-rows.h"

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
/* A group of files that one question is about. */
#define MAX_FILES 512

typedef struct {
  guint32 end; /* row behind it */
  gsize bytes;
} Sent;

struct _PbBackfill {
  const PbConfig *config; /* outlives it, as does the spool */
  PbSpool *spool;
  PbBackfillLook look;
  gpointer user_data;
  PbBackfillLine *line; /* NULL = nothing to do now */
  GPtrArray *files; /* of PbSpoolFile: of this round, or NULL */
  guint first, end; /* of them: of one run, asked about at once */
  guint file; /* the next one to be read */
  gboolean was_sent; /* of this group something was */
  GArray *lack; /* what the server misses of them */
  GPtrArray *messages; /* of a file, or NULL */
  guint message; /* the next one of them */
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
  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_array_set_size (self->lack, 0);
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
  text = g_strdup_printf ("%s: %s", self->config->url, words);
  fail (self, text);
}

/* Those of the group that the server has, or that nobody can read. */
static void
let_go (PbBackfill *self, const GArray *lack)
{
  for (guint i = self->first; i < self->end; i++) {
    const PbSpoolFile *file = self->files->pdata[i];

    if (!file->is_open
        && (lack == NULL || !pb_spool_ranges_are_missed (file->rows, lack)))
      pb_spool_forget (self->spool, file->path);
  }
}

static PbSpoolMessage *
next_message (PbBackfill *self)
{
  while (self->messages == NULL || self->message == self->messages->len) {
    const PbSpoolFile *file;
    g_autofree gchar *data = NULL;
    gsize size = 0;

    g_clear_pointer (&self->messages, g_ptr_array_unref);
    if (self->file == self->end)
      return NULL;
    file = self->files->pdata[self->file++];
    if (g_file_get_contents (file->path, &data, &size, NULL))
      self->messages =
          pb_spool_rows_read ((const guint8 *) data, size, self->lack);
    self->message = 0;
  }
  return self->messages->pdata[self->message++];
}

static void
send (PbBackfill *self, const PbSpoolMessage *message)
{
  const PbSpoolFile *file = self->files->pdata[self->first];
  const GstPitboxUnitsHead head = { file->run_id, message->sequence, 0,
    message->pts };
  Sent *sent = g_new (Sent, 1);

  sent->end = message->sequence + message->n_rows;
  sent->bytes = g_bytes_get_size (message->units);
  if (self->flight.length == 0)
    self->heard_us = g_get_monotonic_time ();
  g_queue_push_tail (&self->flight, sent);
  self->flight_bytes += sent->bytes;
  self->budget -= message->n_rows;
  self->rows_left -= MIN (self->rows_left, message->n_rows);
  self->sent_rows += message->n_rows;
  self->was_sent = TRUE;
  pb_backfill_line_send (self->line, &head, message->units);
}

static gboolean
on_send (gpointer user_data)
{
  PbBackfill *self = user_data;
  const PbSpoolMessage *message = NULL;
  PbPaceLook look = { 0 };
  guint rows_s;

  self->look (&look, self->user_data);
  rows_s = pb_pace_look (&self->pace, &look);
  self->budget = MIN (self->budget + rows_s * SEND_MS / 1000.0, rows_s / 2.0);
  while (self->budget > 0 && self->flight.length < FLIGHT_MESSAGES
         && self->flight_bytes < FLIGHT_BYTES
         && (message = next_message (self)) != NULL)
    send (self, message);
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

/* From where on the files are of another run, or begin anew. */
static guint
find_end (PbBackfill *self, GArray *rows)
{
  const PbSpoolFile *first = self->files->pdata[self->first];
  guint64 end = 0;
  guint i;

  for (i = self->first; i < self->files->len && i - self->first < MAX_FILES;
       i++) {
    const PbSpoolFile *file = self->files->pdata[i];

    if (i > self->first
        && (file->run_id != first->run_id
            || rows->len + file->rows->len > GST_PITBOX_BACKFILL_MAX_RANGES))
      break;
    for (guint r = 0; r < file->rows->len; r++) {
      const GstPitboxRowRange *range =
          &g_array_index (file->rows, GstPitboxRowRange, r);

      if (range->first < end || rows->len == GST_PITBOX_BACKFILL_MAX_RANGES)
        return MAX (i, self->first + 1);
      pb_spool_ranges_add (rows, range->first, range->n_rows);
      end = (guint64) range->first + range->n_rows;
    }
  }
  return i;
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

/* About the files from the first one on. */
static void
ask (PbBackfill *self)
{
  g_autoptr (GArray) rows =
      g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
  const PbSpoolFile *file;

  if (self->first >= self->files->len) {
    self->failures = 0;
    set_reason (self, NULL);
    stop (self, get_pause (self));
    return;
  }
  file = self->files->pdata[self->first];
  self->end = find_end (self, rows);
  self->heard_us = g_get_monotonic_time ();
  pb_backfill_line_ask (self->line, file->run_id, rows);
}

static void
on_ranges (guint32 run_id, GArray *lack, gpointer user_data)
{
  PbBackfill *self = user_data;
  const gboolean is_stuck = self->file == self->end && !self->was_sent;

  self->heard_us = g_get_monotonic_time ();
  if (self->files == NULL || self->timer != 0)
    return;
  self->rows_left = pb_spool_ranges_count (lack);
  /* What was asked for and cannot be read is no use to anybody. */
  let_go (self, is_stuck ? NULL : lack);
  if (lack->len == 0 || is_stuck) {
    self->first = self->end;
    self->file = G_MAXUINT;
    ask (self);
    return;
  }
  g_array_set_size (self->lack, 0);
  g_array_append_vals (self->lack, lack->data, lack->len);
  self->file = self->first;
  self->was_sent = FALSE;
  self->budget = 0;
  self->timer = g_timeout_add (SEND_MS, on_send, self);
}

static void
on_opened (gpointer user_data)
{
  PbBackfill *self = user_data;

  set_reason (self, NULL);
  self->round_us = g_get_monotonic_time ();
  self->files = pb_spool_list (self->spool, SETTLE_US);
  self->first = 0;
  self->file = G_MAXUINT;
  self->was_sent = FALSE;
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
  self->lack = g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
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
  g_array_unref (self->lack);
  g_free (self->reason);
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
  pb_json_add_known_text (builder, "trouble", stats.trouble);
  json_builder_end_object (builder);
  g_free (stats.trouble);
  pb_json_begin_object (builder, "backfill");
  pb_json_add_text (builder, "state",
      self->line == NULL ? "idle"
      : self->timer != 0 ? "sending"
                         : "asking");
  pb_json_add_known_text (builder, "reason", self->reason);
  pb_json_add_int (builder, "rows_left", (gint64) self->rows_left);
  pb_json_add_int (builder, "sent_rows", (gint64) self->sent_rows);
  pb_json_add_int (builder, "rows_s", self->timer != 0 ? self->pace.rows_s : 0);
  json_builder_end_object (builder);
}
