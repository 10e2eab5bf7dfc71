/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetryoverlay: a head-up display over pictures that carry their row. */
#include "gsttelemetryoverlay.h"

#include <gst/video/video.h>
#include <gstpitbox/gstpitbox.h>
#include <string.h>

#include "gsttelemetryoverlayenums.h"
#include "overlay.h"

/**
 * SECTION:element-telemetryoverlay
 * @title: telemetryoverlay
 * @short_description: a head-up display over pictures that carry their row
 *
 * Draws speed, gear, revs with the driver's own shift lights, pedals, times,
 * a map and what else the layout names over each picture, from the row that
 * telemetrysync put on it (#GstPitboxTelemetryMeta): what is shown is exactly
 * what the car did at that picture. Takes system memory in any format that
 * GStreamer can blend; I420, YV12, NV12, NV21 and 8-bit RGB are fast.
 *
 * #GstTelemetryOverlay:theme is the name of a theme that comes along
 * (`broadcast`, `corner`, `engineer`, `nameplate`) or the path of a layout file;
 * #GstTelemetryOverlay:layout is the text of one. How to write one stands in
 * elements/video/README.md, "Layouts". All sizes follow the picture's.
 *
 * With `background=transparent` the picture is dropped and the display comes
 * alone, with straight alpha, for a mixer, or for OBS by any lossless codec
 * that has alpha. The input may then be anything that carries rows, e.g.
 * videotestsrc through telemetrysync.
 *
 * A picture without a row shows the row before for
 * #GstTelemetryOverlay:hold-time; what comes then says
 * #GstTelemetryOverlay:no-telemetry.
 *
 * |[
 * gst-launch-1.0 telemetrytestsrc num-buffers=600 ! tee name=rows rows. ! queue ! telemetryscene ! sync.video rows. ! queue ! sync.telemetry telemetrysync name=sync ! telemetryoverlay theme=broadcast ! videoconvert ! autovideosink
 * gst-launch-1.0 filesrc location=lap.ibt ! ibtparse ! sync.telemetry videotestsrc num-buffers=120 pattern=black ! video/x-raw,width=1280,height=720,framerate=60/1 ! sync.video telemetrysync name=sync ! telemetryoverlay theme=engineer units=imperial background=transparent ! video/x-raw,format=RGBA ! pngenc ! multifilesink location=hud-%05d.png max-files=2
 * ]|
 */

GST_DEBUG_CATEGORY_STATIC (telemetry_overlay_debug);
#define GST_CAT_DEFAULT telemetry_overlay_debug

#define DEFAULT_THEME "broadcast"
#define DEFAULT_UNITS UNITS_THEME
#define DEFAULT_BACKGROUND BACKGROUND_PICTURE
#define DEFAULT_NO_TELEMETRY NO_TELEMETRY_DIM
#define DEFAULT_OPACITY 1.0
/* A few lost rows are not worth a flicker. */
#define DEFAULT_HOLD_TIME (250 * GST_MSECOND)
#define DIM_STRENGTH 0.35

/* At most 8K, which bounds what caps can ask for: a picture of ARGB twice and
 * the planes. */
#define SIZES "width = (int) [ 16, 8192 ], height = (int) [ 16, 4320 ]"

enum {
  PROP_0,
  PROP_THEME,
  PROP_LAYOUT,
  PROP_UNITS,
  PROP_BACKGROUND,
  PROP_NO_TELEMETRY,
  PROP_HOLD_TIME,
  PROP_OPACITY,
};

/* The fast ones first. */
#define ALL_CAPS \
  "video/x-raw, format = (string) { I420, YV12, NV12, NV21, BGRx, RGBx, " \
  "xRGB, xBGR, BGRA, RGBA, ARGB, ABGR }, " SIZES "; " \
  "video/x-raw, format = " \
  "(string) " GST_VIDEO_OVERLAY_COMPOSITION_BLEND_FORMATS ", " SIZES

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (ALL_CAPS));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (ALL_CAPS));

