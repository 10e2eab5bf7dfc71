/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Windows and monitors of the Windows desktop; adapters are in
 * captureos-dxgi.c. */
#include "captureos-win32.h"

#include <string.h>

typedef struct {
  const CaptureSettings *settings;
  gunichar2 *title, *class;
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

static gboolean
is_set (const gchar *text)
{
  return text != NULL && text[0] != '\0';
}

/* File names of programs, without the folder and in any case. */
static gboolean
has_process (HWND window, const gchar *name)
{
  DWORD id = 0, size = MAX_PATH;
  WCHAR path[MAX_PATH];
  HANDLE process;
  gboolean same = FALSE;

  GetWindowThreadProcessId (window, &id);
  process = OpenProcess (PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id);
  if (process == NULL)
    return FALSE;
  if (QueryFullProcessImageNameW (process, 0, path, &size)) {
    g_autofree gchar *utf8 =
        g_utf16_to_utf8 ((const gunichar2 *) path, size, NULL, NULL, NULL);
    g_autofree gchar *base = utf8 != NULL ? g_path_get_basename (utf8) : NULL;

    same = base != NULL && g_ascii_strcasecmp (base, name) == 0;
  }
  CloseHandle (process);
  return same;
}

/* All that is named must be so. */
static BOOL CALLBACK
on_window (HWND window, LPARAM data)
{
  Search *search = (Search *) data;
  const gchar *process = search->settings->window_process;
  WCHAR text[256];

  if (!IsWindowVisible (window))
    return TRUE;
  if (search->title != NULL
      && (GetWindowTextW (window, text, G_N_ELEMENTS (text)) == 0
          || wcscmp (text, (const wchar_t *) search->title) != 0))
    return TRUE;
  if (search->class != NULL
      && (GetClassNameW (window, text, G_N_ELEMENTS (text)) == 0
          || wcscmp (text, (const wchar_t *) search->class) != 0))
    return TRUE;
  if (is_set (process) && !has_process (window, process))
    return TRUE;
  search->found = window;
  return FALSE;
}

static HWND
search_exactly (const CaptureSettings *s)
{
  Search search = { s };

  if (is_set (s->window_title))
    search.title = g_utf8_to_utf16 (s->window_title, -1, NULL, NULL, NULL);
  if (is_set (s->window_class))
    search.class = g_utf8_to_utf16 (s->window_class, -1, NULL, NULL, NULL);
  /* A text that is no UTF-8 is no window's. */
  if ((search.title != NULL || !is_set (s->window_title))
      && (search.class != NULL || !is_set (s->window_class)))
    EnumWindows (on_window, (LPARAM) &search);
  g_free (search.title);
  g_free (search.class);
  return search.found;
}

/* A game's class may be another one in its next version, and its process is
 * told of few: where both are named and nobody has both, one will do. */
static HWND
search_for (const CaptureSettings *s)
{
  CaptureSettings by_class = *s, by_process = *s;
  HWND found = search_exactly (s);

  if (found != NULL || !is_set (s->window_class) || !is_set (s->window_process))
    return found;
  by_class.window_process = NULL;
  by_process.window_class = NULL;
  found = search_exactly (&by_class);
  return found != NULL ? found : search_exactly (&by_process);
}

typedef struct {
  HMONITOR wanted; /* NULL: the one with this number, or the primary one */
  gint number;
  gint at; /* how many came before */
  HMONITOR found;
  gint index;
} MonitorSearch;

static BOOL CALLBACK
on_monitor (HMONITOR monitor, HDC dc, LPRECT rect, LPARAM data)
{
  MonitorSearch *search = (MonitorSearch *) data;
  MONITORINFO info = { .cbSize = sizeof info };
  gboolean primary = GetMonitorInfoW (monitor, &info)
                     && (info.dwFlags & MONITORINFOF_PRIMARY) != 0;

  if (search->wanted != NULL ? monitor == search->wanted
      : search->number >= 0  ? search->at == search->number
                             : primary) {
    search->found = monitor;
    search->index = search->at;
    return FALSE;
  }
  search->at++;
  return TRUE;
}

static void
take_monitor (CaptureSpot *spot, HMONITOR wanted, gint number)
{
  MonitorSearch search = { wanted, number, 0, NULL, -1 };

  EnumDisplayMonitors (NULL, NULL, on_monitor, (LPARAM) &search);
  spot->monitor = (guint64) (guintptr) search.found;
  spot->monitor_index = search.index;
  spot->adapter_index = -1;
  if (search.found != NULL)
    capture_dxgi_find_adapter (search.found, spot);
}

/* The client area within the monitor's own coordinates, pixels of the screen:
 * the program's manifest says that it knows about their density. */
static void
take_area (CaptureSpot *spot, HWND window, HMONITOR monitor)
{
  MONITORINFO info = { .cbSize = sizeof info };
  RECT area, visible;
  POINT corner = { 0, 0 };

  if (!GetMonitorInfoW (monitor, &info) || !GetClientRect (window, &area)
      || !ClientToScreen (window, &corner))
    return;
  OffsetRect (&area, corner.x, corner.y);
  if (!IntersectRect (&visible, &area, &info.rcMonitor))
    return;
  spot->x = visible.left - info.rcMonitor.left;
  spot->y = visible.top - info.rcMonitor.top;
  /* Encoders take pairs of pixels. */
  spot->width = (visible.right - visible.left) & ~1;
  spot->height = (visible.bottom - visible.top) & ~1;
}

/**
 * capture_os_find_window:
 * @settings: (inout): which window, by handle, title, class and process; gets
 *   its handle and spot
 * @error: why there is none
 *
 * Any thread.
 *
 * Returns: %TRUE if the window is there now
 */
gboolean
capture_os_find_window (CaptureSettings *settings, GError **error)
{
  HWND window = (HWND) (guintptr) settings->window_handle;
  HMONITOR monitor;

  settings->spot = (CaptureSpot){ .monitor_index = -1, .adapter_index = -1 };
  if (window == NULL)
    window = search_for (settings);
  if (window == NULL || !IsWindow (window)) {
    capture_set_no_window (settings, error);
    return FALSE;
  }
  settings->window_handle = (guint64) (guintptr) window;
  settings->spot.minimised = IsIconic (window) != 0;
  monitor = MonitorFromWindow (window, MONITOR_DEFAULTTONULL);
  if (monitor == NULL) /* minimised windows are nowhere */
    return TRUE;
  take_monitor (&settings->spot, monitor, -1);
  if (!settings->spot.minimised)
    take_area (&settings->spot, window, monitor);
  return TRUE;
}

/**
 * capture_os_find_monitor:
 * @settings: (inout): gets the spot of the monitor that they mean
 *
 * Any thread.
 */
void
capture_os_find_monitor (CaptureSettings *settings)
{
  settings->spot = (CaptureSpot){ .monitor_index = -1, .adapter_index = -1 };
  take_monitor (&settings->spot, NULL, settings->monitor);
}

/* GetVersionEx() tells what the manifest names; this is the true one. */
typedef LONG (WINAPI *RtlGetVersion) (OSVERSIONINFOW *info);

/**
 * capture_os_describe:
 *
 * Returns: (transfer full): the system and its version
 */
gchar *
capture_os_describe (void)
{
  OSVERSIONINFOW info = { .dwOSVersionInfoSize = sizeof info };
  RtlGetVersion get = (RtlGetVersion) (void *) GetProcAddress (
      GetModuleHandleW (L"ntdll.dll"), "RtlGetVersion");

  if (get == NULL || get (&info) != 0)
    return g_strdup ("Windows of an unknown version");
  return g_strdup_printf ("Windows %lu.%lu build %lu%s%s", info.dwMajorVersion,
      info.dwMinorVersion, info.dwBuildNumber,
      GetSystemMetrics (SM_REMOTESESSION) != 0 ? ", by remote desktop" : "",
      GetModuleHandleW (L"mfplat.dll") == NULL
              && LoadLibraryW (L"mfplat.dll") == NULL
          ? ", without Media Foundation (an N edition?)"
          : "");
}
