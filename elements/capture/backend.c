/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Choices in words: which element, and why each better one was not taken. */
#include "backend.h"

/**
 * backend_refuse:
 * @factory: a better element
 * @why: why not
 * @refused: a #GstStructure
 *
 * An #EncoderRefuse or #CaptureRefuse that writes into @refused.
 */
void
backend_refuse (const gchar *factory, const gchar *why, gpointer refused)
{
  gst_structure_set (refused, factory, G_TYPE_STRING, why, NULL);
}

static gboolean
add_line (GQuark id, const GValue *value, gpointer user_data)
{
  GString *text = user_data;

  g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "; " : "",
      g_quark_to_string (id), g_value_get_string (value));
  return TRUE;
}

/**
 * backend_describe_refused:
 * @refused: what was refused, and why
 *
 * Returns: (transfer full): one line, best first
 */
gchar *
backend_describe_refused (const GstStructure *refused)
{
  GString *text = g_string_new (NULL);

  gst_structure_foreach (refused, add_line, text);
  return g_string_free (text, FALSE);
}
