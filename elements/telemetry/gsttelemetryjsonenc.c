/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetryjsonenc: rows in, lines of JSON out. */
#include "gsttelemetryjsonenc.h"

#include <gstpitbox/gstpitbox.h>
#include <string.h>

/**
 * SECTION:element-telemetryjsonenc
 * @title: telemetryjsonenc
 * @short_description: chosen fields of each row as a line of JSON
 *
 * Each buffer is one object and a newline: `tick` (or null), `pts_ns`,
 * `utc_us` (or null), then the fields in the order asked for, each in the
 * variable's own unit. What is not finite, and a field that the car does not
 * have, is null; a variable with several elements is an array.
 *
 * |[
 * gst-launch-1.0 telemetrytestsrc num-buffers=120 ! telemetryjsonenc fields=Speed,RPM,Gear max-rate=10 ! filesink location=/dev/stdout
 * ]|
 */

GST_DEBUG_CATEGORY_STATIC (telemetry_json_enc_debug);
#define GST_CAT_DEFAULT telemetry_json_enc_debug

/* What a script most often wants of any car. */
#define DEFAULT_FIELDS \
  "SessionTime,Lap,LapDistPct,LapCurrentLapTime,LapLastLapTime,Speed,RPM," \
  "Gear,Throttle,Brake,Clutch,SteeringWheelAngle,FuelLevel"
#define ALL_FIELDS "*"
#define DEFAULT_RATE_DIVISOR 1
#define MAX_RATE_DIVISOR 216000 /* one row an hour */
#define DEFAULT_MAX_RATE 0
#define MAX_MAX_RATE 1000

enum {
  PROP_0,
  PROP_FIELDS,
  PROP_RATE_DIVISOR,
  PROP_MAX_RATE,
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_RAW));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_JSON));

/* One column: the key with its quotes, and where its value is. */
typedef struct {
  gchar *key;
  const GstPitboxVar *var;
} Field;

struct _GstTelemetryJsonEnc {
  GstBaseTransform parent;

  /* Under the object lock: set by any thread, read by the streaming thread. */
  gchar *fields;
  guint rate_divisor;
  guint max_rate;
  gboolean changed;

  /* The streaming thread's. */
  GstPitboxSchema *schema;
  GArray *columns;
  guint divisor;
  guint countdown;
};

G_DEFINE_TYPE (
    GstTelemetryJsonEnc, gst_telemetry_json_enc, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE (telemetryjsonenc, "telemetryjsonenc",
    GST_RANK_NONE, GST_TYPE_TELEMETRY_JSON_ENC)

static void
clear_field (gpointer data)
{
  g_free (((Field *) data)->key);
}

static void
add_column (
    GstTelemetryJsonEnc *self, const gchar *name, const GstPitboxVar *var)
{
  GString *key = g_string_new (",");
  Field field;

  gst_pitbox_json_append_string (key, name);
  g_string_append_c (key, ':');
  field.key = g_string_free (key, FALSE);
  field.var = var;
  g_array_append_val (self->columns, field);
}

static void
choose_columns (GstTelemetryJsonEnc *self, const gchar *fields)
{
  gboolean is_default = *fields == '\0';
  g_auto (GStrv) names =
      g_strsplit (is_default ? DEFAULT_FIELDS : fields, ",", -1);

  g_array_set_size (self->columns, 0);
  if (strcmp (fields, ALL_FIELDS) == 0) {
    for (guint i = 0; i < gst_pitbox_schema_get_n_vars (self->schema); i++) {
      const GstPitboxVar *var = gst_pitbox_schema_get_var (self->schema, i);

      add_column (self, var->name, var);
    }
    return;
  }
  for (guint i = 0;
       names[i] != NULL && self->columns->len < GST_PITBOX_MAX_VARS; i++) {
    const gchar *name = g_strstrip (names[i]);
    const GstPitboxVar *var = gst_pitbox_schema_find (self->schema, name);

    if (*name != '\0' && (var != NULL || !is_default))
      add_column (self, name, var);
  }
}

/* Takes over what the properties say for the rows to come. */
static void
configure (GstTelemetryJsonEnc *self)
{
  g_autofree gchar *fields = NULL;
  guint rate = gst_pitbox_schema_get_tick_rate (self->schema);

  GST_OBJECT_LOCK (self);
  fields = g_strdup (self->fields);
  self->divisor = self->rate_divisor;
  if (self->max_rate > 0)
    self->divisor =
        MAX (self->divisor, (rate + self->max_rate - 1) / self->max_rate);
  self->changed = FALSE;
  GST_OBJECT_UNLOCK (self);
  choose_columns (self, fields);
  self->countdown = 0;
}

static gboolean
gst_telemetry_json_enc_set_caps (
    GstBaseTransform *trans, GstCaps *incaps, GstCaps *outcaps)
{
  GstTelemetryJsonEnc *self = GST_TELEMETRY_JSON_ENC (trans);
  g_autoptr (GError) error = NULL;
  GstPitboxSchema *schema = gst_pitbox_schema_new_from_caps (incaps, &error);

  if (schema == NULL) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT, (NULL),
        ("Cannot use telemetry caps: %s", error->message));
    return FALSE;
  }
  g_array_set_size (self->columns, 0);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  self->schema = schema;
  configure (self);
  return TRUE;
}

