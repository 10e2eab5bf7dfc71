/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Rows, bytes and times of an .ibt file. */
#include "../../elements/irsdk/gstibtlayout.h"

static const GstIbtLayout layout = { 1000, 30, 60 };

static void
test_bytes (void)
{
  static const struct {
    guint64 byte, row;
    gsize to_next;
  } table[] = {
    { 0, 0, 1000 },
    { 999, 0, 1 },
    { 1000, 0, 0 },
    { 1001, 0, 29 },
    { 1029, 0, 1 },
    { 1030, 1, 0 },
    { 1000 + 30 * G_GUINT64_CONSTANT (1000000000), 1000000000, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_assert_cmpuint (
        gst_ibt_layout_byte_to_row (&layout, table[i].byte), ==, table[i].row);
    g_assert_cmpuint (gst_ibt_layout_bytes_to_row (&layout, table[i].byte), ==,
        table[i].to_next);
    if (table[i].to_next == 0)
      g_assert_cmpuint (gst_ibt_layout_row_to_byte (&layout, table[i].row), ==,
          table[i].byte);
  }
}

/* A row's time, rounded down, is that row again: of a second, and of a day. */
static void
test_times (void)
{
  for (guint64 row = 0; row < 60 * 86400; row += row < 120 ? 1 : 9973) {
    GstClockTime time = gst_ibt_layout_row_to_time (&layout, row);

    g_assert_cmpuint (gst_ibt_layout_time_to_row (&layout, time), ==, row);
    if (row > 0)
      g_assert_cmpuint (
          gst_ibt_layout_time_to_row (&layout, time - 2), ==, row - 1);
  }
  g_assert_cmpuint (gst_ibt_layout_row_to_time (&layout, 1), ==, 16666666);
}

static void
test_convert (void)
{
  static const GstIbtLayout unknown;
  static const struct {
    GstFormat from;
    gint64 value;
    GstFormat to;
    gboolean ok;
    gint64 result;
  } table[] = {
    { GST_FORMAT_TIME, GST_SECOND, GST_FORMAT_BYTES, TRUE, 1000 + 60 * 30 },
    { GST_FORMAT_BYTES, 1000 + 60 * 30, GST_FORMAT_TIME, TRUE, GST_SECOND },
    { GST_FORMAT_BYTES, 500, GST_FORMAT_DEFAULT, TRUE, 0 },
    { GST_FORMAT_DEFAULT, 60, GST_FORMAT_TIME, TRUE, GST_SECOND },
    { GST_FORMAT_TIME, 0, GST_FORMAT_BYTES, TRUE, 1000 },
    { GST_FORMAT_TIME, -1, GST_FORMAT_BYTES, TRUE, -1 },
    { GST_FORMAT_PERCENT, 5, GST_FORMAT_BYTES, FALSE, 0 },
    { GST_FORMAT_BYTES, 5000, GST_FORMAT_PERCENT, FALSE, 0 },
  };
  gint64 result = 7;

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_assert_cmpint (gst_ibt_layout_convert (&layout, table[i].from,
                         table[i].value, table[i].to, &result),
        ==, table[i].ok);
    if (table[i].ok)
      g_assert_cmpint (result, ==, table[i].result);
  }
  g_assert_true (gst_ibt_layout_convert (
      &unknown, GST_FORMAT_TIME, GST_SECOND, GST_FORMAT_BYTES, &result));
  g_assert_cmpint (result, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/layout/bytes", test_bytes);
  g_test_add_func ("/layout/times", test_times);
  g_test_add_func ("/layout/convert", test_convert);
  return g_test_run ();
}
