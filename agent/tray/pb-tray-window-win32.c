/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTrayWindow: a window of fixed size with buttons and fields. */
#include "tray/pb-tray-window-win32.h"

#define CLASS L"PitBoxTrayWindow"
#define STYLE (WS_OVERLAPPED | WS_CAPTION | WS_SYSMENU | WS_MINIMIZEBOX)
#define MAX_CONTROLS 8
/* Of a field. */
#define MAX_CHARS 512

typedef struct {
  guint id;
  HWND handle;
  gboolean is_field;
  int x, y, width, height;
} Control;

struct _PbTrayWindow {
  HWND handle;
  PbTrayLook *look;
  int width, height;
  Control controls[MAX_CONTROLS];
  guint n_controls;
  guint primary;
  HICON icon;
  PbTrayWindowEvents events;
  gpointer user_data;
};

static Control *
find (PbTrayWindow *self, guint id)
{
  for (guint i = 0; i < self->n_controls; i++)
    if (self->controls[i].id == id)
      return &self->controls[i];
  return NULL;
}

/* A field has its frame painted around it. */
static RECT
get_box (const PbTrayWindow *self, const Control *c)
{
  const int inset = c->is_field ? 8 : 0;

  return pb_tray_look_rect (self->look, c->x + inset, c->y + inset,
      c->width - 2 * inset, c->height - 2 * inset);
}

static void
move (PbTrayWindow *self, const Control *c)
{
  const RECT box = get_box (self, c);

  SetWindowPos (c->handle, NULL, box.left, box.top, box.right - box.left,
      box.bottom - box.top, SWP_NOZORDER | SWP_NOACTIVATE);
  SendMessageW (c->handle, WM_SETFONT,
      (WPARAM) self->look->fonts[PB_TRAY_FONT_TEXT], TRUE);
}

static void
paint_fields (PbTrayWindow *self, HDC dc)
{
  for (guint i = 0; i < self->n_controls; i++) {
    const Control *c = &self->controls[i];

    if (c->is_field && IsWindowVisible (c->handle))
      pb_tray_look_draw_box (self->look, dc,
          pb_tray_look_rect (self->look, c->x, c->y, c->width, c->height),
          PB_TRAY_COLOUR_PANEL,
          GetFocus () == c->handle ? PB_TRAY_COLOUR_ACCENT
                                   : PB_TRAY_COLOUR_LINE,
          4);
  }
}

/* In memory first: nothing flickers. */
static void
paint (PbTrayWindow *self)
{
  PAINTSTRUCT ps;
  HDC screen = BeginPaint (self->handle, &ps);
  RECT box;
  HDC dc;
  HBITMAP bitmap;
  HGDIOBJ before;

  GetClientRect (self->handle, &box);
  dc = CreateCompatibleDC (screen);
  bitmap = CreateCompatibleBitmap (screen, box.right, box.bottom);
  before = SelectObject (dc, bitmap);
  FillRect (dc, &box, self->look->brushes[PB_TRAY_COLOUR_GROUND]);
  self->events.paint (self, dc, self->user_data);
  paint_fields (self, dc);
  BitBlt (screen, 0, 0, box.right, box.bottom, dc, 0, 0, SRCCOPY);
  SelectObject (dc, before);
  DeleteObject (bitmap);
  DeleteDC (dc);
  EndPaint (self->handle, &ps);
}

/* Another monitor, or other colours. */
static void
dress_anew (PbTrayWindow *self, UINT dpi)
{
  pb_tray_look_free (self->look);
  self->look = pb_tray_look_new (dpi);
  pb_tray_look_dress (self->look, self->handle);
  for (guint i = 0; i < self->n_controls; i++)
    move (self, &self->controls[i]);
  pb_tray_window_redraw (self);
}

