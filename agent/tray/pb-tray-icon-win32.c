/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The drawn icon as Windows takes it. */
#include "tray/pb-tray-icon.h"
#include "tray/pb-tray-look-win32.h"

#include <string.h>

static HBITMAP
new_bitmap (const guint32 *pixels, int size)
{
  const BITMAPINFO info = { .bmiHeader = {
                                .biSize = sizeof (BITMAPINFOHEADER),
                                .biWidth = size,
                                .biHeight = -size,
                                .biPlanes = 1,
                                .biBitCount = 32,
                                .biCompression = BI_RGB,
                            } };
  void *bits = NULL;
  HBITMAP bitmap =
      CreateDIBSection (NULL, &info, DIB_RGB_COLORS, &bits, NULL, 0);

  if (bitmap != NULL)
    memcpy (bits, pixels, (gsize) size * (gsize) size * sizeof *pixels);
  return bitmap;
}

/* What a system without alpha shows: nothing where it is mostly clear. */
static HBITMAP
new_mask (const guint32 *pixels, int size)
{
  const gsize stride = ((gsize) size + 15) / 16 * 2;
  g_autofree guint8 *bits = g_malloc0 (stride * (gsize) size);

  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++)
      if (pixels[y * size + x] >> 24 < 128)
        bits[(gsize) y * stride + (gsize) x / 8] |= (guint8) (0x80 >> x % 8);
  return CreateBitmap (size, size, 1, 1, bits);
}

/**
 * pb_tray_icon_new_win32:
 * @icon: which
 * @size_px: of a side
 *
 * Returns: (transfer full) (nullable): for DestroyIcon()
 */
HICON
pb_tray_icon_new_win32 (PbTrayIcon icon, int size_px)
{
  const int size = CLAMP (size_px, 8, PB_TRAY_ICON_MAX_PX);
  g_autofree guint32 *pixels = pb_tray_icon_draw (icon, (guint) size);
  ICONINFO info = { .fIcon = TRUE };
  HICON made = NULL;

  info.hbmColor = new_bitmap (pixels, size);
  info.hbmMask = new_mask (pixels, size);
  if (info.hbmColor != NULL && info.hbmMask != NULL)
    made = CreateIconIndirect (&info);
  if (info.hbmColor != NULL)
    DeleteObject (info.hbmColor);
  if (info.hbmMask != NULL)
    DeleteObject (info.hbmMask);
  return made;
}
