/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The checksum of units: known values, and both ways to them. */
#include <gstpitbox/gstpitboxcrc32c.h>

static void
test_known (void)
{
  static const guint8 zeros[32];
  const guint8 *digits = (const guint8 *) "123456789";

  g_assert_cmphex (gst_pitbox_crc32c (NULL, 0), ==, 0);
  /* RFC 3720, B.4, and the usual check value. */
  g_assert_cmphex (gst_pitbox_crc32c (zeros, 32), ==, 0x8a9136aa);
  g_assert_cmphex (gst_pitbox_crc32c (digits, 9), ==, 0xe3069283);
  g_assert_cmphex (gst_pitbox_crc32c_by_tables (zeros, 32), ==, 0x8a9136aa);
  g_assert_cmphex (gst_pitbox_crc32c_by_tables (digits, 9), ==, 0xe3069283);
}

static void
test_both_ways (void)
{
  guint8 data[80];

  for (guint i = 0; i < sizeof data; i++)
    data[i] = i * 37 + 11;
  for (gsize from = 0; from < 9; from++) {
    for (gsize n = 0; n <= sizeof data - from; n++)
      g_assert_cmphex (gst_pitbox_crc32c (data + from, n), ==,
          gst_pitbox_crc32c_by_tables (data + from, n));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crc32c/known", test_known);
  g_test_add_func ("/crc32c/both-ways", test_both_ways);
  return g_test_run ();
}
