/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A schema from iRacing's variables. A static library beside the shared one,
 * for who links <irsdk/…>: IrsdkVar is no part of the public interface. */
#pragma once

#include <gstpitbox/gstpitboxschema.h>
#include <irsdk/irsdk-var.h>

G_BEGIN_DECLS

#define GST_PITBOX_SIM_IRACING "iracing"

GstPitboxSchema *gst_pitbox_schema_new_from_irsdk (const IrsdkVar *vars,
    gsize n_vars, gint32 tick_rate, gint32 row_bytes,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
