/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetryjsonenc: rows in, lines of JSON out. */
#include "gsttelemetryjsonenc.h"

#include <gstpitbox/gstpitbox.h>
#include <string.h>

#include "rowthin.h"

/**
 * SECTION:element-telemetryjsonenc
 * @title: telemetryjsonenc
 * @short_description: chosen fields of each row as a line of JSON
 *
 * Each buffer is one object and a newline: `tick` (or null), `pts_ns`,
 * `utc_us` (or null), then the fields in the order asked for. What is not
 * finite, and a field that the car does not have, is null; a variable with
 * several elements is an array.
 *
 * #GstTelemetryJsonEnc:fields has names with commas between them:
 *
 * - `Speed`: the variable; null where the car has none
 * - `CarIdx*`, `?Ftemp*`: all that the car has (* any letters, ? one letter)
 * - `CarIdxLap[3]`: one element; `CarIdxLap[0-9]`: an array of ten
 * - `Speed@km/h`, `LFtemp*@F`: in this unit; m/s km/h mph, K C F, m^3 l gal,
 *   Pa kPa bar psi, rad deg, rad/s deg/s revs/min, m km mm ft in mi, kg lb,
 *   kg/s kg/h lb/h, m/s^2 g, % percent, N*m lbf*ft, s ms min h, W kW hp
 *
 * Without a unit #GstTelemetryJsonEnc:units decides: as the simulator names
 * them, SI, metric (km/h, C) or imperial (mph, F). What the simulator calls %
 * is a fraction of 0 to 1. A value that cannot be had in its unit is null.
 *
 * |[
 * gst-launch-1.0 telemetrytestsrc num-buffers=120 ! telemetryjsonenc fields=Speed@km/h,RPM,Gear max-rate=10 ! filesink location=/dev/stdout
 * gst-launch-1.0 telemetrytestsrc num-buffers=120 ! telemetryjsonenc fields='LapDistPct,CarIdxLapDistPct[0-3],*Temp' units=imperial rate-divisor=60 ! fdsink
 * ]|
 */

GST_DEBUG_CATEGORY_STATIC (telemetry_json_enc_debug);
#define GST_CAT_DEFAULT telemetry_json_enc_debug

/* What a script most often wants of any car. */
#define DEFAULT_FIELDS \
  "SessionTime,Lap,LapDistPct,LapCurrentLapTime,LapLastLapTime,Speed,RPM," \
  "Gear,Throttle,Brake,Clutch,SteeringWheelAngle,FuelLevel"
#define DEFAULT_RATE_DIVISOR 1
#define DEFAULT_MAX_RATE 0
#define DEFAULT_UNITS GST_PITBOX_UNITS_NAMED

enum {
  PROP_0,
  PROP_FIELDS,
  PROP_RATE_DIVISOR,
  PROP_MAX_RATE,
  PROP_UNITS,
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_RAW));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_JSON));

struct _GstTelemetryJsonEnc {
  GstBaseTransform parent;

  /* Under the object lock: set by any thread, read by the streaming thread. */
  gchar *fields;
  guint rate_divisor;
  guint max_rate;
  GstPitboxUnits units;
  gboolean changed;

  /* The streaming thread's. */
  GstPitboxSchema *schema;
  GArray *fields_found; /* of GstPitboxField */
  GPtrArray *keys; /* of each, with its comma and colon */
  RowThin thin;
};