#define KEYING_CAPS \
  "video/x-raw, format = (string) { RGBA, BGRA, ARGB, ABGR }, " SIZES

struct _GstTelemetryOverlay {
  GstBaseTransform parent;

  /* Under the object lock. */
  gchar *theme;
  gchar *layout;
  gint units;
  Background background;
  NoTelemetry no_telemetry;
  GstClockTime hold_time;
  gdouble opacity;
  gboolean changed; /* what the layout depends on */

  /* The streaming thread's, or a stopped element's. */
  Overlay *overlay;
  GstVideoInfo info;
  gboolean have_info;
  gboolean keying;
  GstClockTime last_row; /* PTS of the last picture that had one */
};

G_DEFINE_TYPE (
    GstTelemetryOverlay, gst_telemetry_overlay, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE (telemetryoverlay, "telemetryoverlay",
    GST_RANK_NONE, GST_TYPE_TELEMETRY_OVERLAY)

/* A display as the properties say, in no format yet. */
static Overlay *
load_overlay (GstTelemetryOverlay *self, GError **error)
{
  g_autofree gchar *theme = NULL, *text = NULL;
  OverlayLayout *layout;
  gint units;

  GST_OBJECT_LOCK (self);
  theme = g_strdup (self->theme);
  text = g_strdup (self->layout);
  units = self->units;
  self->changed = FALSE;
  GST_OBJECT_UNLOCK (self);
  if (text != NULL && *text != '\0')
    layout = overlay_layout_new (text, strlen (text), "layout", error);
  else
    layout = overlay_layout_load (theme, error);
  if (layout == NULL)
    return NULL;
  GST_INFO_OBJECT (
      self, "layout \"%s\", %u widgets", layout->title, layout->items->len);
  return overlay_new (
      layout, units < 0 ? layout->units : (GstPitboxUnits) units);
}

static void
apply_format (GstTelemetryOverlay *self, Overlay *overlay)
{
  gboolean own = self->keying
                 || overlay_canvas_knows (GST_VIDEO_INFO_FORMAT (&self->info));

  overlay_set_format (overlay, &self->info,
      own ? OVERLAY_BLEND_OWN : OVERLAY_BLEND_COMPOSITION, self->keying);
}

/* While pictures flow a layout that is wrong changes nothing. */
static void
reload (GstTelemetryOverlay *self)
{
  g_autoptr (GError) error = NULL;
  Overlay *overlay;
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = self->changed;
  GST_OBJECT_UNLOCK (self);
  if (!changed)
    return;
  overlay = load_overlay (self, &error);
  if (overlay == NULL) {
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
        ("Keeping the layout before: %s", error->message), (NULL));
    return;
  }
  overlay_adopt (overlay, self->overlay);
  overlay_free (self->overlay);
  self->overlay = overlay;
  apply_format (self, overlay);
}

static GstCaps *
gst_telemetry_overlay_transform_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  GstTelemetryOverlay *self = GST_TELEMETRY_OVERLAY (trans);
  GstCaps *result;
  Background background;

  GST_OBJECT_LOCK (self);
  background = self->background;
  GST_OBJECT_UNLOCK (self);
  if (background == BACKGROUND_PICTURE) {
    result = gst_caps_ref (caps);
  } else {
    /* Sizes and rates pass; what the pixels are is another thing. */
    g_autoptr (GstCaps) other =
        direction == GST_PAD_SINK
            ? gst_caps_from_string (KEYING_CAPS)
            : gst_pad_get_pad_template_caps (trans->sinkpad);
    g_autoptr (GstCaps) shape = gst_caps_copy (caps);

    for (guint i = 0; i < gst_caps_get_size (shape); i++)
      gst_structure_remove_fields (gst_caps_get_structure (shape, i), "format",
          "colorimetry", "chroma-site", NULL);
    result = gst_caps_intersect_full (shape, other, GST_CAPS_INTERSECT_FIRST);
  }
  if (filter != NULL) {
    GstCaps *both =
        gst_caps_intersect_full (filter, result, GST_CAPS_INTERSECT_FIRST);

    gst_caps_unref (result);
    result = both;
  }
  return result;
}

