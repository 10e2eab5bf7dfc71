/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What stands beside the road and drives on it, drawn once as vectors. */
#include "scenesprites.h"

#include <math.h>

#include "scenefont.h"

/* All art is drawn into x 0..aspect, y 0 (top) .. 1 (ground). Light comes from
 * the upper left. */

static void
rgb (cairo_t *cr, guint32 color)
{
  cairo_set_source_rgb (cr, (color >> 16 & 0xff) / 255.0,
      (color >> 8 & 0xff) / 255.0, (color & 0xff) / 255.0);
}

static void
rect (cairo_t *cr, gdouble x, gdouble y, gdouble w, gdouble h, guint32 color)
{
  cairo_rectangle (cr, x, y, w, h);
  rgb (cr, color);
  cairo_fill (cr);
}

static void
blob (cairo_t *cr, gdouble x, gdouble y, gdouble rx, gdouble ry, guint32 color)
{
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, rx, ry);
  cairo_arc (cr, 0, 0, 1, 0, 2 * G_PI);
  cairo_restore (cr);
  rgb (cr, color);
  cairo_fill (cr);
}

static void
shadow (cairo_t *cr, gdouble x, gdouble y, gdouble rx, gdouble ry)
{
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, rx, ry);
  cairo_arc (cr, 0, 0, 1, 0, 2 * G_PI);
  cairo_restore (cr);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.35);
  cairo_fill (cr);
}

/* A crown of leaves: dark heaps first, lit ones on top. */
static void
art_tree (cairo_t *cr, gint variant)
{
  static const guint32 dark[2] = { 0xff2c5230, 0xff3a5528 };
  static const guint32 mid[2] = { 0xff3c6b36, 0xff52702f };
  static const guint32 lit[2] = { 0xff558a41, 0xff77913f };
  static const gdouble heap[9][3] = {
    { 0.40, 0.36, 0.25 },
    { 0.22, 0.46, 0.18 },
    { 0.58, 0.46, 0.19 },
    { 0.30, 0.24, 0.18 },
    { 0.50, 0.24, 0.17 },
    { 0.40, 0.14, 0.14 },
    { 0.16, 0.58, 0.13 },
    { 0.64, 0.58, 0.13 },
    { 0.40, 0.56, 0.20 },
  };

  shadow (cr, 0.40, 0.985, 0.30, 0.02);
  rect (cr, 0.365, 0.62, 0.07, 0.37, 0xff4b3a2a);
  for (guint i = 0; i < 9; i++)
    blob (cr, heap[i][0], heap[i][1] + 0.02, heap[i][2], heap[i][2] * 0.95,
        dark[variant]);
  for (guint i = 0; i < 9; i++)
    blob (cr, heap[i][0] - 0.02, heap[i][1] - 0.015, heap[i][2] * 0.82,
        heap[i][2] * 0.76, mid[variant]);
  for (guint i = 0; i < 9; i++)
    blob (cr, heap[i][0] - 0.05, heap[i][1] - 0.05, heap[i][2] * 0.5,
        heap[i][2] * 0.42, lit[variant]);
}

static void
art_conifer (cairo_t *cr, gint variant)
{
  shadow (cr, 0.22, 0.985, 0.20, 0.02);
  rect (cr, 0.20, 0.85, 0.04, 0.14, 0xff44352a);
  for (gint side = 0; side < 2; side++)
    for (gint i = 5; i >= 0; i--) {
      gdouble top = 0.02 + i * 0.135, half = 0.07 + i * 0.028;

      cairo_move_to (cr, 0.22, top);
      cairo_line_to (cr, side ? 0.22 : 0.22 + half, top + 0.26);
      cairo_line_to (cr, 0.22 - half, top + 0.26);
      cairo_close_path (cr);
      rgb (cr, side ? 0xff40693f : 0xff264632);
      cairo_fill (cr);
    }
}

