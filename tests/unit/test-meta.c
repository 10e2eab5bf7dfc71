/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxTelemetryMeta: copies, replacement, serialised form. */
#include <gstpitbox/gstpitbox.h>

#include <string.h>

static const GstPitboxVar vars[] = {
  { "Speed", "m/s", "Speed", GST_PITBOX_VAR_FLOAT, 1, FALSE, 0 },
};
#define ROW_BYTES 4

static void
make_match (GstPitboxMatch *match, guint64 tick)
{
  g_autoptr (GstPitboxSchema) schema =
      gst_pitbox_schema_new ("iracing", 60, ROW_BYTES, vars, 1, NULL);
  g_autoptr (GBytes) row = g_bytes_new ("\1\2\3\4", ROW_BYTES);

  match->sample = gst_pitbox_sample_new (
      schema, row, tick, 5 * GST_SECOND, 1234567, GST_PITBOX_CLOCK_SYNCED);
  match->error = -77;
  match->quality = GST_PITBOX_MATCH_QUALITY_NEAR;
}

static GstBuffer *
make_buffer (guint64 tick)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 64, NULL);
  g_auto (GstPitboxMatch) match = { NULL };

  make_match (&match, tick);
  g_assert_nonnull (gst_buffer_add_pitbox_telemetry_meta (buffer, &match));
  return buffer;
}

static void
check_meta (GstBuffer *buffer, guint64 tick)
{
  GstPitboxTelemetryMeta *meta = gst_buffer_get_pitbox_telemetry_meta (buffer);
  gsize size;

  g_assert_nonnull (meta);
  g_assert_cmpuint (meta->sample->tick, ==, tick);
  g_assert_cmpuint (meta->sample->time, ==, 5 * GST_SECOND);
  g_assert_cmpint (meta->sample->utc_us, ==, 1234567);
  g_assert_cmpint (meta->sample->utc_quality, ==, GST_PITBOX_CLOCK_SYNCED);
  g_assert_cmpint (meta->sync_error, ==, -77);
  g_assert_cmpint (meta->quality, ==, GST_PITBOX_MATCH_QUALITY_NEAR);
  g_assert_cmpmem (g_bytes_get_data (meta->sample->row, &size), ROW_BYTES,
      "\1\2\3\4", ROW_BYTES);
  g_assert_cmpstr (
      gst_pitbox_schema_get_var (meta->sample->schema, 0)->name, ==, "Speed");
}

static void
test_outlives_and_follows_copies (void)
{
  GstBuffer *buffer = make_buffer (1);
  g_autoptr (GstBuffer) copy = gst_buffer_copy (buffer);
  g_autoptr (GstBuffer) deep = gst_buffer_copy_deep (buffer);
  g_autoptr (GstBuffer) part = gst_buffer_copy_region (
      buffer, GST_BUFFER_COPY_META | GST_BUFFER_COPY_MEMORY, 8, 8);
  g_autoptr (GstBuffer) bare =
      gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY, 0, -1);

  gst_buffer_unref (buffer);
  check_meta (copy, 1);
  check_meta (deep, 1);
  check_meta (part, 1);
  g_assert_null (gst_buffer_get_pitbox_telemetry_meta (bare));
}

static void
test_follows_transforms (void)
{
  g_autoptr (GstBuffer) buffer = make_buffer (2);
  g_autoptr (GstBuffer) out = gst_buffer_new ();
  GstPitboxTelemetryMeta *meta = gst_buffer_get_pitbox_telemetry_meta (buffer);

  g_assert_true (meta->meta.info->transform_func (out, &meta->meta, buffer,
      g_quark_from_static_string ("gst-video-scale"), NULL));
  check_meta (out, 2);
}

