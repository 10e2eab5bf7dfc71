/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Text with fields in braces, filled in from a row. */
#include "gstpitboxtemplate.h"

#include <math.h>
#include <string.h>

#include "gstpitboxerror.h"
#include "gstpitboxexpressionprivate.h"
#include "gstpitboxrow.h"

/**
 * SECTION:gstpitboxtemplate
 * @title: Templates
 * @short_description: text with fields in braces
 *
 * `{` sum [`@` unit] [`:` format] `}`; `{{` and `}}` are braces. The sum is a
 * #GstPitboxExpression, or one of the names driver, abbrev, number, team, car,
 * class, track, config, session (out of the session text), tick, time (running
 * time, s), utc. `@km/h` converts, `@` alone into the chosen system of units.
 *
 * Formats: `[+][0][width][.digits]` and one of f (the default), d (whole),
 * g, x (hexadecimal); `time` (m:ss.mmm; no value below or at 0), `clock`
 * (h:mm:ss), `gear` (R, N, 1 …), `unit` (the unit's name), `upper` (capitals).
 * `.digits` goes before time too. Without a format a number is as short as it
 * can be with 6 digits.
 */

typedef enum { FIXED, WHOLE, GENERAL, HEX, TIME, CLOCK, GEAR, UNIT, UPPER } How;

typedef enum { SUM, INFO, TICK, RUNNING_TIME, UTC } Source;

typedef struct {
  gchar *before; /* literal text */
  Source source;
  GstPitboxExpression *sum;
  gchar *info;
  gchar *unit; /* NULL: as it is; "": by the system */
  How how;
  gboolean plus, zero;
  gint width, digits; /* digits -1: not said */
  GstPitboxConversion conversion;
} Field;

struct _GstPitboxTemplate {
  GArray *fields;
  gchar *after;
};

static void
clear_field (gpointer data)
{
  Field *field = data;

  g_free (field->before);
  g_clear_pointer (&field->sum, gst_pitbox_expression_free);
  g_free (field->info);
  g_free (field->unit);
}

static const struct {
  const gchar *name;
  How how;
} hows[] = {
  { "f", FIXED },
  { "d", WHOLE },
  { "g", GENERAL },
  { "x", HEX },
  { "time", TIME },
  { "clock", CLOCK },
  { "gear", GEAR },
  { "unit", UNIT },
  { "upper", UPPER },
};

static gboolean
parse_count (const gchar **text, gint most, gint *count)
{
  *count = 0;
  while (g_ascii_isdigit (**text)) {
    *count = *count * 10 + (*(*text)++ - '0');
    if (*count > most)
      return FALSE;
  }
  return TRUE;
}

static gboolean
parse_format (Field *field, const gchar *text)
{
  gboolean ok;

  if (*text == '+') {
    field->plus = TRUE;
    text++;
  }
  if (*text == '0') {
    field->zero = TRUE;
    text++;
  }
  ok = parse_count (&text, GST_PITBOX_MAX_TEMPLATE_WIDTH, &field->width);
  if (ok && *text == '.') {
    text++;
    ok = g_ascii_isdigit (*text) && parse_count (&text, 12, &field->digits);
  }
  if (!ok)
    return FALSE;
  field->how = FIXED;
  if (*text == '\0')
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (hows); i++)
    if (strcmp (hows[i].name, text) == 0) {
      field->how = hows[i].how;
      return TRUE;
    }
  return FALSE;
}

static gboolean
choose_source (Field *field)
{
  const gchar *name = gst_pitbox_expression_get_name (field->sum);

  if (name == NULL)
    return TRUE;
  if (strcmp (name, "tick") == 0)
    field->source = TICK;
  else if (strcmp (name, "time") == 0)
    field->source = RUNNING_TIME;
  else if (strcmp (name, "utc") == 0)
    field->source = UTC;
  else if (gst_pitbox_driver_info_get (NULL, name) != NULL) {
    field->source = INFO;
    field->info = g_strdup (name);
  }
  return TRUE;
}

