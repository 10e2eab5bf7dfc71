/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTrayLook: as Windows is set: light or dark, or its own colours where it is
 * set to high contrast. */
#include "tray/pb-tray-look-win32.h"

#include <dwmapi.h>

/* Of Windows 10 2004 and later; an older one refuses it. */
#define DARK_TITLE 20
#define FACE L"Segoe UI"

/* As the page's theme. */
static const COLORREF dark[] = {
  [PB_TRAY_COLOUR_GROUND] = RGB (0x0a, 0x0d, 0x12),
  [PB_TRAY_COLOUR_PANEL] = RGB (0x11, 0x16, 0x1e),
  [PB_TRAY_COLOUR_RAISED] = RGB (0x1f, 0x28, 0x35),
  [PB_TRAY_COLOUR_LINE] = RGB (0x2a, 0x34, 0x42),
  [PB_TRAY_COLOUR_TEXT] = RGB (0xe8, 0xed, 0xf4),
  [PB_TRAY_COLOUR_DIM] = RGB (0x9a, 0xa8, 0xba),
  [PB_TRAY_COLOUR_ACCENT] = RGB (0xff, 0xb4, 0x54),
  [PB_TRAY_COLOUR_ON_ACCENT] = RGB (0x0a, 0x0d, 0x12),
  [PB_TRAY_COLOUR_BAD] = RGB (0xff, 0x6b, 0x61),
};
static const COLORREF light[] = {
  [PB_TRAY_COLOUR_GROUND] = RGB (0xf1, 0xf3, 0xf6),
  [PB_TRAY_COLOUR_PANEL] = RGB (0xff, 0xff, 0xff),
  [PB_TRAY_COLOUR_RAISED] = RGB (0xff, 0xff, 0xff),
  [PB_TRAY_COLOUR_LINE] = RGB (0xcf, 0xd6, 0xdf),
  [PB_TRAY_COLOUR_TEXT] = RGB (0x14, 0x1b, 0x24),
  [PB_TRAY_COLOUR_DIM] = RGB (0x55, 0x61, 0x70),
  [PB_TRAY_COLOUR_ACCENT] = RGB (0x9c, 0x56, 0x00),
  [PB_TRAY_COLOUR_ON_ACCENT] = RGB (0xff, 0xff, 0xff),
  [PB_TRAY_COLOUR_BAD] = RGB (0xb3, 0x26, 0x1e),
};

G_STATIC_ASSERT (G_N_ELEMENTS (dark) == PB_TRAY_COLOUR_LAST);
G_STATIC_ASSERT (G_N_ELEMENTS (light) == PB_TRAY_COLOUR_LAST);

/* A user who needs them has chosen them. */
static const int system_colours[] = {
  [PB_TRAY_COLOUR_GROUND] = COLOR_WINDOW,
  [PB_TRAY_COLOUR_PANEL] = COLOR_WINDOW,
  [PB_TRAY_COLOUR_RAISED] = COLOR_BTNFACE,
  [PB_TRAY_COLOUR_LINE] = COLOR_WINDOWTEXT,
  [PB_TRAY_COLOUR_TEXT] = COLOR_WINDOWTEXT,
  [PB_TRAY_COLOUR_DIM] = COLOR_WINDOWTEXT,
  [PB_TRAY_COLOUR_ACCENT] = COLOR_HIGHLIGHT,
  [PB_TRAY_COLOUR_ON_ACCENT] = COLOR_HIGHLIGHTTEXT,
  [PB_TRAY_COLOUR_BAD] = COLOR_WINDOWTEXT,
};

G_STATIC_ASSERT (G_N_ELEMENTS (system_colours) == PB_TRAY_COLOUR_LAST);

static gboolean
is_high_contrast (void)
{
  HIGHCONTRASTW info = { .cbSize = sizeof info };

  return SystemParametersInfoW (SPI_GETHIGHCONTRAST, sizeof info, &info, 0)
         && (info.dwFlags & HCF_HIGHCONTRASTON) != 0;
}

