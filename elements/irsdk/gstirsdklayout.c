/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the simulator's rows consist of, as a schema. */
#include "gstirsdklayout.h"

#include <gstpitbox/gstpitboxirsdk.h>

/* iRacing's rate, until a header says another one. */
#define USUAL_RATE_HZ 60

void
gst_irsdk_layout_init (GstIrsdkLayout *layout)
{
  *layout = (GstIrsdkLayout){ .tick_rate = USUAL_RATE_HZ };
}

void
gst_irsdk_layout_clear (GstIrsdkLayout *layout)
{
  g_clear_pointer (&layout->schema, gst_pitbox_schema_unref);
  layout->session_tick = NULL;
}

/* Returns: TRUE if the newest row of @reader is one of @layout */
gboolean
gst_irsdk_layout_is_of (
    const GstIrsdkLayout *layout, const IrsdkShmReader *reader)
{
  return layout->schema != NULL
         && layout->serial == irsdk_shm_reader_get_layout_serial (reader);
}

/* Takes over what @reader has read of the header and the variables. @caps: new
 * ones, or NULL where the rows are as before.
 *
 * Returns: FALSE with @error set and @layout as it was */
gboolean
gst_irsdk_layout_update (GstIrsdkLayout *layout, const IrsdkShmReader *reader,
    GstCaps **caps, GError **error)
{
  const IrsdkHeader *header = irsdk_shm_reader_get_header (reader);
  gsize n_vars;
  const IrsdkVar *vars = irsdk_shm_reader_get_vars (reader, &n_vars);
  g_autoptr (GstPitboxSchema) schema = gst_pitbox_schema_new_from_irsdk (
      vars, n_vars, header->tick_rate, header->row_bytes, error);

  *caps = NULL;
  if (schema == NULL)
    return FALSE;
  layout->serial = irsdk_shm_reader_get_layout_serial (reader);
  layout->tick_rate = header->tick_rate;
  if (layout->schema != NULL
      && gst_pitbox_schema_equal (layout->schema, schema))
    return TRUE;
  g_clear_pointer (&layout->schema, gst_pitbox_schema_unref);
  layout->schema = g_steal_pointer (&schema);
  layout->session_tick = gst_pitbox_schema_find (layout->schema, "SessionTick");
  *caps = gst_pitbox_schema_to_caps (layout->schema);
  return TRUE;
}

/* Returns: from one row to the next */
GstClockTime
gst_irsdk_layout_get_period (const GstIrsdkLayout *layout)
{
  return GST_SECOND / (guint) MAX (layout->tick_rate, 1);
}
