/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrytestsrc: RAW rows of a simulated car. */
/**
 * SECTION:element-telemetrytestsrc
 *
 * Makes telemetry rows without a simulator: one driven car among others on a
 * closed track, with physics that add up. The same properties give the same
 * bytes on every run. The live shape has what iRacing's shared memory has, the
 * disk shape what its .ibt files have.
 *
 * With event=race or event=weekend it is a whole race with race control, other
 * classes, pit stops and trouble, and the rows end with it.
 *
 * |[
 * gst-launch-1.0 telemetrytestsrc num-buffers=600 shape=disk ! telemetryenc ! mpegtsmux ! filesink location=lap.ts
 * ]|
 */
#include "gsttelemetrytestsrc.h"

#include <gstpitbox/gstpitbox.h>
#include <racesim/racesim.h>

#include "gsttelemetrytestsrcenums.h"

GST_DEBUG_CATEGORY_STATIC (telemetry_test_src_debug);
#define GST_CAT_DEFAULT telemetry_test_src_debug

/* 2026-05-01 12:00:00 UTC, the date the session text tells. */
#define START_UTC_US (G_GINT64_CONSTANT (1777636800) * G_USEC_PER_SEC)

enum {
  PROP_0,
  PROP_SHAPE,
  PROP_SEED,
  PROP_TRACK,
  PROP_CARS,
  PROP_START,
  PROP_LAP_START,
  PROP_FUEL,
  PROP_EVENT,
  PROP_CLASSES,
  PROP_RACE_TIME,
  PROP_TROUBLE,
  PROP_WEATHER,
  PROP_IS_LIVE,
};

struct _GstTelemetryTestSrc {
  GstPushSrc parent;

  /* Object lock: settings; they take effect at the next start. */
  RaceSimConfig config;
  gchar *track;

  /* Between start() and stop(); schema under the object lock, the rest is the
   * streaming thread's. */
  GstPitboxSchema *schema;
  RaceSimConfig running;
  RaceSim *sim;
  guint64 next_row; /* number of the row that comes next, from 0 */
  gboolean discont;
  guint text_update; /* of the last session event; 0 = none made */
  GstEvent *session; /* one that leaves before the next row */
  gint64 start_utc_us;
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_RAW));

G_DEFINE_FINAL_TYPE (
    GstTelemetryTestSrc, gst_telemetry_test_src, GST_TYPE_PUSH_SRC);
GST_ELEMENT_REGISTER_DEFINE (telemetrytestsrc, "telemetrytestsrc",
    GST_RANK_NONE, GST_TYPE_TELEMETRY_TEST_SRC);

static GstClockTime
row_time (guint64 row)
{
  return gst_util_uint64_scale_int (row, GST_SECOND, RACE_SIM_TICK_RATE);
}

static GstPitboxSchema *
make_schema (RaceSim *sim, GError **error)
{
  guint n_vars;
  const RaceSimVar *vars = race_sim_get_vars (sim, &n_vars);
  g_autofree GstPitboxVar *out = g_new0 (GstPitboxVar, n_vars);

  for (guint i = 0; i < n_vars; i++) {
    const IrsdkWellKnown *known = vars[i].known;

    out[i].name = known->name;
    out[i].unit = known->unit;
    out[i].desc = known->desc;
    out[i].type = (GstPitboxVarType) known->type;
    out[i].count = known->count;
    out[i].count_as_time = known->count_as_time;
    out[i].offset = vars[i].offset;
  }
  return gst_pitbox_schema_new ("iracing", RACE_SIM_TICK_RATE,
      race_sim_get_row_bytes (sim), out, n_vars, error);
}

static gboolean
gst_telemetry_test_src_start (GstBaseSrc *src)
{
  GstTelemetryTestSrc *self = GST_TELEMETRY_TEST_SRC (src);
  g_autoptr (GstPitboxSchema) schema = NULL;
  g_autoptr (GError) error = NULL;

  GST_OBJECT_LOCK (self);
  self->running = self->config;
  self->running.track = g_intern_string (self->track);
  GST_OBJECT_UNLOCK (self);
  self->sim = race_sim_new (&self->running, &error);
  if (self->sim != NULL)
    schema = make_schema (self->sim, &error);
  if (schema == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("%s", error->message),
        ("cannot start the simulation"));
    g_clear_pointer (&self->sim, race_sim_free);
    return FALSE;
  }
  self->next_row = 0;
  self->discont = TRUE;
  self->text_update = 0;
  self->start_utc_us = gst_base_src_is_live (src) ? 0 : START_UTC_US;
  GST_OBJECT_LOCK (self);
  self->schema = g_steal_pointer (&schema);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_telemetry_test_src_stop (GstBaseSrc *src)
{
  GstTelemetryTestSrc *self = GST_TELEMETRY_TEST_SRC (src);

  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&self->sim, race_sim_free);
  gst_clear_event (&self->session);
  return TRUE;
}

