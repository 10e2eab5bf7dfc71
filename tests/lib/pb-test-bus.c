/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What an element says on its bus. */
#include "pb-test-bus.h"

/* @type: an error or a warning, which must be there.
 *
 * Returns: (transfer full): what the next of them says */
gchar *
pb_test_bus_dup_words (GstBus *bus, GstMessageType type)
{
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, type);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (message);
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  else
    gst_message_parse_warning (message, &error, NULL);
  return g_strdup (error->message);
}

/* @element: (transfer full): must not start.
 *
 * Returns: (transfer full): why, as it says */
gchar *
pb_test_bus_dup_refusal (GstElement *element)
{
  g_autoptr (GstElement) own = gst_object_ref_sink (element);
  g_autoptr (GstBus) bus = gst_bus_new ();
  gchar *words;

  gst_element_set_bus (own, bus);
  g_assert_cmpint (gst_element_set_state (own, GST_STATE_PAUSED), ==,
      GST_STATE_CHANGE_FAILURE);
  words = pb_test_bus_dup_words (bus, GST_MESSAGE_ERROR);
  gst_element_set_state (own, GST_STATE_NULL);
  gst_element_set_bus (own, NULL);
  gst_bus_set_flushing (bus, TRUE);
  return words;
}