static void
art_bush (cairo_t *cr, gint variant)
{
  shadow (cr, 1.0, 0.95, 0.95, 0.05);
  for (gint i = 0; i < 5; i++)
    blob (cr, 0.3 + i * 0.35, 0.62 - (i % 2) * 0.12, 0.30, 0.36, 0xff34592f);
  for (gint i = 0; i < 5; i++)
    blob (cr, 0.26 + i * 0.35, 0.50 - (i % 2) * 0.12, 0.22, 0.24, 0xff517f3d);
}

static void
art_tyres (cairo_t *cr, gint variant)
{
  for (gint x = 0; x < 6; x++)
    for (gint y = 0; y < 3; y++) {
      guint32 color = x % 3 == 0   ? 0xffd8d6cf
                      : x % 3 == 1 ? 0xffc4342e
                                   : 0xff27292d;

      rect (cr, x * 0.5, y * 0.33, 0.47, 0.31, color);
      rect (cr, x * 0.5, y * 0.33 + 0.22, 0.47, 0.09, 0xff17181b);
    }
}

static void
art_post (cairo_t *cr, gint variant)
{
  rect (cr, 0.10, 0.40, 0.60, 0.58, 0xffe8e4da);
  rect (cr, 0.52, 0.40, 0.18, 0.58, 0xffbdb8ac);
  rect (cr, 0.16, 0.48, 0.30, 0.20, 0xff39434c);
  cairo_move_to (cr, 0.02, 0.42);
  cairo_line_to (cr, 0.16, 0.26);
  cairo_line_to (cr, 0.66, 0.26);
  cairo_line_to (cr, 0.78, 0.42);
  cairo_close_path (cr);
  rgb (cr, 0xffd9622b);
  cairo_fill (cr);
  rect (cr, 0.60, 0.02, 0.02, 0.26, 0xff9aa0a6);
  rect (cr, 0.62, 0.02, 0.17, 0.11, 0xff2fa35c);
}

static void
art_mast (cairo_t *cr, gint variant)
{
  rect (cr, 0.095, 0.05, 0.012, 0.95, 0xff8b9197);
  rect (cr, 0.02, 0.02, 0.16, 0.055, 0xff5d636a);
  for (gint i = 0; i < 4; i++)
    rect (cr, 0.027 + i * 0.038, 0.027, 0.030, 0.040, 0xfff3f0dc);
}

static void
art_stand (cairo_t *cr, gint variant)
{
  static const guint32 crowd[6] = { 0xffd8574a, 0xffe9e2d2, 0xff4c78b8,
    0xffe0b040, 0xff3f474f, 0xff8fb07a };
  guint32 h = 12345;

  rect (cr, 0.05, 0.30, 3.9, 0.70, 0xff7d8389);
  for (gint row = 0; row < 11; row++) {
    rect (cr, 0.08, 0.34 + row * 0.045, 3.84, 0.030, 0xff5a6067);
    for (gint seat = 0; seat < 96; seat++) {
      h = h * 1664525u + 1013904223u;
      if (h >> 30 != 0)
        rect (cr, 0.09 + seat * 0.04, 0.325 + row * 0.045, 0.026, 0.034,
            crowd[(h >> 16) % 6]);
    }
  }
  rect (cr, 0.05, 0.84, 3.9, 0.16, 0xffe4e2dc);
  rect (cr, 0.05, 0.88, 3.9, 0.07, 0xff2b6cb0);
  cairo_move_to (cr, 0, 0.10);
  cairo_line_to (cr, 4, 0.10);
  cairo_line_to (cr, 3.9, 0.22);
  cairo_line_to (cr, 0.1, 0.22);
  cairo_close_path (cr);
  rgb (cr, 0xffd9dde1);
  cairo_fill (cr);
  rect (cr, 0.1, 0.21, 3.8, 0.03, 0xff8e959c);
  for (gint i = 0; i < 6; i++)
    rect (cr, 0.2 + i * 0.72, 0.22, 0.02, 0.62, 0xffa3a9af);
}

