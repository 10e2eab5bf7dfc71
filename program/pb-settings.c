/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A program's settings: default < installed < file < environment < option, from one
 * table. */
#include "pb-settings.h"

#include <glib/gstdio.h>

/* What others may read of a new settings file: it may get a passphrase. */
#define NEW_FILE_MODE 0600

static guint
count (const PbSettings *self)
{
  guint n = 0;

  while (self->table[n].key != NULL)
    n++;
  return n;
}

static gboolean
is_text (const PbSetting *s)
{
  return s->type == PB_SETTING_TEXT || s->type == PB_SETTING_FILE;
}

/* What stands between commas, without the blanks around it. */
static gchar **
split (const gchar *value)
{
  g_auto (GStrv) parts = g_strsplit (value, ",", -1);
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    if (g_strstrip (parts[i])[0] != '\0')
      g_strv_builder_add (list, parts[i]);
  return g_strv_builder_end (list);
}

static gboolean
set_value (const PbSetting *s, gpointer fields, const gchar *value,
    const gchar *where, GError **error)
{
  gpointer field = G_STRUCT_MEMBER_P (fields, s->offset);
  gint64 n;

  if (is_text (s)) {
    g_free (*(gchar **) field);
    *(gchar **) field = g_strdup (value);
    return TRUE;
  }
  if (s->type == PB_SETTING_LIST) {
    g_strfreev (*(gchar ***) field);
    *(gchar ***) field = split (value);
    return TRUE;
  }
  if (s->type == PB_SETTING_FLAG) {
    *(gboolean *) field = g_str_equal (value, "yes");
    if (*(gboolean *) field || g_str_equal (value, "no"))
      return TRUE;
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "%s%s must be yes or no, not \"%s\"", where, s->key, value);
    return FALSE;
  }
  if (!g_ascii_string_to_signed (value, 10, s->min, s->max, &n, NULL)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "%s%s must be a whole number from %d to %d, not \"%s\"", where, s->key,
        s->min, s->max, value);
    return FALSE;
  }
  *(gint *) field = (gint) n;
  return TRUE;
}

/* As set_value(), and notes that somebody has said so. */
static gboolean
give (const PbSettings *self, const PbSetting *s, gpointer fields,
    const gchar *value, const gchar *where, GError **error)
{
  if (!set_value (s, fields, value, where, error))
    return FALSE;
  if (self->given != 0)
    *(guint64 *) G_STRUCT_MEMBER_P (fields, self->given) |=
        G_GUINT64_CONSTANT (1) << (s - self->table);
  return TRUE;
}

static const PbSetting *
find (const PbSettings *self, const gchar *key)
{
  for (const PbSetting *s = self->table; s->key != NULL; s++) {
    if (g_str_equal (s->key, key))
      return s;
  }
  return NULL;
}

static gboolean
load_file (const PbSettings *self, gpointer fields, const gchar *path,
    gboolean must, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local = NULL;
  g_auto (GStrv) keys = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &local)) {
    if (!must && g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      return TRUE;
    g_propagate_prefixed_error (
        error, g_steal_pointer (&local), "Cannot read %s: ", path);
    return FALSE;
  }
  keys = g_key_file_get_keys (file, self->group, NULL, NULL);
  if (keys == NULL) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "%s has no [%s] group", path, self->group);
    return FALSE;
  }
  for (guint i = 0; keys[i] != NULL; i++) {
    const PbSetting *s = find (self, keys[i]);
    g_autofree gchar *value = NULL;
    g_autofree gchar *where = g_strconcat (path, ": ", NULL);

    /* A misspelt key would be a setting that silently does nothing. */
    if (s == NULL) {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
          "%s: there is no setting \"%s\" (%s --help lists them)", path,
          keys[i], self->program);
      return FALSE;
    }
    value = g_key_file_get_string (file, self->group, keys[i], error);
    if (value == NULL || !give (self, s, fields, value, where, error))
      return FALSE;
  }
  return TRUE;
}

/* It may be about other things alone. */
static gboolean
load_installed (const PbSettings *self, gpointer fields, GError **error)
{
  const PbSettings here = { self->program, self->group, NULL, self->table };
  g_autoptr (GKeyFile) file = g_key_file_new ();

  return self->installed == NULL
         || (g_key_file_load_from_file (
                 file, self->installed, G_KEY_FILE_NONE, NULL)
             && !g_key_file_has_group (file, self->group))
         || load_file (&here, fields, self->installed, FALSE, error);
}

