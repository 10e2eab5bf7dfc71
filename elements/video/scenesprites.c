/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What stands beside the road and drives on it, drawn once as vectors. */
#include "scenesprites.h"

#include <math.h>

#include "scenefont.h"
#include "scenepaint.h"

#define SHADOW 0x59000000u

/* All art is drawn into x 0..aspect, y 0 (top) .. 1 (ground). Light comes from
 * the upper left. */

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

  scene_paint_ellipse (cr, 0.40, 0.985, 0.30, 0.02, SHADOW);
  scene_paint_rect (cr, 0.365, 0.62, 0.07, 0.37, 0xff4b3a2a);
  for (guint i = 0; i < 9; i++)
    scene_paint_ellipse (cr, heap[i][0], heap[i][1] + 0.02, heap[i][2],
        heap[i][2] * 0.95, dark[variant]);
  for (guint i = 0; i < 9; i++)
    scene_paint_ellipse (cr, heap[i][0] - 0.02, heap[i][1] - 0.015,
        heap[i][2] * 0.82, heap[i][2] * 0.76, mid[variant]);
  for (guint i = 0; i < 9; i++)
    scene_paint_ellipse (cr, heap[i][0] - 0.05, heap[i][1] - 0.05,
        heap[i][2] * 0.5, heap[i][2] * 0.42, lit[variant]);
}

static void
art_conifer (cairo_t *cr, gint variant)
{
  scene_paint_ellipse (cr, 0.22, 0.985, 0.20, 0.02, SHADOW);
  scene_paint_rect (cr, 0.20, 0.85, 0.04, 0.14, 0xff44352a);
  for (gint side = 0; side < 2; side++)
    for (gint i = 5; i >= 0; i--) {
      gdouble top = 0.02 + i * 0.135, half = 0.07 + i * 0.028;

      cairo_move_to (cr, 0.22, top);
      cairo_line_to (cr, side ? 0.22 : 0.22 + half, top + 0.26);
      cairo_line_to (cr, 0.22 - half, top + 0.26);
      cairo_close_path (cr);
      scene_paint_color (cr, side ? 0xff40693f : 0xff264632);
      cairo_fill (cr);
    }
}

static void
art_bush (cairo_t *cr, gint variant)
{
  scene_paint_ellipse (cr, 1.0, 0.95, 0.95, 0.05, SHADOW);
  for (gint i = 0; i < 5; i++)
    scene_paint_ellipse (
        cr, 0.3 + i * 0.35, 0.62 - (i % 2) * 0.12, 0.30, 0.36, 0xff34592f);
  for (gint i = 0; i < 5; i++)
    scene_paint_ellipse (
        cr, 0.26 + i * 0.35, 0.50 - (i % 2) * 0.12, 0.22, 0.24, 0xff517f3d);
}

static void
art_post (cairo_t *cr, gint variant)
{
  scene_paint_rect (cr, 0.10, 0.40, 0.60, 0.58, 0xffe8e4da);
  scene_paint_rect (cr, 0.52, 0.40, 0.18, 0.58, 0xffbdb8ac);
  scene_paint_rect (cr, 0.16, 0.48, 0.30, 0.20, 0xff39434c);
  cairo_move_to (cr, 0.02, 0.42);
  cairo_line_to (cr, 0.16, 0.26);
  cairo_line_to (cr, 0.66, 0.26);
  cairo_line_to (cr, 0.78, 0.42);
  cairo_close_path (cr);
  scene_paint_color (cr, 0xffd9622b);
  cairo_fill (cr);
  scene_paint_rect (cr, 0.60, 0.02, 0.02, 0.26, 0xff9aa0a6);
  scene_paint_rect (cr, 0.62, 0.02, 0.17, 0.11, 0xff2fa35c);
}

static void
art_mast (cairo_t *cr, gint variant)
{
  scene_paint_rect (cr, 0.095, 0.05, 0.012, 0.95, 0xff8b9197);
  scene_paint_rect (cr, 0.02, 0.02, 0.16, 0.055, 0xff5d636a);
  for (gint i = 0; i < 4; i++)
    scene_paint_rect (cr, 0.027 + i * 0.038, 0.027, 0.030, 0.040, 0xfff3f0dc);
}

static void
art_board (cairo_t *cr, gint variant)
{
  static const gchar *const text[5] = { "50", "100", "150", "200", "300" };
  static const gint bars[5] = { 1, 2, 3, 2, 3 };
  const gdouble cap = 0.27;
  gdouble w;

  scene_paint_rect (cr, 0.15, 0.55, 0.035, 0.45, 0xff70757b);
  scene_paint_rect (cr, 0.615, 0.55, 0.035, 0.45, 0xff70757b);
  scene_paint_rect (cr, 0.0, 0.04, 0.8, 0.54, 0xfff2f1ec);
  for (gint i = 0; i < bars[variant]; i++)
    scene_paint_rect (cr, 0.05 + i * 0.25, 0.47, 0.2, 0.07, 0xffc4342e);
  w = scene_font_units (text[variant]) * cap;
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  scene_paint_text (
      cr, 0.4 - w / 2, 0.12, w, cap, 1.1, 0xff16181bu, text[variant]);
}

typedef struct {
  SceneSpriteArt art;
  gint variant;
  gfloat aspect;
  gfloat height_m;
} Kind;

static const Kind kinds[SCENE_N_SPRITES] = {
  [SCENE_SPRITE_TREE] = { art_tree, 0, 0.80f, 9.0f },
  [SCENE_SPRITE_TREE_2] = { art_tree, 1, 0.80f, 7.0f },
  [SCENE_SPRITE_CONIFER] = { art_conifer, 0, 0.44f, 11.0f },
  [SCENE_SPRITE_BUSH] = { art_bush, 0, 2.0f, 1.4f },
  [SCENE_SPRITE_POST] = { art_post, 0, 0.8f, 3.4f },
  [SCENE_SPRITE_MAST] = { art_mast, 0, 0.2f, 14.0f },
  [SCENE_SPRITE_BOARD_50] = { art_board, 0, 0.8f, 2.0f },
  [SCENE_SPRITE_BOARD_100] = { art_board, 1, 0.8f, 2.0f },
  [SCENE_SPRITE_BOARD_150] = { art_board, 2, 0.8f, 2.0f },
  [SCENE_SPRITE_BOARD_200] = { art_board, 3, 0.8f, 2.0f },
  [SCENE_SPRITE_BOARD_300] = { art_board, 4, 0.8f, 2.0f },
};

void
scene_sprites_init (SceneSprites *sprites, gint picture_height)
{
  for (gint i = 0; i < SCENE_N_SPRITES; i++) {
    const Kind *kind = &kinds[i];

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
