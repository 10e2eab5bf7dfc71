/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pb-settings, pb-log and pb-file: what every program of ours does alike. */
#include "pb-file.h"
#include "pb-log.h"
#include "pb-settings.h"
#include "pb-signals.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#ifdef G_OS_UNIX
#include <unistd.h>
#endif

typedef struct {
  gchar *colour;
  gchar *secret;
  gchar *key_file;
  gint size;
  gboolean loud;
  gchar **guests;
} Fields;

#define AT(field) G_STRUCT_OFFSET (Fields, field)

static const PbSetting table[] = {
  { "colour", PB_SETTING_TEXT, AT (colour), "green", 0, 0, "C", "a colour" },
  { "secret", PB_SETTING_TEXT, AT (secret), NULL, 0, 0, NULL, NULL },
  { "key-file", PB_SETTING_FILE, AT (key_file), NULL, 0, 0, "FILE", "a file" },
  { "size", PB_SETTING_NUMBER, AT (size), "7", 1, 9, "N", "a size" },
  { "loud", PB_SETTING_FLAG, AT (loud), NULL, 0, 0, NULL, "loudly" },
  { "guest", PB_SETTING_LIST, AT (guests), NULL, 0, 0, "NAME", "who comes" },
  { NULL },
};

/* @argv: up to %NULL, without the program's name. */
static gboolean
load (
    const gchar *file, const gchar *const *argv, Fields *fields, GError **error)
{
  const PbSettings settings = { "painter", "paint", file, table };
  const GOptionEntry more[] = { G_OPTION_ENTRY_NULL };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  const gchar *words[8] = { "painter" };
  gchar **copy = (gchar **) words;
  gint argc = 1;

  for (; argv != NULL && argv[argc - 1] != NULL; argc++)
    words[argc] = argv[argc - 1];
  memset (fields, 0, sizeof *fields);
  return pb_settings_load (
      &settings, fields, context, more, &argc, &copy, error);
}

static void
clear (Fields *fields)
{
  const PbSettings settings = { "painter", "paint", NULL, table };

  pb_settings_clear (&settings, fields);
  g_assert_null (fields->colour);
}