/* @text is what stands between the braces; @column where it begins. */
static gboolean
parse_field (
    Field *field, const gchar *text, gsize size, guint column, GError **error)
{
  const gchar *colon = memchr (text, ':', size);
  gsize head = colon != NULL ? (gsize) (colon - text) : size;
  const gchar *at = memchr (text, '@', head);
  gsize sum = at != NULL ? (gsize) (at - text) : head;
  GstPitboxConversion unused;

  field->how = GENERAL;
  field->digits = -1;
  field->sum = gst_pitbox_expression_new (text, sum, error);
  if (field->sum == NULL) {
    g_prefix_error (error, "field at character %u: ", column);
    return FALSE;
  }
  if (at != NULL) {
    field->unit = g_strndup (at + 1, head - sum - 1);
    g_strstrip (field->unit);
    if (*field->unit != '\0'
        && !gst_pitbox_convert_unit (field->unit, field->unit, &unused)) {
      g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
          "field at character %u: unknown unit \"%.20s\"", column, field->unit);
      return FALSE;
    }
  }
  if (colon != NULL) {
    g_autofree gchar *format = g_strndup (colon + 1, size - head - 1);

    if (!parse_format (field, g_strstrip (format))) {
      g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
          "field at character %u: unknown format \"%.20s\"", column, format);
      return FALSE;
    }
  }
  return choose_source (field);
}

/* Takes literal text up to the next field; the place of its brace, or of the
 * end. NULL with @error at a lonely }. */
static const gchar *
take_literal (const gchar *start, const gchar *at, GString *out, GError **error)
{
  for (; *at != '\0'; at++) {
    if ((*at == '{' || *at == '}') && at[1] == *at)
      at++;
    else if (*at == '{')
      return at;
    else if (*at == '}') {
      g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
          "character %u: } without {; a brace is written }}",
          (guint) (at - start) + 1);
      return NULL;
    }
    g_string_append_c (out, *at);
  }
  return at;
}

static gboolean
parse_template (GstPitboxTemplate *self, const gchar *text, GError **error)
{
  const gchar *at = text;

  for (;;) {
    g_autoptr (GString) literal = g_string_new (NULL);
    const gchar *end;
    Field field = { 0 };

    at = take_literal (text, at, literal, error);
    if (at == NULL)
      return FALSE;
    if (*at == '\0') {
      self->after = g_strdup (literal->str);
      return TRUE;
    }
    end = strchr (at, '}');
    if (end == NULL || self->fields->len == GST_PITBOX_MAX_TEMPLATE_FIELDS) {
      g_set_error (error, GST_PITBOX_ERROR,
          end == NULL ? GST_PITBOX_ERROR_INVALID : GST_PITBOX_ERROR_LIMIT,
          end == NULL ? "character %u: { without }"
                      : "character %u: more than 64 fields",
          (guint) (at - text) + 1);
      return FALSE;
    }
    field.before = g_strdup (literal->str);
    g_array_append_val (self->fields, field);
    if (!parse_field (
            &g_array_index (self->fields, Field, self->fields->len - 1), at + 1,
            (gsize) (end - at - 1), (guint) (at - text) + 1, error))
      return FALSE;
    at = end + 1;
  }
}

/**
 * gst_pitbox_template_new: (skip)
 * @text: the template, UTF-8
 * @error: (out) (optional): where it is wrong
 *
 * Returns: (transfer full) (nullable): the template, bound to no schema yet
 */
GstPitboxTemplate *
gst_pitbox_template_new (const gchar *text, GError **error)
{
  g_autoptr (GstPitboxTemplate) self = g_new0 (GstPitboxTemplate, 1);
  gsize size = strlen (text);

  self->fields = g_array_new (FALSE, TRUE, sizeof (Field));
  g_array_set_clear_func (self->fields, clear_field);
  if (size > GST_PITBOX_MAX_TEMPLATE_BYTES) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_LIMIT,
        "%" G_GSIZE_FORMAT " bytes, at most %d", size,
        GST_PITBOX_MAX_TEMPLATE_BYTES);
    return NULL;
  }
  if (!g_utf8_validate (text, (gssize) size, NULL)) {
    g_set_error (
        error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID, "not UTF-8");
    return NULL;
  }
  if (!parse_template (self, text, error))
    return NULL;
  gst_pitbox_template_bind (self, NULL, GST_PITBOX_UNITS_NAMED);
  return g_steal_pointer (&self);
}

/**
 * gst_pitbox_template_free:
 * @self: (transfer full): no longer wanted
 */
void
gst_pitbox_template_free (GstPitboxTemplate *self)
{
  g_array_unref (self->fields);
  g_free (self->after);
  g_free (self);
}

