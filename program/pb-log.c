/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How a program of ours writes its log. */
#include "pb-log.h"

#include "pb-log-file.h"

#include <string.h>

/* Bytes of a line that is kept: what is kept has a limit, too. */
#define KEPT_LINE_BYTES 1000

static gint level_now = PB_LOG_MESSAGE; /* atomic */
static gboolean is_debug_asked; /* of libraries; since pb_log_init() */
static GMutex kept_lock;
static GQueue kept = G_QUEUE_INIT; /* lines, oldest first; by kept_lock */
static guint max_kept = 0; /* likewise */
static PbLogFile *log_file = NULL; /* set before any other thread */

static const gchar *const level_words[] = { "error", "warning", "message",
  "info", "debug" };

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

/**
 * pb_log_level_from_string:
 * @word: "error", "warning", "message", "info" or "debug"
 * @level: (out): what it means
 *
 * Pure.
 *
 * Returns: %FALSE if it is none of them
 */
gboolean
pb_log_level_from_string (const gchar *word, PbLogLevel *level)
{
  for (guint i = 0; i < G_N_ELEMENTS (level_words); i++)
    if (g_str_equal (level_words[i], word)) {
      *level = (PbLogLevel) i;
      return TRUE;
    }
  return FALSE;
}

/**
 * pb_log_level_to_string:
 *
 * Returns: (transfer none): its word
 */
const gchar *
pb_log_level_to_string (PbLogLevel level)
{
  return level_words[level];
}

/**
 * pb_log_set_level:
 * @level: the least important that is written from now on
 *
 * Below %PB_LOG_MESSAGE only the program's own lines are added: libraries stay
 * as quiet as G_MESSAGES_DEBUG has them. Any thread.
 */
void
pb_log_set_level (PbLogLevel level)
{
  g_atomic_int_set (&level_now, (gint) level);
}

/**
 * pb_log_get_level:
 *
 * Any thread.
 *
 * Returns: the least important that is written
 */
PbLogLevel
pb_log_get_level (void)
{
  return (PbLogLevel) g_atomic_int_get (&level_now);
}

static PbLogLevel
level_of (GLogLevelFlags flags)
{
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return PB_LOG_ERROR;
  if (flags & G_LOG_LEVEL_WARNING)
    return PB_LOG_WARNING;
  if (flags & G_LOG_LEVEL_MESSAGE)
    return PB_LOG_MESSAGE;
  return flags & G_LOG_LEVEL_INFO ? PB_LOG_INFO : PB_LOG_DEBUG;
}

/* Libraries below a message, and all where nobody has changed the level, only
 * as G_MESSAGES_DEBUG asks for them. */
static gboolean
is_wanted (GLogLevelFlags flags, const gchar *domain)
{
  const PbLogLevel wanted = pb_log_get_level ();
  const PbLogLevel level = level_of (flags);

  if (wanted < PB_LOG_MESSAGE)
    return level <= wanted;
  return (domain == NULL && level <= wanted)
         || !g_log_writer_default_would_drop (flags, domain);
}

static void
keep (const gchar *line)
{
  const gsize length = strlen (line);
  const gchar *end = length > KEPT_LINE_BYTES
                         ? g_utf8_find_prev_char (line, line + KEPT_LINE_BYTES)
                         : line + length;

  g_mutex_lock (&kept_lock);
  if (max_kept > 0)
    g_queue_push_tail (&kept, g_strndup (line, (gsize) (end - line)));
  while (kept.length > max_kept)
    g_free (g_queue_pop_head (&kept));
  g_mutex_unlock (&kept_lock);
}

/**
 * pb_log_keep:
 * @n_lines: at most, 1000 bytes each at most; 0 = none, as at the start
 *
 * From here on the last lines can be asked for. Any thread.
 */
void
pb_log_keep (guint n_lines)
{
  g_mutex_lock (&kept_lock);
  max_kept = n_lines;
  g_mutex_unlock (&kept_lock);
}

/**
 * pb_log_dup_kept:
 *
 * Any thread.
 *
 * Returns: (transfer full): the last lines, oldest first, up to %NULL
 */
gchar **
pb_log_dup_kept (void)
{
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();

  g_mutex_lock (&kept_lock);
  for (GList *l = kept.head; l != NULL; l = l->next)
    g_strv_builder_add (lines, l->data);
  g_mutex_unlock (&kept_lock);
  return g_strv_builder_end (lines);
}

/**
 * pb_log_to_file:
 * @path: of the newest lines
 * @most_bytes: of all that are kept
 * @error: a G_FILE_ERROR with @path in its words
 *
 * From here on lines go there, too, and older ones beside it. Main thread, once,
 * before any other thread.
 *
 * Returns: %FALSE if there can be no such file
 */
gboolean
pb_log_to_file (const gchar *path, gsize most_bytes, GError **error)
{
  log_file = pb_log_file_new (path, most_bytes, error);
  return log_file != NULL;
}

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
  if (message == NULL || !is_wanted (level, domain))
    return G_LOG_WRITER_HANDLED;
  now = g_date_time_new_now_utc ();
  line = pb_log_format (level, domain, message, now);
  keep (line);
  if (log_file != NULL)
    pb_log_file_write (log_file, line);
  g_printerr ("%s\n", line);
  return G_LOG_WRITER_HANDLED;
}

/* A library that says something of each message it sends is asked a hundred
 * times a second what nobody reads: it ends here, and not in write_line(). */
static void
pass_on (const gchar *domain, GLogLevelFlags flags, const gchar *message,
    gpointer user_data)
{
  if (domain == NULL || is_debug_asked || level_of (flags) <= PB_LOG_MESSAGE)
    g_log_default_handler (domain, flags, message, user_data);
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
  is_debug_asked = g_getenv ("G_MESSAGES_DEBUG") != NULL;
  g_log_set_writer_func (write_line, NULL, NULL);
  g_log_set_default_handler (pass_on, NULL);
}
