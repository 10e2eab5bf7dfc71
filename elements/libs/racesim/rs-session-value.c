/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A number of the session text. */
#include "rs-session-value.h"

/* Numbers with a point whatever the locale. */
static void
add_number (GString *text, const char *format, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (
      text, g_ascii_formatd (buffer, sizeof buffer, format, value));
}

void
rs_session_add_value (GString *text, const char *key, const char *format,
    double value, const char *unit)
{
  g_string_append_printf (text, "%s: ", key);
  add_number (text, format, value);
  g_string_append_printf (text, "%s\n", unit);
}
