/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lists of fields as people write them. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gstpitbox/gstpitboxquantity.h>
#include <gstpitbox/gstpitboxschema.h>

G_BEGIN_DECLS

/* All names of a real car with commas have about 6,000 bytes. */
#define GST_PITBOX_MAX_FIELD_LIST_BYTES 65536
/* A name has at most 32 bytes; with elements and a unit. */
#define GST_PITBOX_MAX_FIELD_BYTES 96
#define GST_PITBOX_MAX_FIELDS 1024

/**
 * GstPitboxField:
 * @name: as asked for, without the unit; the variable's own for a pattern
 * @var: (nullable): the variable, %NULL if the car has none of that name
 * @first: first element
 * @count: elements; 0: all there are
 * @conversion: into the unit wanted; a scale of NaN cannot be had
 *
 * One field of a schema. With @count 1 it is one value, not a list.
 */
typedef struct {
  gchar *name;
  const GstPitboxVar *var;
  guint first;
  guint count;
  GstPitboxConversion conversion;
} GstPitboxField;

GST_PITBOX_API gboolean gst_pitbox_name_match (
    const gchar *pattern, const gchar *name);
GST_PITBOX_API GArray *gst_pitbox_field_list_new (const gchar *fields,
    const GstPitboxSchema *schema, GstPitboxUnits units,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
