/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of pitboxencodebin share. */
#pragma once

#include "encoderchain.h"
#include "gstpitboxencodebin.h"

G_BEGIN_DECLS

struct _GstPitboxEncodeBin {
  GstPitboxChoiceBin parent;

  GstPad *sinkpad;

  /* Under the object lock, because they are read and set by any thread. */
  EncoderCodec codec;
  gchar *name;
  gchar *exclude;
  EncoderSettings settings;
  gchar *profile;
  guint probe_timeout_ms;
  GstElement *encoder; /* within the chain */
  const EncoderKind *kind; /* of the encoder */
  gchar *error; /* what the encoder last said, kept from the bus */
  gboolean building, may_fall_back;
  guint n_fall_backs;
  gboolean flowing; /* something came out */
  gboolean stale; /* it has another bitrate than it should */
  GQueue pending; /* pictures, until something came out */

  /* By state changes, or the streaming thread while it streams. */
  gchar *factory; /* of the encoder */
  EncoderMemory memory;
  GHashTable *failed; /* factory -> why, since READY */
};

gboolean gst_pitbox_encode_bin_build_chain (
    GstPitboxEncodeBin *self) G_GNUC_WARN_UNUSED_RESULT;
void gst_pitbox_encode_bin_remove_chain (GstPitboxEncodeBin *self);
gboolean gst_pitbox_encode_bin_fall_back (
    GstPitboxEncodeBin *self) G_GNUC_WARN_UNUSED_RESULT;
gchar *gst_pitbox_encode_bin_take_error (
    GstPitboxEncodeBin *self, const gchar *otherwise);
void gst_pitbox_encode_bin_drop_pending (GstPitboxEncodeBin *self);

gboolean gst_pitbox_encode_bin_take_framerate (
    GstPitboxEncodeBin *self, const GstCaps *caps);
GstFlowReturn gst_pitbox_encode_bin_chain (
    GstPad *pad, GstObject *parent, GstBuffer *buffer);
GstFlowReturn gst_pitbox_encode_bin_chain_list (
    GstPad *pad, GstObject *parent, GstBufferList *list);
gboolean gst_pitbox_encode_bin_event (
    GstPad *pad, GstObject *parent, GstEvent *event);

G_END_DECLS
