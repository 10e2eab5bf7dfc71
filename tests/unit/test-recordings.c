/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Real recordings through encoder and decoder: every byte of every row. */
#include <gstpitbox/gstpitbox.h>
#include <gstpitbox/gstpitboxirsdk.h>
#include <irsdk/irsdk-header.h>
#include <irsdk/irsdk-var.h>

#include "../lib/pb-test-ibt.h"

/* Units of a whole key row may cost more; this is the mean. */
static void
round_trip (const PbTestIbt *ibt, GstPitboxCodecId codec, gdouble max_kbps)
{
  const GstPitboxEncoderConfig config = { .codec = codec,
    .key_interval = 2 * GST_SECOND,
    .rows_per_unit = 1,
    .rate_divisor = 1 };
  g_autoptr (GstPitboxEncoder) enc = gst_pitbox_encoder_new (&config);
  g_autoptr (GstPitboxDecoder) dec = gst_pitbox_decoder_new ();
  const GstPitboxDecoderStats *stats = gst_pitbox_decoder_get_stats (dec);
  GstPitboxDecoderItem item;

  g_assert_true (gst_pitbox_encoder_set_schema (enc, ibt->schema, NULL));
  for (guint n = 0; n < ibt->n_rows; n++) {
    const guint8 *data = ibt->rows + (gsize) n * ibt->row_bytes;
    GstPitboxEncoderRow row = { data, n + 1,
      gst_util_uint64_scale (n, GST_SECOND, 60), 0, GST_PITBOX_CLOCK_UNKNOWN,
      FALSE };
    g_autoptr (GstBuffer) unit = gst_pitbox_encoder_push (enc, &row);
    GstMapInfo map;

    g_assert_true (gst_buffer_map (unit, &map, GST_MAP_READ));
    gst_pitbox_decoder_push (dec, map.data, map.size);
    do {
      g_assert_true (gst_pitbox_decoder_next (dec, &item));
    } while (item.type != GST_PITBOX_DECODER_ROW);
    g_assert_cmpmem (item.row, ibt->row_bytes, data, ibt->row_bytes);
    g_assert_false (gst_pitbox_decoder_next (dec, &item));
    gst_buffer_unmap (unit, &map);
  }
  g_assert_cmpuint (stats->rows, ==, ibt->n_rows);
  g_assert_cmpuint (gst_pitbox_decoder_stats_rejected (stats), ==, 0);
  g_assert_cmpfloat (
      stats->bytes * 8.0 * 60 / 1000 / ibt->n_rows, <=, max_kbps);
}

/* A step back in size must be seen, so the limits lie close above. */
static void
check (const gchar *name, gdouble max_kbps)
{
  PbTestIbt ibt = { 0 };

  if (!pb_test_ibt_load (&ibt, name))
    return;
  round_trip (&ibt, GST_PITBOX_CODEC_RAW, 1000);
  round_trip (&ibt, GST_PITBOX_CODEC_ZLIB, 200);
  round_trip (&ibt, GST_PITBOX_CODEC_PREDICTIVE, max_kbps);
  pb_test_ibt_clear (&ibt);
}

static void
test_open_single_seater (void)
{
  check ("formulavee_tsukuba-1kouter.ibt", 74);
}

static void
test_oval_car_of_2015 (void)
{
  check ("skmodified-tour_martinsville.ibt", 65);
}

static void
test_car_in_its_pit_box (void)
{
  check ("mercedesw13_spielberg-gp_pitbox.ibt", 70);
}

/* The rows of a mapping, oldest first, as a recording. */
static void
test_shared_memory_image (void)
{
  const gchar *folder = g_getenv ("PITBOX_TEST_DATA");
  g_autofree gchar *path = NULL;
  g_autofree gchar *data = NULL;
  g_autoptr (GError) error = NULL;
  PbTestIbt image = { 0 };
  IrsdkHeader h;
  IrsdkVar *vars;
  gsize size, n_vars, n_rejected;

  if (folder == NULL || *folder == '\0') {
    g_test_skip ("PITBOX_TEST_DATA is not set: no memory image");
    return;
  }
  path = g_build_filename (
      folder, "shm", "skipbarber_longbeach_2021.shm.bin", NULL);
  if (!g_file_get_contents (path, &data, &size, NULL)) {
    g_test_skip ("no shm/ in PITBOX_TEST_DATA");
    return;
  }
  g_assert_cmpint (irsdk_header_parse (&h, data, size), ==, IRSDK_OK);
  vars = g_new0 (IrsdkVar, h.num_vars);
  g_assert_cmpint (
      irsdk_vars_parse (vars, &n_vars, &n_rejected, data + h.var_offset,
          size - h.var_offset, h.num_vars, h.row_bytes),
      ==, IRSDK_OK);
  g_assert_cmpuint (n_rejected, ==, 0);
  image.schema = gst_pitbox_schema_new_from_irsdk (
      vars, n_vars, h.tick_rate, h.row_bytes, &error);
  g_assert_no_error (error);
  image.row_bytes = h.row_bytes;
  image.n_rows = h.num_buf;
  image.rows = g_malloc ((gsize) h.num_buf * h.row_bytes);
  for (gint i = 0; i < h.num_buf; i++)
    memcpy (image.rows + (gsize) i * h.row_bytes, data + h.buf[i].offset,
        h.row_bytes);
  for (guint codec = 0; gst_pitbox_codec_is_known (codec); codec++)
    round_trip (&image, codec, 1e6);
  pb_test_ibt_clear (&image);
  g_free (vars);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recordings/open-single-seater", test_open_single_seater);
  g_test_add_func ("/recordings/oval-car-of-2015", test_oval_car_of_2015);
  g_test_add_func ("/recordings/car-in-its-pit-box", test_car_in_its_pit_box);
  g_test_add_func ("/recordings/shared-memory-image", test_shared_memory_image);
  return g_test_run ();
}