static gboolean
are_programs_dark (void)
{
  DWORD is_light = 1, size = sizeof is_light;

  RegGetValueW (HKEY_CURRENT_USER,
      L"Software\\Microsoft\\Windows\\CurrentVersion\\Themes\\Personalize",
      L"AppsUseLightTheme", RRF_RT_REG_DWORD, NULL, &is_light, &size);
  return is_light == 0;
}

static HFONT
make_font (UINT dpi, int px, int weight)
{
  return CreateFontW (-MulDiv (px, (int) dpi, 96), 0, 0, 0, weight, FALSE,
      FALSE, FALSE, DEFAULT_CHARSET, OUT_DEFAULT_PRECIS, CLIP_DEFAULT_PRECIS,
      CLEARTYPE_QUALITY, DEFAULT_PITCH | FF_SWISS, FACE);
}

/**
 * pb_tray_look_new:
 * @dpi: of the monitor
 *
 * Returns: (transfer full): as Windows is set now
 */
PbTrayLook *
pb_tray_look_new (UINT dpi)
{
  PbTrayLook *self = g_new0 (PbTrayLook, 1);
  const gboolean own = is_high_contrast ();

  self->dpi = dpi != 0 ? dpi : 96;
  self->is_dark = !own && are_programs_dark ();
  for (guint i = 0; i < PB_TRAY_COLOUR_LAST; i++) {
    self->colours[i] = own             ? GetSysColor (system_colours[i])
                       : self->is_dark ? dark[i]
                                       : light[i];
    self->brushes[i] = CreateSolidBrush (self->colours[i]);
  }
  self->fonts[PB_TRAY_FONT_TEXT] = make_font (self->dpi, 13, FW_NORMAL);
  self->fonts[PB_TRAY_FONT_GROUP] = make_font (self->dpi, 13, FW_SEMIBOLD);
  self->fonts[PB_TRAY_FONT_TITLE] = make_font (self->dpi, 21, FW_SEMIBOLD);
  self->fonts[PB_TRAY_FONT_CODE] = make_font (self->dpi, 46, FW_BOLD);
  return self;
}

void
pb_tray_look_free (PbTrayLook *look)
{
  for (guint i = 0; i < PB_TRAY_COLOUR_LAST; i++)
    DeleteObject (look->brushes[i]);
  for (guint i = 0; i < PB_TRAY_FONT_LAST; i++)
    DeleteObject (look->fonts[i]);
  g_free (look);
}

/**
 * pb_tray_look_px:
 * @n: pixels of a screen of 96 a inch
 *
 * Returns: of this one
 */
int
pb_tray_look_px (const PbTrayLook *look, int n)
{
  return MulDiv (n, (int) look->dpi, 96);
}

RECT
pb_tray_look_rect (const PbTrayLook *look, int x, int y, int w, int h)
{
  const RECT box = { pb_tray_look_px (look, x), pb_tray_look_px (look, y),
    pb_tray_look_px (look, x + w), pb_tray_look_px (look, y + h) };

  return box;
}

/**
 * pb_tray_wide:
 * @text: UTF-8
 *
 * Returns: (transfer full): for Windows
 */
wchar_t *
pb_tray_wide (const gchar *text)
{
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);

  return (wchar_t *) g_utf8_to_utf16 (valid, -1, NULL, NULL, NULL);
}

/* As much as goes in. */
void
pb_tray_wide_into (wchar_t *out, gsize n, const gchar *text)
{
  g_autofree gchar *shorter = pb_tray_model_shorten (text, n - 1);
  g_autofree wchar_t *wide = pb_tray_wide (shorter);

  lstrcpynW (out, wide, (int) n);
}

/**
 * pb_tray_look_draw_text:
 * @flags: of DrawTextW()
 *
 * Returns: its height, of this screen
 */
int
pb_tray_look_draw_text (const PbTrayLook *look, HDC dc, PbTrayFont font,
    PbTrayColour colour, const gchar *text, RECT box, UINT flags)
{
  g_autofree wchar_t *wide = pb_tray_wide (text);
  HGDIOBJ before = SelectObject (dc, look->fonts[font]);
  int height;

  SetBkMode (dc, TRANSPARENT);
  SetTextColor (dc, look->colours[colour]);
  height = DrawTextW (dc, wide, -1, &box, flags);
  SelectObject (dc, before);
  return height;
}

