/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTrayShell: a thread with a message loop of its own. Menus, file dialogs and
 * windows that are being moved run loops inside that loop; in the main one they
 * would stop the control channel and what follows the network. */
#include "keeper/pb-pulse.h"
#include "tray/pb-tray-look-win32.h"
#include "tray/pb-tray-windows-win32.h"

#include <gio/gio.h>
#include <string.h>
#include <windowsx.h>

#define CLASS L"PitBoxTray"
#define ICON_ID 1
#define WM_ICON (WM_APP + 1)
#define WM_NOW (WM_APP + 2)
#define WM_LEAVE (WM_APP + 3)
/* At logon there is a program earlier than a taskbar. */
#define AGAIN_TIMER 1
#define AGAIN_MS 2000
/* Windows ends a program that says goodbye for longer. */
#define GOODBYE_MS 4000

struct _PbTrayShell {
  GThread *thread;
  PbTrayAct act; /* main thread alone; NULL once it is over */
  gpointer user_data;
  HANDLE gone; /* set once the program is about to end */

  GMutex lock;
  GCond begun;
  gboolean has_begun; /* by lock, with what follows */
  HWND window; /* NULL: there is none */

  /* The rest is the thread's. */
  UINT taskbar_created;
  NOTIFYICONDATAW data;
  gboolean is_added, is_asking;
  PbTrayIcon icon;
  gchar *tip;
  PbTrayNow *now; /* NULL before the first */
  PbTrayFigures *figures;
  PbTrayCode *code;
};

/* --- to the main thread ---------------------------------------------------- */

typedef struct {
  PbTrayShell *shell;
  PbTrayAction action;
  gchar *text, *more;
} Wish;

static void
shell_clear (gpointer data)
{
  PbTrayShell *self = data;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->begun);
  CloseHandle (self->gone);
}

static void
wish_free (gpointer data)
{
  Wish *wish = data;

  g_atomic_rc_box_release_full (wish->shell, shell_clear);
  g_free (wish->text);
  g_free (wish->more);
  g_free (wish);
}

static gboolean
on_wish (gpointer data)
{
  const Wish *wish = data;

  if (wish->shell->act != NULL)
    wish->shell->act (
        wish->action, wish->text, wish->more, wish->shell->user_data);
  return G_SOURCE_REMOVE;
}

static void
wish (PbTrayAction action, const gchar *text, const gchar *more,
    gpointer user_data)
{
  Wish *w = g_new (Wish, 1);

  w->shell = g_atomic_rc_box_acquire (user_data);
  w->action = action;
  w->text = g_strdup (text);
  w->more = g_strdup (more);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_wish, w, wish_free);
}

/* --- the icon -------------------------------------------------------------- */

/* The taskbar's own resolution counts, not ours. */
static UINT
get_dpi (void)
{
  HWND bar = FindWindowW (L"Shell_TrayWnd", NULL);
  const UINT dpi = bar != NULL ? GetDpiForWindow (bar) : 0;

  return dpi != 0 ? dpi : GetDpiForSystem ();
}

static void
make_icon (PbTrayShell *self)
{
  HICON old = self->data.hIcon;

  self->data.hIcon = pb_tray_icon_new_win32 (
      self->icon, GetSystemMetricsForDpi (SM_CXSMICON, get_dpi ()));
  self->data.uFlags = NIF_ICON | NIF_TIP | NIF_MESSAGE | NIF_SHOWTIP;
  if (self->is_added)
    Shell_NotifyIconW (NIM_MODIFY, &self->data);
  if (old != NULL)
    DestroyIcon (old);
}

static void
add_icon (PbTrayShell *self)
{
  self->data.uFlags = NIF_ICON | NIF_TIP | NIF_MESSAGE | NIF_SHOWTIP;
  self->is_added = Shell_NotifyIconW (NIM_ADD, &self->data);
  if (!self->is_added) {
    SetTimer (self->window, AGAIN_TIMER, AGAIN_MS, NULL);
    return;
  }
  KillTimer (self->window, AGAIN_TIMER);
  pb_pulse_set_icon ((guintptr) self->window, ICON_ID);
  self->data.uVersion = NOTIFYICON_VERSION_4;
  Shell_NotifyIconW (NIM_SETVERSION, &self->data);
}

