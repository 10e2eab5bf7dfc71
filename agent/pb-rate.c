/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Samples go into PbAdapt, and what it decides into the stream, as far as the PC
 * can spare it. */
#include "pb-rate.h"

#include "adapt/pb-adapt-record.h"
#include "json/pb-json.h"

#include <string.h>

#define LOOK_MS 100
/* Some encoders begin anew with each bitrate: small steps up wait for others,
 * but not for ever. */
#define UP_SHARE 1.05
#define REST_US (2 * G_USEC_PER_SEC)
/* An encoder that is built anew for it gives a key frame each time. */
#define REBUILD_UP_SHARE 1.25
#define REBUILD_DOWN_SHARE 0.9
#define REBUILD_REST_US (10 * G_USEC_PER_SEC)
/* What is worth a line in the log. */
#define SAY_SHARE 0.25
#define SAY_US (5 * G_USEC_PER_SEC)

struct _PbRate {
  const PbConfig *config;
  gboolean is_on;
  PbRateEvents events;
  gpointer user_data;
  PbAdapt adapt;
  PbAdaptDecision network; /* what it bears; not used where that is off */
  PbAdaptStep limit; /* what the PC can spare */
  PbAdaptDecision decision; /* the lower of the two */
  GOutputStream *record; /* NULL where none is asked for, or it failed */
  guint timer; /* while a stream has a picture that follows the network */
  PbStream *stream; /* while it has a picture */
  PbPicture picture; /* as it was asked for */
  guint applied_kbps;
  gint64 applied_us;
  guint said_kbps;
  gint64 said_us;
};

static void
write_record (PbRate *self, const gchar *line)
{
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;

  if (self->record == NULL)
    return;
  text = g_strconcat (line, "\n", NULL);
  if (g_output_stream_write_all (
          self->record, text, strlen (text), NULL, NULL, &error))
    return;
  g_warning ("--adapt-log: %s", error->message);
  g_clear_object (&self->record);
}

static void
write_band (PbRate *self)
{
  g_autofree gchar *head = pb_adapt_record_dup_head (&self->adapt.band);

  write_record (self, head);
}

/* Both wants become one. */
static void
decide (PbRate *self)
{
  PbAdaptDecision network = self->network;

  if (!self->is_on)
    network.step = PB_ADAPT_WHOLE;
  pb_govern_arbitrate (
      &self->adapt.band, &network, self->limit, &self->decision);
}

static void
open_record (PbRate *self)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;

  if (self->config->adapt_log[0] == '\0' || !self->is_on)
    return;
  file = g_file_new_for_path (self->config->adapt_log);
  self->record = G_OUTPUT_STREAM (
      g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, &error));
  if (self->record == NULL)
    g_warning ("--adapt-log: %s", error->message);
  write_band (self);
}

/**
 * pb_rate_new:
 * @config: settings; must outlive it
 * @events: what to call
 * @user_data: for @events
 *
 * Returns: (transfer full): nothing is known of the network yet
 */
PbRate *
pb_rate_new (
    const PbConfig *config, const PbRateEvents *events, gpointer user_data)
{
  PbRate *self = g_new0 (PbRate, 1);
  const PbAdaptBand band =
      pb_adapt_get_band (config->adapt, (guint) config->bitrate_kbps);

  self->config = config;
  self->is_on = strcmp (config->adapt, "off") != 0;
  self->events = *events;
  self->user_data = user_data;
  pb_adapt_init (&self->adapt, &band);
  pb_adapt_get_decision (&self->adapt, &self->network);
  decide (self);
  open_record (self);
  return self;
}

/**
 * pb_rate_free:
 * @rate: (transfer full): no stream's any more
 */
void
pb_rate_free (PbRate *rate)
{
  pb_rate_end (rate);
  g_clear_object (&rate->record);
  g_free (rate);
}

