/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What ground, walls and buildings look like from near by, drawn once. */
#pragma once

#include "sceneraster.h"

G_BEGIN_DECLS

typedef enum {
  SCENE_TEXTURE_GRASS,
  SCENE_TEXTURE_ASPHALT,
  SCENE_TEXTURE_GRAVEL,
  SCENE_TEXTURE_KERB, /* v: along */
  SCENE_TEXTURE_BARRIER, /* v: 0 foot, 1 top, for this and all that follow */
  SCENE_TEXTURE_TYRES,
  SCENE_TEXTURE_HOARDING,
  SCENE_TEXTURE_HOARDING_2,
  SCENE_TEXTURE_CROWD,
  SCENE_TEXTURE_GARAGES,
  SCENE_TEXTURE_GANTRY,
  SCENE_TEXTURE_BRIDGE,
  SCENE_N_TEXTURES,
} SceneTextureId;

/* Metres of one repeat on the ground. */
#define SCENE_GRASS_M 9.0f
#define SCENE_ASPHALT_M 12.0f
#define SCENE_GRAVEL_M 5.0f
#define SCENE_KERB_M 2.6f

void scene_textures_init (SceneTexture *textures[SCENE_N_TEXTURES]);
void scene_textures_clear (SceneTexture *textures[SCENE_N_TEXTURES]);

G_END_DECLS
