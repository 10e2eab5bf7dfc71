/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Row codecs: how one row becomes one block of bytes and comes back. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gstpitbox/gstpitboxschema.h>

G_BEGIN_DECLS

/**
 * GstPitboxCodecId:
 * @GST_PITBOX_CODEC_RAW: the row itself
 * @GST_PITBOX_CODEC_ZLIB: difference to the row before, deflated
 * @GST_PITBOX_CODEC_PREDICTIVE: each variable predicted, the rest range coded
 *
 * Codec ids as they stand in key units.
 */
typedef enum {
  GST_PITBOX_CODEC_RAW = 0,
  GST_PITBOX_CODEC_ZLIB = 1,
  GST_PITBOX_CODEC_PREDICTIVE = 2,
} GstPitboxCodecId;

#define GST_TYPE_PITBOX_CODEC_ID (gst_pitbox_codec_id_get_type ())
GST_PITBOX_API GType gst_pitbox_codec_id_get_type (void);

/* What telemetryenc uses unless told otherwise. */
#define GST_PITBOX_CODEC_DEFAULT GST_PITBOX_CODEC_PREDICTIVE

/* No block is longer: a key row may also carry what decoders need to go on. */
#define GST_PITBOX_MAX_BLOCK_BYTES(row_bytes) \
  ((gsize) (row_bytes) + MIN ((gsize) (row_bytes), 2048) + 2)

typedef struct _GstPitboxCodec GstPitboxCodec;

GST_PITBOX_API GstPitboxCodec *gst_pitbox_codec_new (
    GstPitboxCodecId id, const GstPitboxSchema *schema);
GST_PITBOX_API void gst_pitbox_codec_free (GstPitboxCodec *codec);
GST_PITBOX_API gboolean gst_pitbox_codec_is_known (guint id);
GST_PITBOX_API gsize gst_pitbox_codec_encode (
    GstPitboxCodec *codec, const guint8 *row, gboolean key, guint8 *block);
GST_PITBOX_API gboolean gst_pitbox_codec_decode (GstPitboxCodec *codec,
    const guint8 *block, gsize size, gboolean key, guint8 *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstPitboxCodec, gst_pitbox_codec_free)

G_END_DECLS
