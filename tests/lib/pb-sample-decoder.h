/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reads the data channel's binary messages as server/README.md defines them;
 * shares no code with the side that writes them. */
#pragma once

#include <gstpitbox/gstpitbox.h>

/**
 * PbSampleInfo:
 *
 * A message's header and the head of its last row.
 */
typedef struct {
  guint8 type;
  guint8 flags;
  guint16 n_rows;
  guint32 rtp;
  guint32 schema_id;
  guint32 seq;
  gint64 utc_us;
  gint32 tick;
  gint32 sync_error_us;
  gint32 row_tick;
  gint32 row_offset_us;
} PbSampleInfo;

typedef struct _PbSampleDecoder PbSampleDecoder;

PbSampleDecoder *pb_sample_decoder_new (GstPitboxSchema *schema);
void pb_sample_decoder_free (PbSampleDecoder *decoder);
gboolean pb_sample_decoder_push (
    PbSampleDecoder *decoder, GBytes *message, PbSampleInfo *info);
const guint8 *pb_sample_decoder_get_row (PbSampleDecoder *decoder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbSampleDecoder, pb_sample_decoder_free)
