/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where each lap of a recording starts. */
#pragma once

#include <gstpitbox/gstpitbox.h>

G_BEGIN_DECLS

/* A recording of a day's endurance race has fewer laps. */
#define GST_IBT_MAX_LAPS 65536

/**
 * GstIbtLaps:
 *
 * The first row of each lap among the rows seen so far. Not locked.
 */
typedef struct {
  const GstPitboxVar *lap;
  const GstPitboxVar *surface;
  const GstPitboxVar *lat;
  const GstPitboxVar *lon;
  GArray *starts; /* of guint64: row, or G_MAXUINT64 */
  guint64 next_row;
} GstIbtLaps;

void gst_ibt_laps_init (GstIbtLaps *laps, const GstPitboxSchema *schema);
void gst_ibt_laps_clear (GstIbtLaps *laps);
void gst_ibt_laps_add (GstIbtLaps *laps, guint64 index, const guint8 *row);
gboolean gst_ibt_laps_find (const GstIbtLaps *laps, gint64 lap, guint64 *index);

G_END_DECLS
