/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Somebody else's program: built against the installed gstpitbox-1.0 alone. */
#include <gstpitbox/gstpitbox.h>

int
main (int argc, char **argv)
{
  const GstPitboxVar speed = { .name = "Speed",
    .unit = "m/s",
    .desc = "",
    .type = GST_PITBOX_VAR_FLOAT,
    .count = 1 };
  GstPitboxSchema *schema;
  GstElement *source;
  guint8 row[4];

  gst_init (&argc, &argv);
  schema = gst_pitbox_schema_new ("iracing", 60, sizeof row, &speed, 1, NULL);
  if (schema == NULL)
    return 1;
  gst_pitbox_row_set_double (
      row, gst_pitbox_schema_get_var (schema, 0), 0, 41.5);
  g_print ("%s %g\n", gst_pitbox_schema_get_sim (schema),
      gst_pitbox_row_get_double (
          row, gst_pitbox_schema_find (schema, "Speed"), 0));
  gst_pitbox_schema_unref (schema);
  source = gst_element_factory_make ("telemetrytestsrc", NULL);
  if (source == NULL)
    return 2;
  gst_object_unref (source);
  return 0;
}
