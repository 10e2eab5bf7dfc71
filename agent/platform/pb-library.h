/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Libraries that a machine has or has not, and their functions by name. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Any thread. */
typedef struct _PbLibrary PbLibrary;

PbLibrary *pb_library_open (const gchar *name) G_GNUC_WARN_UNUSED_RESULT;
void pb_library_close (PbLibrary *library);
gboolean pb_library_find (
    PbLibrary *library, const gchar *function, gpointer address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbLibrary, pb_library_close)

G_END_DECLS
