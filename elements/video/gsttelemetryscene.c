/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetryscene: rows in, the car's view of them out. */
#include "gsttelemetryscene.h"

#include <gst/video/video.h>
#include <gstpitbox/gstpitbox.h>

#include "scene.h"

/**
 * SECTION:element-telemetryscene
 * @title: telemetryscene
 * @short_description: draw telemetry as the driver would see it
 *
 * Draws a road in perspective, the dash and the pedals from the rows alone,
 * with the row's tick in a strip at the bottom that a program can read back
 * (see "The strip" in elements/README.md). Each row gives one picture with the
 * row's PTS; where downstream wants fewer frames a second, rows in between are
 * learnt from but not drawn. No row, no picture: nothing is ever repeated.
 *
 * A track of telemetrytestsrc and pitbox-sim, known by its name in the session
 * text, is drawn from its own geometry; any other from what earlier rows of the
 * same place showed.
 *
 * |[
 * gst-launch-1.0 telemetrytestsrc num-buffers=600 ! telemetryscene ! videoconvert ! autovideosink
 * ]|
 */

GST_DEBUG_CATEGORY_STATIC (telemetry_scene_debug);
#define GST_CAT_DEFAULT telemetry_scene_debug

#define DEFAULT_WIDTH 1280
#define DEFAULT_HEIGHT 720
#define DEFAULT_VIEW SCENE_VIEW_DRIVER
/* Rows a second where caps do not say. */
#define DEFAULT_RATE 60

/* Even sizes, because chroma is halved; at least as wide as a readable strip;
 * at most 4K, which bounds the memory that caps can ask for. */
#define SIZES \
  "width = (int) [ 128, 4096, 2 ], height = (int) [ 72, 2160, 2 ], " \
  "framerate = (fraction) [ 1/1, 360/1 ], " \
  "pixel-aspect-ratio = (fraction) 1/1, interlace-mode = (string) progressive"

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_RAW));

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS ("video/x-raw, format = (string) I420, " SIZES
                         "; video/x-raw, format = (string) BGRx, " SIZES));

struct _GstTelemetryScene {
  GstBaseTransform parent;

  SceneViewMode view; /* object lock */

  /* The rest belongs to the streaming thread, or to a stopped element. */
  GstPitboxSchema *schema;
  GBytes *session_text;
  Scene *scene;
  GstVideoInfo info;
  gint rate_n, rate_d;
  /* Rows since the last picture, in units of 1 / (rate_n * fps_d): a picture
   * is due when a whole frame has come together. */
  guint64 due;
  GstClockTime last_pts;
  gboolean draw_next;
  guint64 n_rows;
};

G_DEFINE_TYPE (GstTelemetryScene, gst_telemetry_scene, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE (
    telemetryscene, "telemetryscene", GST_RANK_NONE, GST_TYPE_TELEMETRY_SCENE)

enum {
  PROP_0,
  PROP_VIEW,
};

static GType
gst_telemetry_scene_view_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type)) {
    static const GEnumValue values[] = {
      { SCENE_VIEW_DRIVER, "Out of the own car", "driver" },
      { SCENE_VIEW_TOP, "The whole track and all cars from above", "top" },
      { 0, NULL, NULL },
    };

    g_once_init_leave (
        &type, g_enum_register_static ("GstTelemetrySceneView", values));
  }
  return type;
}

/* Rows a second; FALSE, and the default, if the caps do not say. */
static gboolean
get_rate (const GstCaps *caps, gint *n, gint *d)
{
  GstStructure *s = gst_caps_get_structure (caps, 0);

  if (gst_structure_get_fraction (s, "rate", n, d) && *n > 0 && *d > 0)
    return TRUE;
  *n = DEFAULT_RATE;
  *d = 1;
  return FALSE;
}

static GstCaps *
gst_telemetry_scene_transform_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  GstPad *other = direction == GST_PAD_SINK ? trans->srcpad : trans->sinkpad;
  GstCaps *result = gst_pad_get_pad_template_caps (other);

  /* There cannot be more pictures than rows. */
  if (direction == GST_PAD_SINK && gst_caps_is_fixed (caps)) {
    gint n, d;

    if (get_rate (caps, &n, &d)) {
      result = gst_caps_make_writable (result);
      if (gst_util_fraction_compare (n, d, 1, 1) > 0)
        gst_caps_set_simple (
            result, "framerate", GST_TYPE_FRACTION_RANGE, 1, 1, n, d, NULL);
      else
        gst_caps_set_simple (
            result, "framerate", GST_TYPE_FRACTION, n, d, NULL);
    }
  }
  if (filter != NULL) {
    GstCaps *both =
        gst_caps_intersect_full (filter, result, GST_CAPS_INTERSECT_FIRST);

    gst_caps_unref (result);
    result = both;
  }
  return result;
}