static PbAdaptSample
take_sample (PbStream *stream)
{
  g_autoptr (GstStructure) stats = pb_stream_dup_stats (stream, "uplink");
  PbAdaptSample sample = { .now_us = g_get_monotonic_time () };
  gint64 sent = 0;
  gint buffer_ms = 0, bytes = 0, again = 0, late = 0;
  guint64 dropped = 0;

  if (stats == NULL)
    return sample;
  gst_structure_get (stats, "bytes-sent", G_TYPE_UINT64, &sample.bytes_sent,
      "messages-dropped", G_TYPE_UINT64, &dropped, NULL);
  if (gst_structure_get (stats, "rtt-ms", G_TYPE_DOUBLE, &sample.rtt_ms,
          "send-buffer-ms", G_TYPE_INT, &buffer_ms, "send-buffer-bytes",
          G_TYPE_INT, &bytes, "packets-sent", G_TYPE_INT64, &sent,
          "packets-retransmitted", G_TYPE_INT, &again, "packets-dropped",
          G_TYPE_INT, &late, NULL)) {
    sample.send_buffer_ms = MAX (buffer_ms, 0);
    sample.send_buffer_bytes = (guint64) MAX (bytes, 0);
    sample.packets_sent = (guint64) MAX (sent, 0);
    sample.packets_retransmitted = (guint64) MAX (again, 0);
    sample.packets_dropped = dropped + (guint64) MAX (late, 0);
  }
  return sample;
}

static gboolean
is_due (PbRate *self, guint kbps, gint64 now_us)
{
  const gboolean live = pb_stream_takes_bitrate (self->stream);
  const gdouble share = kbps / (gdouble) MAX (self->applied_kbps, 1);
  const gint64 past_us = now_us - self->applied_us;

  if (kbps == self->applied_kbps)
    return FALSE;
  if (share < 1)
    return live || share < REBUILD_DOWN_SHARE || past_us > REBUILD_REST_US;
  return live ? share > UP_SHARE || past_us > REST_US
              : share > REBUILD_UP_SHARE && past_us > REST_US;
}

static void
apply_bitrate (PbRate *self, gint64 now_us)
{
  const guint kbps = self->decision.bitrate_kbps;

  if (!is_due (self, kbps, now_us))
    return;
  self->applied_kbps = kbps;
  self->applied_us = now_us;
  pb_stream_set_bitrate (self->stream, kbps);
}

/* What the PC cannot spare is no word about the network. */
static gboolean
is_spared (PbRate *self)
{
  return self->limit > self->network.step;
}

/* Why the picture is not more, for people. */
static const gchar *
get_why (PbRate *self)
{
  static const gchar *const words[] = {
    [PB_ADAPT_START] = "it has just begun",
    [PB_ADAPT_FULL] = "all that is allowed",
    [PB_ADAPT_QUEUE] = "packets wait in the network",
    [PB_ADAPT_LOSS] = "the network loses packets",
    [PB_ADAPT_PICTURE] = "the picture needs no more",
    [PB_ADAPT_GROWING] = "trying more",
  };

  return is_spared (self) ? "this PC can spare no more"
                          : words[self->decision.reason];
}

static void
say (PbRate *self, gboolean stepped, gint64 now_us)
{
  const PbAdaptDecision *d = &self->decision;
  const gdouble share = d->bitrate_kbps / (gdouble) MAX (self->said_kbps, 1);
  PbPicture p = self->picture;

  if (!stepped
      && (d->step == PB_ADAPT_TELEMETRY || ABS (share - 1) < SAY_SHARE
          || now_us - self->said_us < SAY_US))
    return;
  self->said_kbps = d->bitrate_kbps;
  self->said_us = now_us;
  pb_rate_fit_picture (self, &p);
  if (d->step == PB_ADAPT_TELEMETRY)
    g_message ("network: no picture: even the smallest is too much (%s)",
        get_why (self));
  else
    g_message ("%spicture %s, %d x %d at %d fps, %u kbit/s (%s)",
        is_spared (self) ? "" : "network: ", pb_adapt_step_to_string (d->step),
        p.width, p.height, p.framerate, d->bitrate_kbps, get_why (self));
}

