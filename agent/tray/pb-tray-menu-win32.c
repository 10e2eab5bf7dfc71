/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The menu as Windows shows it: its own, so that keyboard and screen readers
 * know it. */
#include "tray/pb-tray-look-win32.h"
#include "tray/pb-tray-windows-win32.h"

/* Of an entry; 0 = none was chosen. */
#define FIRST_ID 1

static void
add_item (HMENU menu, UINT at, const PbTrayItem *item, HMENU sub)
{
  MENUITEMINFOW info = { .cbSize = sizeof info,
    .fMask = MIIM_FTYPE | MIIM_STATE | MIIM_ID };
  g_autofree wchar_t *label =
      item->label != NULL ? pb_tray_wide (item->label) : NULL;

  info.wID = FIRST_ID + (UINT) item->action;
  info.fType = item->kind == PB_TRAY_ITEM_LINE     ? MFT_SEPARATOR
               : item->kind == PB_TRAY_ITEM_CHOICE ? MFT_RADIOCHECK
                                                   : MFT_STRING;
  info.fState = (item->is_on ? MFS_CHECKED : 0)
                | (item->is_enabled ? 0 : MFS_DISABLED)
                | (item->is_default ? MFS_DEFAULT : 0);
  if (label != NULL) {
    info.fMask |= MIIM_STRING;
    info.dwTypeData = label;
  }
  if (sub != NULL) {
    info.fMask |= MIIM_SUBMENU;
    info.hSubMenu = sub;
  }
  InsertMenuItemW (menu, at, TRUE, &info);
}

/* A menu owns the menus in it. */
static HMENU
build (GPtrArray *items)
{
  HMENU menu = CreatePopupMenu ();
  HMENU sub = NULL;
  UINT n = 0, n_sub = 0;

  for (guint i = 0; i < items->len; i++) {
    const PbTrayItem *item = g_ptr_array_index (items, i);

    if (item->kind == PB_TRAY_ITEM_MENU) {
      sub = CreatePopupMenu ();
      n_sub = 0;
    }
    if (item->depth > 0)
      add_item (sub, n_sub++, item, NULL);
    else
      add_item (menu, n++, item, item->kind == PB_TRAY_ITEM_MENU ? sub : NULL);
  }
  return menu;
}

/**
 * pb_tray_menu_ask:
 * @owner: a top-level window, which gets the keyboard meanwhile
 * @now: what the agent does; not looked at any more once the menu is there
 * @at: where, on the screen
 *
 * Returns when something was chosen, or the menu has gone. Messages go on being
 * handled meanwhile.
 *
 * Returns: what was chosen, or %PB_TRAY_NOTHING
 */
PbTrayAction
pb_tray_menu_ask (HWND owner, const PbTrayNow *now, POINT at)
{
  g_autoptr (GPtrArray) items = pb_tray_model_get_menu (now);
  HMENU menu = build (items);
  const UINT side = GetSystemMetrics (SM_MENUDROPALIGNMENT) != 0
                        ? TPM_RIGHTALIGN
                        : TPM_LEFTALIGN;
  int chosen;

  /* Without it the menu stays when the driver clicks elsewhere. */
  SetForegroundWindow (owner);
  chosen = TrackPopupMenuEx (menu,
      TPM_RETURNCMD | TPM_NONOTIFY | TPM_RIGHTBUTTON | side, at.x, at.y, owner,
      NULL);
  PostMessageW (owner, WM_NULL, 0, 0);
  DestroyMenu (menu);
  return chosen > FIRST_ID ? (PbTrayAction) (chosen - FIRST_ID)
                           : PB_TRAY_NOTHING;
}