static GstCaps *
gst_telemetry_scene_fixate_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, GstCaps *othercaps)
{
  GstStructure *s;
  gint n, d;

  othercaps = gst_caps_make_writable (gst_caps_truncate (othercaps));
  if (direction == GST_PAD_SRC)
    return gst_caps_fixate (othercaps);
  get_rate (caps, &n, &d);
  s = gst_caps_get_structure (othercaps, 0);
  gst_structure_fixate_field_nearest_int (s, "width", DEFAULT_WIDTH);
  gst_structure_fixate_field_nearest_int (s, "height", DEFAULT_HEIGHT);
  gst_structure_fixate_field_nearest_fraction (s, "framerate", n, d);
  return gst_caps_fixate (othercaps);
}

static gboolean
gst_telemetry_scene_set_caps (
    GstBaseTransform *trans, GstCaps *incaps, GstCaps *outcaps)
{
  GstTelemetryScene *self = GST_TELEMETRY_SCENE (trans);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPitboxSchema) schema =
      gst_pitbox_schema_new_from_caps (incaps, &error);
  GstVideoInfo info;
  gboolean same_size;

  if (schema == NULL) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT, (NULL),
        ("Cannot use telemetry caps: %s", error->message));
    return FALSE;
  }
  if (!gst_video_info_from_caps (&info, outcaps))
    return FALSE;
  get_rate (incaps, &self->rate_n, &self->rate_d);
  same_size = self->scene != NULL && self->info.width == info.width
              && self->info.height == info.height;
  if (!same_size) {
    g_clear_pointer (&self->scene, scene_free);
    self->scene = scene_new ((guint) info.width, (guint) info.height);
  }
  self->info = info;
  if (!same_size || self->schema == NULL
      || !gst_pitbox_schema_equal (self->schema, schema)) {
    scene_set_schema (self->scene, schema);
    if (self->session_text != NULL)
      scene_set_session (self->scene, self->session_text);
  }
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  self->schema = g_steal_pointer (&schema);
  self->due = 0;
  self->draw_next = TRUE;
  GST_INFO_OBJECT (self, "%dx%d at %d/%d from %d/%d rows a second", info.width,
      info.height, info.fps_n, info.fps_d, self->rate_n, self->rate_d);
  return TRUE;
}

static gboolean
gst_telemetry_scene_transform_size (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, gsize size, GstCaps *othercaps,
    gsize *othersize)
{
  GstVideoInfo info;

  if (direction != GST_PAD_SINK || !gst_video_info_from_caps (&info, othercaps))
    return FALSE;
  *othersize = info.size;
  return TRUE;
}

static gboolean
gst_telemetry_scene_sink_event (GstBaseTransform *trans, GstEvent *event)
{
  GstTelemetryScene *self = GST_TELEMETRY_SCENE (trans);
  GBytes *text = NULL;

  if (gst_pitbox_session_event_parse (event, &text, NULL)) {
    g_clear_pointer (&self->session_text, g_bytes_unref);
    self->session_text = text;
    if (self->scene != NULL)
      scene_set_session (self->scene, text);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP) {
    self->due = 0;
    self->draw_next = TRUE;
    self->last_pts = GST_CLOCK_TIME_NONE;
  }
  return GST_BASE_TRANSFORM_CLASS (gst_telemetry_scene_parent_class)
      ->sink_event (trans, event);
}

/* Counts rows against frames in whole numbers: 60 rows for 30 frames draw the
 * first row and every second after it. */
static gboolean
is_due (GstTelemetryScene *self)
{
  guint64 row = (guint64) self->info.fps_n * (guint) self->rate_d;
  guint64 frame = (guint64) self->rate_n * (guint) self->info.fps_d;

  if (self->draw_next || self->info.fps_n <= 0) {
    self->draw_next = FALSE;
    self->due = 0;
    return TRUE;
  }
  self->due += row;
  if (self->due < frame)
    return FALSE;
  self->due -= frame;
  return TRUE;
}

static gdouble
row_interval_s (GstTelemetryScene *self, GstBuffer *buffer)
{
  GstClockTime pts = GST_BUFFER_PTS (buffer), last = self->last_pts;

  self->last_pts = pts;
  if (!GST_CLOCK_TIME_IS_VALID (pts) || !GST_CLOCK_TIME_IS_VALID (last)
      || pts <= last)
    return (gdouble) self->rate_d / self->rate_n;
  return (gdouble) (pts - last) / GST_SECOND;
}

