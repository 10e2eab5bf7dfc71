/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxSchema: the immutable description of one row layout. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstPitboxVarType:
 *
 * Element types of a variable, with iRacing's own numbers (irsdk_VarType).
 * Sizes in a row: 1, 1, 4, 4, 4, 8 bytes, little-endian, not aligned.
 */
typedef enum {
  GST_PITBOX_VAR_CHAR = 0,
  GST_PITBOX_VAR_BOOL = 1,
  GST_PITBOX_VAR_INT = 2,
  GST_PITBOX_VAR_BITFIELD = 3,
  GST_PITBOX_VAR_FLOAT = 4,
  GST_PITBOX_VAR_DOUBLE = 5,
} GstPitboxVarType;

/**
 * GstPitboxVar:
 * @name: UTF-8, not empty, at most 32 bytes, e.g. "RPM"
 * @unit: UTF-8, at most 32 bytes, e.g. "revs/min"; may be ""
 * @desc: UTF-8, at most 64 bytes; may be ""
 * @type: element type
 * @count: number of elements, >= 1
 * @count_as_time: %TRUE if the elements are samples within one tick, the last
 *   one the newest; %FALSE if they are e.g. one entry a car
 * @offset: first byte within the row
 *
 * One variable of a row. Strings belong to the schema.
 */
typedef struct _GstPitboxVar GstPitboxVar;
struct _GstPitboxVar {
  const gchar *name;
  const gchar *unit;
  const gchar *desc;
  GstPitboxVarType type;
  guint count;
  gboolean count_as_time;
  guint offset;
};

#define GST_TYPE_PITBOX_SCHEMA (gst_pitbox_schema_get_type ())
/**
 * GstPitboxSchema:
 *
 * The layout of a row. Immutable, so any thread.
 */
typedef struct _GstPitboxSchema GstPitboxSchema;

GST_PITBOX_API GType gst_pitbox_schema_get_type (void);

GST_PITBOX_API GstPitboxSchema *gst_pitbox_schema_new (const gchar *sim,
    guint tick_rate, guint row_bytes, const GstPitboxVar *vars, guint n_vars,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GST_PITBOX_API GstPitboxSchema *gst_pitbox_schema_ref (GstPitboxSchema *schema);
GST_PITBOX_API void gst_pitbox_schema_unref (GstPitboxSchema *schema);

GST_PITBOX_API const gchar *gst_pitbox_schema_get_sim (
    const GstPitboxSchema *schema);
GST_PITBOX_API guint32 gst_pitbox_schema_get_id (const GstPitboxSchema *schema);
GST_PITBOX_API guint gst_pitbox_schema_get_tick_rate (
    const GstPitboxSchema *schema);
GST_PITBOX_API guint gst_pitbox_schema_get_row_bytes (
    const GstPitboxSchema *schema);
GST_PITBOX_API guint gst_pitbox_schema_get_n_vars (
    const GstPitboxSchema *schema);
GST_PITBOX_API const GstPitboxVar *gst_pitbox_schema_get_var (
    const GstPitboxSchema *schema, guint index);
GST_PITBOX_API const GstPitboxVar *gst_pitbox_schema_find (
    const GstPitboxSchema *schema, const gchar *name);
GST_PITBOX_API gboolean gst_pitbox_schema_equal (
    const GstPitboxSchema *a, const GstPitboxSchema *b);

GST_PITBOX_API GBytes *gst_pitbox_schema_to_bytes (
    const GstPitboxSchema *schema);
GST_PITBOX_API GstPitboxSchema *gst_pitbox_schema_new_from_bytes (
    gconstpointer data, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

GST_PITBOX_API GstCaps *gst_pitbox_schema_to_caps (
    const GstPitboxSchema *schema);
GST_PITBOX_API GstPitboxSchema *gst_pitbox_schema_new_from_caps (
    const GstCaps *caps, GError **error) G_GNUC_WARN_UNUSED_RESULT;

GST_PITBOX_API guint gst_pitbox_var_type_size (GstPitboxVarType type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstPitboxSchema, gst_pitbox_schema_unref)

G_END_DECLS
