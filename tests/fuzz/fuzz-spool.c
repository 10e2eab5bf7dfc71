/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A file of the agent's spool as a crash, a full disk or somebody else left it:
 * what is read of it numbers rows as they were asked for. */
#include "fuzz.h"

#include <stdlib.h>

#include "../lib/pb-test-rows.h"
#include "spool/pb-spool-rows.h"

static void
check_messages (const guint8 *data, gsize size)
{
  const GstPitboxRowRange ranges[] = { { 1, 2 }, { 6, 5 }, { 12, 1000 } };
  g_autoptr (GArray) wanted =
      g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
  g_autoptr (GPtrArray) messages = NULL;

  g_array_append_vals (wanted, ranges, G_N_ELEMENTS (ranges));
  messages = pb_spool_rows_read (data, size, wanted);
  for (guint i = 0; i < messages->len; i++) {
    const PbSpoolMessage *m = messages->pdata[i];

    if (m->n_rows == 0
        || g_bytes_get_size (m->units) > GST_PITBOX_MAX_UNIT_BYTES
        || !pb_spool_ranges_touch (wanted, m->sequence, m->n_rows))
      abort ();
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  PbSpoolReader reader;
  PbSpoolRecord record;
  gsize last = 0;

  gst_init (NULL, NULL);
  if (!pb_spool_reader_init (&reader, data, size))
    return 0;
  while (pb_spool_reader_next (&reader, &record)) {
    if (record.span.n_rows == 0 || record.units < data
        || record.units + record.size > data + size || reader.at <= last)
      abort ();
    last = reader.at;
  }
  check_messages (data, size);
  return 0;
}

/* A run; one that wraps; one with a hole. */
GBytes *
fuzz_get_seed (guint index)
{
  const GstPitboxEncoderConfig config = { .codec = GST_PITBOX_CODEC_DEFAULT,
    .key_interval = GST_SECOND / 10,
    .rows_per_unit = 2,
    .run_id = 5,
    .sequence = index == 1 ? G_MAXUINT32 - 7 : 0,
    .rate_divisor = 1 };
  g_autoptr (GstPitboxSchema) schema = NULL;
  g_autoptr (GstPitboxEncoder) enc = NULL;
  g_autofree guint8 *row = NULL;
  GByteArray *out;

  if (index >= 3)
    return NULL;
  gst_init (NULL, NULL);
  schema = pb_test_schema_new ();
  enc = gst_pitbox_encoder_new (&config);
  if (!gst_pitbox_encoder_set_schema (enc, schema, NULL))
    abort ();
  row = g_malloc (gst_pitbox_schema_get_row_bytes (schema));
  out = g_byte_array_new ();
  pb_spool_file_begin (out);
  for (guint n = 0; n < 24; n++) {
    const GstPitboxEncoderRow r = { row, n + 1, PB_TEST_ROW_NS (n), 0, 0,
      FALSE };
    g_autoptr (GstBuffer) unit = NULL;
    GstMapInfo map;

    pb_test_row_fill (schema, n, row);
    unit = gst_pitbox_encoder_push (enc, &r);
    if (unit == NULL || (index == 2 && n == 9))
      continue;
    gst_buffer_map (unit, &map, GST_MAP_READ);
    pb_spool_file_add (out, GST_BUFFER_PTS (unit), map.data, map.size);
    gst_buffer_unmap (unit, &map);
  }
  return g_byte_array_free_to_bytes (out);
}
