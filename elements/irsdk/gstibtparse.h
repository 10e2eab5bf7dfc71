/* SPDX-License-Identifier: LGPL-2.1-or-later
 * ibtparse: rows of iRacing's own disk files. */
#pragma once

#include <gst/base/gstbaseparse.h>

G_BEGIN_DECLS

#define GST_TYPE_IBT_PARSE (gst_ibt_parse_get_type ())
G_DECLARE_FINAL_TYPE (GstIbtParse, gst_ibt_parse, GST, IBT_PARSE, GstBaseParse)

G_END_DECLS