/* Takes in the row, and says with FLOW_DROPPED that no picture is due. */
static GstFlowReturn
gst_telemetry_scene_prepare_output (
    GstBaseTransform *trans, GstBuffer *input, GstBuffer **output)
{
  GstTelemetryScene *self = GST_TELEMETRY_SCENE (trans);
  GstMapInfo map;
  gboolean fits;

  if (self->scene == NULL)
    return GST_FLOW_NOT_NEGOTIATED;
  if (!gst_buffer_map (input, &map, GST_MAP_READ))
    return GST_FLOW_ERROR;
  fits = map.size == gst_pitbox_schema_get_row_bytes (self->schema);
  if (fits)
    scene_step (self->scene, map.data, row_interval_s (self, input));
  gst_buffer_unmap (input, &map);
  if (!fits) {
    GST_WARNING_OBJECT (self, "row of %" G_GSIZE_FORMAT " bytes, want %u",
        map.size, gst_pitbox_schema_get_row_bytes (self->schema));
    return GST_BASE_TRANSFORM_FLOW_DROPPED;
  }
  self->n_rows++;
  if (!is_due (self))
    return GST_BASE_TRANSFORM_FLOW_DROPPED;
  return GST_BASE_TRANSFORM_CLASS (gst_telemetry_scene_parent_class)
      ->prepare_output_buffer (trans, input, output);
}

static GstFlowReturn
gst_telemetry_scene_transform (
    GstBaseTransform *trans, GstBuffer *input, GstBuffer *output)
{
  GstTelemetryScene *self = GST_TELEMETRY_SCENE (trans);
  guint32 tick =
      (guint32) (GST_BUFFER_OFFSET_IS_VALID (input) ? GST_BUFFER_OFFSET (input)
                                                    : self->n_rows - 1);
  SceneViewMode view;
  GstVideoFrame frame;

  GST_OBJECT_LOCK (self);
  view = self->view;
  GST_OBJECT_UNLOCK (self);
  scene_set_view (self->scene, view);
  if (!gst_video_frame_map (&frame, &self->info, output, GST_MAP_WRITE))
    return GST_FLOW_ERROR;
  scene_draw (self->scene, &frame, tick);
  gst_video_frame_unmap (&frame);
  GST_BUFFER_DURATION (output) = gst_util_uint64_scale_int (GST_SECOND,
      self->info.fps_d, self->info.fps_n > 0 ? self->info.fps_n : DEFAULT_RATE);
  GST_LOG_OBJECT (self, "tick %u at %" GST_TIME_FORMAT, tick,
      GST_TIME_ARGS (GST_BUFFER_PTS (output)));
  return GST_FLOW_OK;
}

static gboolean
gst_telemetry_scene_start (GstBaseTransform *trans)
{
  GstTelemetryScene *self = GST_TELEMETRY_SCENE (trans);

  self->last_pts = GST_CLOCK_TIME_NONE;
  self->draw_next = TRUE;
  self->due = 0;
  self->n_rows = 0;
  return TRUE;
}

static gboolean
gst_telemetry_scene_stop (GstBaseTransform *trans)
{
  GstTelemetryScene *self = GST_TELEMETRY_SCENE (trans);

  g_clear_pointer (&self->scene, scene_free);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  g_clear_pointer (&self->session_text, g_bytes_unref);
  return TRUE;
}

static void
gst_telemetry_scene_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstTelemetryScene *self = GST_TELEMETRY_SCENE (object);

  switch (id) {
    case PROP_VIEW:
      GST_OBJECT_LOCK (self);
      self->view = (SceneViewMode) g_value_get_enum (value);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_telemetry_scene_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstTelemetryScene *self = GST_TELEMETRY_SCENE (object);

  switch (id) {
    case PROP_VIEW:
      GST_OBJECT_LOCK (self);
      g_value_set_enum (value, (gint) self->view);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_telemetry_scene_class_init (GstTelemetrySceneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);

  object_class->set_property = gst_telemetry_scene_set_property;
  object_class->get_property = gst_telemetry_scene_get_property;
  g_object_class_install_property (object_class, PROP_VIEW,
      g_param_spec_enum ("view", "View",
          "What is shown: out of the own car, or the whole track with all cars "
          "and their order from above",
          gst_telemetry_scene_view_get_type (), DEFAULT_VIEW,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_PLAYING));
  gst_type_mark_as_plugin_api (gst_telemetry_scene_view_get_type (), 0);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Telemetry scene",
      "Converter/Video/Metadata",
      "Draws the driver's view (road, dash, other cars) from telemetry rows "
      "alone",
      "PitBox Relay");
  trans_class->transform_caps = gst_telemetry_scene_transform_caps;
  trans_class->fixate_caps = gst_telemetry_scene_fixate_caps;
  trans_class->set_caps = gst_telemetry_scene_set_caps;
  trans_class->transform_size = gst_telemetry_scene_transform_size;
  trans_class->sink_event = gst_telemetry_scene_sink_event;
  trans_class->prepare_output_buffer = gst_telemetry_scene_prepare_output;
  trans_class->transform = gst_telemetry_scene_transform;
  trans_class->start = gst_telemetry_scene_start;
  trans_class->stop = gst_telemetry_scene_stop;
  GST_DEBUG_CATEGORY_INIT (telemetry_scene_debug, "telemetryscene", 0,
      "telemetry as the driver would see it");
}

static void
gst_telemetry_scene_init (GstTelemetryScene *self)
{
  self->view = DEFAULT_VIEW;
  gst_base_transform_set_qos_enabled (GST_BASE_TRANSFORM (self), FALSE);
}
