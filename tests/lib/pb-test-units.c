/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An encoder and a decoder without pads. */
#include "pb-test-units.h"

#include "pb-test-rows.h"

void
pb_test_units_set_up_with (PbTestUnits *f, const GstPitboxEncoderConfig *config)
{
  g_autoptr (GError) error = NULL;

  f->schema = pb_test_schema_new ();
  f->row_bytes = gst_pitbox_schema_get_row_bytes (f->schema);
  f->enc = gst_pitbox_encoder_new (config);
  f->dec = gst_pitbox_decoder_new ();
  f->row = g_malloc0 (f->row_bytes);
  g_assert_true (gst_pitbox_encoder_set_schema (f->enc, f->schema, &error));
  g_assert_no_error (error);
}

void
pb_test_units_set_up (PbTestUnits *f, gconstpointer data)
{
  const GstPitboxEncoderConfig config = { .codec = GPOINTER_TO_UINT (data),
    .key_interval = GST_SECOND / 2,
    .rows_per_unit = 1,
    .run_id = 77,
    .rate_divisor = 1 };

  pb_test_units_set_up_with (f, &config);
}

void
pb_test_units_tear_down (PbTestUnits *f, gconstpointer data)
{
  gst_pitbox_encoder_free (f->enc);
  gst_pitbox_decoder_free (f->dec);
  gst_pitbox_schema_unref (f->schema);
  g_free (f->row);
}

/* Row n as a unit, or NULL. */
GstBuffer *
pb_test_units_encode (PbTestUnits *f, guint n)
{
  GstPitboxEncoderRow row = { f->row, 6000 + n, PB_TEST_ROW_NS (n),
    1700000000000000 + n * G_GINT64_CONSTANT (1000000) / 60,
    GST_PITBOX_CLOCK_LOCAL, FALSE };

  pb_test_row_fill (f->schema, n, f->row);
  return gst_pitbox_encoder_push (f->enc, &row);
}

GBytes *
pb_test_units_encode_bytes (PbTestUnits *f, guint n)
{
  g_autoptr (GstBuffer) unit = pb_test_units_encode (f, n);
  gpointer data;
  gsize size;

  gst_buffer_extract_dup (unit, 0, -1, &data, &size);
  return g_bytes_new_take (data, size);
}

void
pb_test_units_push (GstPitboxDecoder *dec, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  gst_pitbox_decoder_push (dec, data, size);
}
