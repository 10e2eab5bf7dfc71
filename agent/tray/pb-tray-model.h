/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTrayModel: which icon, which words, which menu; pure. */
#pragma once

#include "tray/pb-tray-now.h"

G_BEGIN_DECLS

/** PB_TRAY_TIP_CHARS: of a tooltip, in UTF-16: NOTIFYICONDATAW's, less its end. */
#define PB_TRAY_TIP_CHARS 127
/** PB_TRAY_LINE_CHARS: of a line in the menu. */
#define PB_TRAY_LINE_CHARS 72
/** PB_TRAY_BALLOON_CHARS: of its text, likewise of NOTIFYICONDATAW. */
#define PB_TRAY_BALLOON_CHARS 255

/**
 * PbTrayIcon:
 * @PB_TRAY_ICON_IDLE: nothing will be sent
 * @PB_TRAY_ICON_WAITING: it will be, by itself
 * @PB_TRAY_ICON_LIVE: it is
 * @PB_TRAY_ICON_DEGRADED: less than it should be, or nothing for now
 * @PB_TRAY_ICON_ERROR: somebody must do something
 */
typedef enum {
  PB_TRAY_ICON_IDLE,
  PB_TRAY_ICON_WAITING,
  PB_TRAY_ICON_LIVE,
  PB_TRAY_ICON_DEGRADED,
  PB_TRAY_ICON_ERROR,
} PbTrayIcon;

/**
 * PbTrayAction:
 *
 * What the driver may want. Those from @PB_TRAY_GET_CODE on have no entry in the
 * menu.
 */
typedef enum {
  PB_TRAY_NOTHING,
  PB_TRAY_TELEMETRY,
  PB_TRAY_VIDEO,
  PB_TRAY_PRESET_LOW,
  PB_TRAY_PRESET_MEDIUM,
  PB_TRAY_PRESET_HIGH,
  PB_TRAY_PRESET_OFF,
  PB_TRAY_PAUSE,
  PB_TRAY_RESUME,
  PB_TRAY_OPEN_PAIRING,
  PB_TRAY_OPEN_DASHBOARD,
  PB_TRAY_OPEN_FIGURES,
  PB_TRAY_AUTOSTART_ON,
  PB_TRAY_AUTOSTART_OFF,
  PB_TRAY_MEASURE,
  PB_TRAY_STOP_MEASURING,
  PB_TRAY_EXIT,
  PB_TRAY_GET_CODE,
  PB_TRAY_END_PAIRING,
  PB_TRAY_SAVE_BUNDLE,
} PbTrayAction;

/**
 * PbTrayItemKind:
 * @PB_TRAY_ITEM_ENTRY: does its action
 * @PB_TRAY_ITEM_WORDS: says something
 * @PB_TRAY_ITEM_CHOICE: one of several; @is_on says which
 * @PB_TRAY_ITEM_SWITCH: on or off
 * @PB_TRAY_ITEM_LINE: between groups
 * @PB_TRAY_ITEM_MENU: of the items that follow with @depth 1
 */
typedef enum {
  PB_TRAY_ITEM_ENTRY,
  PB_TRAY_ITEM_WORDS,
  PB_TRAY_ITEM_CHOICE,
  PB_TRAY_ITEM_SWITCH,
  PB_TRAY_ITEM_LINE,
  PB_TRAY_ITEM_MENU,
} PbTrayItemKind;

/**
 * PbTrayItem:
 * @label: with & in front of the letter of the keyboard
 * @is_default: what a click on the icon does
 */
typedef struct {
  PbTrayItemKind kind;
  PbTrayAction action;
  gchar *label;
  guint depth;
  gboolean is_on, is_enabled, is_default;
} PbTrayItem;

/**
 * PbTrayTold:
 *
 * What the driver was told already; zeroed at the start.
 */
typedef struct {
  PbTrayState state;
  gboolean has_state;
  gint64 notice;
} PbTrayTold;

PbTrayIcon pb_tray_model_get_icon (PbTrayState state);
gchar *pb_tray_model_dup_state (const PbTrayNow *now) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_tray_model_dup_tip (const PbTrayNow *now) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *pb_tray_model_get_menu (
    const PbTrayNow *now) G_GNUC_WARN_UNUSED_RESULT;
PbTrayAction pb_tray_model_get_default (const PbTrayNow *now);
void pb_tray_model_tell (PbTrayTold *told, PbTrayNow *now);
gchar *pb_tray_model_shorten (
    const gchar *text, gsize max_units) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
