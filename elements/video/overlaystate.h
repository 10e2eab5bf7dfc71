/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the rows said so far, as far as a display shows it. */
#pragma once

#include <gstpitbox/gstpitbox.h>

#include "overlaymap.h"
#include "scenerevs.h"
#include "scenerow.h"

G_BEGIN_DECLS

/* 30 s of the fastest rows (60 a second; 360 Hz samples are not kept). */
#define OVERLAY_HISTORY 2048

/**
 * OverlayTrail:
 *
 * The pedals and the wheel at one row; 0 to 1, steering -1 to 1 (left = 1).
 */
typedef struct {
  gdouble time_s;
  gfloat channel[4];
} OverlayTrail;

/**
 * OverlayState:
 * @row: the row shown, decoded
 * @data: the row shown; %NULL before the first
 * @info: who drives, %NULL as long as nobody said
 * @class_version: another number whenever the class colour changed
 * @n_trail: rows since the start; the last %OVERLAY_HISTORY are in @trail
 */
typedef struct {
  GstPitboxSample *sample;
  GstPitboxSchema *schema;
  SceneVars vars;
  SceneRow row;
  SceneRevs revs;
  const GstPitboxVar *forward, *left;
  const guint8 *data;
  GstPitboxDriverInfo *info;
  guint class_version;
  OverlayMap *map;
  OverlayTrail trail[OVERLAY_HISTORY];
  guint64 n_trail;
  gdouble time_s;
} OverlayState;

OverlayState *overlay_state_new (void);
void overlay_state_free (OverlayState *state);
gboolean overlay_state_step (OverlayState *state, GstPitboxSample *sample);
void overlay_state_set_session (OverlayState *state, GBytes *text);
const OverlayTrail *overlay_state_get_trail (
    const OverlayState *state, guint64 number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OverlayState, overlay_state_free)

G_END_DECLS
