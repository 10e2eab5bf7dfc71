/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtReaders: the connections that read at a port. */
#pragma once

#include "pitboxsrthub.h"

G_BEGIN_DECLS

typedef struct _PitboxSrtReaders PitboxSrtReaders;

/* A connection has ended. Any thread, under the table's lock: queue and
 * return. @reader stays valid while the caller holds a reference. */
typedef void (*PitboxSrtReadersDoneFunc) (
    PitboxSrtReader *reader, const gchar *reason, gpointer user_data);

PitboxSrtReaders *pitbox_srt_readers_new (void);
void pitbox_srt_readers_unref (PitboxSrtReaders *readers);

void pitbox_srt_readers_open (PitboxSrtReaders *readers, PitboxSrtHub *hub,
    PitboxSrtReadersDoneFunc done, gpointer user_data);
void pitbox_srt_readers_close (PitboxSrtReaders *readers);
PitboxSrtReader *pitbox_srt_readers_admit (PitboxSrtReaders *readers,
    SRTSOCKET sock, const gchar *driver, const gchar *name, const gchar *peer);
void pitbox_srt_readers_start (
    PitboxSrtReaders *readers, PitboxSrtReader *reader);
void pitbox_srt_readers_end (PitboxSrtReaders *readers, const gchar *name);
GPtrArray *pitbox_srt_readers_list (PitboxSrtReaders *readers);

G_END_DECLS
