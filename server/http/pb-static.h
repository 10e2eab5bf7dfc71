/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The dashboard's files. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

gchar *pb_static_dup_path (const gchar *folder, const gchar *url_path);
const gchar *pb_static_get_type (const gchar *path);
void pb_static_handle (
    SoupServerMessage *message, const gchar *folder, const gchar *url_path);

G_END_DECLS
