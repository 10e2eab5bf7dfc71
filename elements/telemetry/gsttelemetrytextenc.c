/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrytextenc: rows in, text out. */
#include "gsttelemetrytextenc.h"

/**
 * SECTION:element-telemetrytextenc
 * @title: telemetrytextenc
 * @short_description: chosen fields of each row as a line of text
 *
 * Makes subtitles of rows, for everything that takes text/x-raw: textoverlay,
 * webvttenc, srtenc, matroskamux, mp4mux. Each text has its row's PTS and lasts
 * until the next.
 *
 * #GstTelemetryTextEnc:template is text with fields in braces,
 * `{` sum [`@` unit] [`:` format] `}`; `{{` and `}}` are braces.
 *
 * - a sum has variables (`Speed`, `CarIdxLap[3]`), numbers, + - * / and
 *   parentheses; `a | b` is b where a has no value
 * - `driver`, `abbrev`, `number`, `team`, `car`, `class`, `track`, `config` and
 *   `session` come out of the session text; `tick`, `time` (running time, s)
 *   and `utc` are the row's
 * - `@km/h` is the unit wanted, `@` alone that of #GstTelemetryTextEnc:units;
 *   the units are telemetryjsonenc's
 * - formats are `[+][0][width][.digits]` and f, d (whole) or x, `time`
 *   (1:23.456; `.1time` 1:23.5), `clock` (0:12:34), `gear` (R, N, 1), `unit`
 *   (the unit's name), `upper` (capitals)
 *
 * A value that is not there is written as #GstTelemetryTextEnc:missing. With
 * #GstTelemetryTextEnc:markup the template is Pango markup, and what the fields
 * say is escaped.
 *
 * |[
 * gst-launch-1.0 telemetrytestsrc num-buffers=600 ! tee name=rows rows. ! queue ! telemetryscene ! textoverlay name=text font-desc="Sans Bold 28" ! videoconvert ! autovideosink rows. ! queue ! telemetrytextenc template="{Speed@km/h:.0f} km/h   {Gear:gear}" max-rate=20 ! text.text_sink
 * gst-launch-1.0 filesrc location=lap.ibt ! ibtparse ! telemetrytextenc template="{LapCurrentLapTime:.1time}  {Speed@:3.0f} {Speed@:unit}" units=imperial max-rate=4 ! webvttenc ! filesink location=lap.vtt
 * ]|
 */

GST_DEBUG_CATEGORY_STATIC (telemetry_text_enc_debug);
#define GST_CAT_DEFAULT telemetry_text_enc_debug

#define DEFAULT_TEMPLATE "{Speed@:.0f} {Speed@:unit}  {Gear:gear}"
#define DEFAULT_MISSING "-"
/* What a reader can follow, and a file of subtitles can bear. */
#define DEFAULT_MAX_RATE 10

enum {
  PROP_TEMPLATE = GST_TELEMETRY_ROW_ENC_PROP_NEXT,
  PROP_MARKUP,
  PROP_MISSING,
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_RAW));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("text/x-raw, format = (string) { utf8, pango-markup }"));

struct _GstTelemetryTextEnc {
  GstTelemetryRowEnc parent;

  /* Under the object lock: set by any thread, read by the streaming thread. */
  gchar *text;
  gchar *missing;
  gboolean markup;

  /* The streaming thread's. */
  GstPitboxTemplate *template;
  GstPitboxDriverInfo *info;
  gchar *missing_now;
  gboolean markup_now;
};

G_DEFINE_TYPE (
    GstTelemetryTextEnc, gst_telemetry_text_enc, GST_TYPE_TELEMETRY_ROW_ENC)
GST_ELEMENT_REGISTER_DEFINE (telemetrytextenc, "telemetrytextenc",
    GST_RANK_NONE, GST_TYPE_TELEMETRY_TEXT_ENC)

static gboolean
gst_telemetry_text_enc_configure (GstTelemetryRowEnc *enc,
    GstPitboxSchema *schema, GstPitboxUnits units, GError **error)
{
  GstTelemetryTextEnc *self = GST_TELEMETRY_TEXT_ENC (enc);
  g_autofree gchar *text = NULL;
  GstPitboxTemplate *template;

  GST_OBJECT_LOCK (self);
  text = g_strdup (self->text);
  g_free (self->missing_now);
  self->missing_now = g_strdup (self->missing);
  GST_OBJECT_UNLOCK (self);
  template = gst_pitbox_template_new (text, error);
  if (template == NULL)
    return FALSE;
  g_clear_pointer (&self->template, gst_pitbox_template_free);
  self->template = template;
  gst_pitbox_template_bind (template, schema, units);
  return TRUE;
}

