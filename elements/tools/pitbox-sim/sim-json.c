/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The one kind of JSON that a command line is: a flat object of at most eight
 * short strings, numbers, true, false and null. Everything else is refused. */
#include "sim-json.h"

#include <math.h>
#include <string.h>

static void
skip_space (const gchar **at)
{
  while (g_ascii_isspace (**at))
    (*at)++;
}

static gboolean
take (const gchar **at, gchar c)
{
  skip_space (at);
  if (**at != c)
    return FALSE;
  (*at)++;
  return TRUE;
}

/* Printable ASCII without escapes but \" and \\. */
static gboolean
take_text (const gchar **at, gchar *text)
{
  gsize n = 0;

  if (!take (at, '"'))
    return FALSE;
  while (**at != '"') {
    if (**at == '\\' && ((*at)[1] == '"' || (*at)[1] == '\\'))
      (*at)++;
    else if (**at == '\\')
      return FALSE;
    if (!g_ascii_isprint (**at) || n == SIM_JSON_MAX_TEXT)
      return FALSE;
    text[n++] = *(*at)++;
  }
  (*at)++;
  text[n] = '\0';
  return TRUE;
}

static gboolean
take_word (const gchar **at, const gchar *word)
{
  if (!g_str_has_prefix (*at, word))
    return FALSE;
  *at += strlen (word);
  return TRUE;
}

static gboolean
take_value (const gchar **at, SimJsonField *field)
{
  gchar *end;

  skip_space (at);
  if (**at == '"') {
    field->is_text = TRUE;
    return take_text (at, field->text);
  }
  if (take_word (at, "true")) {
    field->number = 1;
    return TRUE;
  }
  if (take_word (at, "false"))
    return TRUE;
  if (take_word (at, "null")) {
    field->is_null = TRUE;
    return TRUE;
  }
  if (**at != '-' && !g_ascii_isdigit (**at))
    return FALSE;
  field->number = g_ascii_strtod (*at, &end);
  if (end == *at || !isfinite (field->number))
    return FALSE;
  *at = end;
  return TRUE;
}

/* Returns whether the line is such an object and nothing else. */
gboolean
sim_json_parse (SimJson *json, const gchar *line)
{
  memset (json, 0, sizeof *json);
  if (!take (&line, '{'))
    return FALSE;
  if (!take (&line, '}')) {
    do {
      SimJsonField *field = &json->fields[json->n];

      if (json->n == SIM_JSON_MAX_FIELDS)
        return FALSE;
      skip_space (&line);
      if (!take_text (&line, field->name) || !take (&line, ':')
          || !take_value (&line, field))
        return FALSE;
      json->n++;
    } while (take (&line, ','));
    if (!take (&line, '}'))
      return FALSE;
  }
  skip_space (&line);
  return *line == '\0';
}

/* The field of that name, or NULL. */
const SimJsonField *
sim_json_find (const SimJson *json, const gchar *name)
{
  for (guint i = 0; i < json->n; i++)
    if (strcmp (json->fields[i].name, name) == 0)
      return &json->fields[i];
  return NULL;
}
