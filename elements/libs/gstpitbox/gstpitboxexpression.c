/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Small sums over the variables of a row, out of text that anybody wrote. */
#include "gstpitboxexpressionprivate.h"

#include <math.h>
#include <string.h>

#include "gstpitboxerror.h"
#include "gstpitboxrow.h"

/**
 * SECTION:gstpitboxexpression
 * @title: Expressions
 * @short_description: sums over the variables of a row
 *
 * `Speed * 3.6`, `1 - Clutch`, `(LFtempCL + LFtempCM + LFtempCR) / 3`,
 * `CarIdxLapDistPct[12]`, `PlayerCarPosition | 0`. The signs + - * / and
 * parentheses are what they are in a sum; `a | b` is b where a has no value.
 * A name without [n] is the newest sample of a variable that has several in a
 * row. What the car does not have has no value, and neither has a division by
 * zero. Compiled once into at most %GST_PITBOX_MAX_EXPRESSION_PARTS steps
 * without loops or calls.
 */

typedef enum { NUMBER, VARIABLE, NEGATE, ADD, SUB, MUL, DIV, ELSE } Op;

typedef struct {
  Op op;
  gdouble number;
  gchar *name;
  gint index; /* -1: the newest */
  const GstPitboxVar *var;
} Part;

struct _GstPitboxExpression {
  Part parts[GST_PITBOX_MAX_EXPRESSION_PARTS];
  guint n_parts;
};

typedef struct {
  const gchar *start, *at, *end;
  GstPitboxExpression *expression;
  guint depth;
  GError **error;
} Parser;

static gboolean parse_else (Parser *p);

static gboolean
fail (Parser *p, const gchar *what)
{
  g_set_error (p->error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
      "character %d: %s", (gint) (p->at - p->start) + 1, what);
  return FALSE;
}

static gchar
peek (Parser *p)
{
  while (p->at < p->end && (*p->at == ' ' || *p->at == '\t'))
    p->at++;
  return p->at < p->end ? *p->at : '\0';
}

static Part *
add_part (Parser *p, Op op)
{
  GstPitboxExpression *e = p->expression;
  Part *part;

  if (e->n_parts == GST_PITBOX_MAX_EXPRESSION_PARTS) {
    fail (p, "too many parts");
    return NULL;
  }
  part = &e->parts[e->n_parts++];
  part->op = op;
  part->index = -1;
  return part;
}

static gboolean
parse_number (Parser *p)
{
  gchar text[32], *stop;
  gsize n = 0;
  Part *part;

  while (p->at + n < p->end && n < sizeof text - 1
         && (g_ascii_isdigit (p->at[n]) || p->at[n] == '.'))
    n++;
  memcpy (text, p->at, n);
  text[n] = '\0';
  part = add_part (p, NUMBER);
  if (part == NULL)
    return FALSE;
  part->number = g_ascii_strtod (text, &stop);
  if (stop != text + n || n == 0)
    return fail (p, "not a number");
  p->at += n;
  return TRUE;
}

static gboolean
is_name (gchar c)
{
  return g_ascii_isalnum (c) || c == '_' || (guchar) c >= 0x80;
}

static gboolean
parse_index (Parser *p, Part *part)
{
  guint value = 0, digits = 0;

  p->at++;
  while (p->at < p->end && g_ascii_isdigit (*p->at) && digits < 6) {
    value = value * 10 + (guint) (*p->at++ - '0');
    digits++;
  }
  if (digits == 0 || p->at == p->end || *p->at != ']')
    return fail (p, "want a number and ] after [");
  p->at++;
  part->index = (gint) value;
  return TRUE;
}

static gboolean
parse_name (Parser *p)
{
  const gchar *from = p->at;
  Part *part;

  while (p->at < p->end && is_name (*p->at))
    p->at++;
  if (p->at == from)
    return fail (p, "want a name, a number or (");
  part = add_part (p, VARIABLE);
  if (part == NULL)
    return FALSE;
  part->name = g_strndup (from, (gsize) (p->at - from));
  return p->at < p->end && *p->at == '[' ? parse_index (p, part) : TRUE;
}

static gboolean
parse_factor (Parser *p)
{
  gchar c = peek (p);
  gboolean ok;

  if (p->depth == GST_PITBOX_MAX_EXPRESSION_DEPTH)
    return fail (p, "nested too deep");
  p->depth++;
  if (c == '-') {
    p->at++;
    ok = parse_factor (p) && add_part (p, NEGATE) != NULL;
  } else if (c == '(') {
    p->at++;
    ok = parse_else (p);
    if (ok && peek (p) != ')')
      ok = fail (p, "want )");
    p->at += ok;
  } else if (g_ascii_isdigit (c) || c == '.') {
    ok = parse_number (p);
  } else {
    ok = parse_name (p);
  }
  p->depth--;
  return ok;
}

