/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the words of a layout mean: numbers, colours, choices. */
#include "overlayvalue.h"

#include <string.h>

#include "overlaylayout.h"

/* -1e6 to 1e6. */
gboolean
overlay_value_number (const gchar *text, gdouble *value)
{
  gchar *end;

  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && *value >= -1e6 && *value <= 1e6;
}

/* The place of @text in @choices. */
gboolean
overlay_value_choice (
    const gchar *text, const gchar *const *choices, gint *choice)
{
  for (*choice = 0; choices[*choice] != NULL; (*choice)++)
    if (strcmp (choices[*choice], text) == 0)
      return TRUE;
  return FALSE;
}

/* rgb, rrggbb or rrggbbaa in hex digits; what is not seen at all is no colour. */
gboolean
overlay_value_color (const gchar *text, guint32 *color)
{
  gsize n = strlen (text);
  guint32 v = 0;

  for (gsize i = 0; i < n; i++) {
    if (!g_ascii_isxdigit (text[i]) || n > 8)
      return FALSE;
    v = v << 4 | (guint32) g_ascii_xdigit_value (text[i]);
  }
  if (n == 3)
    v = (v & 0xf00) * 0x1100 | (v & 0x0f0) * 0x110 | (v & 0x00f) * 0x11;
  if (n == 3 || n == 6)
    *color = 0xff000000u | v;
  else if (n == 8)
    *color = v << 24 | v >> 8;
  else
    return FALSE;
  if (*color >> 24 == 0)
    *color = OVERLAY_COLOR_NONE;
  return TRUE;
}

gboolean
overlay_value_bool (const gchar *text, gboolean *value)
{
  *value = strcmp (text, "true") == 0 || strcmp (text, "yes") == 0;
  return *value || strcmp (text, "false") == 0 || strcmp (text, "no") == 0;
}

/* A size, or percent of the parent. */
gboolean
overlay_value_extent (const gchar *text, gdouble *value, gboolean *percent)
{
  g_autofree gchar *copy = g_strdup (text);
  gsize n = strlen (copy);

  *percent = n > 0 && copy[n - 1] == '%';
  if (*percent)
    copy[n - 1] = '\0';
  return overlay_value_number (copy, value) && *value >= 0
         && *value <= (*percent ? 100 : OVERLAY_MAX_LENGTH);
}
