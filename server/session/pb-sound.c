/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A driver's sound. What comes is only looked at and counted as long as nobody
 * listens; what decodes it is a graph of its own, so that sound that cannot be
 * read ends neither picture nor telemetry. */
#include "session/pb-sound.h"

#include "live/pb-rate.h"
#include "pb-graph.h"
#include "session/pb-adts.h"

/* PES packets of AAC: two seconds at one frame each. */
#define MAX_WAITING 100
/* Sound that has not come for so long has ended. */
#define GONE_US (3 * G_USEC_PER_SEC)
/* More than eight channels at AAC's highest rate have. */
#define MAX_UNIT_BYTES (64 * 1024)

struct _PbSound {
  PbLive *live;
  PbDemand *demand;

  GMutex lock; /* protects all below */
  PbAdts adts;
  const gchar *other; /* interned */
  gint64 last_us;
  PbRate bytes;
};

/* Not faad: it is GPL. */
static const gchar *const decoders[] = { "avdec_aac", "fdkaacdec" };

static gboolean
is_wanted (gpointer user_data)
{
  return pb_live_is_listened (((PbSound *) user_data)->live);
}

static GstElement *
make_decoder (GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (decoders); i++) {
    GstElement *decoder = gst_element_factory_make (decoders[i], "decode");

    if (decoder != NULL)
      return decoder;
  }
  g_set_error_literal (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
      "nothing on this server decodes AAC. Install gstreamer1.0-libav");
  return NULL;
}

static gboolean
set_up (GstElement *pipeline, GstCaps *caps, gpointer user_data, GError **error)
{
  g_autoptr (GstElement) parse = pb_graph_get (pipeline, "parse", error);
  g_autoptr (GstElement) convert =
      parse != NULL ? pb_graph_get (pipeline, "convert", error) : NULL;
  GstElement *decoder = convert != NULL ? make_decoder (error) : NULL;

  if (decoder == NULL)
    return FALSE;
  gst_bin_add (GST_BIN (pipeline), decoder);
  if (gst_element_link_many (parse, decoder, convert, NULL))
    return TRUE;
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_PAD,
      "%s does not fit into sound.launch", GST_OBJECT_NAME (decoder));
  return FALSE;
}

static void
take_opus (GstSample *sample, gpointer user_data)
{
  PbSound *self = user_data;
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  const GstClockTime time =
      gst_segment_to_running_time (gst_sample_get_segment (sample),
          GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  guint samples;

  if (!GST_CLOCK_TIME_IS_VALID (time) || !GST_BUFFER_DURATION_IS_VALID (buffer))
    return;
  samples = (guint) gst_util_uint64_scale_round (
      GST_BUFFER_DURATION (buffer), PB_LIVE_SOUND_RATE, GST_SECOND);
  pb_live_push_sound (self->live, buffer, time, samples);
}

static const PbDemandFuncs funcs = {
  .graph = "sound",
  .sink = "opus",
  .max_waiting = MAX_WAITING,
  .what = "the sound cannot be played",
  .advice = NULL,
  .is_wanted = is_wanted,
  .set_up = set_up,
  .take = take_opus,
};

/**
 * pb_sound_new:
 * @live: where the sound goes
 * @clock: (nullable): of the pipeline it comes from
 * @base_time: of the same
 *
 * Returns: (transfer full): one that has heard nothing
 */
PbSound *
pb_sound_new (PbLive *live, GstClock *clock, GstClockTime base_time)
{
  PbSound *self = g_new0 (PbSound, 1);

  g_mutex_init (&self->lock);
  self->live = pb_live_ref (live);
  self->demand = pb_demand_new (
      pb_live_get_driver_id (live), &funcs, self, clock, base_time);
  return self;
}

/**
 * pb_sound_stop:
 *
 * As pb_demand_stop(): nothing goes to the hub after this.
 */
void
pb_sound_stop (PbSound *self)
{
  pb_demand_stop (self->demand);
}

void
pb_sound_free (PbSound *self)
{
  pb_demand_free (self->demand);
  pb_live_unref (self->live);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * pb_sound_push:
 * @sample: frames of AAC with ADTS headers, one or more, with segment
 *
 * One thread at a time; waits for nobody.
 */
void
pb_sound_push (PbSound *self, GstSample *sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  const gint64 now_us = g_get_monotonic_time ();
  guint8 head[7];
  const gsize n = gst_buffer_extract (buffer, 0, head, sizeof head);
  PbAdts adts;
  gboolean known = pb_adts_read (&adts, head, n);

  if (gst_buffer_get_size (buffer) > MAX_UNIT_BYTES)
    return;
  g_mutex_lock (&self->lock);
  if (known)
    self->adts = adts;
  self->other = NULL;
  self->last_us = now_us;
  pb_rate_add (&self->bytes, gst_buffer_get_size (buffer), now_us);
  g_mutex_unlock (&self->lock);
  pb_demand_push (self->demand, sample);
}

/**
 * pb_sound_note_other:
 * @media: name of the caps, e.g. "audio/x-ac3"
 *
 * Sound has been announced that is not AAC with ADTS headers. Any thread.
 */
void
pb_sound_note_other (PbSound *self, const gchar *media)
{
  g_mutex_lock (&self->lock);
  self->other = g_intern_string (media);
  g_mutex_unlock (&self->lock);
}

/**
 * pb_sound_read:
 * @reading: (out): see #PbSoundReading
 *
 * Any thread.
 */
void
pb_sound_read (PbSound *self, PbSoundReading *reading)
{
  const gint64 now_us = g_get_monotonic_time ();
  guint64 dropped;

  *reading = (PbSoundReading){ 0 };
  reading->state =
      pb_demand_get_state (self->demand, &reading->failure, &dropped);
  g_mutex_lock (&self->lock);
  if (self->last_us != 0 && now_us - self->last_us < GONE_US) {
    reading->codec = "aac";
    reading->channels = self->adts.channels;
    reading->rate = self->adts.rate;
    reading->kbps = (guint) (pb_rate_get (&self->bytes, now_us) * 8 / 1000);
  } else if (self->other != NULL) {
    reading->codec = self->other;
    g_free (reading->failure);
    reading->failure = g_strdup_printf (
        "%s is recorded and not played. Send AAC with ADTS headers, as ffmpeg "
        "-c:a aac and mpegtsmux behind aacparse do",
        self->other);
  }
  if (reading->codec == NULL)
    g_clear_pointer (&reading->failure, g_free);
  g_mutex_unlock (&self->lock);
}
