/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The addresses of this machine. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GPtrArray *pb_addresses_list (void);

G_END_DECLS
