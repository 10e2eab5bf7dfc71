/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The figures of the diagnostics; pure. */
#pragma once

#include "tray/pb-tray-now.h"

G_BEGIN_DECLS

/** PB_TRAY_FIGURES_LEFT: groups of the first of two columns about as high. */
#define PB_TRAY_FIGURES_LEFT 3

/**
 * PbTrayFigure:
 * @label: what it is; %NULL = @value is the name of the group that follows
 */
typedef struct {
  const gchar *label;
  gchar *value;
} PbTrayFigure;

GPtrArray *pb_tray_figures_new (const PbTrayNow *now) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_tray_figures_to_text (const PbTrayNow *now) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
