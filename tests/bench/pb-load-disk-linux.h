/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLoadDisk: when what some drivers sent stands in their files. */
#pragma once

#include "pb-load-media.h"

typedef struct _PbLoadDisk PbLoadDisk;

PbLoadDisk *pb_load_disk_new (
    const gchar *recordings, const PbLoadMedia *media);
void pb_load_disk_free (PbLoadDisk *disk);
gboolean pb_load_disk_watch (PbLoadDisk *disk, const gchar *driver);
void pb_load_disk_start (PbLoadDisk *disk);
void pb_load_disk_sent (PbLoadDisk *disk, guint n, guint message);
void pb_load_disk_stop (PbLoadDisk *disk);
guint pb_load_disk_get_ms (
    PbLoadDisk *disk, const gdouble *shares, guint n_shares, gdouble *ms);

#define PB_LOAD_DISK_MAX_DRIVERS 16
