/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtReaders: who may read at a port, and who does. */
#pragma once

#include "gstpitboxsrthub.h"

G_BEGIN_DECLS

/* One key may stand for a studio with many sources, but not for all places. */
#define PITBOX_SRT_MAX_PER_READER 16

typedef struct _PitboxSrtReaders PitboxSrtReaders;

/* A connection has ended. Any thread, under the table's lock: queue and
 * return. @reader stays valid while the caller holds a reference. */
typedef void (*PitboxSrtReadersDoneFunc) (
    PitboxSrtReader *reader, const gchar *reason, gpointer user_data);

PitboxSrtReaders *pitbox_srt_readers_new (void);
void pitbox_srt_readers_unref (PitboxSrtReaders *readers);
gboolean pitbox_srt_readers_add (PitboxSrtReaders *readers, const gchar *name,
    const gchar *drivers, const gchar *passphrase,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pitbox_srt_readers_remove (PitboxSrtReaders *readers, const gchar *name);

void pitbox_srt_readers_open (PitboxSrtReaders *readers, const gchar *hub,
    guint max_readers, PitboxSrtReadersDoneFunc done, gpointer user_data);
void pitbox_srt_readers_close (PitboxSrtReaders *readers);
int pitbox_srt_readers_decide (PitboxSrtReaders *readers, const gchar *name,
    const gchar *driver, gboolean accept_any, gboolean knows_driver,
    guint n_coming, gchar **passphrase);
PitboxSrtReader *pitbox_srt_readers_admit (PitboxSrtReaders *readers,
    SRTSOCKET sock, const gchar *driver, const gchar *name, const gchar *peer,
    gboolean accept_any);
void pitbox_srt_readers_start (
    PitboxSrtReaders *readers, PitboxSrtReader *reader);
guint pitbox_srt_readers_count (PitboxSrtReaders *readers);
GPtrArray *pitbox_srt_readers_list (PitboxSrtReaders *readers);

G_END_DECLS