static gchar *
write_file (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  gchar *path = NULL;
  gint fd = g_file_open_tmp ("pb-program-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
test_later_wins (void)
{
  static const gchar *const blue[] = { "--colour", "blue", NULL };
  g_autofree gchar *path =
      write_file ("[paint]\ncolour = red\nsecret = quiet\nsize = 3\n");
  g_autoptr (GError) error = NULL;
  Fields fields;

  g_assert_true (load (NULL, NULL, &fields, &error));
  g_assert_cmpstr (fields.colour, ==, "green");
  g_assert_null (fields.secret);
  g_assert_cmpint (fields.size, ==, 7);
  clear (&fields);

  g_assert_true (load (path, NULL, &fields, &error));
  g_assert_cmpstr (fields.colour, ==, "red");
  g_assert_cmpstr (fields.secret, ==, "quiet");
  g_assert_cmpint (fields.size, ==, 3);
  clear (&fields);

  g_setenv ("PITBOX_COLOUR", "grey", TRUE);
  g_setenv ("PITBOX_KEY_FILE", "/some/key", TRUE);
  g_assert_true (load (path, NULL, &fields, &error));
  g_assert_cmpstr (fields.colour, ==, "grey");
  g_assert_cmpstr (fields.key_file, ==, "/some/key");
  clear (&fields);

  g_assert_true (load (path, blue, &fields, &error));
  g_assert_cmpstr (fields.colour, ==, "blue");
  g_assert_cmpint (fields.size, ==, 3);
  clear (&fields);
  g_unsetenv ("PITBOX_COLOUR");
  g_unsetenv ("PITBOX_KEY_FILE");
  g_unlink (path);
}

/* It counts less than the user's, which need not say a thing, and is not the
 * user's word. */
static void
test_installed (void)
{
  g_autofree gchar *installed =
      write_file ("[pairing]\nserver = x\n[paint]\ncolour = red\nsize = 3\n");
  g_autofree gchar *other = write_file ("[pairing]\nserver = x\n");
  g_autofree gchar *own = write_file ("[paint]\nsize = 4\n");
  PbSettings settings = { "painter", "paint", own, table,
    .installed = installed };
  const GOptionEntry more[] = { G_OPTION_ENTRY_NULL };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  const gchar *words[2] = { "painter" };
  gchar **argv = (gchar **) words;
  gint argc = 1;
  Fields fields = { NULL };

  g_assert_true (pb_settings_load (
      &settings, &fields, context, more, &argc, &argv, &error));
  g_assert_cmpstr (fields.colour, ==, "red");
  g_assert_cmpint (fields.size, ==, 4);
  clear (&fields);

  settings.installed = other;
  g_option_context_free (g_steal_pointer (&context));
  context = g_option_context_new (NULL);
  memset (&fields, 0, sizeof fields);
  g_assert_true (pb_settings_load (
      &settings, &fields, context, more, &argc, &argv, &error));
  g_assert_cmpstr (fields.colour, ==, "green");
  clear (&fields);
  g_unlink (installed);
  g_unlink (other);
  g_unlink (own);
}

static void
test_list (void)
{
  static const gchar *const two[] = { "--guest", "ann", "--guest", "bo,cy",
    NULL };
  g_autofree gchar *path = write_file ("[paint]\nguest = dee , ,eve\n");
  g_autoptr (GError) error = NULL;
  g_autofree gchar *words = NULL, *file_words = NULL;
  Fields fields;

  g_assert_true (load (NULL, NULL, &fields, &error));
  g_assert_null (fields.guests);
  clear (&fields);
  g_assert_true (load (path, NULL, &fields, &error));
  file_words = g_strjoinv ("|", fields.guests);
  g_assert_cmpstr (file_words, ==, "dee|eve");
  clear (&fields);
  g_assert_null (fields.guests);
  g_assert_true (load (path, two, &fields, &error));
  words = g_strjoinv ("|", fields.guests);
  g_assert_cmpstr (words, ==, "ann|bo|cy");
  clear (&fields);
  g_unlink (path);
}

static void
test_flag (void)
{
  static const gchar *const loud[] = { "--loud", NULL };
  g_autofree gchar *yes = write_file ("[paint]\nloud = yes\n");
  g_autofree gchar *bad = write_file ("[paint]\nloud = perhaps\n");
  g_autoptr (GError) error = NULL;
  Fields fields;

  g_assert_true (load (NULL, NULL, &fields, &error));
  g_assert_false (fields.loud);
  clear (&fields);
  g_assert_true (load (NULL, loud, &fields, &error));
  g_assert_true (fields.loud);
  clear (&fields);
  g_assert_true (load (yes, NULL, &fields, &error));
  g_assert_true (fields.loud);
  clear (&fields);
  g_assert_false (load (bad, NULL, &fields, &error));
  g_assert_nonnull (strstr (error->message, "yes or no"));
  clear (&fields);
  g_unlink (yes);
  g_unlink (bad);
}

/* Process lists are public. */
static void
test_a_secret_has_no_option (void)
{
  static const gchar *const secret[] = { "--secret", "loud", NULL };
  g_autoptr (GError) error = NULL;
  Fields fields;

  g_assert_false (load (NULL, secret, &fields, &error));
  g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION);
  clear (&fields);
}

static void
test_a_named_file_must_be_there (void)
{
  static const gchar *const named[] = { "-c", "/nonexistent/x", NULL };
  g_autoptr (GError) error = NULL;
  Fields fields;

  g_assert_true (load ("/nonexistent/x", NULL, &fields, &error));
  g_assert_no_error (error);
  clear (&fields);
  g_assert_false (load (NULL, named, &fields, &error));
  g_assert_nonnull (strstr (error->message, "/nonexistent/x"));
  clear (&fields);
}

static void
test_errors_say_where (void)
{
  static const struct {
    const gchar *text, *says;
  } cases[] = {
    { "[paint]\nsize = 0\n", "size must be a whole number from 1 to 9" },
    { "[paint]\nsize = 10\n", "size must be a whole number from 1 to 9" },
    { "[paint]\nsize = 3 m\n", "not \"3 m\"" },
    { "[paint]\nsize =\n", "not \"\"" },
    { "[paint]\ncolor = red\n", "\"color\" (painter --help lists them)" },
    { "[colour]\nred = 1\n", "no [paint] group" },
    { "", "no [paint] group" },
    { "colour = red\n", "Cannot read " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path = write_file (cases[i].text);
    g_autoptr (GError) error = NULL;
    Fields fields;

    g_assert_false (load (path, NULL, &fields, &error));
    g_assert_nonnull (error);
    g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, cases[i].says));
    g_assert_nonnull (strstr (error->message, path));
    clear (&fields);
    g_unlink (path);
  }
}

