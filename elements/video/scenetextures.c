/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What ground, walls and buildings look like from near by, drawn once. */
#include "scenetextures.h"

#include <math.h>

#include "scenepaint.h"

#define SIZE 256
#define GROUND 128

static gfloat
lattice (guint x, guint y, guint cells_x, guint cells_y, guint seed)
{
  return (gfloat) (scene_hash (x % cells_x, y % cells_y, seed) >> 8)
         / 16777216.0f;
}

/* Smooth noise 0..1 that repeats after the texture; cells: how many bumps. */
static gfloat
noise (gfloat u, gfloat v, guint cells_x, guint cells_y, guint seed)
{
  gfloat x = u * (gfloat) cells_x, y = v * (gfloat) cells_y;
  guint ix = (guint) x, iy = (guint) y;
  gfloat tx = x - (gfloat) ix, ty = y - (gfloat) iy, a, b;

  tx = tx * tx * (3 - 2 * tx);
  ty = ty * ty * (3 - 2 * ty);
  a = lattice (ix, iy, cells_x, cells_y, seed);
  a += tx * (lattice (ix + 1, iy, cells_x, cells_y, seed) - a);
  b = lattice (ix, iy + 1, cells_x, cells_y, seed);
  b += tx * (lattice (ix + 1, iy + 1, cells_x, cells_y, seed) - b);
  return a + ty * (b - a);
}

static guint32
shade (guint32 color, gfloat factor)
{
  gint r = (gint) ((gfloat) (color >> 16 & 0xff) * factor);
  gint g = (gint) ((gfloat) (color >> 8 & 0xff) * factor);
  gint b = (gint) ((gfloat) (color & 0xff) * factor);

  return 0xff000000u | (guint32) CLAMP (r, 0, 255) << 16
         | (guint32) CLAMP (g, 0, 255) << 8 | (guint32) CLAMP (b, 0, 255);
}

static guint32
grass_at (gfloat u, gfloat v)
{
  gfloat big = noise (u, v, 4, 4, 1), middle = noise (u, v, 13, 13, 2);
  gfloat fine = noise (u, v, 45, 45, 3);
  guint32 color = scene_mix (
      0xff4f7d36u, 0xff6a8b3eu, (guint) (256 * (0.6f * big + 0.4f * middle)));

  return shade (color, 0.88f + 0.12f * middle + 0.12f * fine);
}

/* Long streaks: at speed nothing shorter would be seen. */
static guint32
asphalt_at (gfloat u, gfloat v)
{
  gfloat streak = noise (u, v, 24, 2, 4), patch = noise (u, v, 3, 3, 5);
  gfloat grain = noise (u, v, 60, 16, 6);

  return shade (
      0xff565a61u, 0.91f + 0.09f * streak + 0.06f * patch + 0.08f * grain);
}

static guint32
gravel_at (gfloat u, gfloat v)
{
  gfloat fine = noise (u, v, 50, 50, 7), rake = noise (u, v, 20, 1, 8);

  return shade (0xffb9a57cu, 0.84f + 0.18f * fine + 0.10f * rake);
}

static SceneTexture *
make_ground (guint32 (*at) (gfloat, gfloat))
{
  cairo_surface_t *s =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24, GROUND, GROUND);
  guint32 *px = (guint32 *) cairo_image_surface_get_data (s);
  SceneTexture *t;

  for (gint y = 0; y < GROUND; y++)
    for (gint x = 0; x < GROUND; x++)
      px[y * GROUND + x] = at ((gfloat) x / GROUND, (gfloat) y / GROUND);
  cairo_surface_mark_dirty (s);
  t = scene_texture_new (s);
  cairo_surface_destroy (s);
  return t;
}

/* All art is painted into a square of 1, y from the top: v runs downwards in
 * memory, so it is turned over. */

static void
art_kerb (cairo_t *cr)
{
  scene_paint_rect (cr, 0, 0, 1, 0.5, 0xffc0282au);
  scene_paint_rect (cr, 0, 0.5, 1, 0.5, 0xffeceae4u);
}