/**
 * pb_tray_look_draw_box:
 * @radius: of its corners
 */
void
pb_tray_look_draw_box (const PbTrayLook *look, HDC dc, RECT box,
    PbTrayColour fill, PbTrayColour line, int radius)
{
  const int r = pb_tray_look_px (look, radius) * 2;
  HPEN pen =
      CreatePen (PS_SOLID, pb_tray_look_px (look, 1), look->colours[line]);
  HGDIOBJ old_pen = SelectObject (dc, pen);
  HGDIOBJ old_brush = SelectObject (dc, look->brushes[fill]);

  RoundRect (dc, box.left, box.top, box.right, box.bottom, r, r);
  SelectObject (dc, old_pen);
  SelectObject (dc, old_brush);
  DeleteObject (pen);
}

/**
 * pb_tray_look_draw_icon:
 *
 * 36 of a side.
 */
void
pb_tray_look_draw_icon (
    const PbTrayLook *look, HDC dc, PbTrayIcon icon, int x, int y)
{
  const int size = pb_tray_look_px (look, 36);
  HICON drawn = pb_tray_icon_new_win32 (icon, size);

  if (drawn == NULL)
    return;
  DrawIconEx (dc, pb_tray_look_px (look, x), pb_tray_look_px (look, y), drawn,
      size, size, 0, NULL, DI_NORMAL);
  DestroyIcon (drawn);
}

/**
 * pb_tray_look_draw_button:
 * @item: of WM_DRAWITEM
 * @is_primary: the one that Enter means
 */
void
pb_tray_look_draw_button (
    const PbTrayLook *look, const DRAWITEMSTRUCT *item, gboolean is_primary)
{
  const gboolean is_on = (item->itemState & ODS_DISABLED) == 0;
  const gboolean is_bright = is_primary && is_on;
  const PbTrayColour colour = is_bright ? PB_TRAY_COLOUR_ON_ACCENT
                              : is_on   ? PB_TRAY_COLOUR_TEXT
                                        : PB_TRAY_COLOUR_DIM;
  RECT box = item->rcItem;
  wchar_t label[128];

  FillRect (item->hDC, &box, look->brushes[PB_TRAY_COLOUR_GROUND]);
  pb_tray_look_draw_box (look, item->hDC, box,
      is_bright                        ? PB_TRAY_COLOUR_ACCENT
      : item->itemState & ODS_SELECTED ? PB_TRAY_COLOUR_LINE
                                       : PB_TRAY_COLOUR_RAISED,
      is_bright ? PB_TRAY_COLOUR_ACCENT : PB_TRAY_COLOUR_LINE, 4);
  if (item->itemState & ODS_FOCUS) {
    const int in = pb_tray_look_px (look, is_bright ? 3 : 1);
    RECT ring = box;

    InflateRect (&ring, -in, -in);
    FrameRect (item->hDC, &ring,
        look->brushes[is_bright ? PB_TRAY_COLOUR_ON_ACCENT
                                : PB_TRAY_COLOUR_ACCENT]);
  }
  GetWindowTextW (item->hwndItem, label, G_N_ELEMENTS (label));
  SetBkMode (item->hDC, TRANSPARENT);
  SetTextColor (item->hDC, look->colours[colour]);
  SelectObject (item->hDC, look->fonts[PB_TRAY_FONT_TEXT]);
  DrawTextW (item->hDC, label, -1, &box,
      DT_CENTER | DT_VCENTER | DT_SINGLELINE
          | (item->itemState & ODS_NOACCEL ? DT_HIDEPREFIX : 0));
}

/**
 * pb_tray_look_dress:
 * @window: gets a title bar that fits
 */
void
pb_tray_look_dress (const PbTrayLook *look, HWND window)
{
  const BOOL is_dark = look->is_dark;

  DwmSetWindowAttribute (window, DARK_TITLE, &is_dark, sizeof is_dark);
}
