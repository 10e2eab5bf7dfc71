/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The lines of a layout: groups, keys and values, each with its number. */
#include "overlaylines.h"

#include <gstpitbox/gstpitbox.h>
#include <string.h>

#include "overlaylayout.h"

/* GKeyFile would read the same, but cannot say in which line a key stood. */

/* Sets "NAME:LINE: [GROUP] KEY: WHAT"; always FALSE. */
gboolean
overlay_lines_fail (const OverlayLines *lines, const OverlayLine *line,
    GError **error, const gchar *format, ...)
{
  g_autofree gchar *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
      "%s:%u: %s%s%s%s%s%s", lines->name, line->number,
      line->group != NULL ? "[" : "", line->group != NULL ? line->group : "",
      line->group != NULL ? "] " : "", line->key != NULL ? line->key : "",
      line->key != NULL ? ": " : "", what);
  return FALSE;
}

static gboolean
is_name (const gchar *text)
{
  gsize n = 0;

  for (; text[n] != '\0'; n++)
    if (!g_ascii_isalnum (text[n]) && text[n] != '-' && text[n] != '_')
      return FALSE;
  return n > 0 && n <= OVERLAY_MAX_NAME_BYTES;
}

static gboolean
take_group (OverlayLines *lines, OverlayLine *line, gchar *text, GError **error)
{
  gsize n = strlen (text);

  if (text[n - 1] != ']')
    return overlay_lines_fail (lines, line, error, "[ without ]");
  text[n - 1] = '\0';
  if (!is_name (text + 1))
    return overlay_lines_fail (lines, line, error,
        "a name has 1 to %d letters, digits, - and _", OVERLAY_MAX_NAME_BYTES);
  line->group = g_string_chunk_insert (lines->strings, text + 1);
  return TRUE;
}

static gboolean
take_key (OverlayLines *lines, OverlayLine *line, gchar *text, GError **error)
{
  gchar *equals = strchr (text, '=');

  if (equals == NULL)
    return overlay_lines_fail (
        lines, line, error, "want [name], key = value or # comment");
  if (line->group == NULL)
    return overlay_lines_fail (
        lines, line, error, "a key before the first [name]");
  *equals = '\0';
  g_strstrip (text);
  if (!is_name (text))
    return overlay_lines_fail (lines, line, error,
        "a key has 1 to %d letters, digits, - and _", OVERLAY_MAX_NAME_BYTES);
  line->key = g_string_chunk_insert (lines->strings, text);
  line->value = g_string_chunk_insert (lines->strings, g_strstrip (equals + 1));
  return TRUE;
}

static gboolean
take_line (OverlayLines *lines, OverlayLine *line, const gchar *start,
    gsize size, GError **error)
{
  g_autofree gchar *copy = NULL;
  gchar *text;

  line->key = line->value = NULL;
  if (size > OVERLAY_MAX_LINE_BYTES)
    return overlay_lines_fail (lines, line, error,
        "a line has at most %d bytes", OVERLAY_MAX_LINE_BYTES);
  copy = g_strndup (start, size);
  text = g_strstrip (copy);
  if (*text == '\0' || *text == '#')
    return TRUE;
  if (*text == '[') {
    if (!take_group (lines, line, text, error))
      return FALSE;
  } else if (!take_key (lines, line, text, error)) {
    return FALSE;
  }
  g_array_append_val (lines->lines, *line);
  return TRUE;
}

OverlayLines *
overlay_lines_new (
    const gchar *text, gsize size, const gchar *name, GError **error)
{
  g_autoptr (OverlayLines) lines = g_new0 (OverlayLines, 1);
  OverlayLine line = { 0 };
  const gchar *end = text + size;

  lines->name = name;
  lines->lines = g_array_new (FALSE, FALSE, sizeof (OverlayLine));
  lines->strings = g_string_chunk_new (1024);
  if (size > OVERLAY_MAX_LAYOUT_BYTES || !g_utf8_validate_len (text, size, NULL)
      || memchr (text, '\0', size) != NULL) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_LIMIT,
        "%s: a layout is UTF-8 text of at most %d bytes", name,
        OVERLAY_MAX_LAYOUT_BYTES);
    return NULL;
  }
  /* Editors on Windows begin UTF-8 with a mark. */
  if (size >= 3 && memcmp (text, "\357\273\277", 3) == 0)
    text += 3;
  while (text < end) {
    const gchar *stop = memchr (text, '\n', (gsize) (end - text));
    gsize n = (gsize) ((stop != NULL ? stop : end) - text);

    line.number++;
    if (!take_line (lines, &line, text, n, error))
      return NULL;
    text += n + 1;
  }
  return g_steal_pointer (&lines);
}

void
overlay_lines_free (OverlayLines *lines)
{
  g_array_unref (lines->lines);
  g_string_chunk_free (lines->strings);
  g_free (lines);
}
