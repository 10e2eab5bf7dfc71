/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A layered window above all others: clicks go through it, and it takes no
 * focus from the game. A game in exclusive full screen covers it. */
#include "flash/pb-flash-code.h"
#include "flash/pb-flash-screen.h"

#include <windows.h>

struct _PbFlashScreen {
  HWND window;
  HDC dc;
  HBITMAP bitmap;
  HGDIOBJ before; /* what the DC had */
  guint32 *pixels; /* of the bitmap, top row first */
  gint module_px;
  gint width, height; /* of the screen */
};

#define WHITE 0xffffffffu
#define BLACK 0xff000000u

static gboolean
create_bitmap (PbFlashScreen *self)
{
  const BITMAPINFO info = { .bmiHeader = {
                                .biSize = sizeof (BITMAPINFOHEADER),
                                .biWidth =
                                    PB_FLASH_CODE_MODULES * self->module_px,
                                .biHeight =
                                    -PB_FLASH_CODE_ROWS * self->module_px,
                                .biPlanes = 1,
                                .biBitCount = 32,
                                .biCompression = BI_RGB,
                            } };
  void *bits = NULL;

  self->dc = CreateCompatibleDC (NULL);
  if (self->dc == NULL)
    return FALSE;
  self->bitmap =
      CreateDIBSection (self->dc, &info, DIB_RGB_COLORS, &bits, NULL, 0);
  if (self->bitmap == NULL)
    return FALSE;
  self->before = SelectObject (self->dc, self->bitmap);
  self->pixels = bits;
  return TRUE;
}

static void
free_all (PbFlashScreen *self)
{
  if (self->window != NULL)
    DestroyWindow (self->window);
  if (self->before != NULL)
    SelectObject (self->dc, self->before);
  if (self->bitmap != NULL)
    DeleteObject (self->bitmap);
  if (self->dc != NULL)
    DeleteDC (self->dc);
  g_free (self);
}

/**
 * pb_flash_screen_open:
 * @display: of no use here: it is the main screen
 * @error: why nothing can be shown
 *
 * Any thread; the same one for all that follows.
 *
 * Returns: (transfer full) (nullable): a window that is there with the first
 *   painting
 */
PbFlashScreen *
pb_flash_screen_open (const gchar *display, GError **error)
{
  const DWORD style = WS_EX_LAYERED | WS_EX_TRANSPARENT | WS_EX_TOPMOST
                      | WS_EX_NOACTIVATE | WS_EX_TOOLWINDOW;
  PbFlashScreen *self = g_new0 (PbFlashScreen, 1);

  self->width = GetSystemMetrics (SM_CXSCREEN);
  self->height = GetSystemMetrics (SM_CYSCREEN);
  self->module_px = pb_flash_code_module_px (self->height);
  if (self->width > 0 && create_bitmap (self))
    self->window = CreateWindowExW (style, L"STATIC", L"PitBox sync flash",
        WS_POPUP, 0, 0, PB_FLASH_CODE_MODULES * self->module_px,
        PB_FLASH_CODE_ROWS * self->module_px, NULL, NULL,
        GetModuleHandleW (NULL), NULL);
  if (self->window == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "There is no screen here: the agent runs where no window can be shown "
        "(Windows error %lu)",
        GetLastError ());
    free_all (self);
    return NULL;
  }
  return self;
}

/**
 * pb_flash_screen_get_size:
 * @screen: a screen
 * @width: (out): of all of it, pixels
 * @height: (out): likewise
 */
void
pb_flash_screen_get_size (PbFlashScreen *screen, gint *width, gint *height)
{
  *width = screen->width;
  *height = screen->height;
}

static void
draw (PbFlashScreen *self, guint64 modules)
{
  const gint m = self->module_px;

  for (gint y = 0; y < PB_FLASH_CODE_ROWS * m; y++) {
    guint32 *line = self->pixels + y * PB_FLASH_CODE_MODULES * m;
    const gboolean is_white = y < m || y >= (PB_FLASH_CODE_ROWS - 1) * m;

    for (gint x = 0; x < PB_FLASH_CODE_MODULES * m; x++)
      line[x] =
          !is_white && (modules >> (PB_FLASH_CODE_MODULES - 1 - x / m) & 1)
              ? BLACK
              : WHITE;
  }
}

/* A thread with a window answers what the system asks of it. */
static void
answer_system (HWND window)
{
  MSG message;

  while (PeekMessageW (&message, window, 0, 0, PM_REMOVE))
    DispatchMessageW (&message);
}

/**
 * pb_flash_screen_paint:
 * @screen: a screen
 * @modules: as of pb_flash_code_modules()
 *
 * Shows all of it at once, above whatever came in front of it.
 *
 * Returns: %FALSE if the screen has gone
 */
gboolean
pb_flash_screen_paint (PbFlashScreen *screen, guint64 modules)
{
  SIZE size = { PB_FLASH_CODE_MODULES * screen->module_px,
    PB_FLASH_CODE_ROWS * screen->module_px };
  POINT to = { 0, 0 }, from = { 0, 0 };
  BLENDFUNCTION blend = { AC_SRC_OVER, 0, 255, AC_SRC_ALPHA };

  answer_system (screen->window);
  GdiFlush ();
  draw (screen, modules);
  if (!UpdateLayeredWindow (screen->window, NULL, &to, &size, screen->dc, &from,
          0, &blend, ULW_ALPHA))
    return FALSE;
  return SetWindowPos (screen->window, HWND_TOPMOST, 0, 0, 0, 0,
             SWP_NOMOVE | SWP_NOSIZE | SWP_NOACTIVATE | SWP_SHOWWINDOW)
         != 0;
}

/**
 * pb_flash_screen_close:
 * @screen: (transfer full): a screen; nothing of it stays
 */
void
pb_flash_screen_close (PbFlashScreen *screen)
{
  free_all (screen);
}
