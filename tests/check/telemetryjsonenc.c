/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetryjsonenc: which fields, how they are written, how often. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <json-glib/json-glib.h>
#include <math.h>

#include "../lib/pb-test-bus.h"
#include "../lib/pb-test-harness.h"

static GstPitboxSchema *schema;

static GstBuffer *
make_row (guint n)
{
  return pb_test_row_buffer (schema, n);
}

/* The text of the next buffer; NULL if there is none. */
static gchar *
pull_text (GstHarness *h)
{
  g_autoptr (GstBuffer) buffer = gst_harness_try_pull (h);
  GstMapInfo map;
  gchar *text;

  if (buffer == NULL)
    return NULL;
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  text = g_strndup ((const gchar *) map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  fail_unless (g_str_has_suffix (text, "}\n"));
  return text;
}

static JsonObject *
parse (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (text, &error);

  fail_unless (node != NULL && JSON_NODE_HOLDS_OBJECT (node), "%s: %s", text,
      error != NULL ? error->message : "no object");
  return json_node_dup_object (node);
}

GST_START_TEST (test_chosen_fields_in_their_order)
{
  GstHarness *h = pb_test_harness_new (
      "telemetryjsonenc fields=Gear,Nonsense,SessionTick,LapDistPct", schema);
  GstBuffer *row = make_row (30);
  g_autofree gchar *text = NULL;

  gst_pitbox_buffer_set_utc (row, 1700000000123456, GST_PITBOX_CLOCK_SYNCED);
  fail_unless_equals_int (gst_harness_push (h, row), GST_FLOW_OK);
  text = pull_text (h);
  fail_unless_equals_string (text,
      "{\"tick\":6030,\"pts_ns\":500000000,\"utc_us\":1700000000123456,"
      "\"Gear\":3,\"Nonsense\":null,\"SessionTick\":6030,"
      "\"LapDistPct\":0.033333335}\n");
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_default_set_has_only_what_the_car_has)
{
  GstHarness *h = pb_test_harness_new ("telemetryjsonenc", schema);
  GstBuffer *row = make_row (0);
  g_autofree gchar *text = NULL;
  g_autoptr (JsonObject) object = NULL;

  GST_BUFFER_OFFSET (row) = GST_BUFFER_OFFSET_NONE;
  fail_unless_equals_int (gst_harness_push (h, row), GST_FLOW_OK);
  text = pull_text (h);
  object = parse (text);
  fail_unless (json_object_get_null_member (object, "tick"));
  fail_unless (json_object_get_null_member (object, "utc_us"));
  fail_unless (json_object_has_member (object, "Speed"));
  fail_unless (!json_object_has_member (object, "FuelLevel"));
  fail_unless_equals_int (json_object_get_size (object), 3 + 5);
  gst_harness_teardown (h);
}
GST_END_TEST;

/* All variables, each value read back. */
GST_START_TEST (test_every_value_reads_back)
{
  GstHarness *h = pb_test_harness_new ("telemetryjsonenc fields=*", schema);

  for (guint n = 0; n < 40; n++) {
    GstBuffer *row = make_row (n);
    g_autofree gchar *text = NULL;
    g_autoptr (JsonObject) object = NULL;
    GstMapInfo map;

    gst_buffer_ref (row);
    fail_unless_equals_int (gst_harness_push (h, row), GST_FLOW_OK);
    text = pull_text (h);
    object = parse (text);
    fail_unless (gst_buffer_map (row, &map, GST_MAP_READ));
    for (guint i = 0; i < gst_pitbox_schema_get_n_vars (schema); i++) {
      const GstPitboxVar *var = gst_pitbox_schema_get_var (schema, i);
      JsonNode *node = json_object_get_member (object, var->name);

      fail_unless (node != NULL);
      for (guint k = 0; var->type != GST_PITBOX_VAR_CHAR && k < var->count;
           k++) {
        gdouble want = gst_pitbox_row_get_double (map.data, var, k);
        gdouble got;
        JsonNode *one = var->count == 1 ? node
                                        : json_array_get_element (
                                            json_node_get_array (node), k);

        if (isnan (want)) {
          fail_unless (JSON_NODE_HOLDS_NULL (one));
          continue;
        }
        got = var->type == GST_PITBOX_VAR_BOOL ? json_node_get_boolean (one)
                                               : json_node_get_double (one);
        if (var->type == GST_PITBOX_VAR_FLOAT)
          got = (gfloat) got;
        fail_unless (got == want, "%s: %g", var->name, got);
      }
    }
    gst_buffer_unmap (row, &map);
    gst_buffer_unref (row);
  }
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_names_and_text_are_escaped)
{
  const GstPitboxVar vars[] = {
    { "a\"b\\c", "", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 0 },
    { "T\xc3\xa4st", "", "", GST_PITBOX_VAR_CHAR, 6, FALSE, 4 },
    { "Inf", "", "", GST_PITBOX_VAR_DOUBLE, 2, FALSE, 10 },
  };
  g_autoptr (GstPitboxSchema) odd =
      gst_pitbox_schema_new ("iracing", 60, 26, vars, 3, NULL);
  GstHarness *h = pb_test_harness_new ("telemetryjsonenc fields=*", odd);
  guint8 *row = g_malloc0 (26);
  g_autofree gchar *text = NULL;

  memcpy (row + 4, "\"\n\xe9x\0y", 6);
  gst_pitbox_row_set_double (row, &vars[0], 0, -0.1);
  gst_pitbox_row_set_double (row, &vars[2], 0, INFINITY);
  gst_pitbox_row_set_double (row, &vars[2], 1, NAN);
  fail_unless_equals_int (
      gst_harness_push (h, gst_buffer_new_wrapped (row, 26)), GST_FLOW_OK);
  text = pull_text (h);
  fail_unless_equals_string (text,
      "{\"tick\":null,\"pts_ns\":null,\"utc_us\":null,"
      "\"a\\\"b\\\\c\":-0.1,\"T\xc3\xa4st\":\"\\\"\\u000a\xc3\xa9x\","
      "\"Inf\":[null,null]}\n");
  gst_harness_teardown (h);
}
GST_END_TEST;

/* Which of 13 rows come out. */
GST_START_TEST (test_rates)
{
  static const struct {
    const gchar *launch;
    guint step;
  } cases[] = {
    { "telemetryjsonenc fields=SessionTick", 1 },
    { "telemetryjsonenc fields=SessionTick rate-divisor=3", 3 },
    { "telemetryjsonenc fields=SessionTick max-rate=10", 6 },
    { "telemetryjsonenc fields=SessionTick max-rate=25", 3 },
    { "telemetryjsonenc fields=SessionTick max-rate=60", 1 },
    { "telemetryjsonenc fields=SessionTick max-rate=30 rate-divisor=4", 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstHarness *h = pb_test_harness_new (cases[i].launch, schema);

    for (guint n = 0; n < 13; n++) {
      g_autofree gchar *text = NULL;

      fail_unless_equals_int (gst_harness_push (h, make_row (n)), GST_FLOW_OK);
      text = pull_text (h);
      fail_unless_equals_int (text != NULL, n % cases[i].step == 0);
    }
    gst_harness_teardown (h);
  }
}
GST_END_TEST;

GST_START_TEST (test_fields_change_while_rows_flow)
{
  GstHarness *h = pb_test_harness_new ("telemetryjsonenc fields=Gear", schema);
  g_autofree gchar *before = NULL, *after = NULL;

  gst_harness_push (h, make_row (0));
  gst_harness_set (h, "telemetryjsonenc", "fields", " SessionTick , ", NULL);
  gst_harness_push (h, make_row (1));
  before = pull_text (h);
  after = pull_text (h);
  fail_unless (strstr (before, "\"Gear\":3") != NULL);
  fail_unless (g_str_has_suffix (after, ",\"SessionTick\":6001}\n"));
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_bad_row_is_dropped_and_gap_passes)
{
  GstHarness *h = pb_test_harness_new ("telemetryjsonenc fields=Gear", schema);
  GstEvent *event;
  gboolean gap = FALSE;

  fail_unless_equals_int (
      gst_harness_push (h, gst_buffer_new_wrapped (g_malloc0 (3), 3)),
      GST_FLOW_OK);
  fail_unless (gst_harness_try_pull (h) == NULL);
  fail_unless (gst_harness_push_event (h, gst_event_new_gap (0, GST_SECOND)));
  while ((event = gst_harness_try_pull_event (h)) != NULL) {
    gap |= GST_EVENT_TYPE (event) == GST_EVENT_GAP;
    gst_event_unref (event);
  }
  fail_unless (gap);
  gst_harness_teardown (h);
}
GST_END_TEST;

/* Elements, families and units; exact for a known row. */
GST_START_TEST (test_elements_families_and_units)
{
  static const struct {
    const gchar *launch, *want;
  } cases[] = {
    { "telemetryjsonenc fields=Gear,CarIdxPosition[2],CarIdxPosition[1-3]",
        "\"Gear\":3,\"CarIdxPosition[2]\":2,\"CarIdxPosition[1-3]\":[1,2,3]" },
    { "telemetryjsonenc fields=CarIdxPosition[64],CarIdxPosition[62-70]",
        "\"CarIdxPosition[64]\":null,\"CarIdxPosition[62-70]\":[0,0]" },
    { "telemetryjsonenc fields=?o?,*P?t[1]",
        "\"Lon\":139.401,\"CarIdxLapDistPct[1]\":0.05" },
    { "telemetryjsonenc fields=Speed", "\"Speed\":40" },
    { "telemetryjsonenc fields=?pee?,Speed@km/h,Sp*", "\"Speed\":144" },
    { "telemetryjsonenc fields=Speed@mph", "\"Speed\":89.477452" },
    { "telemetryjsonenc fields=Speed@C", "\"Speed\":null" },
    { "telemetryjsonenc units=metric fields=Speed,Lat,OnPitRoad,Gear",
        "\"Speed\":144,\"Lat\":35.2,\"OnPitRoad\":false,\"Gear\":3" },
    { "telemetryjsonenc units=imperial fields=Speed,LapDist,RPM@revs/min",
        "\"Speed\":89.477452,\"LapDist\":0,\"RPM\":6000" },
    { "telemetryjsonenc units=si fields=RPM,YawRate_ST[5]",
        "\"RPM\":628.31853,\"YawRate_ST[5]\":0.42105263" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstHarness *h = pb_test_harness_new (cases[i].launch, schema);
    g_autofree gchar *text = NULL, *want = NULL;

    fail_unless_equals_int (gst_harness_push (h, make_row (0)), GST_FLOW_OK);
    text = pull_text (h);
    want = g_strdup_printf (
        "{\"tick\":6000,\"pts_ns\":0,\"utc_us\":null,%s}\n", cases[i].want);
    fail_unless_equals_string (text, want);
    gst_harness_teardown (h);
  }
}
GST_END_TEST;

/* Hostile lists are refused in words, before the first object and after. */
GST_START_TEST (test_wrong_fields)
{
  GstHarness *h = gst_harness_new ("telemetryjsonenc");
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autofree gchar *words = NULL, *text = NULL;

  gst_element_set_bus (h->element, bus);
  gst_harness_set (h, "telemetryjsonenc", "fields", "Gear,Speed[9-1]", NULL);
  gst_harness_set_src_caps (h, gst_pitbox_schema_to_caps (schema));
  fail_unless_equals_int (
      gst_harness_push (h, make_row (0)), GST_FLOW_NOT_NEGOTIATED);
  words = pb_test_bus_dup_words (bus, GST_MESSAGE_ERROR);
  fail_unless_equals_string (words,
      "Cannot use the property fields: field \"Speed[9-1]\": want [element] or "
      "[first-last]");
  gst_bus_set_flushing (bus, TRUE);
  gst_harness_teardown (h);

  h = pb_test_harness_new ("telemetryjsonenc fields=Gear", schema);
  gst_harness_push (h, make_row (0));
  g_free (pull_text (h));
  gst_harness_set (h, "telemetryjsonenc", "fields", "Speed@parsec", NULL);
  gst_harness_push (h, make_row (1));
  text = pull_text (h);
  fail_unless (g_str_has_suffix (text, ",\"Gear\":3}\n"));
  gst_harness_teardown (h);
}
GST_END_TEST;

/* What is null in every line is said once, and is no error. */
GST_START_TEST (test_fields_without_a_value_are_told)
{
  GstHarness *h = gst_harness_new ("telemetryjsonenc");
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autofree gchar *words = NULL, *text = NULL;

  gst_element_set_bus (h->element, bus);
  gst_harness_set (
      h, "telemetryjsonenc", "fields", "Gear,Sped,Speed@bar", NULL);
  gst_harness_set_src_caps (h, gst_pitbox_schema_to_caps (schema));
  for (guint n = 0; n < 3; n++)
    fail_unless_equals_int (gst_harness_push (h, make_row (n)), GST_FLOW_OK);
  text = pull_text (h);
  fail_unless (strstr (text, "\"Sped\":null,\"Speed\":null") != NULL);
  words = pb_test_bus_dup_words (bus, GST_MESSAGE_WARNING);
  fail_unless_equals_string (words,
      "These fields are null in every line: Sped (not in the rows), Speed (no "
      "such unit for it)");
  fail_unless (
      gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR)
      == NULL);
  gst_bus_set_flushing (bus, TRUE);
  gst_harness_teardown (h);
}
GST_END_TEST;

/* The default list leaves out what the car lacks, without a word. */
GST_START_TEST (test_default_set_warns_of_nothing)
{
  GstHarness *h = gst_harness_new ("telemetryjsonenc");
  g_autoptr (GstBus) bus = gst_bus_new ();

  gst_element_set_bus (h->element, bus);
  gst_harness_set_src_caps (h, gst_pitbox_schema_to_caps (schema));
  fail_unless_equals_int (gst_harness_push (h, make_row (0)), GST_FLOW_OK);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING) == NULL);
  gst_bus_set_flushing (bus, TRUE);
  gst_harness_teardown (h);
}
GST_END_TEST;

static Suite *
telemetryjsonenc_suite (void)
{
  Suite *suite = suite_create ("telemetryjsonenc");
  TCase *tc = tcase_create ("general");

  schema = pb_test_schema_new ();
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_chosen_fields_in_their_order);
  tcase_add_test (tc, test_default_set_has_only_what_the_car_has);
  tcase_add_test (tc, test_every_value_reads_back);
  tcase_add_test (tc, test_names_and_text_are_escaped);
  tcase_add_test (tc, test_rates);
  tcase_add_test (tc, test_fields_change_while_rows_flow);
  tcase_add_test (tc, test_elements_families_and_units);
  tcase_add_test (tc, test_wrong_fields);
  tcase_add_test (tc, test_fields_without_a_value_are_told);
  tcase_add_test (tc, test_default_set_warns_of_nothing);
  tcase_add_test (tc, test_bad_row_is_dropped_and_gap_passes);
  return suite;
}

GST_CHECK_MAIN (telemetryjsonenc);