static void
gst_telemetry_text_enc_forget (GstTelemetryRowEnc *enc)
{
  GstTelemetryTextEnc *self = GST_TELEMETRY_TEXT_ENC (enc);

  g_clear_pointer (&self->template, gst_pitbox_template_free);
}

static GstCaps *
gst_telemetry_text_enc_get_src_caps (GstTelemetryRowEnc *enc)
{
  GstTelemetryTextEnc *self = GST_TELEMETRY_TEXT_ENC (enc);
  gboolean markup;

  GST_OBJECT_LOCK (self);
  markup = self->markup;
  GST_OBJECT_UNLOCK (self);
  return gst_caps_new_simple ("text/x-raw", "format", G_TYPE_STRING,
      markup ? "pango-markup" : "utf8", NULL);
}

static gboolean
gst_telemetry_text_enc_set_caps (
    GstBaseTransform *trans, GstCaps *incaps, GstCaps *outcaps)
{
  const gchar *format =
      gst_structure_get_string (gst_caps_get_structure (outcaps, 0), "format");

  GST_TELEMETRY_TEXT_ENC (trans)->markup_now =
      g_strcmp0 (format, "pango-markup") == 0;
  return GST_BASE_TRANSFORM_CLASS (gst_telemetry_text_enc_parent_class)
      ->set_caps (trans, incaps, outcaps);
}

static gboolean
gst_telemetry_text_enc_sink_event (GstBaseTransform *trans, GstEvent *event)
{
  GstTelemetryTextEnc *self = GST_TELEMETRY_TEXT_ENC (trans);
  g_autoptr (GBytes) text = NULL;

  if (gst_pitbox_session_event_parse (event, &text, NULL)) {
    g_clear_pointer (&self->info, gst_pitbox_driver_info_free);
    self->info = gst_pitbox_driver_info_new (text);
  }
  return GST_BASE_TRANSFORM_CLASS (gst_telemetry_text_enc_parent_class)
      ->sink_event (trans, event);
}

static GString *
gst_telemetry_text_enc_write (
    GstTelemetryRowEnc *enc, GstBuffer *input, const guint8 *row)
{
  GstTelemetryTextEnc *self = GST_TELEMETRY_TEXT_ENC (enc);
  GString *text = g_string_sized_new (128);
  const GstPitboxTemplateInput in = {
    .row = row,
    .info = self->info,
    .missing = self->missing_now,
    .markup = self->markup_now,
    .tick = GST_BUFFER_OFFSET (input),
    .time = gst_segment_to_running_time (&GST_BASE_TRANSFORM (self)->segment,
        GST_FORMAT_TIME, GST_BUFFER_PTS (input)),
    .utc_us = gst_pitbox_buffer_get_utc (input, NULL),
  };

  gst_pitbox_template_write (self->template, &in, text);
  return text;
}

/* A template that is wrong is said before anything flows. */
static gboolean
gst_telemetry_text_enc_start (GstBaseTransform *trans)
{
  GstTelemetryTextEnc *self = GST_TELEMETRY_TEXT_ENC (trans);
  g_autoptr (GstPitboxTemplate) template = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;

  GST_OBJECT_LOCK (self);
  text = g_strdup (self->text);
  GST_OBJECT_UNLOCK (self);
  template = gst_pitbox_template_new (text, &error);
  if (template == NULL)
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
        ("Cannot use the property template: %s", error->message), (NULL));
  return template != NULL;
}

static gboolean
gst_telemetry_text_enc_stop (GstBaseTransform *trans)
{
  GstTelemetryTextEnc *self = GST_TELEMETRY_TEXT_ENC (trans);

  g_clear_pointer (&self->info, gst_pitbox_driver_info_free);
  return GST_BASE_TRANSFORM_CLASS (gst_telemetry_text_enc_parent_class)
      ->stop (trans);
}

static void
take_string (gchar **field, const GValue *value, const gchar *fallback)
{
  g_free (*field);
  *field = g_value_dup_string (value);
  if (*field == NULL)
    *field = g_strdup (fallback);
}

