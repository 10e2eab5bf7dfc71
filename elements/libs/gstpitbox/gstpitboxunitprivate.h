/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Private: writing a unit, and the times of its rows; gstpitboxunit.c. */
#pragma once

#include "gstpitboxunit.h"

G_BEGIN_DECLS

G_GNUC_INTERNAL void gst_pitbox_unit_write (
    const GstPitboxUnit *unit, GByteArray *out);
G_GNUC_INTERNAL void gst_pitbox_unit_resolve (const GstPitboxUnitKey *key,
    guint tick_rate, guint index, const GstPitboxUnitRow *row,
    GstPitboxUnitTimes *times);
G_GNUC_INTERNAL gint64 gst_pitbox_unit_offset_from_ns (gint64 ns);
G_GNUC_INTERNAL gint64 gst_pitbox_unit_offset_to_ns (gint64 offset);

G_END_DECLS
