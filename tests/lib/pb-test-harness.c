/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What tests of elements that take or give rows have in common. */
#include "pb-test-harness.h"

/* @launch takes rows of @schema. */
GstHarness *
pb_test_harness_new (const gchar *launch, const GstPitboxSchema *schema)
{
  GstHarness *h = gst_harness_new_parse (launch);

  gst_harness_set_src_caps (h, gst_pitbox_schema_to_caps (schema));
  return h;
}

/* A number out of the property stats of the harness's @element. */
guint64
pb_test_harness_get_stat (
    GstHarness *h, const gchar *element, const gchar *name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  gst_harness_get (h, element, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, name, &value));
  return value;
}

void
pb_test_plays_twice (const gchar *factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (gst_element_set_state (element, GST_STATE_PLAYING), ==,
        GST_STATE_CHANGE_SUCCESS);
    g_assert_cmpint (gst_element_set_state (element, GST_STATE_NULL), ==,
        GST_STATE_CHANGE_SUCCESS);
  }
  gst_object_unref (element);
}