/* Three rails on posts. */
static void
art_barrier (cairo_t *cr)
{
  scene_paint_rect (cr, 0, 0, 1, 1, 0xff70767cu);
  for (gint i = 0; i < 3; i++) {
    gdouble y = 0.02 + i * 0.33;

    scene_paint_rect (cr, 0, y, 1, 0.27, 0xffaab0b5u);
    scene_paint_rect (cr, 0, y, 1, 0.07, 0xffd3d7dau);
    scene_paint_rect (cr, 0, y + 0.11, 1, 0.05, 0xff858b91u);
    scene_paint_rect (cr, 0, y + 0.16, 1, 0.06, 0xffbcc1c5u);
  }
  scene_paint_rect (cr, 0.47, 0, 0.05, 1, 0xff5d6369u);
}

static void
art_tyres (cairo_t *cr)
{
  for (gint x = 0; x < 6; x++)
    for (gint y = 0; y < 3; y++) {
      guint32 color = x % 2 == 0 ? 0xffb8302bu : 0xffe3e0d8u;

      scene_paint_rect (cr, x / 6.0, y / 3.0, 1 / 6.0, 1 / 3.0, 0xff1a1b1eu);
      scene_paint_rect (
          cr, x / 6.0 + 0.006, y / 3.0 + 0.02, 0.155, 0.24, color);
      scene_paint_rect (cr, x / 6.0 + 0.006, y / 3.0 + 0.18, 0.155, 0.08,
          shade (color, 0.7f));
    }
}

static void
art_hoarding (cairo_t *cr)
{
  scene_paint_rect (cr, 0, 0, 0.5, 1, 0xff14579au);
  scene_paint_text (cr, 0.05, 0.26, 0.40, 0.48, 1.2, 0xfff4f6f8u, "PITBOX");
  scene_paint_rect (cr, 0.5, 0, 0.5, 1, 0xfff1f0ebu);
  scene_paint_rect (cr, 0.5, 0.84, 0.5, 0.16, 0xffd8442fu);
  scene_paint_text (cr, 0.56, 0.22, 0.37, 0.46, 1.2, 0xff191c20u, "RELAY");
  scene_paint_rect (cr, 0, 0, 1, 0.05, 0xffcfd3d6u);
}

static void
art_hoarding_2 (cairo_t *cr)
{
  scene_paint_rect (cr, 0, 0, 0.5, 1, 0xffe0a72au);
  scene_paint_text (cr, 0.06, 0.26, 0.38, 0.48, 1.2, 0xff1c1d20u, "60 HZ");
  scene_paint_rect (cr, 0.5, 0, 0.5, 1, 0xff1f7a4du);
  scene_paint_text (cr, 0.55, 0.26, 0.40, 0.48, 1.2, 0xfff4f6f4u, "IN SYNC");
  scene_paint_rect (cr, 0, 0, 1, 0.05, 0xffcfd3d6u);
}

static void
art_crowd (cairo_t *cr)
{
  static const guint32 shirts[7] = { 0xffc9503fu, 0xffe4ded0u, 0xff41699fu,
    0xffd6a63bu, 0xff333a42u, 0xff7f9d6du, 0xffb9bfc6u };

  scene_paint_rect (cr, 0, 0, 1, 1, 0xff565c64u);
  for (guint row = 0; row < 12; row++) {
    gdouble y = row / 12.0;

    scene_paint_rect (cr, 0, y + 0.055, 1, 0.028, 0xff7c838bu);
    for (guint seat = 0; seat < 32; seat++) {
      guint32 h = scene_hash (row, seat, 9);

      if (h % 5 == 0)
        continue;
      scene_paint_rect (
          cr, seat / 32.0, y + 0.024, 0.022, 0.046, shirts[h / 8 % 7]);
      scene_paint_rect (
          cr, seat / 32.0 + 0.006, y + 0.006, 0.011, 0.022, 0xffcaa58au);
    }
  }
}

