/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The instruments' own lettering: strokes, so no font needs to be installed
 * and every machine draws the same picture. */
#include "scenefont.h"

#include <math.h>
#include <string.h>

/* A letter is a list of lines on a grid of 4 by 6: "xy" points, `|` lifts the
 * pen, `z` closes. Corners are rounded when drawn. */
typedef struct {
  gchar letter;
  const gchar *strokes;
} Glyph;

static const Glyph glyphs[] = {
  { '0', "00 40 46 06 z" }, { '1', "11 20 26" }, { '2', "00 40 43 03 06 46" },
  { '3', "00 40 46 06|13 43" }, { '4', "00 04 44|41 46" },
  { '5', "40 00|00 03|03 33 44 45 36 06" }, { '6', "40 00 06 46 43 03" },
  { '7', "00 40 26" }, { '8', "00 40 46 06 z|03 43" },
  { '9', "43 03 00 40 46 06" }, { 'A', "06 00 40 46|04 44" },
  { 'B', "33 00 06 46 43 03|00 30 33" }, { 'C', "40 00 06 46" },
  { 'D', "06 00 30 41 45 36 06" }, { 'E', "40 00 06 46|03 33" },
  { 'F', "40 00 06|03 33" }, { 'G', "40 00 06 46 43 23" },
  { 'H', "00 06|40 46|03 43" }, { 'I', "20 26" }, { 'J', "40 46 06 04" },
  { 'K', "00 06|40 03 46" }, { 'L', "00 06 46" }, { 'M', "06 00 23 40 46" },
  { 'N', "06 00 46 40" }, { 'O', "00 40 46 06 z" }, { 'P', "06 00 40 43 03" },
  { 'Q', "00 40 46 06 z|24 46" }, { 'R', "06 00 40 43 03|23 46" },
  { 'S', "40 00 03 43 46 06" }, { 'T', "00 40|20 26" }, { 'U', "00 06 46 40" },
  { 'V', "00 26 40" }, { 'W', "00 16 21 36 40" }, { 'X', "00 46|40 06" },
  { 'Y', "00 23 40|23 26" }, { 'Z', "00 40 06 46" }, { '-', "13 33" },
  { '+', "03 43|21 25" }, { '.', "26 26" }, { ':', "22 22|25 25" },
  { '/', "40 06" }, { '%', "40 06|00 10 11 01 z|35 45 46 36 z" },
  { '*', "10 30 32 12 z" }, /* degrees */
};

#define GRID_HEIGHT 6.0f
#define ADVANCE 5.7f
#define ADVANCE_NARROW 2.4f
#define CORNER 1.1f

struct _SceneFont {
  cairo_surface_t *mask[128];
  gfloat unit_px;
  gint margin;
};

static const gchar *
find_strokes (gchar letter)
{
  for (gsize i = 0; i < G_N_ELEMENTS (glyphs); i++)
    if (glyphs[i].letter == letter)
      return glyphs[i].strokes;
  return NULL;
}

static gboolean
is_narrow (gchar letter)
{
  return letter == '.' || letter == ':' || letter == 'I' || letter == ' ';
}

static gfloat
advance (gchar letter)
{
  return is_narrow (letter) ? ADVANCE_NARROW : ADVANCE;
}

/* One line through n points with rounded corners. */
static void
add_line (cairo_t *cr, const gfloat (*p)[2], gint n, gboolean closed)
{
  gint corners = closed ? n : n - 1;

  if (closed)
    cairo_move_to (
        cr, (p[0][0] + p[n - 1][0]) / 2, (p[0][1] + p[n - 1][1]) / 2);
  else
    cairo_move_to (cr, p[0][0], p[0][1]);
  for (gint i = closed ? 0 : 1; i < corners; i++) {
    const gfloat *a = p[(i + n - 1) % n], *b = p[i], *c = p[(i + 1) % n];
    gfloat ab = hypotf (b[0] - a[0], b[1] - a[1]);
    gfloat bc = hypotf (c[0] - b[0], c[1] - b[1]);
    gfloat r = MIN (CORNER, MIN (ab, bc) / 2);
    gfloat s = ab > 0 ? r / ab : 0, t = bc > 0 ? r / bc : 0;
    gfloat x0 = b[0] + (a[0] - b[0]) * s, y0 = b[1] + (a[1] - b[1]) * s;
    gfloat x1 = b[0] + (c[0] - b[0]) * t, y1 = b[1] + (c[1] - b[1]) * t;

    cairo_line_to (cr, x0, y0);
    cairo_curve_to (cr, x0 + (b[0] - x0) * 0.6, y0 + (b[1] - y0) * 0.6,
        x1 + (b[0] - x1) * 0.6, y1 + (b[1] - y1) * 0.6, x1, y1);
  }
  if (closed)
    cairo_close_path (cr);
  else
    cairo_line_to (cr, p[n - 1][0], p[n - 1][1]);
}

