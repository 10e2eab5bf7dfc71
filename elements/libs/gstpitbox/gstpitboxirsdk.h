/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A schema from iRacing's variables. For elements and tools of this project:
 * the header is not installed, as <irsdk/…> is not. */
#pragma once

#include <gstpitbox/gstpitboxschema.h>
#include <irsdk/irsdk-var.h>

G_BEGIN_DECLS

#define GST_PITBOX_SIM_IRACING "iracing"

GstPitboxSchema *gst_pitbox_schema_new_from_irsdk (const IrsdkVar *vars,
    gsize n_vars, gint32 tick_rate, gint32 row_bytes,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