static GstCaps *
gst_telemetry_test_src_get_caps (GstBaseSrc *src, GstCaps *filter)
{
  GstTelemetryTestSrc *self = GST_TELEMETRY_TEST_SRC (src);
  GstCaps *caps = NULL;

  GST_OBJECT_LOCK (self);
  if (self->schema != NULL)
    caps = gst_pitbox_schema_to_caps (self->schema);
  GST_OBJECT_UNLOCK (self);
  if (caps == NULL)
    caps = gst_pad_get_pad_template_caps (src->srcpad);
  if (filter != NULL) {
    GstCaps *both =
        gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);

    gst_caps_unref (caps);
    caps = both;
  }
  return caps;
}

static gboolean
gst_telemetry_test_src_is_seekable (GstBaseSrc *src)
{
  return !gst_base_src_is_live (src);
}

/* The simulation only runs forward: to go back it begins again. */
static gboolean
gst_telemetry_test_src_do_seek (GstBaseSrc *src, GstSegment *segment)
{
  GstTelemetryTestSrc *self = GST_TELEMETRY_TEST_SRC (src);
  g_autofree guint8 *row = NULL;
  guint64 to;

  if (segment->format != GST_FORMAT_TIME || segment->rate < 0)
    return FALSE;
  to = gst_util_uint64_scale_int_ceil (
      segment->position, RACE_SIM_TICK_RATE, GST_SECOND);
  if (to < self->next_row) {
    race_sim_free (self->sim);
    self->sim = race_sim_new (&self->running, NULL);
    self->next_row = 0;
  }
  row = g_malloc (race_sim_get_row_bytes (self->sim));
  for (; self->next_row < to; self->next_row++)
    race_sim_next_row (self->sim, row);
  self->discont = TRUE;
  return TRUE;
}

/* Live: lets the base class wait for the moment of each row. */
static void
gst_telemetry_test_src_get_times (
    GstBaseSrc *src, GstBuffer *buffer, GstClockTime *start, GstClockTime *end)
{
  *start = *end = GST_CLOCK_TIME_NONE;
  if (gst_base_src_is_live (src)) {
    *start = GST_BUFFER_PTS (buffer);
    *end = *start + GST_BUFFER_DURATION (buffer);
  }
}

/* Makes a session event where the text is new. */
static void
check_session (GstTelemetryTestSrc *self)
{
  guint update;
  g_autoptr (GBytes) text = race_sim_get_session_text (self->sim, &update);

  /* A disk file has one text, written at its start. */
  if (update == self->text_update
      || (self->text_update != 0 && self->running.shape == RACE_SIM_SHAPE_DISK))
    return;
  self->text_update = update;
  gst_event_take (&self->session, gst_pitbox_session_event_new (text, update));
}

/*
 * Sends the session event ahead of its row. In create() it would be too early:
 * the base class has not sent its segment then.
 */
static GstPadProbeReturn
before_row (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstTelemetryTestSrc *self = GST_TELEMETRY_TEST_SRC (user_data);
  GstEvent *event = g_steal_pointer (&self->session);

  if (event != NULL)
    gst_pad_push_event (pad, event);
  return GST_PAD_PROBE_OK;
}