static gboolean
parse_term (Parser *p)
{
  if (!parse_factor (p))
    return FALSE;
  for (gchar c = peek (p); c == '*' || c == '/'; c = peek (p)) {
    p->at++;
    if (!parse_factor (p) || add_part (p, c == '*' ? MUL : DIV) == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
parse_sum (Parser *p)
{
  if (!parse_term (p))
    return FALSE;
  for (gchar c = peek (p); c == '+' || c == '-'; c = peek (p)) {
    p->at++;
    if (!parse_term (p) || add_part (p, c == '+' ? ADD : SUB) == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
parse_else (Parser *p)
{
  if (!parse_sum (p))
    return FALSE;
  while (peek (p) == '|') {
    p->at++;
    if (!parse_sum (p) || add_part (p, ELSE) == NULL)
      return FALSE;
  }
  return TRUE;
}

/**
 * gst_pitbox_expression_new: (skip)
 * @text: the sum
 * @size: bytes of @text
 * @error: (out) (optional): "character N: what is wrong"
 *
 * Returns: (transfer full) (nullable): the sum, bound to no schema yet
 */
GstPitboxExpression *
gst_pitbox_expression_new (const gchar *text, gsize size, GError **error)
{
  g_autoptr (GstPitboxExpression) e = g_new0 (GstPitboxExpression, 1);
  Parser p = { text, text, text + size, e, 0, error };

  if (size > GST_PITBOX_MAX_EXPRESSION_BYTES) {
    fail (&p, "more than 256 bytes");
    return NULL;
  }
  if (!parse_else (&p))
    return NULL;
  if (peek (&p) != '\0' || p.at != p.end) {
    fail (&p, "want +, -, *, / or |");
    return NULL;
  }
  return g_steal_pointer (&e);
}

/**
 * gst_pitbox_expression_free:
 * @expression: (transfer full): no longer wanted
 */
void
gst_pitbox_expression_free (GstPitboxExpression *expression)
{
  for (guint i = 0; i < expression->n_parts; i++)
    g_free (expression->parts[i].name);
  g_free (expression);
}

/**
 * gst_pitbox_expression_bind:
 * @expression: a sum
 * @schema: (nullable): layout of the rows to come, which must outlive them
 */
void
gst_pitbox_expression_bind (
    GstPitboxExpression *expression, const GstPitboxSchema *schema)
{
  for (guint i = 0; i < expression->n_parts; i++) {
    Part *part = &expression->parts[i];

    if (part->op == VARIABLE)
      part->var =
          schema != NULL ? gst_pitbox_schema_find (schema, part->name) : NULL;
  }
}

static gdouble
combine (Op op, gdouble a, gdouble b)
{
  switch (op) {
    case ADD:
      return a + b;
    case SUB:
      return a - b;
    case MUL:
      return a * b;
    case DIV:
      return a / b;
    default:
      return isfinite (a) ? a : b;
  }
}

/**
 * gst_pitbox_expression_evaluate:
 * @expression: a sum
 * @row: a row of the schema it is bound to
 *
 * Returns: the value, or NaN if it has none
 */
gdouble
gst_pitbox_expression_evaluate (
    const GstPitboxExpression *expression, const guint8 *row)
{
  /* A step leaves at most one value more than it found. */
  gdouble stack[GST_PITBOX_MAX_EXPRESSION_PARTS];
  guint n = 0;

  for (guint i = 0; i < expression->n_parts; i++) {
    const Part *part = &expression->parts[i];

    if (part->op == NUMBER) {
      stack[n++] = part->number;
    } else if (part->op == VARIABLE) {
      stack[n++] = part->index < 0 ? gst_pitbox_row_get_newest (row, part->var)
                                   : gst_pitbox_row_get_double (
                                       row, part->var, (guint) part->index);
    } else if (part->op == NEGATE) {
      stack[n - 1] = -stack[n - 1];
    } else {
      n--;
      stack[n - 1] = combine (part->op, stack[n - 1], stack[n]);
    }
  }
  return isfinite (stack[0]) ? stack[0] : NAN;
}

/*
 * gst_pitbox_expression_get_var:
 * @expression: a sum
 *
 * Returns: (transfer none) (nullable): the first variable in it that the car
 *   has, whose unit the sum has
 */
const GstPitboxVar *
gst_pitbox_expression_get_var (const GstPitboxExpression *expression)
{
  for (guint i = 0; i < expression->n_parts; i++)
    if (expression->parts[i].var != NULL)
      return expression->parts[i].var;
  return NULL;
}

/*
 * gst_pitbox_expression_get_name:
 * @expression: a sum
 *
 * Returns: (transfer none) (nullable): the name, if it is nothing but one name
 */
const gchar *
gst_pitbox_expression_get_name (const GstPitboxExpression *expression)
{
  const Part *part = &expression->parts[0];

  return expression->n_parts == 1 && part->op == VARIABLE && part->index < 0
             ? part->name
             : NULL;
}