static void
add_glyph (cairo_t *cr, gchar letter)
{
  const gchar *s = find_strokes (letter);
  gfloat shift = is_narrow (letter) ? -1.6f : 0.0f;
  gfloat points[16][2];
  gint n = 0;

  for (; s != NULL; s++) {
    if (*s == '|' || *s == 'z' || *s == '\0') {
      if (n > 0)
        add_line (cr, points, n, *s == 'z');
      n = 0;
      if (*s == '\0')
        break;
    } else if (*s != ' ' && n < (gint) G_N_ELEMENTS (points)) {
      points[n][0] = s[0] - '0' + shift;
      points[n++][1] = s[1] - '0';
      s++;
    }
  }
}

/* Adds the text's strokes to the path: left edge, top of the capitals, height
 * of the capitals in the current user space. The caller strokes it. */
void
scene_font_path (cairo_t *cr, gfloat x, gfloat y, gfloat cap, const gchar *text)
{
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, cap / GRID_HEIGHT, cap / GRID_HEIGHT);
  for (; *text != '\0'; text++) {
    add_glyph (cr, *text);
    cairo_translate (cr, advance (*text), 0);
  }
  cairo_restore (cr);
}

/* Width of a text in heights of a capital. */
gfloat
scene_font_units (const gchar *text)
{
  gfloat sum = 0;

  for (; *text != '\0'; text++)
    sum += advance (*text);
  return MAX (sum - (ADVANCE - 4.0f), 0) / GRID_HEIGHT;
}

/**
 * scene_font_new:
 * @cap_px: height of a capital in pixels
 * @weight: stroke width in sixths of the height, about 0.7 to 1.2
 *
 * Returns: (transfer full): the letters, drawn once
 */
SceneFont *
scene_font_new (gfloat cap_px, gfloat weight)
{
  SceneFont *font = g_new0 (SceneFont, 1);
  gfloat unit = cap_px / GRID_HEIGHT;

  font->unit_px = unit;
  font->margin = (gint) ceilf (weight * unit / 2) + 1;
  for (gsize i = 0; i < G_N_ELEMENTS (glyphs); i++) {
    gint m = font->margin;
    cairo_surface_t *s = cairo_image_surface_create (CAIRO_FORMAT_A8,
        (gint) ceilf (4 * unit) + 2 * m, (gint) ceilf (cap_px) + 2 * m);
    cairo_t *cr = cairo_create (s);

    cairo_translate (cr, m, m);
    cairo_scale (cr, unit, unit);
    cairo_set_line_width (cr, MAX (weight, 1.1f / unit));
    cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
    add_glyph (cr, glyphs[i].letter);
    cairo_stroke (cr);
    cairo_destroy (cr);
    cairo_surface_flush (s);
    font->mask[(guint8) glyphs[i].letter] = s;
  }
  return font;
}

void
scene_font_free (SceneFont *font)
{
  if (font == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (font->mask); i++)
    g_clear_pointer (&font->mask[i], cairo_surface_destroy);
  g_free (font);
}

/* In pixels. */
gfloat
scene_font_width (const SceneFont *font, const gchar *text)
{
  return scene_font_units (text) * GRID_HEIGHT * font->unit_px;
}

/* x as align says, y the top of the capitals. Letters the font lacks leave a
 * gap. */
void
scene_font_draw (SceneCanvas *canvas, const SceneFont *font, gfloat x, gfloat y,
    SceneAlign align, guint32 color, const gchar *text)
{
  if (align != SCENE_LEFT) {
    gfloat w = scene_font_width (font, text);

    x -= align == SCENE_CENTER ? w / 2 : w;
  }
  for (; *text != '\0'; text++) {
    guint8 letter = (guint8) g_ascii_toupper (*text);

    if (letter < 128 && font->mask[letter] != NULL)
      scene_canvas_mask (canvas, font->mask[letter],
          (gint) lrintf (x) - font->margin, (gint) lrintf (y) - font->margin,
          color);
    x += advance ((gchar) letter) * font->unit_px;
  }
}