static LRESULT
colour_field (PbTrayWindow *self, HDC dc)
{
  SetTextColor (dc, self->look->colours[PB_TRAY_COLOUR_TEXT]);
  SetBkColor (dc, self->look->colours[PB_TRAY_COLOUR_PANEL]);
  return (LRESULT) self->look->brushes[PB_TRAY_COLOUR_PANEL];
}

static void
command (PbTrayWindow *self, WPARAM w)
{
  const guint id = LOWORD (w);
  const guint what = HIWORD (w);

  if (id == IDCANCEL)
    PostMessageW (self->handle, WM_CLOSE, 0, 0);
  else if (what == EN_SETFOCUS || what == EN_KILLFOCUS)
    InvalidateRect (self->handle, NULL, FALSE);
  else if (what == BN_CLICKED)
    self->events.command (self, id, self->user_data);
}

static LRESULT
handle_message (PbTrayWindow *self, UINT message, WPARAM w, LPARAM l)
{
  switch (message) {
    case WM_PAINT:
      paint (self);
      return 0;
    case WM_ERASEBKGND:
      return 1;
    case WM_DRAWITEM: {
      const DRAWITEMSTRUCT *item = (const DRAWITEMSTRUCT *) l;

      pb_tray_look_draw_button (self->look, item, item->CtlID == self->primary);
      return TRUE;
    }
    case WM_CTLCOLOREDIT:
      return colour_field (self, (HDC) w);
    case WM_COMMAND:
      command (self, w);
      return 0;
    case DM_GETDEFID:
      return self->primary != 0 ? MAKELRESULT (self->primary, DC_HASDEFID) : 0;
    case WM_DPICHANGED: {
      const RECT *box = (const RECT *) l;

      dress_anew (self, HIWORD (w));
      SetWindowPos (self->handle, NULL, box->left, box->top,
          box->right - box->left, box->bottom - box->top,
          SWP_NOZORDER | SWP_NOACTIVATE);
      return 0;
    }
    case WM_SETTINGCHANGE:
    case WM_SYSCOLORCHANGE:
      dress_anew (self, self->look->dpi);
      return 0;
    case WM_CLOSE:
      self->events.closed (self->user_data);
      return 0;
    default:
      return DefWindowProcW (self->handle, message, w, l);
  }
}

static LRESULT CALLBACK
on_message (HWND handle, UINT message, WPARAM w, LPARAM l)
{
  PbTrayWindow *self =
      (PbTrayWindow *) GetWindowLongPtrW (handle, GWLP_USERDATA);

  return self != NULL ? handle_message (self, message, w, l)
                      : DefWindowProcW (handle, message, w, l);
}

static void
register_class (void)
{
  WNDCLASSW info = { .lpfnWndProc = on_message,
    .hInstance = GetModuleHandleW (NULL),
    .lpszClassName = CLASS };

  info.hCursor = LoadCursorW (NULL, (LPCWSTR) IDC_ARROW);
  RegisterClassW (&info); /* once for all of them; again is no harm */
}

/* In the middle of the monitor where the driver is. */
static void
centre (PbTrayWindow *self)
{
  RECT box = pb_tray_look_rect (self->look, 0, 0, self->width, self->height);
  MONITORINFO info = { .cbSize = sizeof info };
  POINT at = { 0, 0 };

  GetCursorPos (&at);
  GetMonitorInfoW (MonitorFromPoint (at, MONITOR_DEFAULTTOPRIMARY), &info);
  AdjustWindowRectExForDpi (&box, STYLE, FALSE, 0, self->look->dpi);
  OffsetRect (&box,
      (info.rcWork.left + info.rcWork.right - box.right - box.left) / 2,
      (info.rcWork.top + info.rcWork.bottom - box.bottom - box.top) / 2);
  SetWindowPos (self->handle, NULL, box.left, box.top, box.right - box.left,
      box.bottom - box.top, SWP_NOZORDER | SWP_NOACTIVATE);
}

/**
 * pb_tray_window_new:
 * @title: of the window
 * @width, @height: inside
 *
 * Returns: (transfer full) (nullable): not shown yet
 */
