/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What stands beside the road, drawn once as vectors. */
#pragma once

#include "scenecanvas.h"

G_BEGIN_DECLS

typedef enum {
  SCENE_SPRITE_TREE,
  SCENE_SPRITE_TREE_2,
  SCENE_SPRITE_CONIFER,
  SCENE_SPRITE_BUSH,
  SCENE_SPRITE_POST,
  SCENE_SPRITE_MAST,
  SCENE_SPRITE_BOARD_50,
  SCENE_SPRITE_BOARD_100,
  SCENE_SPRITE_BOARD_150,
  SCENE_SPRITE_BOARD_200,
  SCENE_SPRITE_BOARD_300,
  SCENE_N_SPRITES,
} SceneSpriteId;

/**
 * SceneSprites:
 *
 * All sprites in the sizes that one picture size needs, and how high each is
 * in metres.
 */
typedef struct {
  SceneSprite *sprite[SCENE_N_SPRITES];
  gfloat height_m[SCENE_N_SPRITES];
} SceneSprites;

void scene_sprites_init (SceneSprites *sprites, gint picture_height);
void scene_sprites_clear (SceneSprites *sprites);

G_END_DECLS