static gboolean
gst_telemetry_overlay_set_caps (
    GstBaseTransform *trans, GstCaps *incaps, GstCaps *outcaps)
{
  GstTelemetryOverlay *self = GST_TELEMETRY_OVERLAY (trans);

  if (!gst_video_info_from_caps (&self->info, outcaps))
    return FALSE;
  GST_OBJECT_LOCK (self);
  self->keying = self->background == BACKGROUND_TRANSPARENT;
  GST_OBJECT_UNLOCK (self);
  self->have_info = TRUE;
  gst_base_transform_set_in_place (trans, !self->keying);
  apply_format (self, self->overlay);
  return TRUE;
}

static gboolean
gst_telemetry_overlay_get_unit_size (
    GstBaseTransform *trans, GstCaps *caps, gsize *size)
{
  GstVideoInfo info;

  if (!gst_video_info_from_caps (&info, caps))
    return FALSE;
  *size = info.size;
  return TRUE;
}

/* The picture's size says nothing about the display's. */
static gboolean
gst_telemetry_overlay_transform_size (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, gsize size, GstCaps *othercaps,
    gsize *othersize)
{
  return gst_telemetry_overlay_get_unit_size (trans, othercaps, othersize);
}

static gboolean
gst_telemetry_overlay_sink_event (GstBaseTransform *trans, GstEvent *event)
{
  GstTelemetryOverlay *self = GST_TELEMETRY_OVERLAY (trans);
  g_autoptr (GBytes) text = NULL;

  if (self->overlay == NULL)
    ;
  else if (gst_pitbox_session_event_parse (event, &text, NULL))
    overlay_set_session (self->overlay, text);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    overlay_forget_trail (self->overlay);
  return GST_BASE_TRANSFORM_CLASS (gst_telemetry_overlay_parent_class)
      ->sink_event (trans, event);
}

/* How strong the display is on a picture of @pts without a row. */
static gdouble
strength_without_row (GstTelemetryOverlay *self, GstClockTime pts,
    NoTelemetry policy, GstClockTime hold_time)
{
  if (policy == NO_TELEMETRY_HOLD)
    return 1;
  if (GST_CLOCK_TIME_IS_VALID (pts) && GST_CLOCK_TIME_IS_VALID (self->last_row)
      && pts >= self->last_row && pts - self->last_row <= hold_time)
    return 1;
  return policy == NO_TELEMETRY_DIM ? DIM_STRENGTH : 0;
}

/* Draws onto @output what the row of @input says. */
static GstFlowReturn
draw (GstTelemetryOverlay *self, GstBuffer *input, GstBuffer *output)
{
  GstPitboxTelemetryMeta *meta = gst_buffer_get_pitbox_telemetry_meta (input);
  GstVideoFrame frame;
  NoTelemetry policy;
  GstClockTime hold_time;
  gdouble opacity, strength = 1;

  if (self->overlay == NULL || !self->have_info)
    return GST_FLOW_NOT_NEGOTIATED;
  reload (self);
  GST_OBJECT_LOCK (self);
  policy = self->no_telemetry;
  hold_time = self->hold_time;
  opacity = self->opacity;
  GST_OBJECT_UNLOCK (self);
  if (meta != NULL) {
    overlay_step (self->overlay, meta->sample);
    self->last_row = GST_BUFFER_PTS (input);
  } else {
    strength =
        strength_without_row (self, GST_BUFFER_PTS (input), policy, hold_time);
    GST_LOG_OBJECT (self, "no row at %" GST_TIME_FORMAT,
        GST_TIME_ARGS (GST_BUFFER_PTS (input)));
  }
  if (!gst_video_frame_map (&frame, &self->info, output,
          self->keying ? GST_MAP_WRITE : GST_MAP_READWRITE)) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT, (NULL),
        ("a picture that its caps do not describe"));
    return GST_FLOW_ERROR;
  }
  overlay_draw (self->overlay, &frame, strength * opacity);
  gst_video_frame_unmap (&frame);
  return GST_FLOW_OK;
}

