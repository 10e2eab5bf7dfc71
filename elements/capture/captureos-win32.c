/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Windows of the Windows desktop. */
#include "captureos.h"

#include <windows.h>

typedef struct {
  const gunichar2 *title;
  HWND found;
} Search;

/**
 * capture_os_has_display:
 * @display: unused
 *
 * Returns: %FALSE: there is no X
 */
gboolean
capture_os_has_display (const gchar *display)
{
  return FALSE;
}

static BOOL CALLBACK
on_window (HWND window, LPARAM data)
{
  Search *search = (Search *) data;
  WCHAR title[256];

  if (!IsWindowVisible (window)
      || GetWindowTextW (window, title, G_N_ELEMENTS (title)) == 0
      || wcscmp (title, (const wchar_t *) search->title) != 0)
    return TRUE;
  search->found = window;
  return FALSE;
}

/**
 * capture_os_find_window:
 * @display: unused
 * @title: (nullable): the window's whole title
 * @handle: its HWND; 0: by title
 * @error: why there is none
 *
 * Any thread.
 *
 * Returns: the HWND of a window that is there now; 0 on error
 */
guint64
capture_os_find_window (
    const gchar *display, const gchar *title, guint64 handle, GError **error)
{
  Search search = { NULL, NULL };
  g_autofree gunichar2 *wide = NULL;

  if (handle != 0) {
    if (IsWindow ((HWND) (guintptr) handle))
      return handle;
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "There is no window 0x%" G_GINT64_MODIFIER "x", handle);
    return 0;
  }
  wide = g_utf8_to_utf16 (title, -1, NULL, NULL, error);
  if (wide == NULL)
    return 0;
  search.title = wide;
  EnumWindows (on_window, (LPARAM) &search);
  if (search.found == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "There is no window with the title \"%s\"", title);
  return (guint64) (guintptr) search.found;
}