static gboolean
load_environment (const PbSettings *self, gpointer fields, GError **error)
{
  for (const PbSetting *s = self->table; s->key != NULL; s++) {
    g_autofree gchar *upper = g_ascii_strup (s->key, -1);
    g_autofree gchar *name =
        g_strdelimit (g_strconcat ("PITBOX_", upper, NULL), "-", '_');
    g_autofree gchar *where = g_strconcat (name, ": ", NULL);
    const gchar *value = g_getenv (name);

    if (value != NULL && !give (self, s, fields, value, where, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
load_options (const PbSettings *self, gpointer fields, gchar *const *values,
    GError **error)
{
  for (guint i = 0; self->table[i].key != NULL; i++) {
    if (values[i] != NULL
        && !give (self, &self->table[i], fields, values[i], "--", error))
      return FALSE;
  }
  return TRUE;
}

/* The context keeps pointers to @help and, one a setting, @values, @lists and
 * @flags. */
static void
add_options (const PbSettings *self, GOptionContext *context, gchar **file,
    gchar **help, gchar **values, gchar ***lists, gboolean *flags)
{
  g_autofree gchar *file_help = g_strdup_printf (
      "Read settings from FILE%s%s%s", self->file != NULL ? " (" : "",
      self->file != NULL ? self->file : "", self->file != NULL ? ")" : "");
  GOptionEntry entries[2] = { { 0 }, { 0 } };
  guint n = 0;

  for (const PbSetting *s = self->table; s->key != NULL;
       s++, values++, lists++, flags++) {
    if (s->help == NULL)
      continue;
    help[n] = s->fallback == NULL || s->fallback[0] == '\0'
                  ? g_strdup (s->help)
                  : g_strdup_printf ("%s (%s)", s->help, s->fallback);
    entries[0] = (GOptionEntry){ s->key, 0, 0,
      s->type == PB_SETTING_FILE ? G_OPTION_ARG_FILENAME : G_OPTION_ARG_STRING,
      values, help[n], s->arg };
    if (s->type == PB_SETTING_FLAG) {
      entries[0].arg = G_OPTION_ARG_NONE;
      entries[0].arg_data = flags;
    } else if (s->type == PB_SETTING_LIST) {
      entries[0].arg = G_OPTION_ARG_STRING_ARRAY;
      entries[0].arg_data = lists;
    }
    g_option_context_add_main_entries (context, entries, NULL);
    n++;
  }
  help[n] = g_steal_pointer (&file_help);
  entries[0] = (GOptionEntry){ "config", 'c', 0, G_OPTION_ARG_FILENAME, file,
    help[n], "FILE" };
  g_option_context_add_main_entries (context, entries, NULL);
}

/**
 * pb_settings_load:
 * @settings: what there is to set
 * @fields: the program's struct, zeroed; to be freed by pb_settings_clear(),
 *   whatever this returns
 * @context: (transfer none): gets the options, and is used up: free it at once
 * @more: options that are no settings (such as --version)
 * @argc: (inout): main()'s
 * @argv: (inout): main()'s
 * @error: what is wrong with which setting, and where it stands
 *
 * Main thread only: reads the environment.
 *
 * Returns: %TRUE if each setting has a value of its type and range
 */
gboolean
pb_settings_load (const PbSettings *settings, gpointer fields,
    GOptionContext *context, const GOptionEntry *more, gint *argc,
    gchar ***argv, GError **error)
{
  const guint n = count (settings);
  g_auto (GStrv) help = g_new0 (gchar *, n + 2);
  g_autofree gchar **values = g_new0 (gchar *, n);
  g_autofree gchar ***lists = g_new0 (gchar **, n);
  g_autofree gboolean *flags = g_new0 (gboolean, n);
  g_autofree gchar *file = NULL;
  gboolean ok;

  for (const PbSetting *s = settings->table; s->key != NULL; s++) {
    if (s->fallback != NULL)
      ok = set_value (s, fields, s->fallback, settings->program, NULL);
  }
  add_options (settings, context, &file, help, values, lists, flags);
  g_option_context_add_main_entries (context, more, NULL);
  ok = g_option_context_parse (context, argc, argv, error);
  for (guint i = 0; i < n; i++) {
    if (flags[i])
      values[i] = g_strdup ("yes");
    if (lists[i])
      values[i] = g_strjoinv (",", lists[i]);
    g_strfreev (lists[i]);
  }
  if (settings->kept != 0)
    *(gchar **) G_STRUCT_MEMBER_P (fields, settings->kept) =
        g_strdup (file != NULL ? file : settings->file);
  ok = ok && load_installed (settings, fields, error);
  if (ok && (file != NULL || settings->file != NULL))
    ok = load_file (settings, fields, file != NULL ? file : settings->file,
        file != NULL, error);
  ok = ok && load_environment (settings, fields, error)
       && load_options (settings, fields, values, error);
  for (guint i = 0; i < n; i++)
    g_free (values[i]);
  return ok;
}

/* Whatever else is in the file stays, comments too. */
static gboolean
keep (const PbSettings *self, const gchar *path, const gchar *key,
    const gchar *value, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree gchar *folder = g_path_get_dirname (path);
  g_autoptr (GError) local = NULL;
  g_autofree gchar *text = NULL;
  int mode = NEW_FILE_MODE;
  GStatBuf old;
  gsize size;

  if (!g_key_file_load_from_file (file, path,
          G_KEY_FILE_KEEP_COMMENTS | G_KEY_FILE_KEEP_TRANSLATIONS, &local)
      && !g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  g_key_file_set_string (file, self->group, key, value);
  text = g_key_file_to_data (file, &size, NULL);
  if (g_stat (path, &old) == 0)
    mode = old.st_mode & 0777;
  g_mkdir_with_parents (folder, 0700);
  return g_file_set_contents_full (
      path, text, (gssize) size, G_FILE_SET_CONTENTS_CONSISTENT, mode, error);
}

/**
 * pb_settings_change:
 * @settings: what there is to set, with @kept
 * @fields: the program's struct, loaded
 * @key: of a setting
 * @value: from now on, and at the next start
 * @error: what is wrong with it, or why it is not kept; in the latter case it
 *   counts until the program ends
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_settings_change (const PbSettings *settings, gpointer fields,
    const gchar *key, const gchar *value, GError **error)
{
  const gchar *path = *(gchar **) G_STRUCT_MEMBER_P (fields, settings->kept);
  const PbSetting *s = find (settings, key);

  if (s == NULL) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
        "There is no setting \"%s\"", key);
    return FALSE;
  }
  if (!give (settings, s, fields, value, "", error))
    return FALSE;
  return path == NULL || keep (settings, path, key, value, error);
}

/**
 * pb_settings_is_given:
 * @settings: what there is to set, with @given; 64 settings at most
 * @fields: the program's struct, loaded
 * @key: of a setting
 *
 * Returns: %TRUE if file, environment or options say what it is, be it the
 *   same as without them
 */
gboolean
pb_settings_is_given (
    const PbSettings *settings, gconstpointer fields, const gchar *key)
{
  const PbSetting *s = find (settings, key);
  const guint64 given =
      *(const guint64 *) ((const gchar *) fields + settings->given);

  return s != NULL && (given >> (s - settings->table) & 1) != 0;
}

/**
 * pb_settings_clear:
 * @settings: what there is to set
 * @fields: the program's struct
 *
 * Frees the texts in it.
 */
void
pb_settings_clear (const PbSettings *settings, gpointer fields)
{
  for (const PbSetting *s = settings->table; s->key != NULL; s++) {
    if (is_text (s))
      g_clear_pointer (
          (gchar **) G_STRUCT_MEMBER_P (fields, s->offset), g_free);
    else if (s->type == PB_SETTING_LIST)
      g_clear_pointer (
          (gchar ***) G_STRUCT_MEMBER_P (fields, s->offset), g_strfreev);
  }
}

/**
 * pb_settings_check_word:
 * @key: of the setting
 * @value: its value
 * @allowed: words that it may be, up to %NULL
 * @error: names them
 *
 * Returns: whether it is one of them
 */
gboolean
pb_settings_check_word (const gchar *key, const gchar *value,
    const gchar *const *allowed, GError **error)
{
  g_autofree gchar *list = NULL;

  if (g_strv_contains (allowed, value))
    return TRUE;
  list = g_strjoinv (", ", (gchar **) allowed);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "%s must be one of %s, not \"%s\"", key, list, value);
  return FALSE;
}