/* Properties that are controlled over time. */
static void
gst_telemetry_overlay_before_transform (
    GstBaseTransform *trans, GstBuffer *buffer)
{
  GstClockTime time = gst_segment_to_stream_time (
      &trans->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));

  if (GST_CLOCK_TIME_IS_VALID (time))
    gst_object_sync_values (GST_OBJECT (trans), time);
}

static GstFlowReturn
gst_telemetry_overlay_transform_ip (GstBaseTransform *trans, GstBuffer *buffer)
{
  return draw (GST_TELEMETRY_OVERLAY (trans), buffer, buffer);
}

static GstFlowReturn
gst_telemetry_overlay_transform (
    GstBaseTransform *trans, GstBuffer *input, GstBuffer *output)
{
  return draw (GST_TELEMETRY_OVERLAY (trans), input, output);
}

/* A layout that is wrong is said before anything flows. */
static gboolean
gst_telemetry_overlay_start (GstBaseTransform *trans)
{
  GstTelemetryOverlay *self = GST_TELEMETRY_OVERLAY (trans);
  g_autoptr (GError) error = NULL;

  self->last_row = GST_CLOCK_TIME_NONE;
  self->have_info = FALSE;
  self->overlay = load_overlay (self, &error);
  if (self->overlay == NULL)
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("%s", error->message), (NULL));
  return self->overlay != NULL;
}

static gboolean
gst_telemetry_overlay_stop (GstBaseTransform *trans)
{
  GstTelemetryOverlay *self = GST_TELEMETRY_OVERLAY (trans);

  g_clear_pointer (&self->overlay, overlay_free);
  self->have_info = FALSE;
  return TRUE;
}

