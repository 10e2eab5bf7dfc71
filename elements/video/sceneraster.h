/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A camera and flat or textured polygons seen by it. */
#pragma once

#include "scenecanvas.h"

G_BEGIN_DECLS

#define SCENE_TEXTURE_LEVELS 9

/**
 * SceneTexture:
 * @log2: of the edge of level 0; level n has half the edge of level n - 1
 * @level: (owned): opaque pixels, repeating
 * @n_levels: the last one is a single pixel, the mean
 */
typedef struct {
  gint log2;
  gint n_levels;
  guint32 *level[SCENE_TEXTURE_LEVELS];
} SceneTexture;

/**
 * SceneCamera:
 * @canvas: drawn into
 * @left, @top, @right, @bottom: pixels outside are left alone
 * @focal: pixels
 * @center_x: pixels, straight ahead
 * @horizon: pixels
 * @x, @y, @z: of the eye: metres to the east, to the north, up
 * @sin_h, @cos_h: of its heading, clockwise from north
 * @mirrored: whether left and right are swapped
 * @haze: what colours fade to
 * @haze_m: metres after which 63 % of the way is done
 */
typedef struct {
  SceneCanvas *canvas;
  gint left, top, right, bottom;
  gfloat focal, center_x, horizon;
  gdouble x, y, z;
  gfloat sin_h, cos_h;
  gboolean mirrored;
  guint32 haze;
  gfloat haze_m;
} SceneCamera;

/**
 * ScenePoint:
 * @x: metres to the right of the camera
 * @y: metres above its eye
 * @z: metres in front of it
 * @u, @v: place on the texture, 1 = one repeat
 */
typedef struct {
  gfloat x, y, z, u, v;
} ScenePoint;

/**
 * SceneFill:
 * @texture: %NULL: @color alone
 * @color: 0xffRRGGBB
 * @shade: of 256: how bright a texture is
 * @haze: of 256
 * @alpha: of 256, without a texture
 * @smooth: sides are covered by fractions of a pixel
 */
typedef struct {
  const SceneTexture *texture;
  guint32 color;
  guint shade, haze, alpha;
  gboolean smooth;
} SceneFill;

ScenePoint scene_camera_point (
    const SceneCamera *camera, gdouble x, gdouble y, gdouble z);
gboolean scene_camera_project (
    const SceneCamera *camera, const ScenePoint *p, gfloat *x, gfloat *y);
guint scene_camera_haze (const SceneCamera *camera, gfloat distance_m);
void scene_raster_polygon (const SceneCamera *camera, const ScenePoint *points,
    gint n, const SceneFill *fill);
void scene_raster_quad (const SceneCamera *camera, ScenePoint a, ScenePoint b,
    ScenePoint c, ScenePoint d, const SceneFill *fill);

SceneTexture *scene_texture_new (cairo_surface_t *image);
void scene_texture_free (SceneTexture *texture);

G_END_DECLS
