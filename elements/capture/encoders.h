/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which encoder to use: a pure choice from one table. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * EncoderCodec:
 * @ENCODER_CODEC_H264: AVC
 * @ENCODER_CODEC_H265: HEVC
 */
typedef enum {
  ENCODER_CODEC_H264,
  ENCODER_CODEC_H265,
} EncoderCodec;
#define ENCODER_N_CODECS 2

/**
 * EncoderMemory:
 * @ENCODER_MEMORY_SYSTEM: what every element can map
 * @ENCODER_MEMORY_D3D11: memory:D3D11Memory
 * @ENCODER_MEMORY_CUDA: memory:CUDAMemory
 * @ENCODER_MEMORY_VA: memory:VAMemory
 * @ENCODER_MEMORY_D3D12: memory:D3D12Memory
 *
 * Where pictures are. `1 << EncoderMemory` is a bit of a set.
 */
typedef enum {
  ENCODER_MEMORY_SYSTEM,
  ENCODER_MEMORY_D3D11,
  ENCODER_MEMORY_CUDA,
  ENCODER_MEMORY_VA,
  ENCODER_MEMORY_D3D12,
} EncoderMemory;
#define ENCODER_N_MEMORIES 5

/**
 * EncoderPlatform:
 * @ENCODER_PLATFORM_LINUX: Linux
 * @ENCODER_PLATFORM_WINDOWS: Windows
 * @ENCODER_PLATFORM_OTHER: all else; software only
 *
 * Bits of a set.
 */
typedef enum {
  ENCODER_PLATFORM_LINUX = 1,
  ENCODER_PLATFORM_WINDOWS = 2,
  ENCODER_PLATFORM_OTHER = 4,
} EncoderPlatform;

/**
 * EncoderKind:
 * @family: whose properties it has, see encodersettings.c
 * @factory: GStreamer element for each codec; %NULL: cannot
 * @pattern: (nullable): names of the same element for a second GPU and further
 * @platforms: #EncoderPlatform bits
 * @hardware: a driver stands behind it, which can hang or crash: probed
 *
 * One row of the table, best first.
 */
typedef struct {
  const gchar *family;
  const gchar *factory[ENCODER_N_CODECS];
  const gchar *pattern[ENCODER_N_CODECS];
  guint platforms;
  gboolean hardware;
} EncoderKind;

/**
 * EncoderProbe:
 * @ENCODER_PROBE_UNKNOWN: not tried
 * @ENCODER_PROBE_WORKS: it encoded
 * @ENCODER_PROBE_FAILED: it said that it cannot
 * @ENCODER_PROBE_CRASHED: it took the process with it
 * @ENCODER_PROBE_HUNG: it did not come to an end in time
 * @ENCODER_PROBE_IMPOSSIBLE: nothing could be tried
 */
typedef enum {
  ENCODER_PROBE_UNKNOWN,
  ENCODER_PROBE_WORKS,
  ENCODER_PROBE_FAILED,
  ENCODER_PROBE_CRASHED,
  ENCODER_PROBE_HUNG,
  ENCODER_PROBE_IMPOSSIBLE,
} EncoderProbe;

/**
 * EncoderCandidate:
 * @kind: its row
 * @factory: its name
 * @present: this machine has the element
 * @memories: #EncoderMemory bits that its sink pad takes
 * @version: (nullable): of its plugin
 * @missing: (nullable): an element that must stand before it and is not here
 * @probe: what a try said
 * @reason: (nullable): of @probe, in words
 * @adapter_luid: of the adapter that it works on; 0: not told
 *
 * What is known of one element on this machine.
 */
typedef struct {
  const EncoderKind *kind;
  gchar *factory;
  gboolean present;
  guint memories;
  gchar *version;
  gchar *missing;
  EncoderProbe probe;
  gchar *reason;
  gint64 adapter_luid;
} EncoderCandidate;

/**
 * EncoderWish:
 * @platform: where we are
 * @codec: of the output
 * @memory: where the pictures are
 * @name: "auto", or the factory's name
 * @exclude: (nullable): factories that "auto" passes over
 * @adapter_luid: of the adapter whose memory the pictures are in; 0: not told
 */
typedef struct {
  EncoderPlatform platform;
  EncoderCodec codec;
  EncoderMemory memory;
  const gchar *name;
  const gchar *const *exclude;
  gint64 adapter_luid;
} EncoderWish;

/**
 * EncoderVerdict:
 * @ENCODER_CHOSEN: this one
 * @ENCODER_ASK_PROBE: try this one and ask again
 * @ENCODER_NONE: none of them
 */
typedef enum {
  ENCODER_CHOSEN,
  ENCODER_ASK_PROBE,
  ENCODER_NONE,
} EncoderVerdict;

/**
 * EncoderRefuse:
 * @factory: a better one
 * @why: why not
 * @user_data: closure
 */
typedef void (*EncoderRefuse) (
    const gchar *factory, const gchar *why, gpointer user_data);

const EncoderKind *encoder_kinds (guint *n);
const EncoderKind *encoder_find (const gchar *factory, EncoderCodec codec);
EncoderPlatform encoder_platform_here (void);
const gchar *encoder_codec_to_string (EncoderCodec codec);
const gchar *encoder_memory_to_string (EncoderMemory memory);
gboolean encoder_memory_from_string (
    const gchar *word, EncoderMemory *memory) G_GNUC_WARN_UNUSED_RESULT;
const gchar *encoder_probe_to_string (EncoderProbe probe);
const gchar *const *encoder_way (EncoderMemory memory, guint memories);
gboolean encoder_takes_in_place (const EncoderWish *wish,
    const EncoderCandidate *candidates, guint n, guint at);
EncoderVerdict encoder_choose (const EncoderWish *wish,
    const EncoderCandidate *candidates, guint n, guint *chosen,
    EncoderRefuse refuse, gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
