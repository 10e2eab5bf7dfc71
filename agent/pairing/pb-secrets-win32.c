/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Secrets on Windows: sealed by DPAPI for this user of this PC. */
#include "pairing/pb-secrets.h"

#include <string.h>

/* clang-format off: windows.h comes before what builds on it */
#include <windows.h>
#include <wincrypt.h>
/* clang-format on */

/* Another program that opens what is not its own needs to know this, too. */
static const char purpose[] = "pitbox-agent pairing";

static gboolean
set_error (GError **error, const gchar *path)
{
  g_autofree gchar *words = g_win32_error_message (GetLastError ());

  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, words);
  return FALSE;
}

static DATA_BLOB
make_blob (gconstpointer bytes, gsize size)
{
  const DATA_BLOB blob = { (DWORD) size, (BYTE *) bytes };

  return blob;
}

gchar *
pb_secrets_load (const gchar *path, GError **error)
{
  g_autofree gchar *sealed = NULL;
  DATA_BLOB salt = make_blob (purpose, sizeof purpose);
  DATA_BLOB in, out;
  gchar *text;
  gsize size;

  if (!g_file_get_contents (path, &sealed, &size, error))
    return NULL;
  in = make_blob (sealed, MIN (size, PB_SECRETS_MAX_BYTES));
  if (!CryptUnprotectData (
          &in, NULL, &salt, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &out)) {
    set_error (error, path);
    return NULL;
  }
  text = g_strndup ((const gchar *) out.pbData, out.cbData);
  SecureZeroMemory (out.pbData, out.cbData);
  LocalFree (out.pbData);
  return text;
}

gboolean
pb_secrets_save (const gchar *path, const gchar *text, GError **error)
{
  g_autofree gchar *folder = g_path_get_dirname (path);
  DATA_BLOB salt = make_blob (purpose, sizeof purpose);
  DATA_BLOB in = make_blob (text, strlen (text));
  DATA_BLOB out;
  gboolean saved;

  if (!CryptProtectData (&in, L"pitbox-agent", &salt, NULL, NULL,
          CRYPTPROTECT_UI_FORBIDDEN, &out))
    return set_error (error, path);
  g_mkdir_with_parents (folder, 0700);
  saved = g_file_set_contents_full (path, (const gchar *) out.pbData,
      (gssize) out.cbData,
      G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
      error);
  LocalFree (out.pbData);
  return saved;
}