static GstCaps *
gst_telemetry_json_enc_transform_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  GstCaps *result = gst_pad_get_pad_template_caps (
      direction == GST_PAD_SINK ? trans->srcpad : trans->sinkpad);

  if (filter != NULL) {
    GstCaps *both =
        gst_caps_intersect_full (filter, result, GST_CAPS_INTERSECT_FIRST);

    gst_caps_unref (result);
    result = both;
  }
  return result;
}

static void
append_clock (GString *out, const gchar *key, gboolean known, guint64 value)
{
  g_string_append (out, key);
  if (known)
    g_string_append_printf (out, "%" G_GUINT64_FORMAT, value);
  else
    g_string_append (out, "null");
}

static GString *
write_object (GstTelemetryJsonEnc *self, GstBuffer *input, const guint8 *row)
{
  GString *out = g_string_sized_new (64 + 24 * self->columns->len);
  gint64 utc_us = gst_pitbox_buffer_get_utc (input, NULL);

  append_clock (out, "{\"tick\":", GST_BUFFER_OFFSET_IS_VALID (input),
      GST_BUFFER_OFFSET (input));
  append_clock (out, ",\"pts_ns\":", GST_BUFFER_PTS_IS_VALID (input),
      GST_BUFFER_PTS (input));
  append_clock (out, ",\"utc_us\":", utc_us > 0, (guint64) utc_us);
  for (guint i = 0; i < self->columns->len; i++) {
    const Field *field = &g_array_index (self->columns, Field, i);

    g_string_append (out, field->key);
    gst_pitbox_json_append_var (out, row, field->var);
  }
  g_string_append (out, "}\n");
  return out;
}

static gboolean
is_due (GstTelemetryJsonEnc *self)
{
  if (self->countdown > 0) {
    self->countdown--;
    return FALSE;
  }
  self->countdown = self->divisor - 1;
  return TRUE;
}

static GstFlowReturn
gst_telemetry_json_enc_prepare_output (
    GstBaseTransform *trans, GstBuffer *input, GstBuffer **output)
{
  GstTelemetryJsonEnc *self = GST_TELEMETRY_JSON_ENC (trans);
  gboolean changed;
  GString *text;
  GstMapInfo map;
  gsize size;

  if (self->schema == NULL)
    return GST_FLOW_NOT_NEGOTIATED;
  GST_OBJECT_LOCK (self);
  changed = self->changed;
  GST_OBJECT_UNLOCK (self);
  if (changed)
    configure (self);
  if (!gst_buffer_map (input, &map, GST_MAP_READ))
    return GST_FLOW_ERROR;
  if (map.size != gst_pitbox_schema_get_row_bytes (self->schema)) {
    GST_WARNING_OBJECT (self, "row of %" G_GSIZE_FORMAT " bytes, want %u",
        map.size, gst_pitbox_schema_get_row_bytes (self->schema));
    gst_buffer_unmap (input, &map);
    return GST_BASE_TRANSFORM_FLOW_DROPPED;
  }
  if (!is_due (self)) {
    gst_buffer_unmap (input, &map);
    return GST_BASE_TRANSFORM_FLOW_DROPPED;
  }
  text = write_object (self, input, map.data);
  gst_buffer_unmap (input, &map);
  size = text->len;
  *output = gst_buffer_new_wrapped (g_string_free (text, FALSE), size);
  gst_buffer_copy_into (*output, input,
      GST_BUFFER_COPY_TIMESTAMPS | GST_BUFFER_COPY_FLAGS, 0, -1);
  GST_BUFFER_OFFSET (*output) = GST_BUFFER_OFFSET (input);
  return GST_FLOW_OK;
}

