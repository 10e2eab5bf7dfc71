/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How the server writes its log. */
#include "pb-log.h"

/* One line a message on stderr: time, level, text. Debug messages and those of
 * libraries below a warning only where G_MESSAGES_DEBUG asks for them. */
static GLogWriterOutput
write_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer user_data)
{
  const gchar *message = NULL;
  const gchar *domain = NULL;
  g_autoptr (GDateTime) now = NULL;
  g_autofree gchar *time = NULL;
  const gchar *word = "";

  for (gsize i = 0; i < n_fields; i++) {
    if (g_str_equal (fields[i].key, "MESSAGE"))
      message = fields[i].value;
    else if (g_str_equal (fields[i].key, "GLIB_DOMAIN"))
      domain = fields[i].value;
  }
  if (!message || g_log_writer_default_would_drop (level, domain))
    return G_LOG_WRITER_HANDLED;
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    word = "error: ";
  else if (level & G_LOG_LEVEL_WARNING)
    word = "warning: ";
  now = g_date_time_new_now_utc ();
  time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S");
  g_printerr ("%s.%03dZ %s%s%s%s\n", time,
      g_date_time_get_microsecond (now) / 1000, word, domain ? domain : "",
      domain ? ": " : "", message);
  return G_LOG_WRITER_HANDLED;
}

/**
 * pb_log_init:
 *
 * Once, before any thread.
 */
void
pb_log_init (void)
{
  g_log_set_writer_func (write_line, NULL, NULL);
}
