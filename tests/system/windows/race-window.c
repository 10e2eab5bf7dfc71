/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A simulator's window: class and, by the file it is built as, process of the
 * game's. Over its whole foot it shows, as "The strip" of elements/README.md, the
 * tick of the newest row as soon as it is there.
 *
 * iRacingSim64DX11 [--shm-name NAME] [--size WIDTHxHEIGHT]; without a size the
 * whole screen, without a frame. It ends when it is closed, or the rows do. */
#include <irsdk/irsdk-row.h>
#include <irsdk/irsdk-shm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define CELLS 64
#define LINES 36 /* of which the strip has the last STRIP */
#define STRIP 3
#define LOOK_MS 2
/* Rows pause while nobody runs the simulator's clock. */
#define GONE_MS 20000

static uint32_t pixels[LINES * CELLS];
static volatile LONG closing;

static uint32_t
crc16 (uint32_t tick)
{
  uint32_t crc = 0xffff;

  for (int i = 31; i >= 0; i--) {
    const uint32_t top = ((crc >> 15) ^ (tick >> i)) & 1;

    crc = (crc << 1) & 0xffff;
    if (top)
      crc ^= 0x1021;
  }
  return crc;
}

/* The strip, and above it something that moves. */
static void
draw (uint32_t tick)
{
  const uint64_t cells = (uint64_t) 0xac << 56 | (uint64_t) tick << 24
                         | (uint64_t) crc16 (tick) << 8 | 0x35;

  for (unsigned y = 0; y < LINES; y++)
    for (unsigned x = 0; x < CELLS; x++)
      pixels[y * CELLS + x] =
          y >= LINES - STRIP ? (cells >> (CELLS - 1 - x) & 1 ? 0xffffff : 0)
          : (x + tick / 4) % CELLS < 8 ? 0x3070a0
                                       : 0x203020 + (y << 16);
}

static void
put (HWND window, HDC dc)
{
  static const BITMAPINFO info = { .bmiHeader = {
                                       .biSize = sizeof (BITMAPINFOHEADER),
                                       .biWidth = CELLS,
                                       .biHeight = -LINES,
                                       .biPlanes = 1,
                                       .biBitCount = 32,
                                       .biCompression = BI_RGB,
                                   } };
  RECT area;

  GetClientRect (window, &area);
  SetStretchBltMode (dc, COLORONCOLOR);
  StretchDIBits (dc, 0, 0, area.right, area.bottom, 0, 0, CELLS, LINES, pixels,
      &info, DIB_RGB_COLORS, SRCCOPY);
}

static LRESULT CALLBACK
on_message (HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
  PAINTSTRUCT paint;

  switch (message) {
    case WM_PAINT:
      put (window, BeginPaint (window, &paint));
      EndPaint (window, &paint);
      return 0;
    case WM_CLOSE:
      InterlockedExchange (&closing, 1);
      return 0;
    default:
      return DefWindowProcW (window, message, wparam, lparam);
  }
}

static HWND
open_window (int width, int height)
{
  const WNDCLASSW kind = { .lpfnWndProc = on_message,
    .hInstance = GetModuleHandleW (NULL),
    .hCursor = LoadCursorW (NULL, (LPCWSTR) IDC_ARROW),
    .lpszClassName = L"SimWinClass" };
  const int is_whole = width <= 0;
  RECT area = { 0, 0, is_whole ? GetSystemMetrics (SM_CXSCREEN) : width,
    is_whole ? GetSystemMetrics (SM_CYSCREEN) : height };
  const DWORD style = is_whole ? WS_POPUP : WS_OVERLAPPEDWINDOW;

  RegisterClassW (&kind);
  AdjustWindowRect (&area, style, FALSE);
  return CreateWindowExW (0, kind.lpszClassName, L"iRacing.com Simulator",
      style | WS_VISIBLE, 0, 0, area.right - area.left, area.bottom - area.top,
      NULL, NULL, kind.hInstance, NULL);
}

/* What was painted is on the screen once messages are looked for. */
static void
answer_messages (void)
{
  MSG message;

  while (PeekMessageW (&message, NULL, 0, 0, PM_REMOVE))
    DispatchMessageW (&message);
}

static int32_t
tick_of (IrsdkShmReader *reader, const IrsdkShmRow *row)
{
  size_t n = 0;
  const IrsdkVar *vars = irsdk_shm_reader_get_vars (reader, &n);
  const IrsdkVar *var =
      vars != NULL ? irsdk_vars_find (vars, n, "SessionTick") : NULL;

  return var != NULL ? (int32_t) irsdk_row_get_newest (row->data, var)
                     : row->tick;
}

static void
show_ticks (HWND window, IrsdkShmReader *reader)
{
  DWORD heard = GetTickCount ();
  unsigned long n = 0;
  HDC dc = GetDC (window);

  while (!closing && GetTickCount () - heard < GONE_MS) {
    IrsdkShmRow row;
    int is_new = 0;
    int32_t tick = 0;

    while (irsdk_shm_reader_poll (reader, &row) == IRSDK_SHM_ROW) {
      tick = tick_of (reader, &row);
      is_new = 1;
    }
    if (is_new) {
      draw ((uint32_t) tick);
      put (window, dc);
      GdiFlush ();
      heard = GetTickCount ();
      if (n++ == 0) {
        printf ("window shows ticks from %ld on\n", (long) tick);
        fflush (stdout);
      }
    }
    answer_messages ();
    if (!is_new)
      Sleep (LOOK_MS);
  }
  ReleaseDC (window, dc);
  printf ("window showed %lu ticks\n", n);
}

int
main (int argc, char **argv)
{
  const char *name = NULL;
  int width = 0, height = 0;
  IrsdkShmReader *reader;
  HWND window;

  for (int i = 1; i + 1 < argc; i++) {
    if (strcmp (argv[i], "--shm-name") == 0)
      name = argv[i + 1];
    else if (strcmp (argv[i], "--size") == 0)
      sscanf (argv[i + 1], "%dx%d", &width, &height);
  }
  reader = irsdk_shm_reader_new (name);
  window = open_window (width, height);
  if (reader == NULL || window == NULL)
    return 1;
  timeBeginPeriod (1);
  show_ticks (window, reader);
  DestroyWindow (window);
  irsdk_shm_reader_free (reader);
  return 0;
}
