/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Coded rows behind a checksum that is right: what a hostile sender can do. The
 * input is a codec id, then blocks with a length byte pair each; the first is a
 * key row, and so is every one whose length has bit 15. */
#include "fuzz.h"

#include <gstpitbox/gstpitbox.h>

#include "../lib/pb-test-rows.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static GstPitboxSchema *schema;
  static guint8 *row;
  GstPitboxCodec *codec;
  const guint8 *end = data + size;
  gboolean key = TRUE;

  if (schema == NULL) {
    schema = pb_test_schema_new ();
    row = g_malloc (gst_pitbox_schema_get_row_bytes (schema));
  }
  if (size == 0 || !gst_pitbox_codec_is_known (*data))
    return 0;
  codec = gst_pitbox_codec_new (*data++, schema);
  while (end - data >= 2) {
    guint length = data[0] | data[1] << 8;

    data += 2;
    key = key || (length & 0x8000) != 0;
    length = MIN (length & 0x7fff, (guint) (end - data));
    key = !gst_pitbox_codec_decode (codec, data, length, key, row);
    data += length;
  }
  gst_pitbox_codec_free (codec);
  return 0;
}

GBytes *
fuzz_get_seed (guint index)
{
  g_autoptr (GstPitboxSchema) schema = NULL;
  g_autoptr (GstPitboxCodec) codec = NULL;
  g_autofree guint8 *row = NULL;
  g_autofree guint8 *block = NULL;
  GByteArray *out;
  guint8 id = index;
  guint row_bytes;

  if (!gst_pitbox_codec_is_known (index))
    return NULL;
  schema = pb_test_schema_new ();
  codec = gst_pitbox_codec_new (index, schema);
  row_bytes = gst_pitbox_schema_get_row_bytes (schema);
  row = g_malloc (row_bytes);
  block = g_malloc (GST_PITBOX_MAX_BLOCK_BYTES (row_bytes));
  out = g_byte_array_new ();
  g_byte_array_append (out, &id, 1);
  for (guint n = 0; n < 40; n++) {
    gboolean key = n % 20 == 0;
    gsize size;
    guint8 length[2];

    pb_test_row_fill (schema, n, row);
    size = gst_pitbox_codec_encode (codec, row, key, block);
    length[0] = size & 0xff;
    length[1] = size >> 8 | (key ? 0x80 : 0);
    g_byte_array_append (out, length, 2);
    g_byte_array_append (out, block, size);
  }
  return g_byte_array_free_to_bytes (out);
}