PbTrayWindow *
pb_tray_window_new (PbTrayText title, int width, int height,
    const PbTrayWindowEvents *events, gpointer user_data)
{
  g_autofree gchar *text = g_strconcat (
      pb_tray_text (title), " – ", pb_tray_text (PB_TEXT_NAME), NULL);
  g_autofree wchar_t *wide = pb_tray_wide (text);
  PbTrayWindow *self = g_new0 (PbTrayWindow, 1);

  self->width = width;
  self->height = height;
  self->events = *events;
  self->user_data = user_data;
  register_class ();
  self->handle = CreateWindowExW (WS_EX_CONTROLPARENT, CLASS, wide, STYLE,
      CW_USEDEFAULT, 0, 100, 100, NULL, NULL, GetModuleHandleW (NULL), NULL);
  if (self->handle == NULL) {
    g_free (self);
    return NULL;
  }
  self->look = pb_tray_look_new (GetDpiForWindow (self->handle));
  pb_tray_look_dress (self->look, self->handle);
  self->icon =
      pb_tray_icon_new_win32 (PB_TRAY_ICON_LIVE, GetSystemMetrics (SM_CXICON));
  SendMessageW (self->handle, WM_SETICON, ICON_BIG, (LPARAM) self->icon);
  SendMessageW (self->handle, WM_SETICON, ICON_SMALL, (LPARAM) self->icon);
  centre (self);
  SetWindowLongPtrW (self->handle, GWLP_USERDATA, (LONG_PTR) self);
  return self;
}

/**
 * pb_tray_window_free:
 * @window: (transfer full): goes from the screen
 */
void
pb_tray_window_free (PbTrayWindow *window)
{
  SetWindowLongPtrW (window->handle, GWLP_USERDATA, 0);
  DestroyWindow (window->handle);
  if (window->icon != NULL)
    DestroyIcon (window->icon);
  pb_tray_look_free (window->look);
  g_free (window);
}

HWND
pb_tray_window_get_handle (PbTrayWindow *window)
{
  return window->handle;
}

const PbTrayLook *
pb_tray_window_get_look (PbTrayWindow *window)
{
  return window->look;
}

static void
add (PbTrayWindow *self, guint id, const wchar_t *kind, const wchar_t *text,
    DWORD style, gboolean is_field)
{
  Control *c = &self->controls[self->n_controls];

  g_return_if_fail (self->n_controls < MAX_CONTROLS);
  c->id = id;
  c->is_field = is_field;
  c->handle =
      CreateWindowExW (0, kind, text, WS_CHILD | WS_TABSTOP | style, 0, 0, 0, 0,
          self->handle, (HMENU) (guintptr) id, GetModuleHandleW (NULL), NULL);
  self->n_controls++;
}

/**
 * pb_tray_window_add_button:
 * @id: 10 or more
 *
 * Hidden until it has a place.
 */
void
pb_tray_window_add_button (PbTrayWindow *window, guint id, PbTrayText text)
{
  g_autofree wchar_t *wide = pb_tray_wide (pb_tray_text (text));

  add (window, id, L"BUTTON", wide, BS_OWNERDRAW, FALSE);
}

/**
 * pb_tray_window_add_field:
 *
 * Likewise.
 */
void
pb_tray_window_add_field (PbTrayWindow *window, guint id)
{
  add (window, id, L"EDIT", L"", ES_AUTOHSCROLL, TRUE);
  SendMessageW (find (window, id)->handle, EM_SETLIMITTEXT, MAX_CHARS, 0);
}

void
pb_tray_window_place (
    PbTrayWindow *window, guint id, int x, int y, int width, int height)
{
  Control *c = find (window, id);

  c->x = x;
  c->y = y;
  c->width = width;
  c->height = height;
  move (window, c);
  ShowWindow (c->handle, SW_SHOWNA);
}

