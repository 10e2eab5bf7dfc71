/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Private: texts too long for one unit, compressed and sent in pieces. */
#pragma once

#include <gst/gst.h>

#include "gstpitboxvarint.h"

G_BEGIN_DECLS

/* What a fragmented object is. */
typedef enum {
  GST_PITBOX_FRAGMENT_SESSION = 1,
  GST_PITBOX_FRAGMENT_SCHEMA = 2,
} GstPitboxFragmentKind;

/* Longest head of one fragment: kind, id, crc, four sizes. */
#define GST_PITBOX_FRAGMENT_HEAD_BYTES 30

/* Cuts one object into fragments, from its first byte to its last. */
typedef struct {
  guint8 kind;
  guint32 id;
  guint32 crc;
  gsize plain_bytes;
  guint8 *packed;
  gsize packed_bytes;
  gsize sent;
} GstPitboxFragmenter;

/* Puts one object together; pieces may come in any order and more than once.
 * @packed stays when it is @done. */
typedef struct {
  guint32 id;
  guint32 crc;
  gsize plain_bytes;
  gsize packed_bytes;
  gsize have;
  guint8 *packed;
  guint8 *got;
  gboolean done;
} GstPitboxAssembler;

/* One fragment; @data points into the unit. */
typedef struct {
  guint8 kind;
  guint32 id;
  guint32 crc;
  gsize plain_bytes;
  gsize packed_bytes;
  gsize offset;
  gsize bytes;
  const guint8 *data;
} GstPitboxFragment;

G_GNUC_INTERNAL gboolean gst_pitbox_fragmenter_start (
    GstPitboxFragmenter *self, guint8 kind, guint32 id, GBytes *object);
G_GNUC_INTERNAL void gst_pitbox_fragmenter_clear (GstPitboxFragmenter *self);
G_GNUC_INTERNAL gboolean gst_pitbox_fragmenter_next (
    GstPitboxFragmenter *self, gsize max_bytes, GByteArray *out);

G_GNUC_INTERNAL gboolean gst_pitbox_fragment_read (
    GstPitboxReader *r, GstPitboxFragment *fragment);
G_GNUC_INTERNAL GBytes *gst_pitbox_assembler_add (
    GstPitboxAssembler *self, const GstPitboxFragment *fragment);
G_GNUC_INTERNAL void gst_pitbox_assembler_clear (GstPitboxAssembler *self);

G_END_DECLS
