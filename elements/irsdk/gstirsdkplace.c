/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Rows and gaps in running time, which never goes back. */
#include "gstirsdkplace.h"

/**
 * gst_irsdk_place_init:
 * @place: (out): nothing was told yet
 */
void
gst_irsdk_place_init (GstIrsdkPlace *place)
{
  *place = (GstIrsdkPlace){ 0, FALSE, TRUE };
}

/**
 * gst_irsdk_place_row:
 * @place: a place
 * @time: running time of the row's tick
 * @period: between two ticks
 * @pts: (out): the row's PTS
 *
 * A corrected fit or a GAP must not make time go back, nor bring two rows so
 * near to each other that a picture's own row is in doubt: the rows catch up at
 * twice their pace.
 *
 * Returns: %TRUE if the row does not follow the last one
 */
gboolean
gst_irsdk_place_row (GstIrsdkPlace *place, GstClockTime time,
    GstClockTime period, GstClockTime *pts)
{
  const gboolean discont = place->discont;

  *pts = place->begun ? MAX (time, place->position) : time;
  place->position = *pts + period / 2;
  place->begun = TRUE;
  place->discont = FALSE;
  return discont;
}

/**
 * gst_irsdk_place_gap:
 * @place: a place
 * @end: running time up to which nothing came
 *
 * Before the first row there are no caps, so downstream waits for nothing yet,
 * and a GAP must not go ahead of the segment.
 *
 * Returns: (transfer full) (nullable): what downstream is to be told, if there
 *   is a gap that is worth it
 */
GstEvent *
gst_irsdk_place_gap (GstIrsdkPlace *place, GstClockTime end)
{
  const GstClockTime start = place->position;

  if (!place->begun || end < start + GST_IRSDK_GAP)
    return NULL;
  place->position = end;
  place->discont = TRUE;
  return gst_event_new_gap (start, end - start);
}
