/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Private: tables of the schema coder. */
#pragma once

#include <glib.h>
#include <irsdk/irsdk-wellknown.h>

G_BEGIN_DECLS

/* Entries of the table of well-known variables that form 2 refers to; entries
 * added to the table later are literals in this form. */
#define GST_PITBOX_SCHEMA_KNOWN 394
#define GST_PITBOX_SCHEMA_VARIANTS 15

G_GNUC_INTERNAL extern const guint16
    gst_pitbox_schema_disk_order[GST_PITBOX_SCHEMA_KNOWN];
G_GNUC_INTERNAL extern const IrsdkWellKnown
    gst_pitbox_schema_variants[GST_PITBOX_SCHEMA_VARIANTS];

G_END_DECLS