/* Explorer has begun anew, and knows of no icon. */
static void
on_taskbar (PbTrayShell *self)
{
  self->is_added = FALSE;
  make_icon (self);
  add_icon (self);
}

static void
show_icon (PbTrayShell *self)
{
  const PbTrayIcon icon = pb_tray_model_get_icon (self->now->state);
  g_autofree gchar *tip = pb_tray_model_dup_tip (self->now);
  const gboolean same_tip = g_strcmp0 (tip, self->tip) == 0;

  if (same_tip && icon == self->icon)
    return;
  pb_tray_wide_into (self->data.szTip, G_N_ELEMENTS (self->data.szTip), tip);
  g_free (self->tip);
  self->tip = g_steal_pointer (&tip);
  if (icon != self->icon) {
    self->icon = icon;
    make_icon (self);
  } else if (self->is_added) {
    self->data.uFlags = NIF_TIP | NIF_SHOWTIP;
    Shell_NotifyIconW (NIM_MODIFY, &self->data);
  }
}

static void
show_balloon (PbTrayShell *self)
{
  NOTIFYICONDATAW data = self->data;

  if (self->now->balloon == NULL || !self->is_added)
    return;
  data.uFlags = NIF_INFO;
  data.dwInfoFlags =
      NIIF_RESPECT_QUIET_TIME
      | (self->icon == PB_TRAY_ICON_ERROR ? NIIF_WARNING : NIIF_INFO);
  pb_tray_wide_into (data.szInfoTitle, G_N_ELEMENTS (data.szInfoTitle),
      self->now->balloon_title);
  pb_tray_wide_into (
      data.szInfo, G_N_ELEMENTS (data.szInfo), self->now->balloon);
  Shell_NotifyIconW (NIM_MODIFY, &data);
}

/* --- what the driver does --------------------------------------------------- */

static void
close_figures (gpointer user_data)
{
  PbTrayShell *self = user_data;

  g_clear_pointer (&self->figures, pb_tray_figures_close);
}

static void
close_code (gpointer user_data)
{
  PbTrayShell *self = user_data;

  g_clear_pointer (&self->code, pb_tray_code_close);
}

static void
open_figures (PbTrayShell *self)
{
  static const PbTrayDo what = { wish, close_figures };

  if (self->figures != NULL)
    pb_tray_figures_present (self->figures);
  else
    self->figures = pb_tray_figures_open (self->now, &what, self);
}

static void
open_code (PbTrayShell *self)
{
  static const PbTrayDo what = { wish, close_code };

  if (self->code != NULL)
    pb_tray_code_present (self->code);
  else
    self->code = pb_tray_code_open (self->now, &what, self);
}

/* An address that pairing has checked: http or https, and a host. */
static void
open_dashboard (PbTrayShell *self)
{
  g_autofree wchar_t *wide = NULL;

  if (self->now->url == NULL || self->now->url[0] == '\0')
    return;
  wide = pb_tray_wide (self->now->url);
  ShellExecuteW (self->window, L"open", wide, NULL, NULL, SW_SHOWNORMAL);
}

static void
perform (PbTrayShell *self, PbTrayAction action)
{
  if (action == PB_TRAY_OPEN_FIGURES)
    open_figures (self);
  else if (action == PB_TRAY_OPEN_PAIRING)
    open_code (self);
  else if (action == PB_TRAY_OPEN_DASHBOARD)
    open_dashboard (self);
  else if (action != PB_TRAY_NOTHING)
    wish (action, NULL, NULL, self);
}