static GstFlowReturn
gst_telemetry_test_src_create (GstPushSrc *src, GstBuffer **buffer)
{
  GstTelemetryTestSrc *self = GST_TELEMETRY_TEST_SRC (src);
  const GstSegment *segment = &GST_BASE_SRC (src)->segment;
  const GstClockTime pts = row_time (self->next_row);
  const gsize size = race_sim_get_row_bytes (self->sim);
  guint8 *row;

  if (GST_CLOCK_TIME_IS_VALID (segment->stop) && pts >= segment->stop)
    return GST_FLOW_EOS;
  if (race_sim_is_over (self->sim))
    return GST_FLOW_EOS;
  row = g_malloc (size);
  race_sim_next_row (self->sim, row);
  check_session (self);
  *buffer = gst_buffer_new_wrapped (row, size);
  GST_BUFFER_PTS (*buffer) = pts;
  GST_BUFFER_DURATION (*buffer) = row_time (self->next_row + 1) - pts;
  GST_BUFFER_OFFSET (*buffer) = (guint64) race_sim_get_tick (self->sim);
  if (self->discont)
    GST_BUFFER_FLAG_SET (*buffer, GST_BUFFER_FLAG_DISCONT);
  self->discont = FALSE;
  if (self->start_utc_us == 0)
    self->start_utc_us =
        g_get_real_time () - (gint64) GST_TIME_AS_USECONDS (pts);
  gst_pitbox_buffer_set_utc (*buffer,
      self->start_utc_us + (gint64) GST_TIME_AS_USECONDS (pts),
      gst_base_src_is_live (GST_BASE_SRC (src)) ? GST_PITBOX_CLOCK_LOCAL
                                                : GST_PITBOX_CLOCK_FILE);
  self->next_row++;
  return GST_FLOW_OK;
}

static gboolean
gst_telemetry_test_src_query (GstBaseSrc *src, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    gst_query_set_latency (
        query, gst_base_src_is_live (src), 0, GST_CLOCK_TIME_NONE);
    return TRUE;
  }
  return GST_BASE_SRC_CLASS (gst_telemetry_test_src_parent_class)
      ->query (src, query);
}

