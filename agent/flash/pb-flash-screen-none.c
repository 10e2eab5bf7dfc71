/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A build that knows no screen. */
#include "flash/pb-flash-screen.h"

PbFlashScreen *
pb_flash_screen_open (const gchar *display, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
      "This build cannot show anything on a screen (it was made without "
      "libX11)");
  return NULL;
}

void
pb_flash_screen_get_size (PbFlashScreen *screen, gint *width, gint *height)
{
  *width = *height = 0;
}

gboolean
pb_flash_screen_paint (PbFlashScreen *screen, guint64 modules)
{
  return FALSE;
}

void
pb_flash_screen_close (PbFlashScreen *screen)
{
}