static void
test_a_second_one_replaces_the_first (void)
{
  g_autoptr (GstBuffer) buffer = make_buffer (1);
  g_auto (GstPitboxMatch) match = { NULL };

  make_match (&match, 9);
  gst_buffer_add_pitbox_telemetry_meta (buffer, &match);
  check_meta (buffer, 9);
  g_assert_cmpuint (
      gst_buffer_get_n_meta (buffer, GST_PITBOX_TELEMETRY_META_API_TYPE), ==,
      1);
}

static void
test_bytes_round_trip_and_bounds (void)
{
  g_autoptr (GstBuffer) buffer = make_buffer (3);
  g_autoptr (GstBuffer) out = gst_buffer_new ();
  g_autoptr (GBytes) bytes = gst_pitbox_telemetry_meta_to_bytes (
      gst_buffer_get_pitbox_telemetry_meta (buffer));
  g_autoptr (GError) error = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  g_assert_nonnull (gst_buffer_add_pitbox_telemetry_meta_from_bytes (
      out, data, size, &error));
  g_assert_no_error (error);
  check_meta (out, 3);
  for (gsize i = 0; i < size; i++) {
    g_autoptr (GstBuffer) none = gst_buffer_new ();
    g_autoptr (GError) cut = NULL;
    g_autofree guint8 *exact = g_memdup2 (data, i);

    g_assert_null (
        gst_buffer_add_pitbox_telemetry_meta_from_bytes (none, exact, i, &cut));
    g_assert_nonnull (cut);
  }
}

static void
test_damaged_bytes_never_crash (void)
{
  g_autoptr (GstBuffer) buffer = make_buffer (3);
  g_autoptr (GBytes) bytes = gst_pitbox_telemetry_meta_to_bytes (
      gst_buffer_get_pitbox_telemetry_meta (buffer));
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (gsize i = 0; i < size; i++) {
    g_autofree guint8 *copy = g_memdup2 (data, size);
    g_autoptr (GstBuffer) out = gst_buffer_new ();
    g_autoptr (GError) error = NULL;

    copy[i] ^= 0xff;
    if (gst_buffer_add_pitbox_telemetry_meta_from_bytes (
            out, copy, size, &error)
        == NULL)
      g_assert_nonnull (error);
    /* Version, quality, UTC quality, reserved: none may be foreign. */
    if (i < 4)
      g_assert_nonnull (error);
  }
}

/* As elements that hand buffers to another process do (unixfdsink). */
static void
test_gst_serialisation (void)
{
#if GST_CHECK_VERSION(1, 24, 0)
  g_autoptr (GstBuffer) buffer = make_buffer (4);
  g_autoptr (GstBuffer) out = gst_buffer_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint32 consumed = 0;

  g_assert_true (gst_meta_serialize_simple (
      &gst_buffer_get_pitbox_telemetry_meta (buffer)->meta, bytes));
  g_assert_nonnull (
      gst_meta_deserialize (out, bytes->data, bytes->len, &consumed));
  g_assert_cmpuint (consumed, ==, bytes->len);
  check_meta (out, 4);
  for (guint i = 1; i < bytes->len; i++) {
    g_autoptr (GstBuffer) none = gst_buffer_new ();
    g_autofree guint8 *exact = g_memdup2 (bytes->data, i);

    g_assert_null (gst_meta_deserialize (none, exact, i, &consumed));
    g_assert_null (gst_buffer_get_pitbox_telemetry_meta (none));
  }
#else
  g_test_skip ("GStreamer before 1.24 does not serialise metas");
#endif
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/meta/copies", test_outlives_and_follows_copies);
  g_test_add_func ("/meta/transforms", test_follows_transforms);
  g_test_add_func ("/meta/replaces", test_a_second_one_replaces_the_first);
  g_test_add_func ("/meta/bytes", test_bytes_round_trip_and_bounds);
  g_test_add_func ("/meta/damaged", test_damaged_bytes_never_crash);
  g_test_add_func ("/meta/gst-serialisation", test_gst_serialisation);
  return g_test_run ();
}
