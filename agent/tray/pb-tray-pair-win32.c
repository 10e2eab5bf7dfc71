/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pairing: an address, then a code and its picture, then whom this PC is. */
#include "pairing/pb-pairing.h"
#include "pairing/pb-qr-code.h"
#include "tray/pb-tray-window-win32.h"
#include "tray/pb-tray-windows-win32.h"

#include <string.h>

#define WIDTH 600
#define HEIGHT 372
#define MARGIN 28
#define WHOLE (WIDTH - 2 * MARGIN)
#define TOP 76 /* below the title */
#define BUTTONS (HEIGHT - 32 - 20)
#define QR 236 /* with the light zone, which is 4 modules (ISO/IEC 18004) */
#define QR_QUIET 4
#define LEFT (WHOLE - QR - 28)

enum { ADDRESS = 10, GET, TRUST, COPY, OPEN, CLOSE };

struct _PbTrayCode {
  PbTrayWindow *window;
  PbTrayNow *now;
  PbTrayDo what;
  gpointer user_data;
  PbTrayPairPhase placed; /* for which buttons are where they are */
  gboolean placed_trust;
  gchar *said;
};

/* --- what is painted ------------------------------------------------------- */

static int
paint_words (const PbTrayLook *look, HDC dc, PbTrayColour colour,
    const gchar *text, int y, int width)
{
  const UINT flags = DT_WORDBREAK | DT_EDITCONTROL | DT_NOPREFIX;

  return pb_tray_look_draw_text (look, dc, PB_TRAY_FONT_TEXT, colour, text,
      pb_tray_look_rect (look, MARGIN, y, width, BUTTONS - y - 8), flags);
}

/* Whole pixels a module, on a light square. */
static void
paint_qr (const PbTrayLook *look, HDC dc, const gchar *link)
{
  g_autoptr (PbQrCode) code = pb_qr_code_new (link);
  RECT box = pb_tray_look_rect (look, WIDTH - MARGIN - QR, MARGIN, QR, QR);
  const int whole = code != NULL ? (int) code->size + 2 * QR_QUIET : 1;
  const int module = (box.right - box.left) / whole;
  const int x0 = box.right - module * (whole - QR_QUIET);
  const int y0 = box.top + module * QR_QUIET;

  if (code == NULL)
    return;
  box.left = box.right - module * whole;
  box.bottom = box.top + module * whole;
  FillRect (dc, &box, GetStockObject (WHITE_BRUSH));
  for (guint y = 0; y < code->size; y++)
    for (guint x = 0; x < code->size; x++) {
      const RECT dark = { x0 + (int) x * module, y0 + (int) y * module,
        x0 + (int) (x + 1) * module, y0 + (int) (y + 1) * module };

      if (code->dark[y * code->size + x])
        FillRect (dc, &dark, GetStockObject (BLACK_BRUSH));
    }
}

static void
paint_code (PbTrayCode *self, const PbTrayLook *look, HDC dc)
{
  const PbTrayNow *now = self->now;
  g_autofree gchar *split = g_strdup_printf (
      "%.3s–%s", now->code, now->code + MIN (3, strlen (now->code)));
  const gchar *words = self->said != NULL ? self->said : now->words;
  int y = TOP;

  paint_words (
      look, dc, PB_TRAY_COLOUR_DIM, pb_tray_text (PB_TEXT_PAIR_CODE), y, LEFT);
  pb_tray_look_draw_text (look, dc, PB_TRAY_FONT_CODE, PB_TRAY_COLOUR_TEXT,
      split, pb_tray_look_rect (look, MARGIN - 2, y + 20, LEFT + 20, 64),
      DT_SINGLELINE | DT_VCENTER | DT_NOPREFIX);
  y += 96;
  paint_words (
      look, dc, PB_TRAY_COLOUR_TEXT, pb_tray_text (PB_TEXT_PAIR_HOW), y, LEFT);
  paint_qr (look, dc, now->link);
  if (words != NULL)
    pb_tray_look_draw_text (look, dc, PB_TRAY_FONT_TEXT, PB_TRAY_COLOUR_DIM,
        words, pb_tray_look_rect (look, MARGIN, MARGIN + QR + 12, WHOLE, 40),
        DT_WORDBREAK | DT_NOPREFIX | DT_RIGHT);
}

