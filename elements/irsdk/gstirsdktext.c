/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The session string on its way from shared memory to downstream. */
#include "gstirsdktext.h"

#include <gstpitbox/gstpitbox.h>
#include <stdlib.h>

/**
 * gst_irsdk_text_is_due:
 * @text: what was read
 * @update: number of the string that is there
 * @now: clock time
 *
 * Pure.
 *
 * Returns: %TRUE for the first string, and for another one half a second after
 *   the last
 */
gboolean
gst_irsdk_text_is_due (
    const GstIrsdkText *text, gint32 update, GstClockTime now)
{
  if (!text->have)
    return TRUE;
  return update != text->update && now >= text->last + GST_IRSDK_TEXT_PAUSE;
}

/**
 * gst_irsdk_text_take:
 * @text: what was read; updated
 * @reader: a connected reader
 * @now: clock time
 *
 * Returns: (transfer full) (nullable): the event for downstream, if there is a
 *   string that is due and it could be read whole
 */
GstEvent *
gst_irsdk_text_take (
    GstIrsdkText *text, IrsdkShmReader *reader, GstClockTime now)
{
  g_autoptr (GBytes) bytes = NULL;
  gint32 update;
  gsize size;
  char *string;

  if (!irsdk_shm_reader_get_session_update (reader, &update)
      || !gst_irsdk_text_is_due (text, update, now)
      || irsdk_shm_reader_copy_session (reader, &string, &size, &update)
             != IRSDK_OK)
    return NULL;
  bytes = g_bytes_new (string, size);
  free (string);
  *text = (GstIrsdkText){ TRUE, update, now };
  return gst_pitbox_session_event_new (bytes, (guint) update);
}
