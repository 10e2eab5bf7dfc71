/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Private: what a template asks of the sum in one of its fields. */
#pragma once

#include "gstpitboxexpression.h"

G_BEGIN_DECLS

G_GNUC_INTERNAL const GstPitboxVar *gst_pitbox_expression_get_var (
    const GstPitboxExpression *expression);
G_GNUC_INTERNAL const gchar *gst_pitbox_expression_get_name (
    const GstPitboxExpression *expression);

G_END_DECLS