static void
paint_question (PbTrayCode *self, const PbTrayLook *look, HDC dc)
{
  const PbTrayNow *now = self->now;

  paint_words (look, dc, PB_TRAY_COLOUR_TEXT, pb_tray_text (PB_TEXT_PAIR_ASK),
      TOP, WHOLE);
  if (now->phase != PB_TRAY_PAIR_FAILED || now->words == NULL) {
    paint_words (look, dc, PB_TRAY_COLOUR_DIM,
        pb_tray_text (PB_TEXT_PAIR_EXAMPLE), TOP + 72, WHOLE);
    return;
  }
  paint_words (look, dc, PB_TRAY_COLOUR_BAD, now->words, TOP + 80, WHOLE);
  if (now->seen != NULL)
    paint_words (look, dc, PB_TRAY_COLOUR_TEXT, now->seen, TOP + 136, WHOLE);
}

static void
paint (PbTrayWindow *window, HDC dc, gpointer user_data)
{
  PbTrayCode *self = user_data;
  const PbTrayLook *look = pb_tray_window_get_look (window);
  const PbTrayPairPhase phase = self->now->phase;
  const gboolean has_sign =
      phase == PB_TRAY_PAIR_DONE || phase == PB_TRAY_PAIR_FAILED;
  const PbTrayText title = phase == PB_TRAY_PAIR_DONE     ? PB_TEXT_PAIR_DONE
                           : phase == PB_TRAY_PAIR_FAILED ? PB_TEXT_PAIR_FAILED
                                                          : PB_TEXT_PAIR_TITLE;

  pb_tray_look_draw_text (look, dc, PB_TRAY_FONT_TITLE, PB_TRAY_COLOUR_TEXT,
      pb_tray_text (title),
      pb_tray_look_rect (
          look, has_sign ? MARGIN + 48 : MARGIN, MARGIN - 4, LEFT, 36),
      DT_SINGLELINE | DT_VCENTER | DT_NOPREFIX);
  if (has_sign)
    pb_tray_look_draw_icon (look, dc,
        phase == PB_TRAY_PAIR_DONE ? PB_TRAY_ICON_LIVE : PB_TRAY_ICON_ERROR,
        MARGIN, MARGIN - 4);
  if (phase == PB_TRAY_PAIR_CODE)
    paint_code (self, look, dc);
  else if (phase == PB_TRAY_PAIR_NONE || phase == PB_TRAY_PAIR_FAILED)
    paint_question (self, look, dc);
  else if (self->now->words != NULL)
    paint_words (look, dc, PB_TRAY_COLOUR_TEXT, self->now->words, TOP, WHOLE);
}

/* --- what can be done ------------------------------------------------------ */

static void
place (PbTrayCode *self, guint id, int *right, int width)
{
  *right -= width;
  pb_tray_window_place (self->window, id, *right, BUTTONS, width, 32);
  *right -= 12;
}

/* From the right on; the one that Enter means is next to "Close". */
static void
place_all (PbTrayCode *self)
{
  const PbTrayPairPhase phase = self->now->phase;
  const gboolean asks =
      phase == PB_TRAY_PAIR_NONE || phase == PB_TRAY_PAIR_FAILED;
  const gboolean trusts = asks && self->now->seen != NULL;
  int right = WIDTH - MARGIN;

  for (guint id = ADDRESS; id < CLOSE; id++)
    pb_tray_window_hide (self->window, id);
  place (self, CLOSE, &right, 100);
  if (asks) {
    pb_tray_window_place (self->window, ADDRESS, MARGIN, TOP + 26, WHOLE, 36);
    place (self, GET, &right, 130);
  }
  if (trusts)
    place (self, TRUST, &right, 110);
  if (phase == PB_TRAY_PAIR_CODE) {
    place (self, OPEN, &right, 140);
    place (self, COPY, &right, 130);
  }
  pb_tray_window_set_primary (self->window, asks ? GET : CLOSE);
  pb_tray_window_present (self->window, asks ? ADDRESS : CLOSE);
  self->placed = phase;
  self->placed_trust = trusts;
}

static void
ask (PbTrayCode *self, const gchar *fingerprint)
{
  g_autofree gchar *address = pb_tray_window_dup_text (self->window, ADDRESS);

  self->what.act (PB_TRAY_GET_CODE, address, fingerprint, self->user_data);
}