static void
label (cairo_t *cr, gdouble middle, gdouble y, gdouble cap, guint32 color,
    gdouble weight, const gchar *text)
{
  scene_font_path (cr, (gfloat) (middle - scene_font_units (text) * cap / 2),
      (gfloat) y, (gfloat) cap, text);
  rgb (cr, color);
  cairo_set_line_width (cr, cap * weight / 6);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (cr);
}

/* Over the road: aspect 2.4, the road passes below y 0.36. */
static void
art_gantry (cairo_t *cr, gint variant)
{
  guint32 panel = variant == 0 ? 0xff14181f : 0xff1f5fa8;

  for (gint i = 0; i < 2; i++) {
    gdouble x = i == 0 ? 0.03 : 2.31;

    rect (cr, x, 0.05, 0.06, 0.95, 0xff7b828a);
    rect (cr, x + 0.035, 0.05, 0.025, 0.95, 0xff565c63);
  }
  rect (cr, 0.0, 0.06, 2.4, 0.26, panel);
  if (variant == 0) {
    for (gint x = 0; x < 60; x++)
      for (gint y = 0; y < 2; y++)
        rect (cr, x * 0.04, 0.27 + y * 0.04, 0.04, 0.04,
            (x + y) % 2 ? 0xff101214 : 0xfff0f0ec);
    label (cr, 1.2, 0.105, 0.12, 0xfff4f4f2, 1.0, "PITBOX RELAY");
  } else {
    rect (cr, 0.0, 0.29, 2.4, 0.03, 0xffe9e6de);
    label (cr, 1.2, 0.12, 0.11, 0xfff4f4f2, 1.0, "EVERY FRAME ITS ROW");
  }
  rect (cr, 0.0, 0.05, 2.4, 0.012, 0xffc9ced3);
}

static void
art_board (cairo_t *cr, gint variant)
{
  static const gchar *const text[3] = { "50", "100", "150" };

  rect (cr, 0.15, 0.55, 0.035, 0.45, 0xff70757b);
  rect (cr, 0.615, 0.55, 0.035, 0.45, 0xff70757b);
  rect (cr, 0.0, 0.04, 0.8, 0.54, 0xfff2f1ec);
  for (gint i = 0; i <= variant; i++)
    rect (cr, 0.05 + i * 0.25, 0.47, 0.2, 0.07, 0xffc4342e);
  label (cr, 0.4, 0.12, 0.27, 0xff16181b, 1.1, text[variant]);
}

static void
car_body (cairo_t *cr, guint32 color, guint32 shade)
{
  cairo_move_to (cr, 0.10, 0.80);
  cairo_line_to (cr, 0.08, 0.52);
  cairo_curve_to (cr, 0.09, 0.40, 0.25, 0.38, 0.40, 0.36);
  cairo_line_to (cr, 1.20, 0.36);
  cairo_curve_to (cr, 1.35, 0.38, 1.51, 0.40, 1.52, 0.52);
  cairo_line_to (cr, 1.50, 0.80);
  cairo_close_path (cr);
  rgb (cr, color);
  cairo_fill (cr);
  rect (cr, 0.09, 0.70, 1.42, 0.12, shade);
}

