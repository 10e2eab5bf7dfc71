/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstTelemetryRowEnc: rows in, a line for one in so many of them out. */
#include "gsttelemetryrowenc.h"

GST_DEBUG_CATEGORY_STATIC (telemetry_row_enc_debug);
#define GST_CAT_DEFAULT telemetry_row_enc_debug

/* One row an hour; faster than any simulator. */
#define MAX_DIVISOR 216000
#define MAX_RATE 1000

typedef struct {
  /* Under the object lock: set by any thread, read by the streaming thread. */
  GstPitboxUnits units;
  guint rate_divisor;
  guint max_rate;
  gboolean changed;

  /* The streaming thread's. */
  GstPitboxSchema *schema;
  guint divisor; /* one row in so many */
  guint countdown; /* rows that go by until the next of them */
  GstClockTime interval; /* from one to the next */
} GstTelemetryRowEncPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (
    GstTelemetryRowEnc, gst_telemetry_row_enc, GST_TYPE_BASE_TRANSFORM)

#define PRIVATE(self) \
  ((GstTelemetryRowEncPrivate *) gst_telemetry_row_enc_get_instance_private ( \
      self))

/* Takes over what the properties say for the rows to come; the next one is
 * written. */
static gboolean
configure (GstTelemetryRowEnc *self, GError **error)
{
  GstTelemetryRowEncPrivate *priv = PRIVATE (self);
  guint rate = gst_pitbox_schema_get_tick_rate (priv->schema);
  GstPitboxUnits units;

  GST_OBJECT_LOCK (self);
  units = priv->units;
  priv->divisor = MAX (priv->rate_divisor, 1);
  if (priv->max_rate > 0)
    priv->divisor =
        MAX (priv->divisor, (rate + priv->max_rate - 1) / priv->max_rate);
  priv->changed = FALSE;
  GST_OBJECT_UNLOCK (self);
  priv->countdown = 0;
  priv->interval =
      gst_util_uint64_scale (GST_SECOND, priv->divisor, MAX (rate, 1));
  return GST_TELEMETRY_ROW_ENC_GET_CLASS (self)->configure (
      self, priv->schema, units, error);
}

static void
forget_schema (GstTelemetryRowEnc *self)
{
  GST_TELEMETRY_ROW_ENC_GET_CLASS (self)->forget (self);
  g_clear_pointer (&PRIVATE (self)->schema, gst_pitbox_schema_unref);
}

static gboolean
gst_telemetry_row_enc_set_caps (
    GstBaseTransform *trans, GstCaps *incaps, GstCaps *outcaps)
{
  GstTelemetryRowEnc *self = GST_TELEMETRY_ROW_ENC (trans);
  g_autoptr (GError) error = NULL;
  GstPitboxSchema *schema = gst_pitbox_schema_new_from_caps (incaps, &error);

  if (schema == NULL) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT, (NULL),
        ("Cannot use telemetry caps: %s", error->message));
    return FALSE;
  }
  forget_schema (self);
  PRIVATE (self)->schema = schema;
  if (!configure (self, &error)) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
        ("Cannot use the property %s: %s",
            GST_TELEMETRY_ROW_ENC_GET_CLASS (self)->setting, error->message),
        (NULL));
    forget_schema (self);
    return FALSE;
  }
  return TRUE;
}

static GstCaps *
gst_telemetry_row_enc_transform_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  GstTelemetryRowEnc *self = GST_TELEMETRY_ROW_ENC (trans);
  GstTelemetryRowEncClass *klass = GST_TELEMETRY_ROW_ENC_GET_CLASS (self);
  GstCaps *result;

  if (direction == GST_PAD_SRC)
    result = gst_pad_get_pad_template_caps (trans->sinkpad);
  else if (klass->get_src_caps != NULL)
    result = klass->get_src_caps (self);
  else
    result = gst_pad_get_pad_template_caps (trans->srcpad);
  if (filter != NULL) {
    GstCaps *both =
        gst_caps_intersect_full (filter, result, GST_CAPS_INTERSECT_FIRST);

    gst_caps_unref (result);
    result = both;
  }
  return result;
}

/* While rows flow a setting that is wrong changes nothing. */
static void
reconfigure (GstTelemetryRowEnc *self)
{
  g_autoptr (GError) error = NULL;
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = PRIVATE (self)->changed;
  GST_OBJECT_UNLOCK (self);
  if (changed && !configure (self, &error))
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
        ("Keeping the %s before: %s",
            GST_TELEMETRY_ROW_ENC_GET_CLASS (self)->setting, error->message),
        (NULL));
}

static gboolean
is_due (GstTelemetryRowEncPrivate *priv)
{
  if (priv->countdown > 0) {
    priv->countdown--;
    return FALSE;
  }
  priv->countdown = priv->divisor - 1;
  return TRUE;
}

/* Returns: %NULL where the row is not of the size that the caps say, or where
 * it is not its turn */
static GString *
write_row (GstTelemetryRowEnc *self, GstBuffer *input, const GstMapInfo *map)
{
  GstTelemetryRowEncPrivate *priv = PRIVATE (self);
  guint row_bytes = gst_pitbox_schema_get_row_bytes (priv->schema);

  if (map->size != row_bytes) {
    GST_WARNING_OBJECT (self, "row of %" G_GSIZE_FORMAT " bytes, want %u",
        map->size, row_bytes);
    return NULL;
  }
  if (!is_due (priv))
    return NULL;
  return GST_TELEMETRY_ROW_ENC_GET_CLASS (self)->write (self, input, map->data);
}

