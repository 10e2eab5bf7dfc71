/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTranscoder: pipelines/transcode.launch at work. */
#include "session/pb-transcoder.h"

#include "pb-graph.h"

/* A second of 60 fps: what waits longer is too late, and memory is not free. */
#define MAX_WAITING 60
/* H.264 of games at this many bits a pixel is hard to tell from what came. */
#define BITS_PER_PIXEL 0.09
#define MIN_KBPS 1000
#define MAX_KBPS 8000

struct _PbTranscoder {
  PbLive *live;
  PbDemand *demand;
};

/* Of this process: what they cost is this machine's. */
static gint most = 1;
static gint n_running;

/**
 * pb_transcoder_set_limit:
 * @limit: most that run at a time in this process; 0: none
 */
void
pb_transcoder_set_limit (guint limit)
{
  g_atomic_int_set (&most, (gint) limit);
}

guint
pb_transcoder_get_limit (void)
{
  return (guint) g_atomic_int_get (&most);
}

static gboolean
take_place (void)
{
  if (g_atomic_int_add (&n_running, 1) < g_atomic_int_get (&most))
    return TRUE;
  g_atomic_int_add (&n_running, -1);
  return FALSE;
}

static void
give_place (void)
{
  g_atomic_int_add (&n_running, -1);
}

static gboolean
is_wanted (gpointer user_data)
{
  return pb_live_is_watched (((PbTranscoder *) user_data)->live);
}

static void
take_rtp (GstSample *sample, gpointer user_data)
{
  pb_live_push_rtp (((PbTranscoder *) user_data)->live, sample);
}

static void
rest (gpointer user_data)
{
  pb_live_forget_pictures (((PbTranscoder *) user_data)->live);
}

static guint
choose_kbps (GstCaps *caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  gint width = 1280, height = 720, fps_n = 60, fps_d = 1;

  gst_structure_get_int (s, "width", &width);
  gst_structure_get_int (s, "height", &height);
  if (!gst_structure_get_fraction (s, "framerate", &fps_n, &fps_d) || fps_n <= 0
      || fps_d <= 0)
    fps_n = 60, fps_d = 1;
  return (guint) CLAMP (
      (gdouble) width * height * fps_n / fps_d * BITS_PER_PIXEL / 1000,
      MIN_KBPS, MAX_KBPS);
}

static gboolean
set_up (GstElement *pipeline, GstCaps *caps, gpointer user_data, GError **error)
{
  g_autoptr (GstElement) encoder = pb_graph_get (pipeline, "encoder", error);

  if (encoder == NULL)
    return FALSE;
  g_object_set (encoder, "bitrate", choose_kbps (caps), NULL);
  return TRUE;
}

static const PbDemandFuncs funcs = {
  .graph = "transcode",
  .sink = "rtp",
  .max_waiting = MAX_WAITING,
  .what = "the picture cannot be encoded anew",
  .advice = "What decodes H.265 and H.264 is in the package "
            "gstreamer1.0-libav",
  .is_wanted = is_wanted,
  .set_up = set_up,
  .take = take_rtp,
  .rest = rest,
  .take_place = take_place,
  .give_place = give_place,
};

/**
 * pb_transcoder_new:
 * @live: where the pictures go
 * @clock: (nullable): of the pipeline they come from
 * @base_time: of the same
 *
 * Returns: (transfer full): one that is idle
 */
PbTranscoder *
pb_transcoder_new (PbLive *live, GstClock *clock, GstClockTime base_time)
{
  PbTranscoder *self = g_new0 (PbTranscoder, 1);

  self->live = pb_live_ref (live);
  self->demand = pb_demand_new (
      pb_live_get_driver_id (live), &funcs, self, clock, base_time);
  return self;
}

/**
 * pb_transcoder_stop:
 *
 * As pb_demand_stop(): nothing goes to the hub after this.
 */
void
pb_transcoder_stop (PbTranscoder *self)
{
  pb_demand_stop (self->demand);
}

void
pb_transcoder_free (PbTranscoder *self)
{
  pb_demand_free (self->demand);
  pb_live_unref (self->live);
  g_free (self);
}

/**
 * pb_transcoder_push:
 * @picture: one whole unit with caps and segment, in the order of the stream
 *
 * One thread at a time; waits for nobody.
 */
void
pb_transcoder_push (PbTranscoder *self, GstSample *picture)
{
  pb_live_note_picture (self->live);
  pb_demand_push (self->demand, picture);
}

/**
 * pb_transcoder_get_state:
 * @failure: (out): why it has failed, in words; %NULL where it has not
 * @dropped: (out): gaps because this machine was too slow
 *
 * Any thread.
 */
PbDemandState
pb_transcoder_get_state (PbTranscoder *self, gchar **failure, guint64 *dropped)
{
  return pb_demand_get_state (self->demand, failure, dropped);
}
