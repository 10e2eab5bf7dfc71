/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What stands in the memory of a PbPulse; both programs are the same file. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gint beats; /* atomic; wraps */
  guint32 icon; /* its id; counts while there is a window */
  guint64 window; /* of the icon; 0 = there is none */
} PbPulseShared;

G_END_DECLS