/**
 * gst_pitbox_template_get_n_fields:
 * @self: a template
 *
 * Returns: its number of fields; 0: it always writes the same
 */
guint
gst_pitbox_template_get_n_fields (const GstPitboxTemplate *self)
{
  return self->fields->len;
}

/**
 * gst_pitbox_template_bind:
 * @self: a template
 * @schema: (nullable): layout of the rows to come, which must outlive them
 * @units: what a lonely @ means
 */
void
gst_pitbox_template_bind (GstPitboxTemplate *self,
    const GstPitboxSchema *schema, GstPitboxUnits units)
{
  for (guint i = 0; i < self->fields->len; i++) {
    Field *field = &g_array_index (self->fields, Field, i);
    const GstPitboxVar *var;

    gst_pitbox_expression_bind (field->sum, schema);
    var = gst_pitbox_expression_get_var (field->sum);
    field->conversion =
        (GstPitboxConversion){ var != NULL ? var->unit : "", 1, 0 };
    if (var == NULL || field->unit == NULL)
      continue;
    if (*field->unit == '\0')
      gst_pitbox_convert_units (var->unit, units, &field->conversion);
    else if (!gst_pitbox_convert_unit (
                 var->unit, field->unit, &field->conversion))
      /* A number in another unit than the text says would be a lie. */
      field->conversion.scale = NAN;
  }
}

static void
append_padded (GString *out, const Field *field, const gchar *text)
{
  glong n = g_utf8_strlen (text, -1);
  gboolean sign = *text == '-' || *text == '+';

  if (field->zero && sign)
    g_string_append_c (out, *text++);
  for (; n < field->width; n++)
    g_string_append_c (out, field->zero ? '0' : ' ');
  g_string_append (out, text);
}

static void
append_time (GString *out, const Field *field, gdouble value)
{
  gint digits = field->digits < 0 ? 3 : MIN (field->digits, 6);
  gchar text[32];
  gdouble unit = pow (10, digits), whole = floor (value * unit + 0.5);
  gint64 minutes = (gint64) (whole / (60 * unit));
  gdouble seconds = (whole - (gdouble) minutes * 60 * unit) / unit;

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT ":%s", minutes,
      seconds < 10 ? "0" : "");
  g_string_append (out, text);
  {
    gchar format[] = "%.0f";

    format[2] = (gchar) ('0' + digits);
    g_ascii_formatd (text, sizeof text, format, seconds);
  }
  g_string_append (out, text);
}

static void
format_number (const Field *field, gchar *text, gsize size, gdouble value)
{
  gchar format[8];
  gint digits = field->digits < 0 ? 6 : field->digits;

  if (field->how == HEX) {
    g_snprintf (text, (gulong) size, "%" G_GINT64_MODIFIER "x",
        (guint64) CLAMP (value, 0, 9e15));
    return;
  }
  if (field->how == WHOLE)
    digits = 0;
  g_snprintf (format, sizeof format, "%%.%d%c", digits,
      field->how == GENERAL ? 'g' : 'f');
  g_ascii_formatd (text, (gint) size, format, value);
  /* "-0" is a zero that fell below what is shown. */
  if (*text == '-' && strspn (text, "-0.") == strlen (text))
    memmove (text, text + 1, strlen (text));
}

/* FALSE if there is nothing to say. */
static gboolean
append_number (GString *out, const Field *field, gdouble value)
{
  g_autofree gchar *plain = NULL;
  gchar text[400]; /* "%.12f" of the largest double has 322 letters */
  gint64 s;

  if (!isfinite (value) || fabs (value) > 1e15)
    return FALSE;
  switch (field->how) {
    case TIME:
      if (value <= 0)
        return FALSE;
      append_time (out, field, value);
      return TRUE;
    case CLOCK:
      if (value < 0)
        return FALSE;
      s = (gint64) value;
      g_string_append_printf (out, "%d:%02d:%02d", (gint) (s / 3600 % 100000),
          (gint) (s / 60 % 60), (gint) (s % 60));
      return TRUE;
    case GEAR:
      g_snprintf (text, sizeof text, "%d", (gint) CLAMP (value, -1, 99));
      append_padded (out, field, value < 0 ? "R" : (value < 1 ? "N" : text));
      return TRUE;
    default:
      format_number (field, text, sizeof text, value);
      plain = g_strconcat (field->plus && *text != '-' ? "+" : "", text, NULL);
      append_padded (out, field, plain);
      return TRUE;
  }
}