/* Messages are handled meanwhile: another click may come. */
static void
ask_menu (PbTrayShell *self, POINT at)
{
  PbTrayAction action;

  if (self->is_asking || self->now == NULL)
    return;
  self->is_asking = TRUE;
  action = pb_tray_menu_ask (self->window, self->now, at);
  self->is_asking = FALSE;
  perform (self, action);
}

/* NOTIFYICON_VERSION_4: what, and where. */
static void
on_icon (PbTrayShell *self, WPARAM w, LPARAM l)
{
  const POINT at = { GET_X_LPARAM (w), GET_Y_LPARAM (w) };

  switch (LOWORD (l)) {
    case WM_CONTEXTMENU:
      ask_menu (self, at);
      break;
    case NIN_SELECT:
    case NIN_KEYSELECT:
    case NIN_BALLOONUSERCLICK:
      if (self->now != NULL && !self->is_asking)
        perform (self, pb_tray_model_get_default (self->now));
      break;
    default:
      break;
  }
}

/* --- the thread ------------------------------------------------------------- */

static void
on_now (PbTrayShell *self, PbTrayNow *now)
{
  g_clear_pointer (&self->now, pb_tray_now_free);
  self->now = now;
  show_icon (self);
  show_balloon (self);
  if (self->figures != NULL)
    pb_tray_figures_show (self->figures, now);
  if (self->code != NULL)
    pb_tray_code_show (self->code, now);
}

/* The session ends, and the process with this message's answer: programs with
 * windows hear of it in no other way. */
static void
on_session_end (PbTrayShell *self)
{
  wish (PB_TRAY_EXIT, NULL, NULL, self);
  WaitForSingleObject (self->gone, GOODBYE_MS);
}

static LRESULT
handle_message (
    PbTrayShell *self, HWND window, UINT message, WPARAM w, LPARAM l)
{
  if (message == self->taskbar_created && message != 0) {
    on_taskbar (self);
    return 0;
  }
  switch (message) {
    case WM_ICON:
      on_icon (self, w, l);
      return 0;
    case WM_NOW:
      on_now (self, (PbTrayNow *) l);
      return 0;
    case WM_LEAVE:
      PostQuitMessage (0);
      return 0;
    case WM_TIMER:
      add_icon (self);
      return 0;
    case WM_DPICHANGED:
    case WM_DISPLAYCHANGE:
    case WM_SETTINGCHANGE:
      make_icon (self);
      return 0;
    case WM_ENDSESSION:
      if (w)
        on_session_end (self);
      return 0;
    default:
      return DefWindowProcW (window, message, w, l);
  }
}

static LRESULT CALLBACK
on_message (HWND window, UINT message, WPARAM w, LPARAM l)
{
  PbTrayShell *self = (PbTrayShell *) GetWindowLongPtrW (window, GWLP_USERDATA);

  return self != NULL ? handle_message (self, window, message, w, l)
                      : DefWindowProcW (window, message, w, l);
}

/* Hidden, but of the top level: another one hears of no TaskbarCreated and of
 * no end of the session. */
static HWND
make_window (PbTrayShell *self)
{
  g_autofree wchar_t *name = pb_tray_wide ("PitBox Relay tray");
  WNDCLASSW info = { .lpfnWndProc = on_message,
    .hInstance = GetModuleHandleW (NULL),
    .lpszClassName = CLASS };
  HWND window;

  RegisterClassW (&info);
  window = CreateWindowExW (
      0, CLASS, name, WS_POPUP, 0, 0, 0, 0, NULL, NULL, info.hInstance, NULL);
  if (window != NULL)
    SetWindowLongPtrW (window, GWLP_USERDATA, (LONG_PTR) self);
  return window;
}

static void
begin (PbTrayShell *self)
{
  HWND window;

  /* Of this thread alone: what captures asks in its own. */
  SetThreadDpiAwarenessContext (DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2);
  self->taskbar_created = RegisterWindowMessageW (L"TaskbarCreated");
  window = make_window (self);
  self->data.cbSize = sizeof self->data;
  self->data.hWnd = window;
  self->data.uID = ICON_ID;
  self->data.uCallbackMessage = WM_ICON;
  self->icon = PB_TRAY_ICON_WAITING;
  g_mutex_lock (&self->lock);
  self->window = window;
  self->has_begun = TRUE;
  g_cond_signal (&self->begun);
  g_mutex_unlock (&self->lock);
}