void
pb_tray_window_hide (PbTrayWindow *window, guint id)
{
  ShowWindow (find (window, id)->handle, SW_HIDE);
}

/**
 * pb_tray_window_set_primary:
 * @id: of the button that Enter means; 0 = none
 */
void
pb_tray_window_set_primary (PbTrayWindow *window, guint id)
{
  window->primary = id;
}

void
pb_tray_window_set_text (PbTrayWindow *window, guint id, const gchar *text)
{
  g_autofree wchar_t *wide = pb_tray_wide (text);

  SetWindowTextW (find (window, id)->handle, wide);
}

gchar *
pb_tray_window_dup_text (PbTrayWindow *window, guint id)
{
  wchar_t text[MAX_CHARS + 1] = { 0 };
  gchar *utf8;

  GetWindowTextW (find (window, id)->handle, text, G_N_ELEMENTS (text));
  utf8 = g_utf16_to_utf8 ((const gunichar2 *) text, -1, NULL, NULL, NULL);
  return utf8 != NULL ? utf8 : g_strdup ("");
}

void
pb_tray_window_redraw (PbTrayWindow *window)
{
  InvalidateRect (window->handle, NULL, FALSE);
  for (guint i = 0; i < window->n_controls; i++)
    if (!window->controls[i].is_field)
      InvalidateRect (window->controls[i].handle, NULL, FALSE);
}

/**
 * pb_tray_window_present:
 * @focus: id of what the keyboard goes to
 */
void
pb_tray_window_present (PbTrayWindow *window, guint focus)
{
  const Control *c = find (window, focus);

  ShowWindow (window->handle, IsIconic (window->handle) ? SW_RESTORE : SW_SHOW);
  SetForegroundWindow (window->handle);
  if (c == NULL)
    return;
  SetFocus (c->handle);
  if (c->is_field) /* behind what is there already */
    SendMessageW (c->handle, EM_SETSEL, MAX_CHARS, MAX_CHARS);
}

/* Enter on a button that has the focus means that one. */
static gboolean
is_enter_on_button (PbTrayWindow *self, const MSG *message)
{
  const HWND focus = GetFocus ();

  if (message->message != WM_KEYDOWN || message->wParam != VK_RETURN)
    return FALSE;
  for (guint i = 0; i < self->n_controls; i++)
    if (self->controls[i].handle == focus && !self->controls[i].is_field) {
      self->events.command (self, self->controls[i].id, self->user_data);
      return TRUE;
    }
  return FALSE;
}

/**
 * pb_tray_window_translate:
 * @message: from the thread's queue
 *
 * Tab, Enter, Escape and letters. The window may be freed within.
 *
 * Returns: %TRUE if it was for this window, and is done
 */
gboolean
pb_tray_window_translate (PbTrayWindow *window, MSG *message)
{
  if (message->hwnd != window->handle
      && !IsChild (window->handle, message->hwnd))
    return FALSE;
  return is_enter_on_button (window, message)
         || IsDialogMessageW (window->handle, message);
}

/**
 * pb_tray_window_copy:
 * @text: for the clipboard
 *
 * Returns: %FALSE if another program holds it
 */
gboolean
pb_tray_window_copy (PbTrayWindow *window, const gchar *text)
{
  g_autofree wchar_t *wide = pb_tray_wide (text);
  const gsize size = ((gsize) lstrlenW (wide) + 1) * sizeof *wide;
  HGLOBAL memory = GlobalAlloc (GMEM_MOVEABLE, size);

  if (memory == NULL)
    return FALSE;
  memcpy (GlobalLock (memory), wide, size);
  GlobalUnlock (memory);
  if (OpenClipboard (window->handle)) {
    EmptyClipboard ();
    if (SetClipboardData (CF_UNICODETEXT, memory) != NULL)
      memory = NULL; /* the clipboard's now */
    CloseClipboard ();
  }
  if (memory == NULL)
    return TRUE;
  GlobalFree (memory);
  return FALSE;
}