/* What is decided differs in size from @before. The stream may be another one
 * afterwards. */
static void
apply_step (PbRate *self, PbAdaptStep before)
{
  const gboolean had_picture = before != PB_ADAPT_TELEMETRY;
  PbPicture picture = self->picture;

  if (had_picture != pb_rate_allows_picture (self)) {
    self->events.picture_changed (self->user_data);
    return;
  }
  if (!had_picture || self->stream == NULL)
    return;
  if (self->is_on)
    apply_bitrate (self, g_get_monotonic_time ());
  pb_rate_fit_picture (self, &picture);
  pb_stream_set_picture (self->stream, &picture);
}

/* Likewise. */
static void
follow (PbRate *self, PbStream *stream)
{
  const PbAdaptSample sample = take_sample (stream);
  const PbAdaptStep before = self->decision.step;
  g_autofree gchar *line = NULL;

  pb_adapt_look (&self->adapt, &sample, &self->network);
  line = pb_adapt_record_dup_line (&sample, &self->network);
  write_record (self, line);
  decide (self);
  say (self, before != self->decision.step, sample.now_us);
  if (before != self->decision.step)
    apply_step (self, before);
  else if (pb_rate_allows_picture (self))
    apply_bitrate (self, sample.now_us);
}

static gboolean
on_look (gpointer user_data)
{
  PbRate *self = user_data;

  follow (self, self->stream);
  return G_SOURCE_CONTINUE; /* a source that was removed meanwhile is none */
}

/**
 * pb_rate_begin:
 * @rate: no stream's
 * @stream: with a picture; until pb_rate_end()
 * @picture: as it is asked for, before pb_rate_fit_picture()
 */
void
pb_rate_begin (PbRate *rate, PbStream *stream, const PbPicture *picture)
{
  rate->stream = stream;
  rate->picture = *picture;
  rate->picture.encoder = NULL; /* not ours, and not needed */
  rate->applied_kbps = rate->decision.bitrate_kbps;
  rate->said_kbps = rate->applied_kbps;
  if (rate->is_on)
    rate->timer = g_timeout_add (LOOK_MS, on_look, rate);
}

/**
 * pb_rate_is_begun:
 * @rate: a rate
 *
 * Returns: %TRUE between pb_rate_begin() and pb_rate_end(), where it is on
 */
gboolean
pb_rate_is_begun (PbRate *rate)
{
  return rate->stream != NULL;
}

/**
 * pb_rate_end:
 * @rate: of a stream, or of none
 */
void
pb_rate_end (PbRate *rate)
{
  g_clear_handle_id (&rate->timer, g_source_remove);
  rate->stream = NULL;
}

/**
 * pb_rate_forget:
 * @rate: no stream's
 *
 * Somebody wants a picture now, whatever the network was like.
 */
void
pb_rate_forget (PbRate *rate)
{
  const PbAdaptBand band = rate->adapt.band;

  pb_adapt_init (&rate->adapt, &band);
  pb_adapt_get_decision (&rate->adapt, &rate->network);
  decide (rate);
}

/**
 * pb_rate_set_limit:
 * @rate: a rate
 * @limit: the most that the PC can spare of a picture
 *
 * The lower of this and what the network bears is sent. May end the stream and
 * begin another one.
 */
void
pb_rate_set_limit (PbRate *rate, PbAdaptStep limit)
{
  const PbAdaptStep before = rate->decision.step;

  rate->limit = limit;
  decide (rate);
  if (before != rate->decision.step)
    apply_step (rate, before);
}

/**
 * pb_rate_get_step:
 * @rate: a rate
 *
 * Returns: how large a picture network and PC let pass
 */
