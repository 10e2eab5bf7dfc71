/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The picture strip: cells, sizes, damage. */
#include <gstpitbox/gstpitboxstrip.h>

#include <string.h>

/* CRCs by Python's binascii.crc_hqx (tick, big-endian, start 0xffff). */
static const struct {
  guint32 tick;
  guint16 crc;
} crc_cases[] = {
  { 0x00000000, 0x84c0 },
  { 0x00000001, 0x94e1 },
  { 0x12345678, 0x30ec },
  { 0xffffffff, 0x1d0f },
};

static void
test_cells_are_as_documented (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (crc_cases); i++) {
    guint64 cells = gst_pitbox_strip_cells (crc_cases[i].tick);

    g_assert_cmphex (cells >> 56, ==, 0xac);
    g_assert_cmphex (cells >> 24 & 0xffffffff, ==, crc_cases[i].tick);
    g_assert_cmphex (cells >> 8 & 0xffff, ==, crc_cases[i].crc);
    g_assert_cmphex (cells & 0xff, ==, 0x35);
  }
}

static void
test_height_follows_the_width (void)
{
  static const guint cases[][2] = { { 128, 8 }, { 640, 8 }, { 679, 8 },
    { 680, 9 }, { 1280, 16 }, { 1366, 17 }, { 1920, 24 }, { 3840, 48 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (gst_pitbox_strip_height (cases[i][0]), ==, cases[i][1]);
}

static void
test_every_size_reads_back (void)
{
  static const guint sizes[][2] = { { 128, 8 }, { 130, 72 }, { 640, 360 },
    { 854, 480 }, { 1366, 768 }, { 1920, 1080 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    guint w = sizes[i][0], h = sizes[i][1], stride = w + 13;
    g_autofree guint8 *luma = g_malloc (stride * h);

    for (guint32 k = 0; k < 64; k++) {
      guint32 tick = k < 32 ? 1u << k : k * 0x9e3779b1u, got = 0;

      memset (luma, 90, stride * h);
      g_assert_true (gst_pitbox_strip_write (luma, stride, w, h, tick));
      g_assert_true (gst_pitbox_strip_read (luma, stride, w, h, &got));
      g_assert_cmpuint (got, ==, tick);
      for (guint y = 0; y < h; y++)
        g_assert_cmpuint (luma[y * stride + w], ==, 90);
      if (h > gst_pitbox_strip_height (w))
        g_assert_cmpuint (
            luma[(h - gst_pitbox_strip_height (w) - 1) * stride], ==, 90);
    }
  }
}

static void
test_too_small_is_refused (void)
{
  guint8 luma[127 * 8] = { 0 }, copy[127 * 8] = { 0 };
  guint32 tick = 7;

  g_assert_false (gst_pitbox_strip_write (luma, 127, 127, 8, 1));
  g_assert_false (gst_pitbox_strip_write (luma, 127, 128, 7, 1));
  g_assert_cmpmem (luma, sizeof luma, copy, sizeof copy);
  g_assert_false (gst_pitbox_strip_read (luma, 127, 127, 8, &tick));
  g_assert_false (gst_pitbox_strip_read (luma, 127, 128, 7, &tick));
  g_assert_cmpuint (tick, ==, 7);
}

/* No single wrong cell, and no pair of them, may give another tick. */
static void
test_damage_is_seen (void)
{
  guint64 cells = gst_pitbox_strip_cells (0x00c0ffee);
  guint32 tick;

  g_assert_true (gst_pitbox_strip_parse (cells, &tick));
  for (guint i = 0; i < 64; i++)
    for (guint k = 0; k < 64; k++)
      g_assert_false (gst_pitbox_strip_parse (
          cells ^ (guint64) 1 << i ^ (k == i ? 0 : (guint64) 1 << k), NULL));
}

static void
test_blank_pictures_have_no_tick (void)
{
  guint8 *luma = g_malloc (640 * 360);

  for (guint value = 0; value < 256; value += 5) {
    memset (luma, (gint) value, 640 * 360);
    g_assert_false (gst_pitbox_strip_read (luma, 640, 640, 360, NULL));
  }
  g_free (luma);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/strip/cells", test_cells_are_as_documented);
  g_test_add_func ("/strip/height", test_height_follows_the_width);
  g_test_add_func ("/strip/sizes", test_every_size_reads_back);
  g_test_add_func ("/strip/too-small", test_too_small_is_refused);
  g_test_add_func ("/strip/damage", test_damage_is_seen);
  g_test_add_func ("/strip/blank", test_blank_pictures_have_no_tick);
  return g_test_run ();
}
