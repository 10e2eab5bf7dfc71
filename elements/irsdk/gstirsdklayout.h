/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the simulator's rows consist of, as a schema. */
#pragma once

#include <gstpitbox/gstpitbox.h>
#include <irsdk/irsdk-shm.h>

G_BEGIN_DECLS

/**
 * GstIrsdkLayout:
 * @schema: of the rows; %NULL before the first
 * @session_tick: in @schema; %NULL where it has none
 * @tick_rate: Hz, > 0
 *
 * One streaming thread.
 */
typedef struct {
  GstPitboxSchema *schema;
  const GstPitboxVar *session_tick;
  gint32 tick_rate;
  guint32 serial; /* private: the reader's number of it */
} GstIrsdkLayout;

void gst_irsdk_layout_init (GstIrsdkLayout *layout);
void gst_irsdk_layout_clear (GstIrsdkLayout *layout);
gboolean gst_irsdk_layout_is_of (
    const GstIrsdkLayout *layout, const IrsdkShmReader *reader);
gboolean gst_irsdk_layout_update (GstIrsdkLayout *layout,
    const IrsdkShmReader *reader, GstCaps **caps,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GstClockTime gst_irsdk_layout_get_period (const GstIrsdkLayout *layout);

G_END_DECLS
