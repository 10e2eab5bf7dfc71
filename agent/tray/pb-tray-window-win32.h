/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTrayWindow: a window of fixed size with buttons and fields; all else of it
 * is painted. Keyboard, resolutions and colours are its business. */
#pragma once

#include "tray/pb-tray-look-win32.h"
#include "tray/pb-tray-texts.h"

G_BEGIN_DECLS

typedef struct _PbTrayWindow PbTrayWindow;

/**
 * PbTrayWindowEvents:
 * @paint: all but buttons and fields
 * @command: a button was chosen
 * @closed: by the driver; free it
 */
typedef struct {
  void (*paint) (PbTrayWindow *window, HDC dc, gpointer user_data);
  void (*command) (PbTrayWindow *window, guint id, gpointer user_data);
  void (*closed) (gpointer user_data);
} PbTrayWindowEvents;

/* All of it in the thread that made it; sizes as of a screen of 96 a inch. */
PbTrayWindow *pb_tray_window_new (PbTrayText title, int width, int height,
    const PbTrayWindowEvents *events, gpointer user_data);
void pb_tray_window_free (PbTrayWindow *window);
HWND pb_tray_window_get_handle (PbTrayWindow *window);
const PbTrayLook *pb_tray_window_get_look (PbTrayWindow *window);
void pb_tray_window_add_button (
    PbTrayWindow *window, guint id, PbTrayText text);
void pb_tray_window_add_field (PbTrayWindow *window, guint id);
void pb_tray_window_place (
    PbTrayWindow *window, guint id, int x, int y, int width, int height);
void pb_tray_window_hide (PbTrayWindow *window, guint id);
void pb_tray_window_set_primary (PbTrayWindow *window, guint id);
void pb_tray_window_set_text (
    PbTrayWindow *window, guint id, const gchar *text);
gchar *pb_tray_window_dup_text (
    PbTrayWindow *window, guint id) G_GNUC_WARN_UNUSED_RESULT;
void pb_tray_window_redraw (PbTrayWindow *window);
void pb_tray_window_present (PbTrayWindow *window, guint focus);
gboolean pb_tray_window_translate (PbTrayWindow *window, MSG *message);
gboolean pb_tray_window_copy (PbTrayWindow *window, const gchar *text);

G_END_DECLS
