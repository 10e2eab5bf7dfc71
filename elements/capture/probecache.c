/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A key file in the user's cache folder. What is in it is believed only if it is
 * whole, ours and young; else it is as if there were none. */
#include "probecache.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* Counts up when the meaning of a line changes. */
#define FORMAT 1
#define HEAD "pitbox encoder probes"
/* One group is some 300 bytes, one a GPU, encoder and memory. */
#define MAX_BYTES (64 * 1024)
#define MAX_REASON_BYTES 300
/* A driver that works goes on working until it is replaced, which its identity
 * tells. A refusal can be passing (all sessions of a card in use); what crashed
 * or hung may have had a bad day. */
#define GOOD_S (30 * 24 * 3600)
#define REFUSED_S (10 * 60)
#define BAD_S (24 * 3600)

/**
 * probe_cache_get_path:
 *
 * Returns: (transfer full): the file in the user's cache folder
 */
gchar *
probe_cache_get_path (void)
{
  return g_build_filename (
      g_get_user_cache_dir (), "pitbox", "encoders.ini", NULL);
}

/* Never NULL: a file that cannot be believed counts as an empty one. */
static GKeyFile *
load (const gchar *path)
{
  GKeyFile *file = g_key_file_new ();
  g_autofree gchar *text = NULL;
  g_autofree gchar *head = NULL;
  gsize size;

  if (g_file_get_contents (path, &text, &size, NULL) && size <= MAX_BYTES
      && strlen (text) == size && g_utf8_validate (text, -1, NULL)
      && g_key_file_load_from_data (file, text, size, G_KEY_FILE_NONE, NULL)) {
    head = g_key_file_get_string (file, HEAD, "machine", NULL);
    if (head != NULL
        && g_key_file_get_integer (file, HEAD, "format", NULL) == FORMAT)
      return file;
  }
  g_key_file_unref (file);
  return g_key_file_new ();
}

static gchar *
group_of (const ProbeKey *key)
{
  return g_strdup_printf ("%s %s", key->encoder, key->memory);
}

static gboolean
says (GKeyFile *file, const gchar *group, const gchar *name, const gchar *want)
{
  g_autofree gchar *value = g_key_file_get_string (file, group, name, NULL);

  return value != NULL && strcmp (value, want) == 0;
}

static gint64
get_age_s (EncoderProbe probe)
{
  switch (probe) {
    case ENCODER_PROBE_WORKS:
      return GOOD_S;
    case ENCODER_PROBE_FAILED:
      return REFUSED_S;
    default:
      return BAD_S;
  }
}

static EncoderProbe
parse_probe (GKeyFile *file, const gchar *group)
{
  static const EncoderProbe kept[] = { ENCODER_PROBE_WORKS,
    ENCODER_PROBE_FAILED, ENCODER_PROBE_CRASHED, ENCODER_PROBE_HUNG };

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++) {
    if (says (file, group, "result", encoder_probe_to_string (kept[i])))
      return kept[i];
  }
  return ENCODER_PROBE_UNKNOWN;
}

/**
 * probe_cache_read:
 * @path: the file
 * @key: what is asked for
 * @now_s: time, s since 1970
 * @reason: (out) (transfer full) (nullable): in words
 *
 * Returns: the answer, or %ENCODER_PROBE_UNKNOWN if there is none that holds
 */
EncoderProbe
probe_cache_read (
    const gchar *path, const ProbeKey *key, gint64 now_s, gchar **reason)
{
  g_autoptr (GKeyFile) file = load (path);
  g_autofree gchar *group = group_of (key);
  EncoderProbe probe = parse_probe (file, group);
  gint64 when = g_key_file_get_int64 (file, group, "when", NULL);

  *reason = NULL;
  if (!says (file, HEAD, "machine", key->machine)
      || !says (file, group, "gstreamer", key->gstreamer)
      || !says (file, group, "plugin", key->plugin) || when < 0 || when > now_s
      || now_s - when > get_age_s (probe))
    return ENCODER_PROBE_UNKNOWN;
  *reason = g_key_file_get_string (file, group, "reason", NULL);
  return probe;
}

/**
 * probe_cache_write:
 * @path: the file; its folder is made
 * @key: what was asked for
 * @now_s: time, s since 1970
 * @probe: the answer
 * @reason: (nullable): in words
 * @error: what could not be written
 *
 * The file is replaced as a whole; of two that write at once one answer is
 * lost, and asked for again. Answers of another machine or driver go.
 *
 * Returns: %TRUE if it was written
 */
gboolean
probe_cache_write (const gchar *path, const ProbeKey *key, gint64 now_s,
    EncoderProbe probe, const gchar *reason, GError **error)
{
  g_autoptr (GKeyFile) file = load (path);
  g_autofree gchar *group = group_of (key);
  g_autofree gchar *dir = g_path_get_dirname (path);
  g_autofree gchar *valid = NULL;

  if (!says (file, HEAD, "machine", key->machine)) {
    g_key_file_unref (file);
    file = g_key_file_new ();
  }
  g_key_file_set_integer (file, HEAD, "format", FORMAT);
  g_key_file_set_string (file, HEAD, "machine", key->machine);
  g_key_file_set_string (file, group, "gstreamer", key->gstreamer);
  g_key_file_set_string (file, group, "plugin", key->plugin);
  g_key_file_set_int64 (file, group, "when", now_s);
  g_key_file_set_string (
      file, group, "result", encoder_probe_to_string (probe));
  if (reason != NULL) {
    g_autofree gchar *cut = g_strndup (reason, MAX_REASON_BYTES);

    valid = g_utf8_make_valid (cut, -1);
    g_key_file_set_string (file, group, "reason", valid);
  } else {
    g_key_file_remove_key (file, group, "reason", NULL);
  }
  if (g_mkdir_with_parents (dir, 0700) != 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot make %s", dir);
    return FALSE;
  }
  return g_key_file_save_to_file (file, path, error);
}
