/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A demultiplexer's pads come and go with the programme's table; the branches
 * stay. */
#include "session/pb-ingest-branches.h"

#include <string.h>

#include "pb-graph.h"

struct _PbIngestBranches {
  PbSound *sound;
  gchar *driver; /* for the log */
  GstElement *picture;
  GstElement *other_picture;
  GstElement *telemetry;
  GstElement *sound_kind;
};

/* tsdemux ends the pads of the old table when a new one comes (telemetry
 * first, picture later): what follows goes on in the same branch. */
static GstPadProbeReturn
drop_eos (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
    return GST_PAD_PROBE_DROP;
  return GST_PAD_PROBE_OK;
}

static gboolean
can_link (GstPad *pad, GstPad *sink)
{
  g_autoptr (GstCaps) caps = gst_pad_query_caps (pad, NULL);
  g_autoptr (GstCaps) wanted = gst_pad_query_caps (sink, NULL);

  return gst_caps_can_intersect (caps, wanted);
}

/* tsdemux names pads "audio_<programme>_<PID>": of one programme the first sound
 * counts, a new programme takes over. */
static gboolean
is_same_programme (GstPad *pad, GstPad *other)
{
  const gchar *name = GST_PAD_NAME (pad);
  const gchar *end = strrchr (name, '_');

  return end && strncmp (name, GST_PAD_NAME (other), (gsize) (end - name)) == 0;
}

/* After the links of the launch text have had their turn. */
static void
link_again (GstElement *demux, GstPad *pad, gpointer user_data)
{
  PbIngestBranches *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_query_caps (pad, NULL);
  GstElement *next = NULL;
  const gchar *media;
  g_autoptr (GstPad) sink = NULL;
  g_autoptr (GstPad) peer = NULL;

  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, drop_eos, NULL, NULL);
  if (gst_pad_is_linked (pad) || gst_caps_is_empty (caps)
      || gst_caps_is_any (caps))
    return;
  media = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  if (g_str_equal (media, "video/x-h264"))
    next = self->picture;
  else if (g_str_equal (media, "video/x-h265"))
    next = self->other_picture;
  else if (g_str_equal (media, "meta/x-klv"))
    next = self->telemetry;
  else if (g_str_has_prefix (media, "audio/"))
    next = self->sound_kind;
  if (!next)
    return;
  sink = gst_element_get_static_pad (next, "sink");
  peer = gst_pad_get_peer (sink);
  if (peer && next == self->sound_kind && is_same_programme (pad, peer))
    return;
  if (next == self->sound_kind && !can_link (pad, sink)) {
    pb_sound_note_other (self->sound, media);
    return;
  }
  if (peer)
    gst_pad_unlink (peer, sink);
  if (gst_pad_link (pad, sink) != GST_PAD_LINK_OK)
    g_warning ("driver %s: a second %s stream in the programme is not shown",
        self->driver, media);
}

/**
 * pb_ingest_branches_new:
 * @pipeline: of pipelines/ingest.launch; stopped before this is freed
 * @sound: is told of sound that no branch takes; lives as long as this
 * @driver: for the log
 * @error: what is missing in @pipeline
 *
 * From now on each stream that "demux" finds is linked. Any thread.
 *
 * Returns: (transfer full): the branches, or %NULL with @error set
 */
PbIngestBranches *
pb_ingest_branches_new (
    GstElement *pipeline, PbSound *sound, const gchar *driver, GError **error)
{
  g_autoptr (PbIngestBranches) self = g_new0 (PbIngestBranches, 1);
  g_autoptr (GstElement) demux = pb_graph_get (pipeline, "demux", error);

  self->sound = sound;
  self->driver = g_strdup (driver);
  if (!demux || !(self->picture = pb_graph_get (pipeline, "picture", error))
      || !(
          self->other_picture = pb_graph_get (pipeline, "other-picture", error))
      || !(self->telemetry = pb_graph_get (pipeline, "dec", error))
      || !(self->sound_kind = pb_graph_get (pipeline, "sound-kind", error)))
    return NULL;
  g_signal_connect (demux, "pad-added", G_CALLBACK (link_again), self);
  return g_steal_pointer (&self);
}

void
pb_ingest_branches_free (PbIngestBranches *self)
{
  gst_clear_object (&self->picture);
  gst_clear_object (&self->other_picture);
  gst_clear_object (&self->telemetry);
  gst_clear_object (&self->sound_kind);
  g_free (self->driver);
  g_free (self);
}
