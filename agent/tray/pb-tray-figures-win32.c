/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The diagnostics: figures that live, to be copied or kept. */
#include "tray/pb-tray-figures.h"
#include "tray/pb-tray-window-win32.h"
#include "tray/pb-tray-windows-win32.h"

#include <commdlg.h>

#define WIDTH 760
#define HEIGHT 600
#define MARGIN 24
#define HEAD 84 /* state and reason */
#define ROW 23
#define GROUP 34 /* a group's name, and what is above it */
#define PANEL 350 /* its width */
#define FOOT 64

enum { COPY = 10, SAVE, CLOSE };

struct _PbTrayFigures {
  PbTrayWindow *window;
  PbTrayNow *now;
  PbTrayDo what;
  gpointer user_data;
  gchar *said; /* by the window itself; NULL = what @now says */
};

static void
paint_head (PbTrayFigures *self, const PbTrayLook *look, HDC dc)
{
  g_autofree gchar *state = pb_tray_model_dup_state (self->now);
  const int left = MARGIN + 52;
  const gboolean has_reason = self->now->reason != NULL;

  pb_tray_look_draw_icon (
      look, dc, pb_tray_model_get_icon (self->now->state), MARGIN, 22);
  pb_tray_look_draw_text (look, dc, PB_TRAY_FONT_TITLE, PB_TRAY_COLOUR_TEXT,
      state,
      pb_tray_look_rect (
          look, left, has_reason ? 14 : 24, WIDTH - left - MARGIN, 32),
      DT_SINGLELINE | DT_VCENTER | DT_END_ELLIPSIS | DT_NOPREFIX);
  if (has_reason)
    pb_tray_look_draw_text (look, dc, PB_TRAY_FONT_TEXT, PB_TRAY_COLOUR_DIM,
        self->now->reason,
        pb_tray_look_rect (look, left, 46, WIDTH - left - MARGIN, 36),
        DT_WORDBREAK | DT_END_ELLIPSIS | DT_EDITCONTROL | DT_NOPREFIX);
}

static void
paint_figure (
    const PbTrayLook *look, HDC dc, const PbTrayFigure *f, int x, int y)
{
  const UINT flags = DT_SINGLELINE | DT_VCENTER | DT_END_ELLIPSIS | DT_NOPREFIX;
  const int label = PANEL * 45 / 100;

  if (f->label == NULL) {
    pb_tray_look_draw_text (look, dc, PB_TRAY_FONT_GROUP, PB_TRAY_COLOUR_ACCENT,
        f->value, pb_tray_look_rect (look, x + 14, y, PANEL - 28, GROUP - 4),
        flags);
    return;
  }
  pb_tray_look_draw_text (look, dc, PB_TRAY_FONT_TEXT, PB_TRAY_COLOUR_DIM,
      f->label, pb_tray_look_rect (look, x + 14, y, label - 14, ROW), flags);
  pb_tray_look_draw_text (look, dc, PB_TRAY_FONT_TEXT, PB_TRAY_COLOUR_TEXT,
      f->value, pb_tray_look_rect (look, x + label, y, PANEL - label - 14, ROW),
      flags | DT_RIGHT);
}

/* From one group's name up to the next. Returns: how many that are. */
static guint
paint_group (
    const PbTrayLook *look, HDC dc, GPtrArray *list, guint first, int x, int *y)
{
  guint n = 1;
  int at = *y + GROUP;

  while (
      first + n < list->len
      && ((PbTrayFigure *) g_ptr_array_index (list, first + n))->label != NULL)
    n++;
  pb_tray_look_draw_box (look, dc,
      pb_tray_look_rect (look, x, *y, PANEL, GROUP + (int) (n - 1) * ROW + 8),
      PB_TRAY_COLOUR_PANEL, PB_TRAY_COLOUR_LINE, 6);
  paint_figure (look, dc, g_ptr_array_index (list, first), x, *y + 2);
  for (guint i = 1; i < n; i++, at += ROW)
    paint_figure (look, dc, g_ptr_array_index (list, first + i), x, at);
  *y = at + 20;
  return n;
}

static void
paint (PbTrayWindow *window, HDC dc, gpointer user_data)
{
  PbTrayFigures *self = user_data;
  const PbTrayLook *look = pb_tray_window_get_look (window);
  g_autoptr (GPtrArray) list = pb_tray_figures_new (self->now);
  const gchar *said = self->said != NULL ? self->said : self->now->said;
  const int bottom = HEIGHT - FOOT;
  int x = MARGIN, y = HEAD;

  paint_head (self, look, dc);
  for (guint i = 0, n = 0; i < list->len; n++) {
    if (n == PB_TRAY_FIGURES_LEFT) {
      x = WIDTH - MARGIN - PANEL;
      y = HEAD;
    }
    i += paint_group (look, dc, list, i, x, &y);
  }
  if (said != NULL)
    pb_tray_look_draw_text (look, dc, PB_TRAY_FONT_TEXT, PB_TRAY_COLOUR_DIM,
        said, pb_tray_look_rect (look, MARGIN, bottom + 14, 344, 32),
        DT_SINGLELINE | DT_VCENTER | DT_PATH_ELLIPSIS | DT_NOPREFIX);
}

