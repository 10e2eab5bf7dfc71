/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrysound: rows in, the sound of an engine out. */
#include "gsttelemetrysound.h"

#include <gstpitbox/gstpitbox.h>
#include <math.h>

/**
 * SECTION:element-telemetrysound
 * @title: telemetrysound
 * @short_description: an engine, heard from its telemetry
 *
 * The sound beside telemetryscene's picture: RPM is its pitch, Throttle how loud
 * it is. A row becomes the samples up to the next one, with the row's own PTS, at
 * 48 kHz. A car without RPM is silent.
 *
 * With #GstTelemetrySound:marks there is no engine but 1 kHz for 100 ms from each
 * row on whose tick divides by 60: a picture with the strip of such a tick and
 * the begin of such a tone belong together, whatever lies between.
 *
 * |[
 * gst-launch-1.0 telemetrytestsrc num-buffers=600 ! telemetrysound ! audioconvert ! autoaudiosink
 * ]|
 */

GST_DEBUG_CATEGORY_STATIC (telemetry_sound_debug);
#define GST_CAT_DEFAULT telemetry_sound_debug

#define RATE 48000
/* A four-stroke engine with six cylinders fires three times a revolution. */
#define FIRES_PER_REV 3
#define MARK_TICKS 60
#define MARK_ROWS 6
#define MARK_HZ 1000
#define MARK_LEVEL 0.5
/* Rows are 60 a second; a lower rate would make large buffers, and a row of a
 * stream from outside may claim any. */
#define MIN_ROW_RATE 1
#define MAX_ROW_RATE 1000

enum {
  PROP_0,
  PROP_MARKS,
};

struct _GstTelemetrySound {
  GstBaseTransform parent;

  gint marks; /* atomic */
  GstPitboxSchema *schema;
  const GstPitboxVar *rpm;
  const GstPitboxVar *throttle;
  guint samples; /* of a row */
  gdouble phase; /* of firing, 0 to 1 */
  gdouble hz; /* at the end of the row before */
  gdouble level;
};

G_DEFINE_FINAL_TYPE (
    GstTelemetrySound, gst_telemetry_sound, GST_TYPE_BASE_TRANSFORM)

GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (telemetrysound, "telemetrysound",
    GST_RANK_NONE, GST_TYPE_TELEMETRY_SOUND,
    GST_DEBUG_CATEGORY_INIT (
        telemetry_sound_debug, "telemetrysound", 0, "sound of telemetry"))

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_RAW));

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS ("audio/x-raw, format=(string)S16LE, rate=(int)48000, "
                         "channels=(int)1, layout=(string)interleaved"));

