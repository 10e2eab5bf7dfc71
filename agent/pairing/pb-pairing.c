/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPairing: what the server gave this PC when it was let in. */
#include "pairing/pb-pairing.h"

#include <string.h>

#include "pairing/pb-secrets.h"
#include "pb-folders.h"

#define GROUP "pairing"

static const struct {
  const gchar *key;
  gsize offset;
  gboolean may_be_empty;
} fields[] = {
  { "url", G_STRUCT_OFFSET (PbPairing, url), FALSE },
  { "certificate", G_STRUCT_OFFSET (PbPairing, certificate), TRUE },
  { "srt", G_STRUCT_OFFSET (PbPairing, srt), FALSE },
  { "driver", G_STRUCT_OFFSET (PbPairing, driver), FALSE },
  { "device", G_STRUCT_OFFSET (PbPairing, device), FALSE },
  { "token", G_STRUCT_OFFSET (PbPairing, token), FALSE },
  { "passphrase", G_STRUCT_OFFSET (PbPairing, passphrase), FALSE },
};

static gchar **
field_at (const PbPairing *self, guint i)
{
  return G_STRUCT_MEMBER_P (self, fields[i].offset);
}

void
pb_pairing_free (PbPairing *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    pb_secrets_free (*field_at (self, i));
  g_free (self);
}

/**
 * pb_pairing_copy:
 *
 * Returns: (transfer full): the same
 */
PbPairing *
pb_pairing_copy (const PbPairing *pairing)
{
  PbPairing *self = g_new0 (PbPairing, 1);

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    *field_at (self, i) = g_strdup (*field_at (pairing, i));
  return self;
}

gboolean
pb_pairing_equal (const PbPairing *a, const PbPairing *b)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_strcmp0 (*field_at (a, i), *field_at (b, i)) != 0)
      return FALSE;
  return TRUE;
}

/**
 * pb_pairing_dup_path:
 *
 * Returns: (transfer full): where this user's stands
 */
gchar *
pb_pairing_dup_path (void)
{
  return pb_folders_dup_config ("pairing");
}

static PbPairing *
parse (const gchar *text, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (PbPairing) self = g_new0 (PbPairing, 1);

  if (!g_key_file_load_from_data (
          file, text, strlen (text), G_KEY_FILE_NONE, error))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    gchar **field = field_at (self, i);

    *field = g_key_file_get_string (file, GROUP, fields[i].key, error);
    if (*field == NULL)
      return NULL;
    if ((*field)[0] == '\0' && !fields[i].may_be_empty) {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
          "%s is empty", fields[i].key);
      return NULL;
    }
  }
  return g_steal_pointer (&self);
}

/**
 * pb_pairing_dup_wish:
 * @key: "server", the address of its page, or "name", what this PC is called
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): what whoever installed the agent wants
 */
gchar *
pb_pairing_dup_wish (const gchar *key)
{
  g_autofree gchar *path = pb_folders_dup_installed ("agent.conf");
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (path == NULL
      || !g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return NULL;
  return g_key_file_get_string (file, GROUP, key, NULL);
}

/**
 * pb_pairing_load:
 * @path: a file of pb_pairing_save()
 *
 * Returns: (transfer full): what it holds; %NULL with @error set,
 *   %G_FILE_ERROR_NOENT if this PC is not paired
 */
PbPairing *
pb_pairing_load (const gchar *path, GError **error)
{
  gchar *text = pb_secrets_load (path, error);
  PbPairing *self = NULL;

  if (text == NULL)
    return NULL;
  self = parse (text, error);
  pb_secrets_free (text);
  if (self == NULL)
    g_prefix_error (
        error, "%s is no pairing (pair anew: pitbox-agent pair): ", path);
  return self;
}

/**
 * pb_pairing_save:
 * @path: a file, there or not
 *
 * Returns: %FALSE with @error set, a G_FILE_ERROR
 */
gboolean
pb_pairing_save (const PbPairing *pairing, const gchar *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  gboolean saved;
  gchar *text;

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    g_key_file_set_string (file, GROUP, fields[i].key, *field_at (pairing, i));
  text = g_key_file_to_data (file, NULL, NULL);
  saved = pb_secrets_save (path, text, error);
  pb_secrets_free (text);
  return saved;
}

/**
 * pb_pairing_dup_srt:
 * @url: of the server
 * @port: where it takes streams, as it says
 *
 * Returns: (transfer full) (nullable): HOST:PORT; %NULL if they are none
 */
gchar *
pb_pairing_dup_srt (const gchar *url, gint64 port)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const gchar *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (host == NULL || host[0] == '\0' || port < 1 || port > 65535)
    return NULL;
  return g_strdup_printf (
      strchr (host, ':') != NULL ? "[%s]:%d" : "%s:%d", host, (gint) port);
}