static void
art_garages (cairo_t *cr)
{
  scene_paint_rect (cr, 0, 0, 1, 1, 0xffd9dcdeu);
  scene_paint_rect (cr, 0, 0.04, 1, 0.22, 0xff2b3a4au);
  for (gint i = 0; i < 8; i++)
    scene_paint_rect (cr, i / 8.0, 0.04, 0.006, 0.22, 0xffb7bdc2u);
  scene_paint_rect (cr, 0, 0.30, 1, 0.13, 0xff1b62a8u);
  scene_paint_text (cr, 0.09, 0.325, 0.32, 0.075, 1.2, 0xfff4f6f8u, "PITBOX");
  scene_paint_text (cr, 0.59, 0.325, 0.32, 0.075, 1.2, 0xfff4f6f8u, "RELAY");
  for (gint i = 0; i < 2; i++) {
    scene_paint_rect (cr, 0.04 + i * 0.5, 0.50, 0.42, 0.50, 0xff23282eu);
    scene_paint_rect (cr, 0.04 + i * 0.5, 0.50, 0.42, 0.05, 0xff98a0a7u);
    scene_paint_rect (cr, 0.08 + i * 0.5, 0.62, 0.34, 0.03, 0xffe7d9a4u);
    scene_paint_rect (cr, 0.10 + i * 0.5, 0.80, 0.10, 0.20, 0xffa8342cu);
    scene_paint_rect (cr, 0.28 + i * 0.5, 0.74, 0.12, 0.26, 0xff3b4650u);
  }
}

static void
art_gantry (cairo_t *cr)
{
  scene_paint_rect (cr, 0, 0, 1, 1, 0xff12161cu);
  for (gint x = 0; x < 32; x++)
    for (gint y = 0; y < 2; y++)
      scene_paint_rect (cr, x / 32.0, 0.78 + y * 0.11, 1 / 32.0, 0.11,
          (x + y) % 2 ? 0xff101214u : 0xfff0f0ecu);
  scene_paint_text (
      cr, 0.14, 0.22, 0.72, 0.36, 1.15, 0xfff4f4f2u, "PITBOX RELAY");
}

static void
art_bridge (cairo_t *cr)
{
  scene_paint_rect (cr, 0, 0, 1, 1, 0xff1c5ea6u);
  scene_paint_rect (cr, 0, 0.86, 1, 0.14, 0xffe9e6deu);
  scene_paint_text (
      cr, 0.08, 0.28, 0.84, 0.30, 1.15, 0xfff4f4f2u, "EVERY FRAME ITS ROW");
}

static SceneTexture *
make_art (void (*art) (cairo_t *))
{
  cairo_surface_t *s =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24, SIZE, SIZE);
  cairo_t *cr = cairo_create (s);
  SceneTexture *t;

  cairo_translate (cr, 0, SIZE);
  cairo_scale (cr, SIZE, -SIZE);
  art (cr);
  cairo_destroy (cr);
  t = scene_texture_new (s);
  cairo_surface_destroy (s);
  return t;
}

void
scene_textures_init (SceneTexture *textures[SCENE_N_TEXTURES])
{
  textures[SCENE_TEXTURE_GRASS] = make_ground (grass_at);
  textures[SCENE_TEXTURE_ASPHALT] = make_ground (asphalt_at);
  textures[SCENE_TEXTURE_GRAVEL] = make_ground (gravel_at);
  textures[SCENE_TEXTURE_KERB] = make_art (art_kerb);
  textures[SCENE_TEXTURE_BARRIER] = make_art (art_barrier);
  textures[SCENE_TEXTURE_TYRES] = make_art (art_tyres);
  textures[SCENE_TEXTURE_HOARDING] = make_art (art_hoarding);
  textures[SCENE_TEXTURE_HOARDING_2] = make_art (art_hoarding_2);
  textures[SCENE_TEXTURE_CROWD] = make_art (art_crowd);
  textures[SCENE_TEXTURE_GARAGES] = make_art (art_garages);
  textures[SCENE_TEXTURE_GANTRY] = make_art (art_gantry);
  textures[SCENE_TEXTURE_BRIDGE] = make_art (art_bridge);
}

void
scene_textures_clear (SceneTexture *textures[SCENE_N_TEXTURES])
{
  for (gint i = 0; i < SCENE_N_TEXTURES; i++)
    g_clear_pointer (&textures[i], scene_texture_free);
}
