/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The texts that people write: layouts, templates, lists of fields. */
#include <gstpitbox/gstpitbox.h>
#include <string.h>

#include "../lib/pb-test-rows.h"
#include "fuzz.h"
#include "overlaylayout.h"

static GstPitboxSchema *schema;
static guint8 *row;

static void
prepare (void)
{
  if (schema != NULL)
    return;
  schema = pb_test_schema_new ();
  row = g_malloc (gst_pitbox_schema_get_row_bytes (schema));
  pb_test_row_fill (schema, 77, row);
}

static void
try_template (const gchar *text)
{
  GstPitboxTemplate *template = gst_pitbox_template_new (text, NULL);
  const GstPitboxTemplateInput input = { row, NULL, "-", TRUE, 1, 2, 3 };
  GString *out;

  if (template == NULL)
    return;
  out = g_string_new (NULL);
  gst_pitbox_template_bind (template, schema, GST_PITBOX_UNITS_IMPERIAL);
  gst_pitbox_template_write (template, &input, out);
  /* Escaping makes six letters of one at most. */
  g_assert_cmpuint (out->len, <=,
      6
          * (GST_PITBOX_MAX_TEMPLATE_BYTES
              + gst_pitbox_template_get_n_fields (template) * 640));
  g_assert_true (g_utf8_validate (out->str, (gssize) out->len, NULL));
  g_string_free (out, TRUE);
  gst_pitbox_template_free (template);
}

static void
try_fields (const gchar *text)
{
  GArray *list =
      gst_pitbox_field_list_new (text, schema, GST_PITBOX_UNITS_METRIC, NULL);
  GString *out = g_string_new (NULL);

  for (guint i = 0; list != NULL && i < list->len && out->len < 100000; i++)
    gst_pitbox_json_append_field (
        out, row, &g_array_index (list, GstPitboxField, i));
  g_string_free (out, TRUE);
  g_clear_pointer (&list, g_array_unref);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree gchar *text = g_strndup ((const gchar *) data, size);
  OverlayLayout *layout;

  prepare ();
  layout = overlay_layout_new ((const gchar *) data, size, "fuzz", NULL);
  g_clear_pointer (&layout, overlay_layout_free);
  try_template (text);
  try_fields (text);
  return 0;
}

GBytes *
fuzz_get_seed (guint index)
{
  static const gchar *const seeds[] = {
    "[hud]\nunits = imperial\nfont = Sans\n[colors]\nred = #f00\n"
    "[a]\ntype = panel\nanchor = bottom\nwidth = 50%\nheight = 20\n"
    "background = red\n[b]\ntype = bar\nparent = a\nvalue = 1 - Throttle\n"
    "width = 3\nheight = 4\nshow = Gear\n[c]\ntype = trace\nseconds = 3\n"
    "width = 9\nheight = 9\nchannels = brake, steer\n[d]\ntype = text\n"
    "text = {Speed@:.0f}\nwidth = 9\nheight = 9\n",
    "{Speed@km/h:+06.1f} {Gear:gear} {LapDistPct*100:d}% {{x}} "
    "{(Speed + 1) / -RPM | 3:time} {driver:upper} {PlayerName} {Speed@:unit}",
    "Speed@km/h, CarIdx*[3-9],Lat,*Rate*@deg/s,CarIdxPosition[63],Nope",
  };

  return index < G_N_ELEMENTS (seeds)
             ? g_bytes_new_static (seeds[index], strlen (seeds[index]))
             : NULL;
}
