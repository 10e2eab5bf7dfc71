/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHurry: the thread that feeds the encoder does not wait for other programs
 * while pictures slip. */
#pragma once

#include <gst/gst.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Main thread only. */
typedef struct _PbHurry PbHurry;

PbHurry *pb_hurry_new (GstElement *queue);
void pb_hurry_free (PbHurry *hurry);
void pb_hurry_look (PbHurry *hurry, gboolean may);
void pb_hurry_add_status (PbHurry *hurry, JsonBuilder *builder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbHurry, pb_hurry_free)

G_END_DECLS
