/* SPDX-License-Identifier: LGPL-2.1-or-later
 * KLV units from anywhere, merging of them, and what of them is kept. */
#include "fuzz.h"

#include <gstpitbox/gstpitbox.h>
#include <stdlib.h>

#include "../lib/pb-test-rows.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_LSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_LSAN 1
#endif
#endif

#ifdef WITH_LSAN
#include <sanitizer/lsan_interface.h>
#else
#define __lsan_disable()
#define __lsan_enable()
#endif

/* GLib gives up its old table of quarks when it grows: a leak by design. */
static void
init_once (void)
{
  if (gst_is_initialized ())
    return;
  __lsan_disable ();
  gst_init (NULL, NULL);
  __lsan_enable ();
}

static void
check_merge (const guint8 *data, gsize size)
{
  GstBuffer *buffer = gst_buffer_new_memdup (data, size);
  GstBuffer *merged;

  GST_BUFFER_PTS (buffer) = GST_SECOND;
  merged = gst_pitbox_unit_merge (&buffer, 1, 2 * GST_SECOND, NULL);
  if (merged != NULL)
    gst_buffer_unref (merged);
  gst_buffer_unref (buffer);
}

/* Whatever it has seen, what it says is units without rows. */
static void
check_preface (const guint8 *data, gsize size)
{
  g_autoptr (GstPitboxPreface) preface = gst_pitbox_preface_new ();
  g_autoptr (GPtrArray) units = NULL;

  gst_pitbox_preface_push (preface, data, size);
  units = gst_pitbox_preface_write (preface);
  for (guint i = 0; i < units->len; i++) {
    static GstPitboxUnit unit;
    gsize n, consumed;
    const guint8 *bytes = g_bytes_get_data (g_ptr_array_index (units, i), &n);

    if (n > GST_PITBOX_MAX_UNIT_BYTES
        || !gst_pitbox_unit_parse (bytes, n, &unit, &consumed, NULL)
        || consumed != n || !unit.is_key || unit.n_rows != 0)
      abort ();
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  GstPitboxDecoder *dec;
  GstPitboxDecoderItem item;
  const GstPitboxDecoderStats *stats;
  guint64 rows = 0;

  init_once ();
  dec = gst_pitbox_decoder_new ();
  stats = gst_pitbox_decoder_get_stats (dec);
  gst_pitbox_decoder_push (dec, data, size);
  while (gst_pitbox_decoder_next (dec, &item)) {
    static volatile guint8 sink;

    if (item.type != GST_PITBOX_DECODER_ROW)
      continue;
    /* Every byte of a row must be there. */
    for (guint i = 0; i < gst_pitbox_schema_get_row_bytes (item.schema); i++)
      sink ^= item.row[i];
    rows++;
  }
  if (stats->rows != rows || stats->units > size)
    abort ();
  gst_pitbox_decoder_free (dec);
  check_merge (data, size);
  check_preface (data, size);
  return 0;
}

/* Some units of each codec, with a session string; checksums of what a fuzzer
 * changes no longer match, so the blocks have a target of their own. */
GBytes *
fuzz_get_seed (guint index)
{
  GstPitboxEncoderConfig config = { .codec = index,
    .key_interval = GST_SECOND / 10,
    .rows_per_unit = 1 + index,
    .run_id = 5,
    .rate_divisor = 1 };
  g_autoptr (GstPitboxSchema) schema = NULL;
  g_autoptr (GstPitboxEncoder) enc = NULL;
  g_autoptr (GBytes) text = g_bytes_new_static ("---\nWeekendInfo:\n", 17);
  g_autofree guint8 *row = NULL;
  GByteArray *out;

  init_once ();
  if (!gst_pitbox_codec_is_known (index))
    return NULL;
  schema = pb_test_schema_new ();
  enc = gst_pitbox_encoder_new (&config);
  if (!gst_pitbox_encoder_set_schema (enc, schema, NULL))
    abort ();
  gst_pitbox_encoder_set_session (enc, text, 1);
  row = g_malloc (gst_pitbox_schema_get_row_bytes (schema));
  out = g_byte_array_new ();
  for (guint n = 0; n < 12; n++) {
    GstPitboxEncoderRow r = { row, n + 1, n * GST_SECOND / 60, 0, 0, FALSE };
    g_autoptr (GstBuffer) unit = NULL;
    GstMapInfo map;

    pb_test_row_fill (schema, n, row);
    unit = gst_pitbox_encoder_push (enc, &r);
    if (unit == NULL)
      continue;
    gst_buffer_map (unit, &map, GST_MAP_READ);
    g_byte_array_append (out, map.data, map.size);
    gst_buffer_unmap (unit, &map);
  }
  return g_byte_array_free_to_bytes (out);
}
