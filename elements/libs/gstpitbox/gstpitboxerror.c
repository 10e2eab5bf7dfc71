/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The library's error domain. */
#include "gstpitboxerror.h"

/* clang-format off */
G_DEFINE_QUARK (gst-pitbox-error-quark, gst_pitbox_error)
/* clang-format on */
