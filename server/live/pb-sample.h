/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSampleCoder: the binary message of the data channel, see server/README.md.
 */
#pragma once

#include "live/pb-frame-rows.h"

G_BEGIN_DECLS

#define PB_SAMPLE_HEADER_BYTES 32
#define PB_SAMPLE_ROW_HEADER_BYTES 8

enum {
  PB_SAMPLE_KEY = 1,
  PB_SAMPLE_DELTA = 2,
};

enum {
  PB_SAMPLE_NO_ROW = 1 << 0,
  PB_SAMPLE_DISCONT = 1 << 1,
  PB_SAMPLE_INEXACT = 1 << 2,
};

typedef struct _PbSampleCoder PbSampleCoder;

PbSampleCoder *pb_sample_coder_new (void);
void pb_sample_coder_free (PbSampleCoder *coder);
void pb_sample_coder_restart (PbSampleCoder *coder);
void pb_sample_coder_begin_at (PbSampleCoder *coder, guint32 seq);
guint32 pb_sample_coder_get_seq (const PbSampleCoder *coder);
GBytes *pb_sample_coder_encode (
    PbSampleCoder *coder, const PbPair *pair, guint32 rtp, gboolean *is_key);
void pb_sample_coder_skip (
    PbSampleCoder *coder, const PbPair *pair, guint32 rtp);
GBytes *pb_sample_coder_key (PbSampleCoder *coder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbSampleCoder, pb_sample_coder_free)

G_END_DECLS
