/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The codec table. */
#include "gstpitboxcodecprivate.h"

/**
 * SECTION:gstpitboxcodec
 * @title: Row codecs
 * @short_description: lossless coding of rows
 *
 * A codec object codes or decodes the rows of one schema in order; it is used
 * by one thread at a time. Every codec gives back every byte of every row,
 * also those that belong to no variable.
 */

struct _GstPitboxCodec {
  const GstPitboxCodecClass *klass;
  gpointer state;
};

static const GstPitboxCodecClass *const classes[] = {
  &gst_pitbox_codec_raw,
  &gst_pitbox_codec_zlib,
  &gst_pitbox_codec_predictive,
};

GType
gst_pitbox_codec_id_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { GST_PITBOX_CODEC_RAW, "Rows as they are", "raw" },
    { GST_PITBOX_CODEC_ZLIB, "Difference to the row before, deflated", "zlib" },
    { GST_PITBOX_CODEC_PREDICTIVE,
        "Each variable predicted, the rest range coded", "predictive" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type)) {
    GType id = g_enum_register_static ("GstPitboxCodecId", values);

    g_once_init_leave (&type, id);
  }
  return type;
}

static const GstPitboxCodecClass *
find_class (guint id)
{
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++) {
    if (classes[i]->id == id)
      return classes[i];
  }
  return NULL;
}

/**
 * gst_pitbox_codec_is_known:
 * @id: a codec id from a key unit
 *
 * Returns: %TRUE if this build has that codec
 */
gboolean
gst_pitbox_codec_is_known (guint id)
{
  return find_class (id) != NULL;
}

/**
 * gst_pitbox_codec_new: (skip)
 * @id: a known codec id
 * @schema: the schema of the rows
 *
 * Returns: (transfer full): a codec that expects a key row first
 */
GstPitboxCodec *
gst_pitbox_codec_new (GstPitboxCodecId id, const GstPitboxSchema *schema)
{
  const GstPitboxCodecClass *klass = find_class (id);
  GstPitboxCodec *codec;

  g_return_val_if_fail (klass != NULL, NULL);

  codec = g_new0 (GstPitboxCodec, 1);
  codec->klass = klass;
  codec->state = klass->open (schema);
  return codec;
}

/**
 * gst_pitbox_codec_free:
 * @codec: (transfer full): a codec
 */
void
gst_pitbox_codec_free (GstPitboxCodec *codec)
{
  codec->klass->close (codec->state);
  g_free (codec);
}

/*
 * gst_pitbox_codec_is_independent:
 * @codec: a codec
 *
 * Returns: %TRUE if a delta row can be decoded although rows before it are lost
 */
gboolean
gst_pitbox_codec_is_independent (const GstPitboxCodec *codec)
{
  return codec->klass->independent;
}

/**
 * gst_pitbox_codec_encode:
 * @codec: a codec
 * @row: the row
 * @key: %TRUE to forget all rows before this one
 * @block: (out caller-allocates): GST_PITBOX_MAX_BLOCK_BYTES of the row size
 *
 * Returns: bytes written to @block
 */
gsize
gst_pitbox_codec_encode (
    GstPitboxCodec *codec, const guint8 *row, gboolean key, guint8 *block)
{
  return codec->klass->encode (codec->state, row, key, block);
}

/**
 * gst_pitbox_codec_decode:
 * @codec: a codec
 * @block: (array length=size): untrusted bytes
 * @size: bytes in @block
 * @key: as the encoder had it
 * @row: (out caller-allocates): one row
 *
 * Returns: %FALSE if the bytes are no row; then nothing can be decoded before
 *   the next key row
 */
gboolean
gst_pitbox_codec_decode (GstPitboxCodec *codec, const guint8 *block, gsize size,
    gboolean key, guint8 *row)
{
  return codec->klass->decode (codec->state, block, size, key, row);
}