/* The simulator writes 8-bit text: ISO 8859-1 as far as it goes. */
static gboolean
append_chars (GString *out, const GstPitboxVar *var, const guint8 *row)
{
  for (guint i = 0; i < var->count && i < GST_PITBOX_DRIVER_INFO_BYTES; i++) {
    guint8 c = row[var->offset + i];

    if (c == 0)
      break;
    g_string_append_unichar (out, c < 0x20 ? ' ' : c);
  }
  return TRUE;
}

static gboolean
append_utc (GString *out, gint64 utc_us)
{
  g_autoptr (GDateTime) date = NULL;
  g_autofree gchar *text = NULL;

  if (utc_us > 0)
    date = g_date_time_new_from_unix_utc (utc_us / G_USEC_PER_SEC);
  if (date == NULL)
    return FALSE;
  text = g_date_time_format (date, "%Y-%m-%d %H:%M:%S");
  g_string_append (out, text);
  return TRUE;
}

/* As people write it. */
static const gchar *
shown_unit (const gchar *unit)
{
  static const gchar *const shown[][2] = {
    { "C", "\302\260C" },
    { "F", "\302\260F" },
    { "deg", "\302\260" },
    { "percent", "%" },
    { "l", "L" },
    { "l or kWh", "L" },
    { "revs/min", "rpm" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++)
    if (strcmp (shown[i][0], unit) == 0)
      return shown[i][1];
  return unit;
}

static gboolean
append_sum (
    GString *out, const Field *field, const GstPitboxTemplateInput *input)
{
  const GstPitboxVar *var = gst_pitbox_expression_get_var (field->sum);
  gdouble value;

  if (field->how == UNIT) {
    g_string_append (out, shown_unit (field->conversion.unit));
    return var != NULL;
  }
  if (input->row == NULL)
    return FALSE;
  if (var != NULL && var->type == GST_PITBOX_VAR_CHAR && var->count > 1
      && gst_pitbox_expression_get_name (field->sum) != NULL)
    return append_chars (out, var, input->row);
  value = gst_pitbox_expression_evaluate (field->sum, input->row);
  return append_number (
      out, field, value * field->conversion.scale + field->conversion.offset);
}

static gboolean
append_field (
    GString *out, const Field *field, const GstPitboxTemplateInput *input)
{
  const gchar *text;

  switch (field->source) {
    case INFO:
      text = gst_pitbox_driver_info_get (input->info, field->info);
      g_string_append (out, text);
      return *text != '\0';
    case TICK:
      if (input->tick == GST_BUFFER_OFFSET_NONE)
        return FALSE;
      g_string_append_printf (out, "%" G_GUINT64_FORMAT, input->tick);
      return TRUE;
    case RUNNING_TIME:
      return GST_CLOCK_TIME_IS_VALID (input->time)
             && append_number (out, field, (gdouble) input->time / GST_SECOND);
    case UTC:
      return append_utc (out, input->utc_us);
    default:
      return append_sum (out, field, input);
  }
}

/**
 * gst_pitbox_template_write:
 * @self: a template
 * @input: what to fill in
 * @out: where to
 *
 * Appends the text. At most %GST_PITBOX_MAX_TEMPLATE_BYTES and 640 bytes a
 * field come out.
 */
void
gst_pitbox_template_write (const GstPitboxTemplate *self,
    const GstPitboxTemplateInput *input, GString *out)
{
  g_autoptr (GString) value = g_string_sized_new (64);

  for (guint i = 0; i < self->fields->len; i++) {
    const Field *field = &g_array_index (self->fields, Field, i);

    g_string_append (out, field->before);
    g_string_truncate (value, 0);
    if (!append_field (value, field, input))
      g_string_assign (value, input->missing);
    if (field->how == UPPER) {
      g_autofree gchar *upper = g_utf8_strup (value->str, -1);

      g_string_assign (value, upper);
    }
    if (input->markup) {
      g_autofree gchar *escaped = g_markup_escape_text (value->str, -1);

      g_string_append (out, escaped);
    } else {
      g_string_append (out, value->str);
    }
  }
  g_string_append (out, self->after);
}