/* A touring car from behind, 1.6 wide for its height of 1. */
static void
art_car (cairo_t *cr, gint variant)
{
  static const guint32 paint[SCENE_CAR_COLORS] = { 0xffd13b33, 0xff2f6fd0,
    0xfff0c02e, 0xfff1f2f3, 0xff2fa866, 0xffe8792b, 0xff8a56c9, 0xff2b3038 };
  guint32 color = paint[variant];
  guint32 shade = scene_mix (color, 0xff000000u, 110);

  shadow (cr, 0.80, 0.955, 0.80, 0.05);
  rect (cr, 0.08, 0.62, 0.30, 0.36, 0xff121315);
  rect (cr, 1.22, 0.62, 0.30, 0.36, 0xff121315);
  cairo_move_to (cr, 0.38, 0.38);
  cairo_line_to (cr, 0.50, 0.16);
  cairo_line_to (cr, 1.10, 0.16);
  cairo_line_to (cr, 1.22, 0.38);
  cairo_close_path (cr);
  rgb (cr, shade);
  cairo_fill (cr);
  cairo_move_to (cr, 0.45, 0.37);
  cairo_line_to (cr, 0.545, 0.20);
  cairo_line_to (cr, 1.055, 0.20);
  cairo_line_to (cr, 1.15, 0.37);
  cairo_close_path (cr);
  rgb (cr, 0xff1b242d);
  cairo_fill (cr);
  car_body (cr, color, shade);
  rect (cr, 0.34, 0.80, 0.92, 0.12, 0xff17191c);
  for (gint i = 0; i < 5; i++)
    rect (cr, 0.42 + i * 0.19, 0.80, 0.02, 0.13, 0xff3a3e44);
  rect (cr, 0.14, 0.50, 0.30, 0.075, 0xffff4a3d);
  rect (cr, 1.16, 0.50, 0.30, 0.075, 0xffff4a3d);
  rect (cr, 0.14, 0.50, 0.30, 0.02, 0xffffb0a5);
  rect (cr, 1.16, 0.50, 0.30, 0.02, 0xffffb0a5);
  rect (cr, 0.62, 0.48, 0.36, 0.16, 0xfff4f4f0);
  rect (cr, 0.05, 0.06, 1.50, 0.055, shade);
  rect (cr, 0.05, 0.06, 1.50, 0.02, color);
  rect (cr, 0.02, 0.02, 0.05, 0.16, shade);
  rect (cr, 1.53, 0.02, 0.05, 0.16, shade);
  rect (cr, 0.42, 0.11, 0.03, 0.26, 0xff25282c);
  rect (cr, 1.15, 0.11, 0.03, 0.26, 0xff25282c);
}

typedef struct {
  SceneSpriteArt art;
  gint variant;
  gfloat aspect;
  gfloat height_m;
} Kind;

static const Kind kinds[SCENE_SPRITE_CAR] = {
  [SCENE_SPRITE_TREE] = { art_tree, 0, 0.80f, 9.0f },
  [SCENE_SPRITE_TREE_2] = { art_tree, 1, 0.80f, 7.0f },
  [SCENE_SPRITE_CONIFER] = { art_conifer, 0, 0.44f, 11.0f },
  [SCENE_SPRITE_BUSH] = { art_bush, 0, 2.0f, 1.4f },
  [SCENE_SPRITE_TYRES] = { art_tyres, 0, 3.0f, 1.0f },
  [SCENE_SPRITE_POST] = { art_post, 0, 0.8f, 3.4f },
  [SCENE_SPRITE_MAST] = { art_mast, 0, 0.2f, 14.0f },
  [SCENE_SPRITE_STAND] = { art_stand, 0, 4.0f, 10.0f },
  [SCENE_SPRITE_GANTRY] = { art_gantry, 0, 2.4f, 7.4f },
  [SCENE_SPRITE_BRIDGE] = { art_gantry, 1, 2.4f, 7.4f },
  [SCENE_SPRITE_BOARD_50] = { art_board, 0, 0.8f, 2.0f },
  [SCENE_SPRITE_BOARD_100] = { art_board, 1, 0.8f, 2.0f },
  [SCENE_SPRITE_BOARD_150] = { art_board, 2, 0.8f, 2.0f },
};

void
scene_sprites_init (SceneSprites *sprites, gint picture_height)
{
  for (gint i = 0; i < SCENE_N_SPRITES; i++) {
    Kind car = { art_car, i - SCENE_SPRITE_CAR, 1.6f, 1.25f };
    const Kind *kind = i < SCENE_SPRITE_CAR ? &kinds[i] : &car;

    sprites->sprite[i] = scene_sprite_new (
        kind->art, kind->variant, kind->aspect, picture_height / 2);
    sprites->height_m[i] = kind->height_m;
  }
}

void
scene_sprites_clear (SceneSprites *sprites)
{
  for (gint i = 0; i < SCENE_N_SPRITES; i++)
    g_clear_pointer (&sprites->sprite[i], scene_sprite_free);
}
