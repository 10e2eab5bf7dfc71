/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a driver's and a device's name may be made of. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A name is also a directory of the recordings and a part of an SRT streamid
 * (at most 512 bytes for all of it). */
#define PB_ID_MAX_BYTES 64

gboolean pb_id_is_valid (const gchar *id);

G_END_DECLS