static void
gst_telemetry_text_enc_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstTelemetryTextEnc *self = GST_TELEMETRY_TEXT_ENC (object);

  if (id < GST_TELEMETRY_ROW_ENC_PROP_NEXT) {
    G_OBJECT_CLASS (gst_telemetry_text_enc_parent_class)
        ->set_property (object, id, value, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  gst_telemetry_row_enc_note_change (GST_TELEMETRY_ROW_ENC (self));
  switch (id) {
    case PROP_TEMPLATE:
      take_string (&self->text, value, DEFAULT_TEMPLATE);
      break;
    case PROP_MARKUP:
      self->markup = g_value_get_boolean (value);
      break;
    case PROP_MISSING:
      take_string (&self->missing, value, DEFAULT_MISSING);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_telemetry_text_enc_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstTelemetryTextEnc *self = GST_TELEMETRY_TEXT_ENC (object);

  if (id < GST_TELEMETRY_ROW_ENC_PROP_NEXT) {
    G_OBJECT_CLASS (gst_telemetry_text_enc_parent_class)
        ->get_property (object, id, value, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_TEMPLATE:
      g_value_set_string (value, self->text);
      break;
    case PROP_MARKUP:
      g_value_set_boolean (value, self->markup);
      break;
    case PROP_MISSING:
      g_value_set_string (value, self->missing);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_telemetry_text_enc_finalize (GObject *object)
{
  GstTelemetryTextEnc *self = GST_TELEMETRY_TEXT_ENC (object);

  g_free (self->text);
  g_free (self->missing);
  g_free (self->missing_now);
  G_OBJECT_CLASS (gst_telemetry_text_enc_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  const GParamFlags live = flags | GST_PARAM_MUTABLE_PLAYING;

  g_object_class_install_property (object_class, PROP_TEMPLATE,
      g_param_spec_string ("template", "Template",
          "Text with fields in braces: {Speed@km/h:.0f}, {Gear:gear}, "
          "{LapCurrentLapTime:time}, {1-Clutch:.2f}, {driver}",
          DEFAULT_TEMPLATE, live));
  g_object_class_install_property (object_class, PROP_MARKUP,
      g_param_spec_boolean ("markup", "Markup",
          "The template is Pango markup: format=pango-markup instead of utf8",
          FALSE, flags | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (object_class, PROP_MISSING,
      g_param_spec_string ("missing", "Missing",
          "What stands where there is no value", DEFAULT_MISSING, live));
  gst_telemetry_row_enc_class_install_properties (
      GST_TELEMETRY_ROW_ENC_CLASS (object_class), GST_PITBOX_UNITS_METRIC,
      "What @ without a unit means in the template", DEFAULT_MAX_RATE);
}

static void
gst_telemetry_text_enc_class_init (GstTelemetryTextEncClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);
  GstTelemetryRowEncClass *enc_class = GST_TELEMETRY_ROW_ENC_CLASS (klass);

  object_class->set_property = gst_telemetry_text_enc_set_property;
  object_class->get_property = gst_telemetry_text_enc_get_property;
  object_class->finalize = gst_telemetry_text_enc_finalize;
  install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "Telemetry text encoder", "Codec/Encoder/Subtitle",
      "Writes chosen fields of telemetry rows as timed text", "PitBox Relay");
  trans_class->set_caps = gst_telemetry_text_enc_set_caps;
  trans_class->sink_event = gst_telemetry_text_enc_sink_event;
  trans_class->start = gst_telemetry_text_enc_start;
  trans_class->stop = gst_telemetry_text_enc_stop;
  enc_class->setting = "template";
  enc_class->lasts = TRUE;
  enc_class->get_src_caps = gst_telemetry_text_enc_get_src_caps;
  enc_class->configure = gst_telemetry_text_enc_configure;
  enc_class->forget = gst_telemetry_text_enc_forget;
  enc_class->write = gst_telemetry_text_enc_write;
  GST_DEBUG_CATEGORY_INIT (
      telemetry_text_enc_debug, "telemetrytextenc", 0, "telemetry as text");
}

static void
gst_telemetry_text_enc_init (GstTelemetryTextEnc *self)
{
  self->text = g_strdup (DEFAULT_TEMPLATE);
  self->missing = g_strdup (DEFAULT_MISSING);
}
