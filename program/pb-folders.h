/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where a program of ours keeps what is this user's. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gchar *pb_folders_dup_config (const gchar *name) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_folders_dup_data (const gchar *name) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_folders_dup_log (const gchar *name) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_folders_dup_installed (const gchar *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