static void
gst_telemetry_overlay_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstTelemetryOverlay *self = GST_TELEMETRY_OVERLAY (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_THEME:
      g_free (self->theme);
      self->theme = g_value_dup_string (value);
      if (self->theme == NULL)
        self->theme = g_strdup (DEFAULT_THEME);
      self->changed = TRUE;
      break;
    case PROP_LAYOUT:
      g_free (self->layout);
      self->layout = g_value_dup_string (value);
      self->changed = TRUE;
      break;
    case PROP_UNITS:
      self->units = g_value_get_enum (value);
      self->changed = TRUE;
      break;
    case PROP_BACKGROUND:
      self->background = g_value_get_enum (value);
      break;
    case PROP_NO_TELEMETRY:
      self->no_telemetry = g_value_get_enum (value);
      break;
    case PROP_HOLD_TIME:
      self->hold_time = g_value_get_uint64 (value);
      break;
    case PROP_OPACITY:
      self->opacity = g_value_get_double (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
  if (id == PROP_BACKGROUND)
    gst_base_transform_reconfigure_src (GST_BASE_TRANSFORM (self));
}

static void
gst_telemetry_overlay_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstTelemetryOverlay *self = GST_TELEMETRY_OVERLAY (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_THEME:
      g_value_set_string (value, self->theme);
      break;
    case PROP_LAYOUT:
      g_value_set_string (value, self->layout);
      break;
    case PROP_UNITS:
      g_value_set_enum (value, self->units);
      break;
    case PROP_BACKGROUND:
      g_value_set_enum (value, self->background);
      break;
    case PROP_NO_TELEMETRY:
      g_value_set_enum (value, self->no_telemetry);
      break;
    case PROP_HOLD_TIME:
      g_value_set_uint64 (value, self->hold_time);
      break;
    case PROP_OPACITY:
      g_value_set_double (value, self->opacity);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_telemetry_overlay_finalize (GObject *object)
{
  GstTelemetryOverlay *self = GST_TELEMETRY_OVERLAY (object);

  g_clear_pointer (&self->overlay, overlay_free);
  g_free (self->theme);
  g_free (self->layout);
  G_OBJECT_CLASS (gst_telemetry_overlay_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  const GParamFlags live = flags | GST_PARAM_MUTABLE_PLAYING;

  g_object_class_install_property (object_class, PROP_THEME,
      g_param_spec_string ("theme", "Theme",
          "broadcast (a bar at the bottom), corner (small), engineer (all of "
          "it), nameplate (who it is, for a split screen), or the path of a "
          "layout file",
          DEFAULT_THEME, live));
  g_object_class_install_property (object_class, PROP_LAYOUT,
      g_param_spec_string ("layout", "Layout",
          "The text of a layout, instead of a theme", NULL, live));
  g_object_class_install_property (object_class, PROP_UNITS,
      g_param_spec_enum ("units", "Units",
          "Units of values for which the layout names none",
          gst_telemetry_overlay_units_get_type (), DEFAULT_UNITS, live));
  g_object_class_install_property (object_class, PROP_BACKGROUND,
      g_param_spec_enum ("background", "Background",
          "What lies under the display",
          gst_telemetry_overlay_background_get_type (), DEFAULT_BACKGROUND,
          flags | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (object_class, PROP_NO_TELEMETRY,
      g_param_spec_enum ("no-telemetry", "No telemetry",
          "What pictures show that have had no row for hold-time",
          gst_telemetry_overlay_no_telemetry_get_type (), DEFAULT_NO_TELEMETRY,
          live));
  g_object_class_install_property (object_class, PROP_HOLD_TIME,
      g_param_spec_uint64 ("hold-time", "Hold time",
          "How long the last row stands where pictures have none (ns)", 0,
          G_MAXINT64, DEFAULT_HOLD_TIME, live));
  g_object_class_install_property (object_class, PROP_OPACITY,
      g_param_spec_double ("opacity", "Opacity",
          "0 = not seen, 1 = as the layout says", 0, 1, DEFAULT_OPACITY,
          live | GST_PARAM_CONTROLLABLE));
}

static void
gst_telemetry_overlay_class_init (GstTelemetryOverlayClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);

  object_class->set_property = gst_telemetry_overlay_set_property;
  object_class->get_property = gst_telemetry_overlay_get_property;
  object_class->finalize = gst_telemetry_overlay_finalize;
  install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Telemetry overlay",
      "Filter/Editor/Video",
      "Draws a head-up display over pictures that carry their telemetry row",
      "PitBox Relay");
  trans_class->transform_caps = gst_telemetry_overlay_transform_caps;
  trans_class->set_caps = gst_telemetry_overlay_set_caps;
  trans_class->get_unit_size = gst_telemetry_overlay_get_unit_size;
  trans_class->transform_size = gst_telemetry_overlay_transform_size;
  trans_class->sink_event = gst_telemetry_overlay_sink_event;
  trans_class->before_transform = gst_telemetry_overlay_before_transform;
  trans_class->transform_ip = gst_telemetry_overlay_transform_ip;
  trans_class->transform = gst_telemetry_overlay_transform;
  trans_class->start = gst_telemetry_overlay_start;
  trans_class->stop = gst_telemetry_overlay_stop;
  gst_type_mark_as_plugin_api (gst_telemetry_overlay_units_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_telemetry_overlay_background_get_type (), 0);
  gst_type_mark_as_plugin_api (
      gst_telemetry_overlay_no_telemetry_get_type (), 0);
  GST_DEBUG_CATEGORY_INIT (telemetry_overlay_debug, "telemetryoverlay", 0,
      "head-up display over pictures");
}

static void
gst_telemetry_overlay_init (GstTelemetryOverlay *self)
{
  self->theme = g_strdup (DEFAULT_THEME);
  self->units = DEFAULT_UNITS;
  self->background = DEFAULT_BACKGROUND;
  self->no_telemetry = DEFAULT_NO_TELEMETRY;
  self->hold_time = DEFAULT_HOLD_TIME;
  self->opacity = DEFAULT_OPACITY;
  gst_base_transform_set_qos_enabled (GST_BASE_TRANSFORM (self), FALSE);
}
