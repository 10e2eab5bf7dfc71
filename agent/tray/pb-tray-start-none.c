/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where systemd starts it, or the desktop: installer/linux. */
#include "tray/pb-tray-start.h"

#include <gio/gio.h>

gboolean
pb_tray_start_get (gboolean *can_change)
{
  *can_change = FALSE;
  return FALSE;
}

gboolean
pb_tray_start_set (gboolean on, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
      "The agent does not start itself here");
  return FALSE;
}
