/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How a program of ours writes its log. */
#include "pb-log.h"

/* What a message says may come from outside; it never makes a second line or
 * moves a terminal's cursor. */
static gchar *
dup_as_one_line (const gchar *text)
{
  gchar *line = g_utf8_make_valid (text, -1);

  for (gchar *c = line; *c != '\0'; c++) {
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  }
  return g_strchomp (line);
}

/**
 * pb_log_format:
 * @level: of the message
 * @domain: (nullable): whose message it is; %NULL = the program's own
 * @message: its text, any bytes
 * @time: when
 *
 * Returns: (transfer full): one line without its end: UTC in milliseconds,
 *   "warning: " or "error: ", the domain, the text
 */
gchar *
pb_log_format (GLogLevelFlags level, const gchar *domain, const gchar *message,
    GDateTime *time)
{
  g_autoptr (GDateTime) utc = g_date_time_to_utc (time);
  g_autofree gchar *second = g_date_time_format (utc, "%Y-%m-%dT%H:%M:%S");
  g_autofree gchar *text = dup_as_one_line (message);
  const gchar *word = "";

  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    word = "error: ";
  else if (level & G_LOG_LEVEL_WARNING)
    word = "warning: ";
  return g_strdup_printf ("%s.%03dZ %s%s%s%s", second,
      g_date_time_get_microsecond (utc) / 1000, word, domain ? domain : "",
      domain ? ": " : "", text);
}

/* Debug messages and those of libraries below a warning only where
 * G_MESSAGES_DEBUG asks for them. */
static GLogWriterOutput
write_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer user_data)
{
  const gchar *message = NULL;
  const gchar *domain = NULL;
  g_autoptr (GDateTime) now = NULL;
  g_autofree gchar *line = NULL;

  for (gsize i = 0; i < n_fields; i++) {
    if (g_str_equal (fields[i].key, "MESSAGE"))
      message = fields[i].value;
    else if (g_str_equal (fields[i].key, "GLIB_DOMAIN"))
      domain = fields[i].value;
  }
  if (message == NULL || g_log_writer_default_would_drop (level, domain))
    return G_LOG_WRITER_HANDLED;
  now = g_date_time_new_now_utc ();
  line = pb_log_format (level, domain, message, now);
  g_printerr ("%s\n", line);
  return G_LOG_WRITER_HANDLED;
}

/**
 * pb_log_init:
 *
 * From here on each message of g_message() and its like is one line on stderr.
 * Main thread, once, before any other thread.
 */
void
pb_log_init (void)
{
  g_log_set_writer_func (write_line, NULL, NULL);
}