PbAdaptStep
pb_rate_get_step (PbRate *rate)
{
  return rate->decision.step;
}

/**
 * pb_rate_set_most:
 * @rate: a rate
 * @kbps: of the picture, from now on
 */
void
pb_rate_set_most (PbRate *rate, guint kbps)
{
  const PbAdaptBand band = pb_adapt_get_band (rate->config->adapt, kbps);

  if (memcmp (&band, &rate->adapt.band, sizeof band) == 0)
    return;
  pb_adapt_set_band (&rate->adapt, &band);
  pb_adapt_get_decision (&rate->adapt, &rate->network);
  decide (rate);
  write_band (rate);
  if (rate->stream != NULL && rate->is_on)
    apply_bitrate (rate, g_get_monotonic_time ());
}

/**
 * pb_rate_renew:
 * @rate: a rate
 * @most_kbps: of the picture, from now on
 *
 * The preset is another one.
 */
void
pb_rate_renew (PbRate *rate, guint most_kbps)
{
  const gboolean is_on = strcmp (rate->config->adapt, "off") != 0;

  if (is_on != rate->is_on) {
    g_clear_handle_id (&rate->timer, g_source_remove);
    rate->is_on = is_on;
    pb_rate_forget (rate);
    if (is_on && rate->stream != NULL)
      rate->timer = g_timeout_add (LOOK_MS, on_look, rate);
  }
  pb_rate_set_most (rate, most_kbps);
  if (!is_on && rate->stream != NULL)
    pb_stream_set_bitrate (rate->stream, most_kbps);
}

/**
 * pb_rate_fit_picture:
 * @rate: a rate
 * @picture: (inout): as it is asked for; what network and PC let pass of it
 */
void
pb_rate_fit_picture (PbRate *rate, PbPicture *picture)
{
  if (rate->is_on)
    picture->bitrate_kbps = (gint) rate->decision.bitrate_kbps;
  pb_picture_shrink (picture, rate->decision.step);
}

/**
 * pb_rate_is_off:
 * @rate: a rate
 *
 * Returns: %TRUE if the bitrate is what is set, whatever the network does
 */
gboolean
pb_rate_is_off (PbRate *rate)
{
  return !rate->is_on;
}

/**
 * pb_rate_allows_picture:
 * @rate: a rate
 *
 * Returns: %FALSE while only rows are to be sent
 */
gboolean
pb_rate_allows_picture (PbRate *rate)
{
  return rate->decision.step != PB_ADAPT_TELEMETRY;
}

/**
 * pb_rate_look_without:
 * @rate: a rate
 * @stream: without a picture
 *
 * For once a second, by a timer that is there anyway: whether it is time to try
 * a picture again.
 */
void
pb_rate_look_without (PbRate *rate, PbStream *stream)
{
  if (rate->is_on && rate->network.step == PB_ADAPT_TELEMETRY)
    follow (rate, stream);
}

/**
 * pb_rate_add_status:
 * @rate: a rate
 * @builder: inside an object
 *
 * Adds "adapt": what is decided, and between what; null where it is off.
 */
void
pb_rate_add_status (PbRate *rate, JsonBuilder *builder)
{
  const PbAdaptBand *band = &rate->adapt.band;

  if (!rate->is_on) {
    pb_json_add_null (builder, "adapt");
    return;
  }
  pb_json_begin_object (builder, "adapt");
  pb_json_add_text (builder, "preset", rate->config->adapt);
  pb_json_add_int (builder, "high_kbps", band->high_kbps);
  pb_json_add_int (builder, "low_kbps", band->low_kbps);
  pb_json_add_int (builder, "floor_kbps", band->floor_kbps);
  pb_json_add_text (
      builder, "step", pb_adapt_step_to_string (rate->network.step));
  pb_json_add_text (
      builder, "reason", pb_adapt_reason_to_string (rate->network.reason));
  json_builder_end_object (builder);
}
