/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetryjsonenc: rows in, lines of JSON out. */
#include "gsttelemetryjsonenc.h"

#include <math.h>

/**
 * SECTION:element-telemetryjsonenc
 * @title: telemetryjsonenc
 * @short_description: chosen fields of each row as a line of JSON
 *
 * Each buffer is one object and a newline: `tick` (or null), `pts_ns`,
 * `utc_us` (or null), then the fields in the order asked for. What is not
 * finite, and a field that the car does not have, is null; a variable with
 * several elements is an array. Fields that are null in every line are named in
 * a WARNING with the first one.
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

/* Of names in a warning; the list may have a thousand. */
#define MAX_WARNING_BYTES 400

enum {
  PROP_FIELDS = GST_TELEMETRY_ROW_ENC_PROP_NEXT,
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_RAW));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_JSON));

struct _GstTelemetryJsonEnc {
  GstTelemetryRowEnc parent;

  /* Under the object lock: set by any thread, read by the streaming thread. */
  gchar *fields;

  /* The streaming thread's. */
  GArray *fields_found; /* of GstPitboxField */
  GPtrArray *keys; /* of each, with its comma and colon */
};

G_DEFINE_TYPE (
    GstTelemetryJsonEnc, gst_telemetry_json_enc, GST_TYPE_TELEMETRY_ROW_ENC)
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

/* Rows go on with null, as of a car that lacks it; but a name that was mistyped
 * looks just so. */
static void
tell_what_is_null (GstTelemetryJsonEnc *self, const GArray *found)
{
  g_autoptr (GString) lacking = g_string_new (NULL);

  for (guint i = 0; i < found->len; i++) {
    const GstPitboxField *field = &g_array_index (found, GstPitboxField, i);
    const gchar *why = field->var == NULL                ? "not in the rows"
                       : isnan (field->conversion.scale) ? "no such unit for it"
                                                         : NULL;

    if (why != NULL && lacking->len < MAX_WARNING_BYTES)
      g_string_append_printf (
          lacking, "%s%s (%s)", lacking->len > 0 ? ", " : "", field->name, why);
  }
  if (lacking->len > 0)
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
        ("These fields are null in every line: %s", lacking->str),
        ("ibt-dump --vars and fields=* show what there is, with the units"));
}

/* Without a list those of the default that the car has. */
static gboolean
gst_telemetry_json_enc_configure (GstTelemetryRowEnc *enc,
    GstPitboxSchema *schema, GstPitboxUnits units, GError **error)
{
  GstTelemetryJsonEnc *self = GST_TELEMETRY_JSON_ENC (enc);
  g_autofree gchar *fields = NULL;
  gboolean is_default;
  GArray *found;

  GST_OBJECT_LOCK (self);
  fields = g_strdup (self->fields);
  GST_OBJECT_UNLOCK (self);
  is_default = *fields == '\0';
  found = gst_pitbox_field_list_new (
      is_default ? DEFAULT_FIELDS : fields, schema, units, error);
  if (found == NULL)
    return FALSE;
  for (guint i = found->len; is_default && i-- > 0;)
    if (g_array_index (found, GstPitboxField, i).var == NULL)
      g_array_remove_index (found, i);
  tell_what_is_null (self, found);
  g_clear_pointer (&self->fields_found, g_array_unref);
  self->fields_found = found;
  g_ptr_array_set_size (self->keys, 0);
  for (guint i = 0; i < found->len; i++)
    g_ptr_array_add (
        self->keys, make_key (g_array_index (found, GstPitboxField, i).name));
  return TRUE;
}

static void
gst_telemetry_json_enc_forget (GstTelemetryRowEnc *enc)
{
  GstTelemetryJsonEnc *self = GST_TELEMETRY_JSON_ENC (enc);

  g_clear_pointer (&self->fields_found, g_array_unref);
  g_ptr_array_set_size (self->keys, 0);
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
gst_telemetry_json_enc_write (
    GstTelemetryRowEnc *enc, GstBuffer *input, const guint8 *row)
{
  GstTelemetryJsonEnc *self = GST_TELEMETRY_JSON_ENC (enc);
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

static void
gst_telemetry_json_enc_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstTelemetryJsonEnc *self = GST_TELEMETRY_JSON_ENC (object);

  if (id != PROP_FIELDS) {
    G_OBJECT_CLASS (gst_telemetry_json_enc_parent_class)
        ->set_property (object, id, value, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  g_free (self->fields);
  self->fields = g_value_dup_string (value);
  if (self->fields == NULL)
    self->fields = g_strdup ("");
  gst_telemetry_row_enc_note_change (GST_TELEMETRY_ROW_ENC (self));
  GST_OBJECT_UNLOCK (self);
}

static void
gst_telemetry_json_enc_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstTelemetryJsonEnc *self = GST_TELEMETRY_JSON_ENC (object);

  if (id != PROP_FIELDS) {
    G_OBJECT_CLASS (gst_telemetry_json_enc_parent_class)
        ->get_property (object, id, value, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  g_value_set_string (value, self->fields);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_telemetry_json_enc_finalize (GObject *object)
{
  GstTelemetryJsonEnc *self = GST_TELEMETRY_JSON_ENC (object);

  g_free (self->fields);
  g_ptr_array_unref (self->keys);
  G_OBJECT_CLASS (gst_telemetry_json_enc_parent_class)->finalize (object);
}

static void
gst_telemetry_json_enc_class_init (GstTelemetryJsonEncClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstTelemetryRowEncClass *enc_class = GST_TELEMETRY_ROW_ENC_CLASS (klass);

  object_class->set_property = gst_telemetry_json_enc_set_property;
  object_class->get_property = gst_telemetry_json_enc_get_property;
  object_class->finalize = gst_telemetry_json_enc_finalize;
  g_object_class_install_property (object_class, PROP_FIELDS,
      g_param_spec_string ("fields", "Fields",
          "Names of variables with commas between them: Speed, Speed@km/h "
          "(in this unit), CarIdx* (all that begin so), CarIdxLap[3] or "
          "CarIdxLap[0-9] (elements), * (all there are); empty for those "
          "of " DEFAULT_FIELDS " that the car has",
          "",
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_PLAYING));
  gst_telemetry_row_enc_class_install_properties (enc_class,
      GST_PITBOX_UNITS_NAMED, "Units of fields that name none with @", 0);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "Telemetry JSON encoder", "Codec/Encoder/Metadata",
      "Writes chosen fields of telemetry rows as lines of JSON",
      "PitBox Relay");
  enc_class->setting = "fields";
  enc_class->configure = gst_telemetry_json_enc_configure;
  enc_class->forget = gst_telemetry_json_enc_forget;
  enc_class->write = gst_telemetry_json_enc_write;
  GST_DEBUG_CATEGORY_INIT (telemetry_json_enc_debug, "telemetryjsonenc", 0,
      "telemetry as lines of JSON");
}

static void
gst_telemetry_json_enc_init (GstTelemetryJsonEnc *self)
{
  self->fields = g_strdup ("");
  self->keys = g_ptr_array_new_with_free_func (g_free);
}