static GstCaps *
gst_telemetry_sound_transform_caps (GstBaseTransform *base,
    GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  GstCaps *other = gst_static_pad_template_get_caps (
      direction == GST_PAD_SINK ? &src_template : &sink_template);
  GstCaps *both;

  if (filter == NULL)
    return other;
  both = gst_caps_intersect_full (filter, other, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (other);
  return both;
}

static gboolean
gst_telemetry_sound_set_caps (GstBaseTransform *base, GstCaps *in, GstCaps *out)
{
  GstTelemetrySound *self = GST_TELEMETRY_SOUND (base);
  g_autoptr (GError) error = NULL;
  gint num, den;

  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  self->schema = gst_pitbox_schema_new_from_caps (in, &error);
  if (self->schema == NULL) {
    GST_ERROR_OBJECT (self, "no readable schema: %s", error->message);
    return FALSE;
  }
  if (!gst_structure_get_fraction (
          gst_caps_get_structure (in, 0), "rate", &num, &den)
      || num < MIN_ROW_RATE * den || num > MAX_ROW_RATE * den) {
    GST_ERROR_OBJECT (self, "no row rate of 1 to 1000 Hz in the caps");
    return FALSE;
  }
  self->samples = (guint) gst_util_uint64_scale_int_round (RATE, den, num);
  self->rpm = gst_pitbox_schema_find (self->schema, "RPM");
  self->throttle = gst_pitbox_schema_find (self->schema, "Throttle");
  return TRUE;
}

static gboolean
gst_telemetry_sound_transform_size (GstBaseTransform *base,
    GstPadDirection direction, GstCaps *caps, gsize size, GstCaps *othercaps,
    gsize *othersize)
{
  GstTelemetrySound *self = GST_TELEMETRY_SOUND (base);

  *othersize = direction == GST_PAD_SINK ? self->samples * sizeof (gint16) : 0;
  return TRUE;
}

static void
write_marks (GstTelemetrySound *self, guint64 tick, gint16 *out)
{
  const guint row = (guint) (tick % MARK_TICKS);

  for (guint i = 0; i < self->samples; i++) {
    const gdouble at = (gdouble) (row * self->samples + i) * MARK_HZ / RATE;

    out[i] = row < MARK_ROWS
                 ? (gint16) (MARK_LEVEL * G_MAXINT16 * sin (2 * G_PI * at))
                 : 0;
  }
}

/* Finite and within @max, whatever a row says. */
static gdouble
get_value (const guint8 *row, const GstPitboxVar *var, gdouble max)
{
  const gdouble value = var != NULL ? gst_pitbox_row_get_newest (row, var) : 0;

  return isfinite (value) ? CLAMP (value, 0, max) : 0;
}

static void
write_engine (GstTelemetrySound *self, const guint8 *row, gint16 *out)
{
  const gdouble rpm = get_value (row, self->rpm, 25000);
  const gdouble hz = rpm / 60 * FIRES_PER_REV;
  const gdouble level =
      rpm > 0 ? 0.08 + 0.25 * get_value (row, self->throttle, 1) : 0;

  for (guint i = 0; i < self->samples; i++) {
    const gdouble part = (gdouble) i / self->samples;
    const gdouble a = 2 * G_PI * self->phase;

    out[i] =
        (gint16) (G_MAXINT16 * (self->level + (level - self->level) * part)
                  * (0.5 * sin (a) + 0.3 * sin (a / 2) + 0.2 * sin (2 * a)));
    self->phase += (self->hz + (hz - self->hz) * part) / RATE;
  }
  /* Even, for the half-speed harmonic. */
  self->phase = fmod (self->phase, 2);
  self->hz = hz;
  self->level = level;
}

static GstFlowReturn
gst_telemetry_sound_transform (
    GstBaseTransform *base, GstBuffer *in, GstBuffer *out)
{
  GstTelemetrySound *self = GST_TELEMETRY_SOUND (base);
  GstMapInfo from, to;
  gint16 *samples;

  if (!gst_buffer_map (in, &from, GST_MAP_READ))
    return GST_FLOW_ERROR;
  if (!gst_buffer_map (out, &to, GST_MAP_WRITE)) {
    gst_buffer_unmap (in, &from);
    return GST_FLOW_ERROR;
  }
  samples = (gint16 *) to.data;
  if (g_atomic_int_get (&self->marks))
    write_marks (self, GST_BUFFER_OFFSET (in), samples);
  else if (from.size >= gst_pitbox_schema_get_row_bytes (self->schema))
    write_engine (self, from.data, samples);
  else
    memset (samples, 0, to.size);
  for (guint i = 0; i < self->samples; i++)
    samples[i] = GINT16_TO_LE (samples[i]);
  gst_buffer_unmap (out, &to);
  gst_buffer_unmap (in, &from);
  /* A row's offset is its tick, not a sample. */
  GST_BUFFER_OFFSET (out) = GST_BUFFER_OFFSET_END (out) =
      GST_BUFFER_OFFSET_NONE;
  GST_BUFFER_DURATION (out) =
      gst_util_uint64_scale_int (GST_SECOND, (gint) self->samples, RATE);
  return GST_FLOW_OK;
}

static gboolean
gst_telemetry_sound_stop (GstBaseTransform *base)
{
  GstTelemetrySound *self = GST_TELEMETRY_SOUND (base);

  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  self->rpm = self->throttle = NULL;
  self->phase = self->hz = self->level = 0;
  return TRUE;
}

static void
gst_telemetry_sound_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstTelemetrySound *self = GST_TELEMETRY_SOUND (object);

  if (id == PROP_MARKS)
    g_atomic_int_set (&self->marks, g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gst_telemetry_sound_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstTelemetrySound *self = GST_TELEMETRY_SOUND (object);

  if (id == PROP_MARKS)
    g_value_set_boolean (value, g_atomic_int_get (&self->marks));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gst_telemetry_sound_init (GstTelemetrySound *self)
{
}

static void
gst_telemetry_sound_class_init (GstTelemetrySoundClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *base = GST_BASE_TRANSFORM_CLASS (klass);

  object_class->set_property = gst_telemetry_sound_set_property;
  object_class->get_property = gst_telemetry_sound_get_property;
  base->transform_caps = gst_telemetry_sound_transform_caps;
  base->set_caps = gst_telemetry_sound_set_caps;
  base->transform_size = gst_telemetry_sound_transform_size;
  base->transform = gst_telemetry_sound_transform;
  base->stop = gst_telemetry_sound_stop;

  /**
   * GstTelemetrySound:marks:
   *
   * 1 kHz for 100 ms from each row on whose tick divides by 60, in place of the
   * engine.
   */
  g_object_class_install_property (object_class, PROP_MARKS,
      g_param_spec_boolean ("marks", "Marks",
          "A tone at each tick that divides by 60, in place of the engine",
          FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Telemetry sound",
      "Converter/Metadata", "The sound of an engine from its telemetry",
      GST_PACKAGE_NAME);
}
