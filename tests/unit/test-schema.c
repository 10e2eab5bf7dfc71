/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxSchema and row access: bounds, look-up, serialised form. */
#include <gstpitbox/gstpitbox.h>

#include <math.h>
#include <string.h>

static const GstPitboxVar vars[] = {
  { "SessionTime", "s", "Seconds", GST_PITBOX_VAR_DOUBLE, 1, FALSE, 0 },
  { "Gear", "", "", GST_PITBOX_VAR_INT, 1, FALSE, 8 },
  { "Torque_ST", "N*m", "", GST_PITBOX_VAR_FLOAT, 3, TRUE, 13 },
  { "OnPitRoad", "", "", GST_PITBOX_VAR_BOOL, 1, FALSE, 12 },
  { "Flags", "irsdk_Flags", "", GST_PITBOX_VAR_BITFIELD, 1, FALSE, 25 },
};
#define ROW_BYTES 29

static GstPitboxSchema *
make_schema (void)
{
  g_autoptr (GError) error = NULL;
  GstPitboxSchema *schema = gst_pitbox_schema_new (
      "iracing", 60, ROW_BYTES, vars, G_N_ELEMENTS (vars), &error);

  g_assert_no_error (error);
  return schema;
}

static void
test_look_up_is_by_name (void)
{
  g_autoptr (GstPitboxSchema) schema = make_schema ();

  g_assert_cmpuint (gst_pitbox_schema_find (schema, "Gear")->offset, ==, 8);
  g_assert_null (gst_pitbox_schema_find (schema, "gear"));
  g_assert_cmpuint (gst_pitbox_schema_get_n_vars (schema), ==, 5);
}

static void
test_bytes_round_trip (void)
{
  g_autoptr (GstPitboxSchema) schema = make_schema ();
  g_autoptr (GBytes) bytes = gst_pitbox_schema_to_bytes (schema);
  g_autoptr (GError) error = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autoptr (GstPitboxSchema) copy =
      gst_pitbox_schema_new_from_bytes (data, size, &error);

  g_assert_no_error (error);
  g_assert_true (gst_pitbox_schema_equal (schema, copy));
  for (gsize i = 0; i < size; i++) {
    g_autoptr (GError) cut = NULL;
    g_autoptr (GstPitboxSchema) none =
        gst_pitbox_schema_new_from_bytes (data, i, &cut);

    g_assert_null (none);
    g_assert_nonnull (cut);
  }
}

static void
test_caps_round_trip (void)
{
  g_autoptr (GstPitboxSchema) schema = make_schema ();
  g_autoptr (GstCaps) caps = gst_pitbox_schema_to_caps (schema);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPitboxSchema) copy =
      gst_pitbox_schema_new_from_caps (caps, &error);

  g_assert_no_error (error);
  g_assert_true (gst_caps_is_fixed (caps));
  g_assert_true (gst_pitbox_schema_equal (schema, copy));
}

static void
test_variable_past_the_row_is_refused (void)
{
  GstPitboxVar bad = vars[0];
  g_autoptr (GError) error = NULL;

  bad.offset = ROW_BYTES - 7;
  g_assert_null (
      gst_pitbox_schema_new ("iracing", 60, ROW_BYTES, &bad, 1, &error));
  g_assert_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID);
  bad.offset = G_MAXUINT - 3;
  g_clear_error (&error);
  g_assert_null (
      gst_pitbox_schema_new ("iracing", 60, ROW_BYTES, &bad, 1, &error));
  g_assert_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID);
}

static void
test_values_come_out_as_they_went_in (void)
{
  g_autoptr (GstPitboxSchema) schema = make_schema ();
  guint8 row[ROW_BYTES] = { 0 };
  const GstPitboxVar *torque = gst_pitbox_schema_find (schema, "Torque_ST");

  gst_pitbox_row_set_double (
      row, gst_pitbox_schema_find (schema, "Gear"), 0, -1);
  gst_pitbox_row_set_double (row, torque, 2, 1.5);
  gst_pitbox_row_set_double (
      row, gst_pitbox_schema_find (schema, "Flags"), 0, 0x80000000u);
  g_assert_cmpint (gst_pitbox_row_get_int64 (
                       row, gst_pitbox_schema_find (schema, "Gear"), 0, 99),
      ==, -1);
  g_assert_cmpfloat (gst_pitbox_row_get_newest (row, torque), ==, 1.5);
  g_assert_cmpint (gst_pitbox_row_get_newest_int64 (
                       row, gst_pitbox_schema_find (schema, "Flags"), 0),
      ==, 0x80000000ll);
  g_assert_true (isnan (gst_pitbox_row_get_double (row, torque, 3)));
  g_assert_true (isnan (gst_pitbox_row_get_newest (row, NULL)));
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schema/look-up-is-by-name", test_look_up_is_by_name);
  g_test_add_func ("/schema/bytes-round-trip", test_bytes_round_trip);
  g_test_add_func ("/schema/caps-round-trip", test_caps_round_trip);
  g_test_add_func ("/schema/variable-past-the-row-is-refused",
      test_variable_past_the_row_is_refused);
  g_test_add_func ("/row/values-come-out-as-they-went-in",
      test_values_come_out_as_they_went_in);
  return g_test_run ();
}