G_DEFINE_TYPE (
    GstTelemetryJsonEnc, gst_telemetry_json_enc, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE (telemetryjsonenc, "telemetryjsonenc",
    GST_RANK_NONE, GST_TYPE_TELEMETRY_JSON_ENC)

static gchar *
make_key (const gchar *name)
{
  GString *key = g_string_new (",");

  gst_pitbox_json_append_string (key, name);
  g_string_append_c (key, ':');
  return g_string_free (key, FALSE);
}

static gboolean
choose_fields (GstTelemetryJsonEnc *self, const gchar *fields,
    GstPitboxUnits units, GError **error)
{
  gboolean is_default = *fields == '\0';
  GArray *found = gst_pitbox_field_list_new (
      is_default ? DEFAULT_FIELDS : fields, self->schema, units, error);

  if (found == NULL)
    return FALSE;
  for (guint i = found->len; is_default && i-- > 0;)
    if (g_array_index (found, GstPitboxField, i).var == NULL)
      g_array_remove_index (found, i);
  g_clear_pointer (&self->fields_found, g_array_unref);
  self->fields_found = found;
  g_ptr_array_set_size (self->keys, 0);
  for (guint i = 0; i < found->len; i++)
    g_ptr_array_add (
        self->keys, make_key (g_array_index (found, GstPitboxField, i).name));
  return TRUE;
}

/* Takes over what the properties say for the rows to come. */
static gboolean
configure (GstTelemetryJsonEnc *self, GError **error)
{
  g_autofree gchar *fields = NULL;
  GstPitboxUnits units;

  GST_OBJECT_LOCK (self);
  fields = g_strdup (self->fields);
  units = self->units;
  row_thin_init (&self->thin, gst_pitbox_schema_get_tick_rate (self->schema),
      self->rate_divisor, self->max_rate);
  self->changed = FALSE;
  GST_OBJECT_UNLOCK (self);
  return choose_fields (self, fields, units, error);
}

static void
forget_schema (GstTelemetryJsonEnc *self)
{
  g_clear_pointer (&self->fields_found, g_array_unref);
  g_ptr_array_set_size (self->keys, 0);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
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
  forget_schema (self);
  self->schema = schema;
  if (!configure (self, &error)) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
        ("Cannot use the property fields: %s", error->message), (NULL));
    forget_schema (self);
    return FALSE;
  }
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
  GString *out = g_string_sized_new (64 + 24 * self->keys->len);
  gint64 utc_us = gst_pitbox_buffer_get_utc (input, NULL);

  append_clock (out, "{\"tick\":", GST_BUFFER_OFFSET_IS_VALID (input),
      GST_BUFFER_OFFSET (input));
  append_clock (out, ",\"pts_ns\":", GST_BUFFER_PTS_IS_VALID (input),
      GST_BUFFER_PTS (input));
  append_clock (out, ",\"utc_us\":", utc_us > 0, (guint64) utc_us);
  for (guint i = 0; i < self->keys->len; i++) {
    g_string_append (out, g_ptr_array_index (self->keys, i));
    gst_pitbox_json_append_field (
        out, row, &g_array_index (self->fields_found, GstPitboxField, i));
  }
  g_string_append (out, "}\n");
  return out;
}

/* While rows flow a list that is wrong changes nothing. */
static void
reconfigure (GstTelemetryJsonEnc *self)
{
  g_autoptr (GError) error = NULL;
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = self->changed;
  GST_OBJECT_UNLOCK (self);
  if (changed && !configure (self, &error))
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
        ("Keeping the fields before: %s", error->message), (NULL));
}

static GstFlowReturn
gst_telemetry_json_enc_prepare_output (
    GstBaseTransform *trans, GstBuffer *input, GstBuffer **output)
{
  GstTelemetryJsonEnc *self = GST_TELEMETRY_JSON_ENC (trans);
  GString *text;
  GstMapInfo map;
  gsize size;

  if (self->schema == NULL)
    return GST_FLOW_NOT_NEGOTIATED;
  reconfigure (self);
  if (!gst_buffer_map (input, &map, GST_MAP_READ))
    return GST_FLOW_ERROR;
  if (map.size != gst_pitbox_schema_get_row_bytes (self->schema)) {
    GST_WARNING_OBJECT (self, "row of %" G_GSIZE_FORMAT " bytes, want %u",
        map.size, gst_pitbox_schema_get_row_bytes (self->schema));
    gst_buffer_unmap (input, &map);
    return GST_BASE_TRANSFORM_FLOW_DROPPED;
  }
  if (!row_thin_is_due (&self->thin)) {
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
  forget_schema (GST_TELEMETRY_JSON_ENC (trans));
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
    case PROP_UNITS:
      self->units = g_value_get_enum (value);
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
    case PROP_UNITS:
      g_value_set_enum (value, self->units);
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

  forget_schema (self);
  g_free (self->fields);
  g_ptr_array_unref (self->keys);
  G_OBJECT_CLASS (gst_telemetry_json_enc_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  g_object_class_install_property (object_class, PROP_FIELDS,
      g_param_spec_string ("fields", "Fields",
          "Names of variables with commas between them: Speed, Speed@km/h "
          "(in this unit), CarIdx* (all that begin so), CarIdxLap[3] or "
          "CarIdxLap[0-9] (elements), * (all there are); empty for those "
          "of " DEFAULT_FIELDS " that the car has",
          "", flags));
  g_object_class_install_property (object_class, PROP_RATE_DIVISOR,
      g_param_spec_uint ("rate-divisor", "Rate divisor",
          "One object for every so many rows", 1, ROW_THIN_MAX_DIVISOR,
          DEFAULT_RATE_DIVISOR, flags));
  g_object_class_install_property (object_class, PROP_MAX_RATE,
      g_param_spec_uint ("max-rate", "Maximum rate",
          "At most so many objects a second, by whole rows (0 = no limit)", 0,
          ROW_THIN_MAX_RATE, DEFAULT_MAX_RATE, flags));
  g_object_class_install_property (object_class, PROP_UNITS,
      g_param_spec_enum ("units", "Units",
          "Units of fields that name none with @", GST_TYPE_PITBOX_UNITS,
          DEFAULT_UNITS, flags));
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
  self->units = DEFAULT_UNITS;
  self->keys = g_ptr_array_new_with_free_func (g_free);
  gst_base_transform_set_qos_enabled (GST_BASE_TRANSFORM (self), FALSE);
}
