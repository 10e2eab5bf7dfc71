/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reads the registry, and puts together what capture_choose() chose. */
#include "capturechain.h"

#include "encoderchain.h"

/* Where a capture's pictures are, by the best of what it offers. */
static EncoderMemory
memory_of (GstElementFactory *factory)
{
  for (const GList *l = gst_element_factory_get_static_pad_templates (factory);
       l != NULL; l = l->next) {
    g_autoptr (GstCaps) caps = gst_static_pad_template_get_caps (l->data);

    return encoder_memory_of_caps (caps);
  }
  return ENCODER_MEMORY_SYSTEM;
}

/* What brings pictures to the size and format asked for, where they are. */
static const gchar *const *
way_behind (EncoderMemory memory)
{
  static const gchar *const ways[ENCODER_N_MEMORIES][3] = {
    { "videoscale", "videoconvert", NULL },
    { "d3d11convert", NULL },
    { "cudaconvertscale", NULL },
    { "vapostproc", NULL },
    { "d3d12convert", NULL },
  };

  return ways[memory];
}

/**
 * capture_look_at:
 * @kind: a row
 * @c: (out caller-allocates): zeroed; what the registry knows of it
 */
void
capture_look_at (const CaptureKind *kind, CaptureCandidate *c)
{
  g_autoptr (GstElementFactory) factory =
      gst_element_factory_find (kind->factory);
  g_autoptr (GstPluginFeature) loaded =
      factory != NULL ? gst_plugin_feature_load (GST_PLUGIN_FEATURE (factory))
                      : NULL;
  const gchar *const *way;
  GObjectClass *klass;

  if (loaded == NULL)
    return;
  c->present = TRUE;
  klass = g_type_class_ref (
      gst_element_factory_get_element_type (GST_ELEMENT_FACTORY (loaded)));
  c->requires_met =
      kind->requires == NULL
      || g_object_class_find_property (klass, kind->requires) != NULL;
  g_type_class_unref (klass);
  way = way_behind (memory_of (GST_ELEMENT_FACTORY (loaded)));
  for (guint i = 0; way[i] != NULL && c->missing == NULL; i++) {
    g_autoptr (GstElementFactory) f = gst_element_factory_find (way[i]);

    if (f == NULL)
      c->missing = g_strdup (way[i]);
  }
}

static GstElement *
add (
    GstElement *bin, const gchar *factory, const gchar *name, GstElement **last)
{
  GstElement *e = gst_element_factory_make (factory, name);

  if (e == NULL)
    return NULL;
  gst_bin_add (GST_BIN (bin), e);
  if (*last != NULL && !gst_element_link (*last, e))
    return NULL;
  *last = e;
  return e;
}

/* What a card packs (MJPEG, H.264) is unpacked by decodebin, whose pad comes
 * with the first data. */
static void
on_decoded (GstElement *decoder, GstPad *pad, gpointer next)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (next, "sink");

  if (!gst_pad_is_linked (sink))
    gst_pad_link (pad, sink);
}

/* Pictures are left out, never repeated. */
static GstElement *
add_rate (GstElement *bin, GstElement **last)
{
  GstElement *rate = add (bin, "videorate", NULL, last);

  if (rate != NULL)
    g_object_set (rate, "drop-only", TRUE, NULL);
  return rate;
}

static gboolean
add_decoder (GstElement *bin, GstElement **last)
{
  GstElement *decoder = add (bin, "decodebin", NULL, last);
  GstElement *rate;

  *last = NULL;
  rate = decoder != NULL ? add_rate (bin, last) : NULL;
  if (rate == NULL)
    return FALSE;
  g_signal_connect (decoder, "pad-added", G_CALLBACK (on_decoded), rate);
  return TRUE;
}

/* The ends become the bin's own. */
static GstElement *
finish (GstElement *bin, GstElement *first, GstElement *last)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (last, "src");
  g_autoptr (GstPad) sink = gst_element_get_static_pad (first, "sink");

  gst_element_add_pad (bin, gst_ghost_pad_new ("src", src));
  if (sink != NULL)
    gst_element_add_pad (bin, gst_ghost_pad_new ("sink", sink));
  g_object_force_floating (G_OBJECT (bin));
  return gst_object_ref (bin);
}

/**
 * capture_front_new:
 * @kind: the row to build
 * @settings: what to take; a window by its handle
 * @memory: (out): where the pictures are
 * @lacking: as for capture_settings_apply()
 *
 * Capture, unpack, thin out.
 *
 * Returns: (transfer floating) (nullable): a bin with the pad src; %NULL if one
 *   of GStreamer's own elements is missing
 */
GstElement *
capture_front_new (const CaptureKind *kind, const CaptureSettings *settings,
    EncoderMemory *memory, GString *lacking)
{
  g_autoptr (GstElement) bin = gst_object_ref_sink (gst_bin_new (NULL));
  g_autoptr (GstElementFactory) factory =
      gst_element_factory_find (kind->factory);
  GstElement *last = NULL;
  GstElement *source = add (bin, kind->factory, "capture", &last);
  gboolean packed = capture_source (settings) == CAPTURE_SOURCE_DEVICE;

  if (source == NULL)
    return NULL;
  *memory = packed ? ENCODER_MEMORY_SYSTEM : memory_of (factory);
  capture_settings_apply (settings, kind, source, lacking);
  if (packed ? !add_decoder (bin, &last) : add_rate (bin, &last) == NULL)
    return NULL;
  return finish (bin, source, last);
}

/**
 * capture_back_new:
 * @memory: where the pictures are
 * @fps_n: pictures a second, numerator; 0: open
 * @fps_d: denominator
 *
 * Scale and convert, where the pictures are.
 *
 * Returns: (transfer floating) (nullable): a bin with the pads sink and src;
 *   %NULL if one of GStreamer's own elements is missing
 */
GstElement *
capture_back_new (EncoderMemory memory, gint fps_n, gint fps_d)
{
  g_autoptr (GstElement) bin = gst_object_ref_sink (gst_bin_new (NULL));
  const gchar *const *way = way_behind (memory);
  GstElement *last = NULL, *first = NULL;

  if (fps_n > 0) {
    GstElement *filter = add (bin, "capsfilter", NULL, &last);
    g_autoptr (GstCaps) caps = gst_caps_new_simple (
        "video/x-raw", "framerate", GST_TYPE_FRACTION, fps_n, fps_d, NULL);

    if (filter == NULL)
      return NULL;
    gst_caps_set_features_simple (caps, gst_caps_features_new_any ());
    g_object_set (filter, "caps", caps, NULL);
    first = filter;
  }
  for (guint i = 0; way[i] != NULL; i++) {
    if (add (bin, way[i], NULL, &last) == NULL)
      return NULL;
    if (first == NULL)
      first = last;
  }
  return finish (bin, first, last);
}