static GstFlowReturn
gst_telemetry_row_enc_prepare_output (
    GstBaseTransform *trans, GstBuffer *input, GstBuffer **output)
{
  GstTelemetryRowEnc *self = GST_TELEMETRY_ROW_ENC (trans);
  GString *line;
  GstMapInfo map;
  gsize size;

  if (PRIVATE (self)->schema == NULL)
    return GST_FLOW_NOT_NEGOTIATED;
  reconfigure (self);
  if (!gst_buffer_map (input, &map, GST_MAP_READ))
    return GST_FLOW_ERROR;
  line = write_row (self, input, &map);
  gst_buffer_unmap (input, &map);
  if (line == NULL)
    return GST_BASE_TRANSFORM_FLOW_DROPPED;
  size = line->len;
  *output = gst_buffer_new_wrapped (g_string_free (line, FALSE), size);
  gst_buffer_copy_into (*output, input,
      GST_BUFFER_COPY_TIMESTAMPS | GST_BUFFER_COPY_FLAGS, 0, -1);
  if (GST_TELEMETRY_ROW_ENC_GET_CLASS (self)->lasts)
    GST_BUFFER_DURATION (*output) = PRIVATE (self)->interval;
  return GST_FLOW_OK;
}

/* The line came with the buffer. */
static GstFlowReturn
gst_telemetry_row_enc_transform (
    GstBaseTransform *trans, GstBuffer *input, GstBuffer *output)
{
  return GST_FLOW_OK;
}

static gboolean
gst_telemetry_row_enc_stop (GstBaseTransform *trans)
{
  forget_schema (GST_TELEMETRY_ROW_ENC (trans));
  return TRUE;
}

static void
gst_telemetry_row_enc_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstTelemetryRowEnc *self = GST_TELEMETRY_ROW_ENC (object);
  GstTelemetryRowEncPrivate *priv = PRIVATE (self);

  GST_OBJECT_LOCK (self);
  gst_telemetry_row_enc_note_change (self);
  switch (id) {
    case GST_TELEMETRY_ROW_ENC_PROP_UNITS:
      priv->units = g_value_get_enum (value);
      break;
    case GST_TELEMETRY_ROW_ENC_PROP_RATE_DIVISOR:
      priv->rate_divisor = g_value_get_uint (value);
      break;
    case GST_TELEMETRY_ROW_ENC_PROP_MAX_RATE:
      priv->max_rate = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_telemetry_row_enc_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstTelemetryRowEnc *self = GST_TELEMETRY_ROW_ENC (object);
  GstTelemetryRowEncPrivate *priv = PRIVATE (self);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case GST_TELEMETRY_ROW_ENC_PROP_UNITS:
      g_value_set_enum (value, priv->units);
      break;
    case GST_TELEMETRY_ROW_ENC_PROP_RATE_DIVISOR:
      g_value_set_uint (value, priv->rate_divisor);
      break;
    case GST_TELEMETRY_ROW_ENC_PROP_MAX_RATE:
      g_value_set_uint (value, priv->max_rate);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_telemetry_row_enc_class_init (GstTelemetryRowEncClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);

  object_class->set_property = gst_telemetry_row_enc_set_property;
  object_class->get_property = gst_telemetry_row_enc_get_property;
  trans_class->transform_caps = gst_telemetry_row_enc_transform_caps;
  trans_class->set_caps = gst_telemetry_row_enc_set_caps;
  trans_class->prepare_output_buffer = gst_telemetry_row_enc_prepare_output;
  trans_class->transform = gst_telemetry_row_enc_transform;
  trans_class->stop = gst_telemetry_row_enc_stop;
  GST_DEBUG_CATEGORY_INIT (
      telemetry_row_enc_debug, "telemetryrowenc", 0, "telemetry as lines");
}

static void
gst_telemetry_row_enc_init (GstTelemetryRowEnc *self)
{
  gst_base_transform_set_qos_enabled (GST_BASE_TRANSFORM (self), FALSE);
}

/*
 * gst_telemetry_row_enc_class_install_properties:
 * @units: the default of the property units
 * @units_blurb: what units is for
 * @max_rate: the default of the property max-rate, lines a second
 *
 * To be called by a subclass's class_init, whose defaults they are.
 */
void
gst_telemetry_row_enc_class_install_properties (GstTelemetryRowEncClass *klass,
    GstPitboxUnits units, const gchar *units_blurb, guint max_rate)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT
                            | G_PARAM_STATIC_STRINGS
                            | GST_PARAM_MUTABLE_PLAYING;

  g_object_class_install_property (object_class,
      GST_TELEMETRY_ROW_ENC_PROP_UNITS,
      g_param_spec_enum (
          "units", "Units", units_blurb, GST_TYPE_PITBOX_UNITS, units, flags));
  g_object_class_install_property (object_class,
      GST_TELEMETRY_ROW_ENC_PROP_RATE_DIVISOR,
      g_param_spec_uint ("rate-divisor", "Rate divisor",
          "One line for every so many rows", 1, MAX_DIVISOR, 1, flags));
  g_object_class_install_property (object_class,
      GST_TELEMETRY_ROW_ENC_PROP_MAX_RATE,
      g_param_spec_uint ("max-rate", "Maximum rate",
          "At most so many lines a second, by whole rows (0 = no limit)", 0,
          MAX_RATE, max_rate, flags));
}

/* A property has changed: configure() before the next row. To be called with
 * the object lock held, which guards the properties. */
void
gst_telemetry_row_enc_note_change (GstTelemetryRowEnc *self)
{
  PRIVATE (self)->changed = TRUE;
}