static void
say (PbTrayFigures *self, const gchar *words)
{
  g_free (self->said);
  self->said = g_strdup (words);
  pb_tray_window_redraw (self->window);
}

/* Runs its own loop: the window may be closed meanwhile only with it. */
static void
save (PbTrayFigures *self)
{
  g_autofree wchar_t *kind =
      pb_tray_wide (pb_tray_text (PB_TEXT_FIGURES_FILE_KIND));
  wchar_t filter[64] = { 0 };
  wchar_t file[MAX_PATH] = { 0 };
  OPENFILENAMEW ask = { .lStructSize = sizeof ask,
    .hwndOwner = pb_tray_window_get_handle (self->window),
    .lpstrFilter = filter,
    .lpstrFile = file,
    .nMaxFile = MAX_PATH,
    .lpstrDefExt = L"txt",
    .Flags = OFN_OVERWRITEPROMPT | OFN_NOCHANGEDIR | OFN_PATHMUSTEXIST };
  g_autofree gchar *path = NULL;

  /* Two texts one after another, up to an empty one. */
  lstrcpynW (filter, kind, 40);
  lstrcpyW (filter + lstrlenW (filter) + 1, L"*.txt");
  pb_tray_wide_into (file, MAX_PATH, pb_tray_text (PB_TEXT_FIGURES_FILE));
  if (!GetSaveFileNameW (&ask))
    return;
  path = g_utf16_to_utf8 ((const gunichar2 *) file, -1, NULL, NULL, NULL);
  g_clear_pointer (&self->said, g_free);
  if (path != NULL)
    self->what.act (PB_TRAY_SAVE_BUNDLE, path, NULL, self->user_data);
}

static void
command (PbTrayWindow *window, guint id, gpointer user_data)
{
  PbTrayFigures *self = user_data;
  g_autofree gchar *text = NULL;

  if (id == COPY) {
    text = pb_tray_figures_to_text (self->now);
    if (pb_tray_window_copy (window, text))
      say (self, pb_tray_text (PB_TEXT_FIGURES_COPIED));
  } else if (id == SAVE) {
    save (self);
  } else if (id == CLOSE) {
    PostMessageW (pb_tray_window_get_handle (window), WM_CLOSE, 0, 0);
  }
}

static void
closed (gpointer user_data)
{
  PbTrayFigures *self = user_data;

  self->what.closed (self->user_data);
}

/**
 * pb_tray_figures_open:
 *
 * Returns: (transfer full) (nullable): on the screen
 */
PbTrayFigures *
pb_tray_figures_open (
    const PbTrayNow *now, const PbTrayDo *what, gpointer user_data)
{
  static const PbTrayWindowEvents events = { paint, command, closed };
  PbTrayFigures *self = g_new0 (PbTrayFigures, 1);
  const int top = HEIGHT - FOOT + 14;

  self->now = pb_tray_now_copy (now);
  self->what = *what;
  self->user_data = user_data;
  self->window =
      pb_tray_window_new (PB_TEXT_FIGURES_TITLE, WIDTH, HEIGHT, &events, self);
  if (self->window == NULL) {
    pb_tray_now_free (self->now);
    g_free (self);
    return NULL;
  }
  pb_tray_window_add_button (self->window, COPY, PB_TEXT_FIGURES_COPY);
  pb_tray_window_add_button (self->window, SAVE, PB_TEXT_FIGURES_SAVE);
  pb_tray_window_add_button (self->window, CLOSE, PB_TEXT_FIGURES_CLOSE);
  pb_tray_window_place (self->window, COPY, WIDTH - MARGIN - 364, top, 100, 32);
  pb_tray_window_place (self->window, SAVE, WIDTH - MARGIN - 254, top, 144, 32);
  pb_tray_window_place (
      self->window, CLOSE, WIDTH - MARGIN - 100, top, 100, 32);
  pb_tray_window_set_primary (self->window, CLOSE);
  pb_tray_window_present (self->window, CLOSE);
  return self;
}

void
pb_tray_figures_close (PbTrayFigures *figures)
{
  pb_tray_window_free (figures->window);
  pb_tray_now_free (figures->now);
  g_free (figures->said);
  g_free (figures);
}

void
pb_tray_figures_show (PbTrayFigures *figures, const PbTrayNow *now)
{
  pb_tray_now_free (figures->now);
  figures->now = pb_tray_now_copy (now);
  InvalidateRect (pb_tray_window_get_handle (figures->window), NULL, FALSE);
}

void
pb_tray_figures_present (PbTrayFigures *figures)
{
  pb_tray_window_present (figures->window, CLOSE);
}

gboolean
pb_tray_figures_translate (PbTrayFigures *figures, MSG *message)
{
  return pb_tray_window_translate (figures->window, message);
}
