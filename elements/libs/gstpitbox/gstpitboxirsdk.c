/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A schema from iRacing's variables: 8-bit names become UTF-8. */
#include "gstpitboxirsdk.h"

#include "gstpitboxcaps.h"
#include "gstpitboxerror.h"

#include <irsdk/irsdk-text.h>
#include <stdlib.h>

G_STATIC_ASSERT ((gint) GST_PITBOX_VAR_CHAR == (gint) IRSDK_CHAR);
G_STATIC_ASSERT ((gint) GST_PITBOX_VAR_DOUBLE == (gint) IRSDK_DOUBLE);
G_STATIC_ASSERT (GST_PITBOX_MAX_VARS == IRSDK_MAX_VARS);
G_STATIC_ASSERT (GST_PITBOX_MAX_ROW_BYTES == IRSDK_MAX_ROW_BYTES);

static const gchar *
insert_text (GStringChunk *strings, const char *text)
{
  g_autofree gchar *utf8 = NULL;
  char *converted =
      irsdk_text_to_utf8 (text, strlen (text), IRSDK_ENCODING_UNKNOWN, NULL);

  utf8 = g_strdup (converted != NULL ? converted : "");
  free (converted);
  return g_string_chunk_insert_const (strings, utf8);
}

/**
 * gst_pitbox_schema_new_from_irsdk:
 * @vars: (array length=n_vars): the variables of a row
 * @n_vars: how many
 * @tick_rate: rows a second, from the header
 * @row_bytes: bytes of a row, from the header
 * @error: %GST_PITBOX_ERROR_INVALID or %GST_PITBOX_ERROR_LIMIT
 *
 * Returns: (transfer full) (nullable): a new schema
 */
GstPitboxSchema *
gst_pitbox_schema_new_from_irsdk (const IrsdkVar *vars, gsize n_vars,
    gint32 tick_rate, gint32 row_bytes, GError **error)
{
  g_autofree GstPitboxVar *out = NULL;
  GStringChunk *strings;
  GstPitboxSchema *schema;

  if (n_vars > GST_PITBOX_MAX_VARS || tick_rate < 1 || row_bytes < 1) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_LIMIT,
        "A row of %d bytes with %" G_GSIZE_FORMAT
        " variables at %d Hz is out of bounds",
        row_bytes, n_vars, tick_rate);
    return NULL;
  }
  strings = g_string_chunk_new (4096);
  out = g_new0 (GstPitboxVar, n_vars);
  for (gsize i = 0; i < n_vars; i++) {
    out[i].name = insert_text (strings, vars[i].name);
    out[i].unit = insert_text (strings, vars[i].unit);
    out[i].desc = insert_text (strings, vars[i].desc);
    out[i].type = (GstPitboxVarType) vars[i].type;
    out[i].count = (guint) vars[i].count;
    out[i].count_as_time = vars[i].count_as_time;
    out[i].offset = (guint) vars[i].offset;
  }
  schema = gst_pitbox_schema_new (GST_PITBOX_SIM_IRACING, (guint) tick_rate,
      (guint) row_bytes, out, (guint) n_vars, error);
  g_string_chunk_free (strings);
  return schema;
}
