/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The tray's two windows, and its menu. */
#pragma once

#include "tray/pb-tray-shell.h"

#include <windows.h>

G_BEGIN_DECLS

/**
 * PbTrayDo:
 * @act: as PbTrayAct, but in the shell's thread
 * @closed: by the driver: close it
 */
typedef struct {
  void (*act) (PbTrayAction action, const gchar *text, const gchar *more,
      gpointer user_data);
  void (*closed) (gpointer user_data);
} PbTrayDo;

/* pb-tray-menu-win32.c */
PbTrayAction pb_tray_menu_ask (HWND owner, const PbTrayNow *now, POINT at);

/* pb-tray-figures-win32.c */
typedef struct _PbTrayFigures PbTrayFigures;
PbTrayFigures *pb_tray_figures_open (
    const PbTrayNow *now, const PbTrayDo *what, gpointer user_data);
void pb_tray_figures_close (PbTrayFigures *figures);
void pb_tray_figures_show (PbTrayFigures *figures, const PbTrayNow *now);
void pb_tray_figures_present (PbTrayFigures *figures);
gboolean pb_tray_figures_translate (PbTrayFigures *figures, MSG *message);

/* pb-tray-pair-win32.c */
typedef struct _PbTrayCode PbTrayCode;
PbTrayCode *pb_tray_code_open (
    const PbTrayNow *now, const PbTrayDo *what, gpointer user_data);
void pb_tray_code_close (PbTrayCode *code);
void pb_tray_code_show (PbTrayCode *code, const PbTrayNow *now);
void pb_tray_code_present (PbTrayCode *code);
gboolean pb_tray_code_translate (PbTrayCode *code, MSG *message);

G_END_DECLS
