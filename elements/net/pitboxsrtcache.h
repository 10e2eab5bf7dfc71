/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtCache: a transport stream as messages, from its last key frame on. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Seven TS packets, as pitboxsrtsink sends them. */
#define PITBOX_SRT_CACHE_MESSAGE_BYTES 1316
#define PITBOX_SRT_CACHE_NONE G_MAXUINT64

/**
 * PitboxSrtMessage:
 * @time_us: when it came, monotonic
 * @offset: bytes of the stream before it, since the cache was made
 * @size: bytes in @data, whole TS packets
 */
typedef struct {
  gint64 time_us;
  guint64 offset;
  guint16 size;
  guint8 data[];
} PitboxSrtMessage;

typedef struct _PitboxSrtCache PitboxSrtCache;

PitboxSrtCache *pitbox_srt_cache_new (gsize max_bytes);
void pitbox_srt_cache_free (PitboxSrtCache *cache);
void pitbox_srt_cache_reset (PitboxSrtCache *cache);
void pitbox_srt_cache_push (
    PitboxSrtCache *cache, const guint8 *data, gsize size, gint64 now_us);
void pitbox_srt_cache_flush (PitboxSrtCache *cache);
void pitbox_srt_cache_trim (PitboxSrtCache *cache, guint64 keep_from);

guint64 pitbox_srt_cache_get_first (const PitboxSrtCache *cache);
guint64 pitbox_srt_cache_get_next (const PitboxSrtCache *cache);
guint64 pitbox_srt_cache_get_key (const PitboxSrtCache *cache);
gsize pitbox_srt_cache_get_bytes (const PitboxSrtCache *cache);
GBytes *pitbox_srt_cache_dup_head (const PitboxSrtCache *cache);
const PitboxSrtMessage *pitbox_srt_cache_get (
    const PitboxSrtCache *cache, guint64 sequence);

G_END_DECLS
