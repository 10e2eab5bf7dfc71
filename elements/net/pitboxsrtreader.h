/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtReader: one connection that is sent a driver's stream. */
#pragma once

#include "pitboxsrt.h"
#include "pitboxsrtcache.h"

G_BEGIN_DECLS

/**
 * PitboxSrtPump:
 * @PITBOX_SRT_PUMP_UP_TO_DATE: it has all there is
 * @PITBOX_SRT_PUMP_BEHIND: there is more for it
 * @PITBOX_SRT_PUMP_LOST: the connection is gone
 */
typedef enum {
  PITBOX_SRT_PUMP_UP_TO_DATE,
  PITBOX_SRT_PUMP_BEHIND,
  PITBOX_SRT_PUMP_LOST,
} PitboxSrtPump;

typedef struct _PitboxSrtReader PitboxSrtReader;

/* The connection has ended and its outlet has forgotten it; @reason in words.
 * Any thread, once, without a lock. */
typedef void (*PitboxSrtReaderDoneFunc) (
    PitboxSrtReader *reader, const gchar *reason, gpointer user_data);

PitboxSrtReader *pitbox_srt_reader_new (SRTSOCKET sock, const gchar *driver,
    const gchar *name, const gchar *peer, PitboxSrtReaderDoneFunc done,
    gpointer user_data, GDestroyNotify free_data);
PitboxSrtReader *pitbox_srt_reader_ref (PitboxSrtReader *reader);
void pitbox_srt_reader_unref (PitboxSrtReader *reader);
void pitbox_srt_reader_close (PitboxSrtReader *reader);
void pitbox_srt_reader_done (PitboxSrtReader *reader, const gchar *reason);
gboolean pitbox_srt_reader_is_connected (PitboxSrtReader *reader);
const gchar *pitbox_srt_reader_get_driver (const PitboxSrtReader *reader);
const gchar *pitbox_srt_reader_get_name (const PitboxSrtReader *reader);
const gchar *pitbox_srt_reader_get_peer (const PitboxSrtReader *reader);
GstStructure *pitbox_srt_reader_get_stats (PitboxSrtReader *reader);

/* With the lock of its outlet: */
void pitbox_srt_reader_restart (PitboxSrtReader *reader);
guint64 pitbox_srt_reader_get_cursor (const PitboxSrtReader *reader);
gboolean pitbox_srt_reader_is_behind (const PitboxSrtReader *reader);
PitboxSrtPump pitbox_srt_reader_pump (PitboxSrtReader *reader,
    const PitboxSrtCache *cache, gint64 now_us, guint max_messages);

G_END_DECLS
