/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Private: some variables of a schema as a schema of its own. */
#pragma once

#include "gstpitboxschema.h"

G_BEGIN_DECLS

/* @from[i] is the offset in the full row of the @bytes[i] bytes that variable i
 * of @schema has; variables of @schema are packed in order. */
typedef struct {
  GstPitboxSchema *schema;
  guint *from;
  guint *bytes;
} GstPitboxFieldMap;

G_GNUC_INTERNAL GstPitboxFieldMap *gst_pitbox_field_map_new (
    const GstPitboxSchema *full, const gchar *fields, GError **error);
G_GNUC_INTERNAL void gst_pitbox_field_map_free (GstPitboxFieldMap *map);
G_GNUC_INTERNAL void gst_pitbox_field_map_apply (
    const GstPitboxFieldMap *map, const guint8 *full_row, guint8 *row);

G_END_DECLS