static gboolean
translate (PbTrayShell *self, MSG *message)
{
  return (self->figures != NULL
             && pb_tray_figures_translate (self->figures, message))
         || (self->code != NULL
             && pb_tray_code_translate (self->code, message));
}

static void
end (PbTrayShell *self)
{
  MSG message;

  g_clear_pointer (&self->figures, pb_tray_figures_close);
  g_clear_pointer (&self->code, pb_tray_code_close);
  if (self->is_added)
    Shell_NotifyIconW (NIM_DELETE, &self->data);
  pb_pulse_set_icon (0, ICON_ID);
  while (PeekMessageW (&message, self->window, WM_NOW, WM_NOW, PM_REMOVE))
    pb_tray_now_free ((PbTrayNow *) message.lParam);
  SetWindowLongPtrW (self->window, GWLP_USERDATA, 0);
  DestroyWindow (self->window);
  if (self->data.hIcon != NULL)
    DestroyIcon (self->data.hIcon);
  g_clear_pointer (&self->now, pb_tray_now_free);
  g_clear_pointer (&self->tip, g_free);
}

static gpointer
run (gpointer user_data)
{
  PbTrayShell *self = user_data;
  MSG message;

  begin (self);
  if (self->window == NULL)
    return NULL;
  make_icon (self);
  add_icon (self);
  while (GetMessageW (&message, NULL, 0, 0) > 0) {
    if (translate (self, &message))
      continue;
    TranslateMessage (&message);
    DispatchMessageW (&message);
  }
  end (self);
  return NULL;
}

/* --- the main thread's ------------------------------------------------------ */

/**
 * pb_tray_shell_is_default:
 *
 * Returns: whether there is a tray where nobody says whether there is to be one:
 *   a program that a console started is told there
 */
gboolean
pb_tray_shell_is_default (void)
{
  return GetConsoleWindow () == NULL;
}

/**
 * pb_tray_shell_new:
 * @act: what to call
 * @user_data: for @act
 * @error: why there is none
 *
 * Returns: (transfer full) (nullable): an icon that shows nothing yet
 */
PbTrayShell *
pb_tray_shell_new (PbTrayAct act, gpointer user_data, GError **error)
{
  PbTrayShell *self = g_atomic_rc_box_new0 (PbTrayShell);

  self->act = act;
  self->user_data = user_data;
  self->gone = CreateEventW (NULL, TRUE, FALSE, NULL);
  g_mutex_init (&self->lock);
  g_cond_init (&self->begun);
  self->thread = g_thread_new ("pb-tray", run, self);
  g_mutex_lock (&self->lock);
  while (!self->has_begun)
    g_cond_wait (&self->begun, &self->lock);
  g_mutex_unlock (&self->lock);
  if (self->window != NULL)
    return self;
  pb_tray_shell_free (self);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
      "--tray: there is no desktop here that shows an icon");
  return NULL;
}

/**
 * pb_tray_shell_show:
 * @shell: the icon
 * @now: (transfer full): what to show
 *
 * Does not wait for it.
 */
void
pb_tray_shell_show (PbTrayShell *shell, PbTrayNow *now)
{
  if (!PostMessageW (shell->window, WM_NOW, 0, (LPARAM) now))
    pb_tray_now_free (now);
}

/**
 * pb_tray_shell_free:
 * @shell: (transfer full): the icon goes, and calls nobody any more
 */
void
pb_tray_shell_free (PbTrayShell *shell)
{
  shell->act = NULL;
  SetEvent (shell->gone);
  if (shell->window != NULL)
    PostMessageW (shell->window, WM_LEAVE, 0, 0);
  g_thread_join (shell->thread);
  g_atomic_rc_box_release_full (shell, shell_clear);
}