static void
copy_link (PbTrayCode *self)
{
  if (!pb_tray_window_copy (self->window, self->now->link))
    return;
  g_free (self->said);
  self->said = g_strdup (pb_tray_text (PB_TEXT_PAIR_COPIED));
  pb_tray_window_redraw (self->window);
}

static void
open_link (PbTrayCode *self)
{
  g_autofree wchar_t *wide = pb_tray_wide (self->now->link);

  ShellExecuteW (pb_tray_window_get_handle (self->window), L"open", wide, NULL,
      NULL, SW_SHOWNORMAL);
}

static void
command (PbTrayWindow *window, guint id, gpointer user_data)
{
  PbTrayCode *self = user_data;

  if (id == GET)
    ask (self, NULL);
  else if (id == TRUST)
    ask (self, self->now->seen);
  else if (id == COPY && self->now->link != NULL)
    copy_link (self);
  else if (id == OPEN && self->now->link != NULL)
    open_link (self);
  else if (id == CLOSE)
    PostMessageW (pb_tray_window_get_handle (window), WM_CLOSE, 0, 0);
}

static void
closed (gpointer user_data)
{
  PbTrayCode *self = user_data;

  self->what.act (PB_TRAY_END_PAIRING, NULL, NULL, self->user_data);
  self->what.closed (self->user_data);
}

/**
 * pb_tray_code_open:
 *
 * Returns: (transfer full) (nullable): on the screen
 */
PbTrayCode *
pb_tray_code_open (
    const PbTrayNow *now, const PbTrayDo *what, gpointer user_data)
{
  static const PbTrayWindowEvents events = { paint, command, closed };
  PbTrayCode *self = g_new0 (PbTrayCode, 1);
  g_autofree gchar *wish = pb_pairing_dup_wish ("server");
  const gboolean is_known = now->url != NULL && now->url[0] != '\0';

  self->now = pb_tray_now_copy (now);
  self->what = *what;
  self->user_data = user_data;
  self->window =
      pb_tray_window_new (PB_TEXT_PAIR_TITLE, WIDTH, HEIGHT, &events, self);
  if (self->window == NULL) {
    pb_tray_now_free (self->now);
    g_free (self);
    return NULL;
  }
  pb_tray_window_add_field (self->window, ADDRESS);
  pb_tray_window_add_button (self->window, COPY, PB_TEXT_PAIR_COPY);
  pb_tray_window_add_button (self->window, OPEN, PB_TEXT_PAIR_OPEN);
  pb_tray_window_add_button (self->window, TRUST, PB_TEXT_PAIR_TRUST);
  pb_tray_window_add_button (self->window, GET, PB_TEXT_PAIR_GET);
  pb_tray_window_add_button (self->window, CLOSE, PB_TEXT_CLOSE);
  if (wish == NULL)
    wish = g_strdup (pb_tray_text (PB_TEXT_PAIR_BEGIN));
  pb_tray_window_set_text (self->window, ADDRESS, is_known ? now->url : wish);
  place_all (self);
  return self;
}

void
pb_tray_code_close (PbTrayCode *code)
{
  pb_tray_window_free (code->window);
  pb_tray_now_free (code->now);
  g_free (code->said);
  g_free (code);
}

static gboolean
is_same (const PbTrayNow *a, const PbTrayNow *b)
{
  return a->phase == b->phase && g_strcmp0 (a->code, b->code) == 0
         && g_strcmp0 (a->words, b->words) == 0
         && g_strcmp0 (a->seen, b->seen) == 0;
}

void
pb_tray_code_show (PbTrayCode *code, const PbTrayNow *now)
{
  const gboolean same = is_same (code->now, now);

  pb_tray_now_free (code->now);
  code->now = pb_tray_now_copy (now);
  if (same)
    return;
  g_clear_pointer (&code->said, g_free);
  if (code->placed != now->phase || code->placed_trust != (now->seen != NULL))
    place_all (code);
  pb_tray_window_redraw (code->window);
}

void
pb_tray_code_present (PbTrayCode *code)
{
  pb_tray_window_present (
      code->window, code->now->phase == PB_TRAY_PAIR_NONE ? ADDRESS : CLOSE);
}

gboolean
pb_tray_code_translate (PbTrayCode *code, MSG *message)
{
  return pb_tray_window_translate (code->window, message);
}
