/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which flag is shown, and how it looks: one answer for dash, map and
 * overlay. */
#include "sceneflags.h"

/* The first that waves is shown. */
static const SceneFlag flags[] = {
  { 0x00000010, 0xffd8352fu, 0xffffffffu, "RED FLAG", TRUE },
  { 0x00030000, 0xff17191cu, 0xfff2f4f7u, "BLACK FLAG", FALSE },
  { 0x00100000, 0xffe8792bu, 0xff17191cu, "REPAIR", FALSE },
  { 0x0000c108, 0xfff5c518u, 0xff17191cu, "YELLOW", TRUE },
  { 0x00000040, 0xfff5c518u, 0xff17191cu, "DEBRIS", TRUE },
  { 0x00000020, 0xff2f6fd0u, 0xffffffffu, "BLUE FLAG", FALSE },
  { 0x00000001, 0xfff2f4f7u, 0xff17191cu, "FINISH", TRUE },
  { 0x00000002, 0xfff2f4f7u, 0xff17191cu, "LAST LAP", TRUE },
};

/**
 * scene_flag_find:
 * @row: a row
 * @of_all: whether flags for one driver are left out
 *
 * Returns: (nullable): what is to be shown; none under green
 */
const SceneFlag *
scene_flag_find (const SceneRow *row, gboolean of_all)
{
  guint32 bits = (guint32) CLAMP (
      scene_row_get (row, SCENE_FLAGS, 0), 0.0, (gdouble) G_MAXUINT32);

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    if ((bits & flags[i].bits) != 0 && (flags[i].of_all || !of_all))
      return &flags[i];
  return NULL;
}
