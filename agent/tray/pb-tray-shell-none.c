/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where there is no tray of ours. */
#include "tray/pb-tray-shell.h"

#include <gio/gio.h>

/**
 * pb_tray_shell_is_default:
 *
 * Returns: whether there is a tray where nobody says whether there is to be one
 */
gboolean
pb_tray_shell_is_default (void)
{
  return FALSE;
}

/**
 * pb_tray_shell_new:
 * @act: what to call
 * @user_data: for @act
 * @error: why there is none
 *
 * Returns: (transfer full) (nullable): an icon that shows nothing yet
 */
PbTrayShell *
pb_tray_shell_new (PbTrayAct act, gpointer user_data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
      "--tray: there is an icon on Windows alone");
  return NULL;
}

void
pb_tray_shell_show (PbTrayShell *shell, PbTrayNow *now)
{
  pb_tray_now_free (now);
}

void
pb_tray_shell_free (PbTrayShell *shell)
{
}
