/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which flag is shown, and how it looks: one answer for dash, map and
 * overlay. */
#pragma once

#include "scenerow.h"

G_BEGIN_DECLS

/**
 * SceneFlag:
 * @bits: of irsdk_Flags, any of them
 * @color: of the cloth
 * @ink: what can be read on it
 * @label: one or two words
 * @of_all: whether it waves for everyone, not for one driver
 */
typedef struct {
  guint32 bits;
  guint32 color, ink;
  const gchar *label;
  gboolean of_all;
} SceneFlag;

const SceneFlag *scene_flag_find (const SceneRow *row, gboolean of_all);

G_END_DECLS
