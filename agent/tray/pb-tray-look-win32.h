/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTrayLook: colours, fonts and how things are drawn, for one resolution. */
#pragma once

#include "tray/pb-tray-model.h"

#include <windows.h>

G_BEGIN_DECLS

/**
 * PbTrayFont:
 * @PB_TRAY_FONT_TEXT: of most things
 * @PB_TRAY_FONT_GROUP: of a group's name
 * @PB_TRAY_FONT_TITLE: of what a window is about
 * @PB_TRAY_FONT_CODE: of a pairing code
 */
typedef enum {
  PB_TRAY_FONT_TEXT,
  PB_TRAY_FONT_GROUP,
  PB_TRAY_FONT_TITLE,
  PB_TRAY_FONT_CODE,
  PB_TRAY_FONT_LAST,
} PbTrayFont;

typedef enum {
  PB_TRAY_COLOUR_GROUND,
  PB_TRAY_COLOUR_PANEL, /* lies on the ground */
  PB_TRAY_COLOUR_RAISED, /* buttons */
  PB_TRAY_COLOUR_LINE,
  PB_TRAY_COLOUR_TEXT,
  PB_TRAY_COLOUR_DIM,
  PB_TRAY_COLOUR_ACCENT, /* of the one button that matters, and the focus */
  PB_TRAY_COLOUR_ON_ACCENT,
  PB_TRAY_COLOUR_BAD,
  PB_TRAY_COLOUR_LAST,
} PbTrayColour;

/**
 * PbTrayLook:
 *
 * Of one thread.
 */
typedef struct {
  UINT dpi;
  gboolean is_dark;
  COLORREF colours[PB_TRAY_COLOUR_LAST];
  HBRUSH brushes[PB_TRAY_COLOUR_LAST];
  HFONT fonts[PB_TRAY_FONT_LAST];
} PbTrayLook;

PbTrayLook *pb_tray_look_new (UINT dpi);
void pb_tray_look_free (PbTrayLook *look);

int pb_tray_look_px (const PbTrayLook *look, int n);
RECT pb_tray_look_rect (const PbTrayLook *look, int x, int y, int w, int h);
int pb_tray_look_draw_text (const PbTrayLook *look, HDC dc, PbTrayFont font,
    PbTrayColour colour, const gchar *text, RECT box, UINT flags);
void pb_tray_look_draw_box (const PbTrayLook *look, HDC dc, RECT box,
    PbTrayColour fill, PbTrayColour line, int radius);
void pb_tray_look_draw_icon (
    const PbTrayLook *look, HDC dc, PbTrayIcon icon, int x, int y);
void pb_tray_look_draw_button (
    const PbTrayLook *look, const DRAWITEMSTRUCT *item, gboolean is_primary);
void pb_tray_look_dress (const PbTrayLook *look, HWND window);

/* pb-tray-icon-win32.c */
HICON pb_tray_icon_new_win32 (PbTrayIcon icon, int size_px);

wchar_t *pb_tray_wide (const gchar *text) G_GNUC_WARN_UNUSED_RESULT;
void pb_tray_wide_into (wchar_t *out, gsize n, const gchar *text);

G_END_DECLS
