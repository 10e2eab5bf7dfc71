/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The Run key of this user: no service, because the simulator's memory is of
 * the session. Windows keeps what the driver switches off in its own settings
 * elsewhere (StartupApproved), and that stays as it is. */
#include "tray/pb-tray-start.h"

#include <gio/gio.h>

#include <windows.h>

#define KEY L"Software\\Microsoft\\Windows\\CurrentVersion\\Run"
#define VALUE L"PitBoxRelay" /* as the installer has it */
#define LINE_CHARS 1024

/* Beside this one; the same program, without a console window. */
#define PROGRAM L"\\pitbox-tray.exe"
#define OPTIONS L"\" --supervise --tray"

/* Returns: 0 or what Windows says. */
static LSTATUS
make_line (wchar_t *line)
{
  wchar_t path[LINE_CHARS - 64];
  const DWORD n = GetModuleFileNameW (NULL, path, G_N_ELEMENTS (path) - 32);
  wchar_t *name;

  if (n == 0 || n == G_N_ELEMENTS (path) - 32)
    return ERROR_BUFFER_OVERFLOW;
  name = wcsrchr (path, L'\\');
  if (name != NULL)
    lstrcpyW (name, PROGRAM);
  lstrcpyW (line, L"\"");
  lstrcatW (line, path);
  lstrcatW (line, OPTIONS);
  return ERROR_SUCCESS;
}

static gboolean
is_there (HKEY root)
{
  return RegGetValueW (root, KEY, VALUE, RRF_RT_REG_SZ, NULL, NULL, NULL)
         == ERROR_SUCCESS;
}

/**
 * pb_tray_start_get:
 * @can_change: (out): %FALSE where it was installed for all users: that is not
 *   this one's to change
 *
 * Any thread.
 *
 * Returns: whether it does
 */
gboolean
pb_tray_start_get (gboolean *can_change)
{
  const gboolean is_for_all = is_there (HKEY_LOCAL_MACHINE);

  *can_change = !is_for_all;
  return is_for_all || is_there (HKEY_CURRENT_USER);
}

/**
 * pb_tray_start_set:
 * @on: whether it is to, this program where it is now
 * @error: what Windows says
 *
 * Any thread.
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_tray_start_set (gboolean on, GError **error)
{
  wchar_t line[LINE_CHARS];
  LSTATUS status = on ? make_line (line) : ERROR_SUCCESS;
  g_autofree gchar *words = NULL;

  if (status == ERROR_SUCCESS)
    status = on ? RegSetKeyValueW (HKEY_CURRENT_USER, KEY, VALUE, REG_SZ, line,
                 (DWORD) ((lstrlenW (line) + 1) * sizeof (wchar_t)))
                : RegDeleteKeyValueW (HKEY_CURRENT_USER, KEY, VALUE);
  if (status == ERROR_SUCCESS || (!on && status == ERROR_FILE_NOT_FOUND))
    return TRUE;
  words = g_win32_error_message (status);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, words);
  return FALSE;
}