/* The text came with the buffer. */
static GstFlowReturn
gst_telemetry_json_enc_transform (
    GstBaseTransform *trans, GstBuffer *input, GstBuffer *output)
{
  return GST_FLOW_OK;
}

static gboolean
gst_telemetry_json_enc_stop (GstBaseTransform *trans)
{
  GstTelemetryJsonEnc *self = GST_TELEMETRY_JSON_ENC (trans);

  g_array_set_size (self->columns, 0);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  return TRUE;
}

static void
gst_telemetry_json_enc_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstTelemetryJsonEnc *self = GST_TELEMETRY_JSON_ENC (object);

  GST_OBJECT_LOCK (self);
  self->changed = TRUE;
  switch (id) {
    case PROP_FIELDS:
      g_free (self->fields);
      self->fields = g_value_dup_string (value);
      if (self->fields == NULL)
        self->fields = g_strdup ("");
      break;
    case PROP_RATE_DIVISOR:
      self->rate_divisor = g_value_get_uint (value);
      break;
    case PROP_MAX_RATE:
      self->max_rate = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_telemetry_json_enc_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstTelemetryJsonEnc *self = GST_TELEMETRY_JSON_ENC (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_FIELDS:
      g_value_set_string (value, self->fields);
      break;
    case PROP_RATE_DIVISOR:
      g_value_set_uint (value, self->rate_divisor);
      break;
    case PROP_MAX_RATE:
      g_value_set_uint (value, self->max_rate);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_telemetry_json_enc_finalize (GObject *object)
{
  GstTelemetryJsonEnc *self = GST_TELEMETRY_JSON_ENC (object);

  g_free (self->fields);
  g_array_unref (self->columns);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  G_OBJECT_CLASS (gst_telemetry_json_enc_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  g_object_class_install_property (object_class, PROP_FIELDS,
      g_param_spec_string ("fields", "Fields",
          "Names of variables, separated by commas; * for all of them; empty "
          "for those of " DEFAULT_FIELDS " that the car has",
          "", flags));
  g_object_class_install_property (object_class, PROP_RATE_DIVISOR,
      g_param_spec_uint ("rate-divisor", "Rate divisor",
          "One object for every so many rows", 1, MAX_RATE_DIVISOR,
          DEFAULT_RATE_DIVISOR, flags));
  g_object_class_install_property (object_class, PROP_MAX_RATE,
      g_param_spec_uint ("max-rate", "Maximum rate",
          "At most so many objects a second, by whole rows (0 = no limit)", 0,
          MAX_MAX_RATE, DEFAULT_MAX_RATE, flags));
}

static void
gst_telemetry_json_enc_class_init (GstTelemetryJsonEncClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);

  object_class->set_property = gst_telemetry_json_enc_set_property;
  object_class->get_property = gst_telemetry_json_enc_get_property;
  object_class->finalize = gst_telemetry_json_enc_finalize;
  install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "Telemetry JSON encoder", "Codec/Encoder/Metadata",
      "Writes chosen fields of telemetry rows as lines of JSON",
      "The PitBox Relay authors");
  trans_class->transform_caps = gst_telemetry_json_enc_transform_caps;
  trans_class->set_caps = gst_telemetry_json_enc_set_caps;
  trans_class->prepare_output_buffer = gst_telemetry_json_enc_prepare_output;
  trans_class->transform = gst_telemetry_json_enc_transform;
  trans_class->stop = gst_telemetry_json_enc_stop;
  GST_DEBUG_CATEGORY_INIT (telemetry_json_enc_debug, "telemetryjsonenc", 0,
      "telemetry as lines of JSON");
}

static void
gst_telemetry_json_enc_init (GstTelemetryJsonEnc *self)
{
  self->fields = g_strdup ("");
  self->rate_divisor = DEFAULT_RATE_DIVISOR;
  self->max_rate = DEFAULT_MAX_RATE;
  self->columns = g_array_new (FALSE, FALSE, sizeof (Field));
  g_array_set_clear_func (self->columns, clear_field);
  gst_base_transform_set_qos_enabled (GST_BASE_TRANSFORM (self), FALSE);
}
