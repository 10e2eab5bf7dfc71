/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Values of a row as JSON text. */
#include "gstpitboxjson.h"

#include <math.h>

#include "gstpitboxrow.h"

/**
 * SECTION:gstpitboxjson
 * @title: JSON values
 * @short_description: write one variable of a row as JSON (RFC 8259)
 *
 * Sixty rows a second with hundreds of values each: a tree of nodes for every
 * row would cost more than the text. Any thread.
 */

/**
 * gst_pitbox_json_append_string:
 * @out: where to
 * @text: UTF-8
 *
 * Appends @text as a JSON string with its quotes. Bytes that are no UTF-8
 * become U+FFFD.
 */
void
gst_pitbox_json_append_string (GString *out, const gchar *text)
{
  g_autofree gchar *valid = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    text = valid = g_utf8_make_valid (text, -1);
  g_string_append_c (out, '"');
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\')
      g_string_append_c (out, '\\');
    if ((guchar) *text < 0x20)
      g_string_append_printf (out, "\\u%04x", (guint) *text);
    else
      g_string_append_c (out, *text);
  }
  g_string_append_c (out, '"');
}

/* The shortest text that reads back as the same number. */
static void
append_real (GString *out, gdouble value, gboolean is_float)
{
  /* Enough digits for any double, and for any float; see DBL_DECIMAL_DIG. */
  gint digits = is_float ? 6 : 15, most = is_float ? 9 : 17;
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value)) {
    g_string_append (out, "null");
    return;
  }
  for (; digits <= most; digits++) {
    gchar format[] = "%.00g";
    gdouble back;

    format[2] += (gchar) (digits / 10);
    format[3] += (gchar) (digits % 10);
    g_ascii_formatd (text, sizeof text, format, value);
    back = g_ascii_strtod (text, NULL);
    if (is_float ? (gfloat) back == (gfloat) value : back == value)
      break;
  }
  g_string_append (out, text);
}

static void
append_element (GString *out, const guint8 *row, const GstPitboxVar *var,
    guint i, const GstPitboxConversion *conversion)
{
  if (i >= var->count) {
    g_string_append (out, "null");
    return;
  }
  if (conversion->scale != 1 || conversion->offset != 0) {
    append_real (out,
        gst_pitbox_row_get_double (row, var, i) * conversion->scale
            + conversion->offset,
        var->type != GST_PITBOX_VAR_DOUBLE);
    return;
  }
  switch (var->type) {
    case GST_PITBOX_VAR_BOOL:
      g_string_append (
          out, gst_pitbox_row_get_double (row, var, i) != 0 ? "true" : "false");
      break;
    case GST_PITBOX_VAR_FLOAT:
    case GST_PITBOX_VAR_DOUBLE:
      append_real (out, gst_pitbox_row_get_double (row, var, i),
          var->type == GST_PITBOX_VAR_FLOAT);
      break;
    default:
      g_string_append_printf (
          out, "%" G_GINT64_FORMAT, gst_pitbox_row_get_int64 (row, var, i, 0));
      break;
  }
}

/* The simulator writes 8-bit text: ISO 8859-1 as far as it goes. */
static void
append_text (GString *out, const guint8 *row, const GstPitboxVar *var)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < var->count && row[var->offset + i] != 0; i++)
    g_string_append_unichar (text, row[var->offset + i]);
  gst_pitbox_json_append_string (out, text->str);
}

/**
 * gst_pitbox_json_append_field:
 * @out: where to
 * @row: one row
 * @field: a field of its schema
 *
 * Appends the value in the field's unit: a number (the shortest text that reads
 * back as the same), `true` or `false`, a string for characters, an array of
 * several elements. What is not finite, an element or a variable that is not
 * there, and what cannot be converted, is `null`.
 */
void
gst_pitbox_json_append_field (
    GString *out, const guint8 *row, const GstPitboxField *field)
{
  const GstPitboxVar *var = field->var;
  guint count;

  if (var == NULL) {
    g_string_append (out, "null");
    return;
  }
  if (var->type == GST_PITBOX_VAR_CHAR && field->count == 0) {
    append_text (out, row, var);
    return;
  }
  count = field->count != 0 ? field->count : var->count;
  if (count == 1) {
    append_element (out, row, var, field->first, &field->conversion);
    return;
  }
  /* A range is of those that there are. */
  count = MIN (count, var->count - MIN (field->first, var->count));
  g_string_append_c (out, '[');
  for (guint i = 0; i < count; i++) {
    if (i > 0)
      g_string_append_c (out, ',');
    append_element (out, row, var, field->first + i, &field->conversion);
  }
  g_string_append_c (out, ']');
}
