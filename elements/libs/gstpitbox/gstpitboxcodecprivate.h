/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Private: what each codec provides to gstpitboxcodec.c. */
#pragma once

#include "gstpitboxcodec.h"

G_BEGIN_DECLS

/* @independent: a delta block needs no block before it. @encode writes at most
 * GST_PITBOX_MAX_BLOCK_BYTES and returns the number. @decode gets untrusted
 * bytes; on FALSE the state is undefined until the next key block. */
typedef struct {
  GstPitboxCodecId id;
  gboolean independent;
  gpointer (*open) (const GstPitboxSchema *schema);
  void (*close) (gpointer state);
  gsize (*encode) (
      gpointer state, const guint8 *row, gboolean key, guint8 *block);
  gboolean (*decode) (gpointer state, const guint8 *block, gsize size,
      gboolean key, guint8 *row);
} GstPitboxCodecClass;

G_GNUC_INTERNAL extern const GstPitboxCodecClass gst_pitbox_codec_raw;
G_GNUC_INTERNAL extern const GstPitboxCodecClass gst_pitbox_codec_zlib;
G_GNUC_INTERNAL extern const GstPitboxCodecClass gst_pitbox_codec_predictive;

G_GNUC_INTERNAL gboolean gst_pitbox_codec_is_independent (
    const GstPitboxCodec *codec);

G_END_DECLS
