/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A taskbar: tells every program that it is there, as Explorer does when it
 * starts, and writes down what they want of it, a line each:
 * add|modify|delete|version WINDOW ID alive|dead TOOLTIP. It keeps icons whose
 * programs are gone, as Explorer does. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

/* As wine sends it. */
typedef struct {
  LONG window;
  UINT id, flags, callback;
  WCHAR tip[128];
} Icon;

static void
note (const COPYDATASTRUCT *data)
{
  static const char *const words[] = { "add", "modify", "delete", "focus",
    "version" };
  const Icon *icon = data->lpData;
  char tip[256] = "";

  if (data->cbData < sizeof *icon || data->dwData > 4)
    return;
  WideCharToMultiByte (
      CP_UTF8, 0, icon->tip, -1, tip, sizeof tip - 1, NULL, NULL);
  for (char *c = tip; *c != '\0'; c++)
    if (*c == '\n' || *c == '\r')
      *c = ' ';
  printf ("%s %lx %u %s %s\n", words[data->dwData],
      (unsigned long) icon->window, icon->id,
      IsWindow ((HWND) (LONG_PTR) icon->window) ? "alive" : "dead", tip);
  fflush (stdout);
}

static LRESULT CALLBACK
on_message (HWND window, UINT message, WPARAM w, LPARAM l)
{
  if (message != WM_COPYDATA)
    return DefWindowProcW (window, message, w, l);
  note ((const COPYDATASTRUCT *) l);
  return TRUE;
}

int
main (void)
{
  const WNDCLASSW about = { .lpfnWndProc = on_message,
    .hInstance = GetModuleHandleW (NULL),
    .lpszClassName = L"Shell_TrayWnd" };
  HWND window;
  MSG message;

  RegisterClassW (&about);
  window =
      CreateWindowExW (WS_EX_TOPMOST | WS_EX_TOOLWINDOW, about.lpszClassName,
          L"", WS_POPUP, 0, 0, 10, 10, NULL, NULL, about.hInstance, NULL);
  if (window == NULL)
    return 1;
  SetWindowPos (window, HWND_TOPMOST, 0, 0, 0, 0,
      SWP_NOMOVE | SWP_NOSIZE | SWP_NOACTIVATE);
  printf ("here %d\n",
      FindWindowExW (NULL, NULL, about.lpszClassName, NULL) == window);
  fflush (stdout);
  SendNotifyMessageW (
      HWND_BROADCAST, RegisterWindowMessageW (L"TaskbarCreated"), 0, 0);
  while (GetMessageW (&message, NULL, 0, 0) > 0)
    DispatchMessageW (&message);
  return 0;
}
