/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Small sums over the variables of a row, out of text that anybody wrote. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gstpitbox/gstpitboxschema.h>

G_BEGIN_DECLS

/* A sum that a person writes has a handful of parts; these bound what a text
 * can ask for. */
#define GST_PITBOX_MAX_EXPRESSION_BYTES 256
#define GST_PITBOX_MAX_EXPRESSION_PARTS 64
#define GST_PITBOX_MAX_EXPRESSION_DEPTH 16

/**
 * GstPitboxExpression:
 *
 * A sum over the variables of a row. One thread at a time binds it; once bound
 * any thread evaluates.
 */
typedef struct _GstPitboxExpression GstPitboxExpression;

GST_PITBOX_API GstPitboxExpression *gst_pitbox_expression_new (
    const gchar *text, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GST_PITBOX_API void gst_pitbox_expression_free (
    GstPitboxExpression *expression);
GST_PITBOX_API void gst_pitbox_expression_bind (
    GstPitboxExpression *expression, const GstPitboxSchema *schema);
GST_PITBOX_API gdouble gst_pitbox_expression_evaluate (
    const GstPitboxExpression *expression, const guint8 *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstPitboxExpression, gst_pitbox_expression_free)

G_END_DECLS
