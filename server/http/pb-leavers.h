/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLeavers: clients that have been told to go, and may read why. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** PB_LEAVERS_S: seconds in which who was refused may read why. */
#define PB_LEAVERS_S 2

/** PB_LEAVERS_BYTES: what it may send meanwhile. */
#define PB_LEAVERS_BYTES (1024 * 1024)

/* Closed with bytes of its own unread a client's connection would be reset, and
 * the reply lost with it. Main thread only. */
typedef struct _PbLeavers PbLeavers;

PbLeavers *pb_leavers_new (guint max);
void pb_leavers_free (PbLeavers *leavers);
void pb_leavers_add (PbLeavers *leavers, GSocketConnection *connection);
void pb_leavers_drop (PbLeavers *leavers, gint64 now);

G_END_DECLS