static void
test_words (void)
{
  static const gchar *const allowed[] = { "one", "two", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (pb_settings_check_word ("n", "two", allowed, &error));
  g_assert_false (pb_settings_check_word ("n", "three", allowed, &error));
  g_assert_cmpstr (
      error->message, ==, "n must be one of one, two, not \"three\"");
}

static void
test_log_lines (void)
{
  static const struct {
    GLogLevelFlags level;
    const gchar *domain, *message, *line;
  } cases[] = {
    { G_LOG_LEVEL_MESSAGE, NULL, "up", "2026-03-01T12:02:11.250Z up" },
    { G_LOG_LEVEL_INFO, "GLib", "up", "2026-03-01T12:02:11.250Z GLib: up" },
    { G_LOG_LEVEL_WARNING, NULL, "disk full",
        "2026-03-01T12:02:11.250Z warning: disk full" },
    { G_LOG_LEVEL_CRITICAL, "GStreamer", "no",
        "2026-03-01T12:02:11.250Z error: GStreamer: no" },
    /* What a stranger sent forges no line and moves no cursor. */
    { G_LOG_LEVEL_MESSAGE, NULL, "a\n2026 error: b\r\033[2J\n",
        "2026-03-01T12:02:11.250Z a 2026 error: b  [2J" },
    { G_LOG_LEVEL_MESSAGE, NULL, "caf\xe9",
        "2026-03-01T12:02:11.250Z caf\xef\xbf\xbd" },
  };
  g_autoptr (GDateTime) time =
      g_date_time_new_from_iso8601 ("2026-03-01T14:02:11.250+02:00", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *line =
        pb_log_format (cases[i].level, cases[i].domain, cases[i].message, time);

    g_assert_cmpstr (line, ==, cases[i].line);
  }
}

/* How many of an info, a debug, a library's info and a message are written. */
static guint
count_written (PbLogLevel level)
{
  g_auto (GStrv) lines = NULL;

  pb_log_set_level (level);
  pb_log_keep (0);
  g_message ("nothing is kept");
  pb_log_keep (3);
  g_log_structured (NULL, G_LOG_LEVEL_INFO, "MESSAGE", "a state");
  g_log_structured (NULL, G_LOG_LEVEL_DEBUG, "MESSAGE", "a reason");
  g_log_structured ("library", G_LOG_LEVEL_INFO, "MESSAGE", "not ours");
  g_log_structured (NULL, G_LOG_LEVEL_MESSAGE, "MESSAGE", "a message");
  lines = pb_log_dup_kept ();
  return g_strv_length (lines);
}

static void
test_log_levels (void)
{
  static const gchar *const words[] = { "error", "warning", "message", "info",
    "debug" };
  static const guint written[] = { 0, 0, 1, 2, 3 };
  PbLogLevel level;

  pb_log_init ();
  g_assert_cmpint (pb_log_get_level (), ==, PB_LOG_MESSAGE);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    g_assert_true (pb_log_level_from_string (words[i], &level));
    g_assert_cmpint (level, ==, i);
    g_assert_cmpstr (pb_log_level_to_string (level), ==, words[i]);
    g_assert_cmpuint (count_written (level), ==, written[i]);
  }
  g_assert_false (pb_log_level_from_string ("trace", &level));
  pb_log_set_level (PB_LOG_MESSAGE);
}

static void
test_the_last_lines_are_kept (void)
{
  g_autofree gchar *wide = g_strnfill (999, 'w');
  g_autofree gchar *text = g_strconcat (wide, "\303\244\303\244", NULL);
  g_auto (GStrv) lines = NULL;

  pb_log_keep (2);
  g_message ("one");
  g_message ("two");
  g_message ("%s", text);
  lines = pb_log_dup_kept ();
  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  g_assert_true (g_str_has_suffix (lines[0], " two"));
  g_assert_cmpuint (strlen (lines[1]), <=, 1000);
  g_assert_true (g_utf8_validate (lines[1], -1, NULL));
  pb_log_keep (0);
}

/* A reader of stdout that leaves ends no stream; who asks for the end gets it. */
static void
test_signals (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  pb_signals_quit (loop);
#ifdef SIGPIPE
  raise (SIGPIPE);
#endif
  raise (SIGTERM);
  g_main_loop_run (loop);
}

/* What stands for a pipe and a terminal here is there everywhere. */
static void
test_files (void)
{
  g_autofree gchar *dir = g_dir_make_tmp ("pb-file-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (dir, "status", NULL);
  g_autofree gchar *nowhere = g_build_filename (dir, "no", "status", NULL);
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++) {
    g_assert_true (pb_file_replace (path, i == 0 ? "a line\n" : "b\n", &error));
    g_assert_no_error (error);
  }
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "b\n");
  g_assert_false (pb_file_replace (nowhere, "x", &error));
  g_assert_nonnull (strstr (error->message, nowhere));
  g_clear_error (&error);
  g_assert_false (pb_file_replace (dir, "x", &error));
  g_assert_nonnull (strstr (error->message, dir));
#ifdef G_OS_UNIX
  /* A name of the null device, which this process could replace. */
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (symlink ("/dev/null", path), ==, 0);
  g_clear_error (&error);
  g_assert_true (pb_file_replace (path, "x", &error));
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_SYMLINK));
#endif
  g_unlink (path);
  g_rmdir (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settings/the-later-wins", test_later_wins);
  g_test_add_func ("/program/settings/flag", test_flag);
  g_test_add_func ("/settings/installed", test_installed);
  g_test_add_func ("/settings/list", test_list);
  g_test_add_func (
      "/settings/a-secret-has-no-option", test_a_secret_has_no_option);
  g_test_add_func (
      "/settings/a-named-file-must-be-there", test_a_named_file_must_be_there);
  g_test_add_func ("/settings/errors-say-where", test_errors_say_where);
  g_test_add_func ("/settings/words", test_words);
  g_test_add_func ("/log/lines", test_log_lines);
  g_test_add_func ("/log/levels", test_log_levels);
  g_test_add_func (
      "/log/the-last-lines-are-kept", test_the_last_lines_are_kept);
  g_test_add_func ("/file/replaced-as-a-whole", test_files);
#ifndef G_OS_WIN32
  g_test_add_func ("/signals/term-ends-pipe-does-not", test_signals);
#endif
  return g_test_run ();
}
