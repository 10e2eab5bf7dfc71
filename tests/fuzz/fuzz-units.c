/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What comes over the WebSocket of /api/v1/units: messages of any bytes, one
 * after another; what is taken is MPEG-TS that numbers rows in order. */
#include "fuzz.h"

#include <gstpitbox/gstpitbox.h>
#include <stdlib.h>

#include "../lib/pb-test-rows.h"
#include "ingest/pb-units.h"

#define SECOND_NS G_GUINT64_CONSTANT (1000000000)
/* Length of a message before it, as 16 bits. */
#define LENGTH_BYTES 2

static void
check (const PbUnitsPlace *before, const PbUnitsPlace *after,
    PbUnitsResult result, const GByteArray *ts, guint64 time_ns, guint64 now_ns)
{
  const gboolean moved = before->is_known != after->is_known
                         || before->run_id != after->run_id
                         || before->next != after->next;

  if (time_ns > now_ns || ts->len % 188 != 0)
    abort ();
  if (result == PB_UNITS_TAKEN ? !moved || ts->len == 0 : moved || ts->len != 0)
    abort ();
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const PbUnitsPlace nothing = { 0 };
  g_autoptr (PbUnits) units = pb_units_new (&nothing);
  g_autoptr (GByteArray) ts = g_byte_array_new ();
  guint64 now_ns = SECOND_NS;

  while (size >= LENGTH_BYTES) {
    const gsize n = MIN ((gsize) (data[0] | data[1] << 8), size - LENGTH_BYTES);
    const PbUnitsPlace before = *pb_units_get_place (units);
    g_autoptr (GError) error = NULL;
    guint64 time_ns;
    guint n_units;
    PbUnitsResult result;

    g_byte_array_set_size (ts, 0);
    result = pb_units_take (
        units, data + LENGTH_BYTES, n, now_ns, ts, &time_ns, &n_units, &error);
    if ((result == PB_UNITS_BAD) != (error != NULL))
      abort ();
    check (&before, pb_units_get_place (units), result, ts, time_ns, now_ns);
    now_ns += SECOND_NS / 60;
    data += LENGTH_BYTES + n;
    size -= LENGTH_BYTES + n;
  }
  return 0;
}

static void
add_message (GByteArray *out, GstBuffer *unit, guint32 sequence)
{
  const GstPitboxUnitsHead head = { 5, sequence, 1000, GST_BUFFER_PTS (unit) };
  guint8 bytes[LENGTH_BYTES + GST_PITBOX_UNITS_HEAD_BYTES];
  GstMapInfo map;

  gst_buffer_map (unit, &map, GST_MAP_READ);
  bytes[0] = (map.size + GST_PITBOX_UNITS_HEAD_BYTES) & 0xff;
  bytes[1] = (map.size + GST_PITBOX_UNITS_HEAD_BYTES) >> 8;
  gst_pitbox_units_head_write (&head, bytes + LENGTH_BYTES);
  g_byte_array_append (out, bytes, sizeof bytes);
  g_byte_array_append (out, map.data, (guint) map.size);
  gst_buffer_unmap (unit, &map);
}

/* A run; the same with rows that come twice; the same with rows missing. */
GBytes *
fuzz_get_seed (guint index)
{
  const GstPitboxEncoderConfig config = { .codec = GST_PITBOX_CODEC_DEFAULT,
    .key_interval = GST_SECOND / 10,
    .rows_per_unit = 1,
    .run_id = 5,
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
  for (guint n = 0; n < 16; n++) {
    const GstPitboxEncoderRow r = { row, n + 1, PB_TEST_ROW_NS (n), 0, 0,
      FALSE };
    g_autoptr (GstBuffer) unit = NULL;

    pb_test_row_fill (schema, n, row);
    unit = gst_pitbox_encoder_push (enc, &r);
    if (index == 2 && n % 5 == 1)
      continue;
    add_message (out, unit, n);
    if (index == 1 && n % 3 == 0)
      add_message (out, unit, n);
  }
  return g_byte_array_free_to_bytes (out);
}