static void
gst_telemetry_test_src_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstTelemetryTestSrc *self = GST_TELEMETRY_TEST_SRC (object);

  if (id == PROP_IS_LIVE) {
    gst_base_src_set_live (GST_BASE_SRC (self), g_value_get_boolean (value));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_SHAPE:
      self->config.shape = g_value_get_enum (value);
      break;
    case PROP_SEED:
      self->config.seed = g_value_get_uint64 (value);
      break;
    case PROP_TRACK:
      g_free (self->track);
      self->track = g_value_dup_string (value);
      break;
    case PROP_CARS:
      self->config.n_cars = g_value_get_uint (value);
      break;
    case PROP_START:
      self->config.start = g_value_get_enum (value);
      break;
    case PROP_LAP_START:
      self->config.lap_start = g_value_get_double (value);
      break;
    case PROP_FUEL:
      self->config.fuel_l = g_value_get_double (value);
      break;
    case PROP_EVENT:
      self->config.event = g_value_get_enum (value);
      break;
    case PROP_CLASSES:
      self->config.n_classes = g_value_get_uint (value);
      break;
    case PROP_RACE_TIME:
      self->config.race_s = g_value_get_uint (value);
      break;
    case PROP_TROUBLE:
      self->config.trouble = g_value_get_double (value);
      break;
    case PROP_WEATHER:
      self->config.weather = g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_telemetry_test_src_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstTelemetryTestSrc *self = GST_TELEMETRY_TEST_SRC (object);

  if (id == PROP_IS_LIVE) {
    g_value_set_boolean (value, gst_base_src_is_live (GST_BASE_SRC (self)));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_SHAPE:
      g_value_set_enum (value, self->config.shape);
      break;
    case PROP_SEED:
      g_value_set_uint64 (value, self->config.seed);
      break;
    case PROP_TRACK:
      g_value_set_string (value, self->track);
      break;
    case PROP_CARS:
      g_value_set_uint (value, self->config.n_cars);
      break;
    case PROP_START:
      g_value_set_enum (value, self->config.start);
      break;
    case PROP_LAP_START:
      g_value_set_double (value, self->config.lap_start);
      break;
    case PROP_FUEL:
      g_value_set_double (value, self->config.fuel_l);
      break;
    case PROP_EVENT:
      g_value_set_enum (value, self->config.event);
      break;
    case PROP_CLASSES:
      g_value_set_uint (value, self->config.n_classes);
      break;
    case PROP_RACE_TIME:
      g_value_set_uint (value, (guint) self->config.race_s);
      break;
    case PROP_TROUBLE:
      g_value_set_double (value, self->config.trouble);
      break;
    case PROP_WEATHER:
      g_value_set_enum (value, self->config.weather);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_telemetry_test_src_finalize (GObject *object)
{
  g_free (GST_TELEMETRY_TEST_SRC (object)->track);
  G_OBJECT_CLASS (gst_telemetry_test_src_parent_class)->finalize (object);
}

static void
install_event_properties (
    GObjectClass *klass, const RaceSimConfig *d, GParamFlags flags)
{
  g_object_class_install_property (klass, PROP_EVENT,
      g_param_spec_enum ("event", "Event",
          "What the cars take part in; rows end with its last session",
          gst_telemetry_test_src_event_get_type (), d->event, flags));
  g_object_class_install_property (klass, PROP_CLASSES,
      g_param_spec_uint ("classes", "Classes",
          "Kinds of cars, the fastest in front", 1, RACE_SIM_MAX_CLASSES,
          d->n_classes, flags));
  g_object_class_install_property (klass, PROP_RACE_TIME,
      g_param_spec_uint ("race-time", "Race time",
          "With a race: seconds from the green flag on", 60, 86400,
          (guint) d->race_s, flags));
  g_object_class_install_property (klass, PROP_TROUBLE,
      g_param_spec_double ("trouble", "Trouble",
          "With a race: how much goes wrong, 0 nothing, 1 as in a busy public "
          "race",
          0, 1, d->trouble, flags));
  g_object_class_install_property (klass, PROP_WEATHER,
      g_param_spec_enum ("weather", "Weather", "What becomes of the weather",
          gst_telemetry_test_src_weather_get_type (), d->weather, flags));
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  RaceSimConfig d;

  race_sim_config_init (&d);
  g_object_class_install_property (klass, PROP_SHAPE,
      g_param_spec_enum ("shape", "Shape", "Which variables a row has",
          gst_telemetry_test_src_shape_get_type (), d.shape, flags));
  g_object_class_install_property (klass, PROP_SEED,
      g_param_spec_uint64 ("seed", "Seed",
          "The same seed and properties give the same bytes", 0, G_MAXUINT64,
          d.seed, flags));
  g_object_class_install_property (klass, PROP_TRACK,
      g_param_spec_string ("track", "Track",
          "Name of a built-in track: cinderridge (3.6 km), pinwheel (1 km), "
          "tinplate (an oval of 0.8 km) or vellmoor (8 km); default: the first",
          NULL, flags));
  g_object_class_install_property (klass, PROP_CARS,
      g_param_spec_uint ("cars", "Cars",
          "Cars on the track, the driven one among them; 1 = a test session", 1,
          RACE_SIM_MAX_CARS, d.n_cars, flags));
  g_object_class_install_property (klass, PROP_START,
      g_param_spec_enum ("start", "Start", "How the session begins",
          gst_telemetry_test_src_start_get_type (), d.start, flags));
  g_object_class_install_property (klass, PROP_LAP_START,
      g_param_spec_double ("lap-start", "Lap start",
          "With a rolling start: where on the lap the car begins (0 to 1)", 0,
          0.999, d.lap_start, flags));
  g_object_class_install_property (klass, PROP_FUEL,
      g_param_spec_double ("fuel", "Fuel", "Litres in the tank at the start", 1,
          110, d.fuel_l, flags));
  install_event_properties (klass, &d, flags);
  g_object_class_install_property (klass, PROP_IS_LIVE,
      g_param_spec_boolean ("is-live", "Is live",
          "Rows come at 60 a second by the clock", FALSE, flags));
}

static void
gst_telemetry_test_src_class_init (GstTelemetryTestSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (telemetry_test_src_debug, "telemetrytestsrc", 0,
      "simulated telemetry rows");
  object_class->set_property = gst_telemetry_test_src_set_property;
  object_class->get_property = gst_telemetry_test_src_get_property;
  object_class->finalize = gst_telemetry_test_src_finalize;
  install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Telemetry test source",
      "Source/Metadata",
      "Makes telemetry rows of a simulated car or race, without the game",
      "PitBox Relay");
  base_class->start = gst_telemetry_test_src_start;
  base_class->stop = gst_telemetry_test_src_stop;
  base_class->get_caps = gst_telemetry_test_src_get_caps;
  base_class->is_seekable = gst_telemetry_test_src_is_seekable;
  base_class->do_seek = gst_telemetry_test_src_do_seek;
  base_class->get_times = gst_telemetry_test_src_get_times;
  base_class->query = gst_telemetry_test_src_query;
  GST_PUSH_SRC_CLASS (klass)->create = gst_telemetry_test_src_create;
  gst_type_mark_as_plugin_api (gst_telemetry_test_src_shape_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_telemetry_test_src_start_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_telemetry_test_src_event_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_telemetry_test_src_weather_get_type (), 0);
}

static void
gst_telemetry_test_src_init (GstTelemetryTestSrc *self)
{
  race_sim_config_init (&self->config);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
  gst_pad_add_probe (GST_BASE_SRC_PAD (self), GST_PAD_PROBE_TYPE_BUFFER,
      before_row, self, NULL);
}
