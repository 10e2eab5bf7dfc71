/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Header, variables and single values. */
#include "../lib/pb-test-sim.h"

#include <irsdk/irsdk-bytes.h>
#include <irsdk/irsdk-row.h>
#include <math.h>
#include <string.h>

static const IrsdkHeader good = { .ver = 2,
  .status = 1,
  .tick_rate = 60,
  .session_update = 7,
  .session_bytes = 524288,
  .session_offset = 112,
  .num_vars = 287,
  .var_offset = 524400,
  .num_buf = 3,
  .row_bytes = 7419,
  .cur_tick = 99,
  .cur_buf = 2,
  .buf = { { 97, 1114224, 0 }, { 98, 1138800, 98 }, { 99, 1163376, 99 } } };

static void
header_written_and_read_is_the_same (void)
{
  guint8 raw[IRSDK_HEADER_BYTES], again[IRSDK_HEADER_BYTES];
  IrsdkHeader h;

  irsdk_header_write (&good, raw);
  g_assert_cmpint (irsdk_get_i32 (raw + 36), ==, 7419);
  g_assert_cmpint (irsdk_get_i32 (raw + 48 + 16 + 8), ==, 98);
  g_assert_cmpint (irsdk_header_parse (&h, raw, sizeof raw), ==, IRSDK_OK);
  irsdk_header_write (&h, again);
  g_assert_cmpmem (raw, sizeof raw, again, sizeof again);
  g_assert_false (irsdk_header_is_disk (&h));
}

static void
header_cut_at_each_byte (void)
{
  guint8 raw[IRSDK_HEADER_BYTES];
  IrsdkHeader h;

  irsdk_header_write (&good, raw);
  for (gsize n = 0; n < sizeof raw; n++) {
    g_autofree guint8 *cut = g_memdup2 (raw, n);

    g_assert_cmpint (
        irsdk_header_parse (&h, cut, n), ==, IRSDK_ERROR_TRUNCATED);
  }
}

/* Field by field: 0 or -1, 1, limit, limit + 1. */
static void
header_fields_at_their_bounds (void)
{
  static const struct {
    gsize at;
    gint32 value;
    IrsdkResult result;
  } cases[] = {
    { 0, 0, IRSDK_ERROR_FOREIGN },
    { 0, 1, IRSDK_OK },
    { 0, 16, IRSDK_ERROR_FOREIGN },
    { 8, 0, IRSDK_ERROR_FOREIGN },
    { 8, 1, IRSDK_OK },
    { 8, IRSDK_MAX_TICK_RATE, IRSDK_OK },
    { 8, IRSDK_MAX_TICK_RATE + 1, IRSDK_ERROR_LIMIT },
    { 16, -1, IRSDK_ERROR_FOREIGN },
    { 16, 0, IRSDK_OK },
    { 16, IRSDK_MAX_SESSION_BYTES, IRSDK_OK },
    { 16, IRSDK_MAX_SESSION_BYTES + 1, IRSDK_ERROR_LIMIT },
    { 20, -1, IRSDK_ERROR_FOREIGN },
    { 24, 0, IRSDK_ERROR_FOREIGN },
    { 24, 1, IRSDK_OK },
    { 24, IRSDK_MAX_VARS, IRSDK_OK },
    { 24, IRSDK_MAX_VARS + 1, IRSDK_ERROR_LIMIT },
    { 28, -1, IRSDK_ERROR_FOREIGN },
    { 32, 0, IRSDK_ERROR_FOREIGN },
    { 32, 1, IRSDK_OK },
    { 32, G_MAXINT32, IRSDK_OK },
    { 36, 0, IRSDK_ERROR_FOREIGN },
    { 36, 1, IRSDK_OK },
    { 36, IRSDK_MAX_ROW_BYTES, IRSDK_OK },
    { 36, IRSDK_MAX_ROW_BYTES + 1, IRSDK_ERROR_LIMIT },
    { 36, G_MININT32, IRSDK_ERROR_FOREIGN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint8 raw[IRSDK_HEADER_BYTES];
    IrsdkHeader h;

    irsdk_header_write (&good, raw);
    irsdk_put_i32 (raw + cases[i].at, cases[i].value);
    g_assert_cmpint (
        irsdk_header_parse (&h, raw, sizeof raw), ==, cases[i].result);
    if (cases[i].result == IRSDK_OK)
      g_assert_cmpint (h.num_buf, <=, IRSDK_MAX_BUFS);
  }
}

static void
live_regions_lie_inside (void)
{
  const gsize size = 1163376 + 7419;
  IrsdkHeader h = good;

  g_assert_cmpint (irsdk_header_check_live (&h, size), ==, IRSDK_OK);
  g_assert_cmpint (
      irsdk_header_check_live (&h, size - 1), ==, IRSDK_ERROR_INVALID);
  h.buf[1].offset = IRSDK_HEADER_BYTES - 1;
  g_assert_cmpint (irsdk_header_check_live (&h, size), ==, IRSDK_ERROR_INVALID);
  h.buf[1].offset = G_MAXINT32;
  g_assert_cmpint (irsdk_header_check_live (&h, size), ==, IRSDK_ERROR_INVALID);
  h = good;
  h.var_offset = (gint32) size - 287 * IRSDK_VAR_BYTES + 1;
  g_assert_cmpint (irsdk_header_check_live (&h, size), ==, IRSDK_ERROR_INVALID);
  h = good;
  h.session_offset = G_MAXINT32;
  g_assert_cmpint (irsdk_header_check_live (&h, size), ==, IRSDK_ERROR_INVALID);
  /* A buffer that does not take part may hold anything. */
  h = good;
  h.buf[3].offset = -5;
  g_assert_cmpint (irsdk_header_check_live (&h, size), ==, IRSDK_OK);
}

static void
disk_headers_are_told_from_dumps (void)
{
  IrsdkHeader h = good;

  h.num_buf = 1;
  g_assert_false (irsdk_header_is_disk (&h));
  h.session_offset = 41472;
  g_assert_true (irsdk_header_is_disk (&h));
  h.num_buf = 3;
  g_assert_false (irsdk_header_is_disk (&h));
}

static void
variable_fields_at_their_bounds (void)
{
  static const struct {
    IrsdkVar var;
    IrsdkResult result;
  } cases[] = {
    { { IRSDK_FLOAT, 96, 1, false, "RPM" }, IRSDK_OK },
    { { IRSDK_FLOAT, 97, 1, false, "RPM" }, IRSDK_ERROR_INVALID },
    { { IRSDK_FLOAT, 0, 25, false, "RPM" }, IRSDK_OK },
    { { IRSDK_FLOAT, 0, 26, false, "RPM" }, IRSDK_ERROR_INVALID },
    { { IRSDK_DOUBLE, 92, 1, false, "T" }, IRSDK_OK },
    { { IRSDK_DOUBLE, 93, 1, false, "T" }, IRSDK_ERROR_INVALID },
    { { IRSDK_CHAR, 99, 1, false, "C" }, IRSDK_OK },
    { { IRSDK_BOOL, 100, 1, false, "B" }, IRSDK_ERROR_INVALID },
    { { IRSDK_INT, -1, 1, false, "I" }, IRSDK_ERROR_INVALID },
    { { IRSDK_INT, G_MAXINT32, 1, false, "I" }, IRSDK_ERROR_INVALID },
    { { IRSDK_INT, 0, 0, false, "I" }, IRSDK_ERROR_INVALID },
    { { IRSDK_INT, 0, -1, false, "I" }, IRSDK_ERROR_INVALID },
    { { IRSDK_INT, 0, G_MAXINT32, false, "I" }, IRSDK_ERROR_INVALID },
    { { IRSDK_BITFIELD, 0, 1, true, "" }, IRSDK_ERROR_INVALID },
    { { (IrsdkVarType) 6, 0, 1, false, "X" }, IRSDK_ERROR_INVALID },
    { { (IrsdkVarType) -1, 0, 1, false, "X" }, IRSDK_ERROR_INVALID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint8 raw[IRSDK_VAR_BYTES];
    IrsdkVar v;

    irsdk_var_write (&cases[i].var, raw);
    g_assert_cmpint (
        irsdk_var_parse (&v, raw, sizeof raw, 100), ==, cases[i].result);
    for (gsize n = 0; n < sizeof raw; n++) {
      g_autofree guint8 *cut = g_memdup2 (raw, n);

      g_assert_cmpint (
          irsdk_var_parse (&v, cut, n, 100), ==, IRSDK_ERROR_TRUNCATED);
    }
  }
}

static void
full_string_fields_need_no_nul (void)
{
  guint8 raw[IRSDK_VAR_BYTES];
  IrsdkVar v;

  memset (raw, 'n', sizeof raw);
  memset (raw, 0, 16);
  irsdk_put_i32 (raw, IRSDK_FLOAT);
  irsdk_put_i32 (raw + 8, 1);
  g_assert_cmpint (irsdk_var_parse (&v, raw, sizeof raw, 4), ==, IRSDK_OK);
  g_assert_cmpuint (strlen (v.name), ==, 32);
  g_assert_cmpuint (strlen (v.desc), ==, 64);
  g_assert_cmpuint (strlen (v.unit), ==, 32);
}

static void
a_bad_variable_is_left_out (void)
{
  IrsdkVar in[3] = { { IRSDK_FLOAT, 0, 1, false, "Speed" },
    { IRSDK_FLOAT, 96, 2, false, "Outside" },
    { IRSDK_INT, 4, 1, false, "Gear" } };
  guint8 raw[3 * IRSDK_VAR_BYTES];
  IrsdkVar out[3];
  gsize n, rejected;

  for (guint i = 0; i < 3; i++)
    irsdk_var_write (&in[i], raw + i * IRSDK_VAR_BYTES);
  g_assert_cmpint (
      irsdk_vars_parse (out, &n, &rejected, raw, sizeof raw, 3, 100), ==,
      IRSDK_OK);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (rejected, ==, 1);
  g_assert_nonnull (irsdk_vars_find (out, n, "Gear"));
  g_assert_null (irsdk_vars_find (out, n, "Outside"));
  g_assert_cmpint (
      irsdk_vars_parse (out, &n, NULL, raw, sizeof raw - 1, 3, 100), ==,
      IRSDK_ERROR_TRUNCATED);
  g_assert_cmpint (irsdk_vars_parse (out, &n, NULL, raw, sizeof raw, 3, 1), ==,
      IRSDK_ERROR_INVALID);
  g_assert_cmpint (irsdk_vars_parse (out, &n, NULL, raw, sizeof raw, 0, 100),
      ==, IRSDK_ERROR_LIMIT);
  g_assert_cmpint (irsdk_vars_parse (
                       out, &n, NULL, raw, sizeof raw, IRSDK_MAX_VARS + 1, 100),
      ==, IRSDK_ERROR_LIMIT);
}

static void
values_of_every_type (void)
{
  static const struct {
    IrsdkVarType type;
    gdouble in, out;
  } cases[] = {
    { IRSDK_CHAR, 200, 200 },
    { IRSDK_CHAR, 300, 255 },
    { IRSDK_CHAR, -1, 0 },
    { IRSDK_CHAR, NAN, 0 },
    { IRSDK_BOOL, 5, 1 },
    { IRSDK_BOOL, 0, 0 },
    { IRSDK_BOOL, NAN, 0 },
    { IRSDK_INT, -7.9, -7 },
    { IRSDK_INT, 1e12, G_MAXINT32 },
    { IRSDK_INT, -1e12, G_MININT32 },
    { IRSDK_INT, NAN, 0 },
    { IRSDK_BITFIELD, 0x80000000, 0x80000000 },
    { IRSDK_BITFIELD, -1, 0 },
    { IRSDK_BITFIELD, 1e12, G_MAXUINT32 },
    { IRSDK_FLOAT, -0.5, -0.5 },
    { IRSDK_DOUBLE, 187.03333396915698, 187.03333396915698 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    /* Odd offset: rows are not aligned. */
    IrsdkVar v = { cases[i].type, 3, 2, false, "V" };
    guint8 row[3 + 16] = { 0 };

    g_assert_true (irsdk_row_set (row, &v, 1, cases[i].in));
    g_assert_cmpfloat (irsdk_row_get (row, &v, 1), ==, cases[i].out);
    g_assert_cmpfloat (irsdk_row_get (row, &v, 0), ==, 0);
    g_assert_false (irsdk_row_set (row, &v, 2, 1));
    g_assert_false (irsdk_row_set (row, &v, -1, 1));
    g_assert_true (isnan (irsdk_row_get (row, &v, 2)));
    g_assert_true (isnan (irsdk_row_get (row, &v, -1)));
  }
  g_assert_true (isnan (irsdk_row_get_newest ("", NULL)));
  g_assert_false (irsdk_row_set (NULL, NULL, 0, 0));
}

static void
newest_sample_of_a_tick_is_the_last (void)
{
  IrsdkVar v = { IRSDK_FLOAT, 0, 6, true, "LatAccel" };
  guint8 row[24];

  for (gint32 i = 0; i < 6; i++)
    irsdk_row_set (row, &v, i, i);
  g_assert_cmpfloat (irsdk_row_get_newest (row, &v), ==, 5);
  v.count_as_time = false;
  g_assert_cmpfloat (irsdk_row_get_newest (row, &v), ==, 0);
}

static void
packed_variables_leave_no_gap (void)
{
  IrsdkVar vars[PB_TEST_SIM_VARS];
  const gint32 bytes = pb_test_sim_vars (vars, 3);

  g_assert_cmpint (vars[3].offset, ==, 13);
  g_assert_cmpint (vars[4].offset, ==, 16);
  g_assert_cmpint (bytes, ==, vars[PB_TEST_SIM_VARS - 1].offset + 24);
  g_assert_cmpint (
      irsdk_vars_check (vars, PB_TEST_SIM_VARS, bytes), ==, IRSDK_OK);
  g_assert_cmpint (irsdk_vars_check (vars, PB_TEST_SIM_VARS, bytes - 1), ==,
      IRSDK_ERROR_INVALID);
  g_assert_cmpint (irsdk_vars_check (vars, 0, bytes), ==, IRSDK_ERROR_LIMIT);
  g_assert_cmpint (irsdk_vars_check (vars, 1, IRSDK_MAX_ROW_BYTES + 1), ==,
      IRSDK_ERROR_LIMIT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func (
      "/irsdk/header/round-trip", header_written_and_read_is_the_same);
  g_test_add_func ("/irsdk/header/cut", header_cut_at_each_byte);
  g_test_add_func ("/irsdk/header/bounds", header_fields_at_their_bounds);
  g_test_add_func ("/irsdk/header/live", live_regions_lie_inside);
  g_test_add_func ("/irsdk/header/disk", disk_headers_are_told_from_dumps);
  g_test_add_func ("/irsdk/var/bounds", variable_fields_at_their_bounds);
  g_test_add_func ("/irsdk/var/full", full_string_fields_need_no_nul);
  g_test_add_func ("/irsdk/var/bad", a_bad_variable_is_left_out);
  g_test_add_func ("/irsdk/var/packed", packed_variables_leave_no_gap);
  g_test_add_func ("/irsdk/row/types", values_of_every_type);
  g_test_add_func ("/irsdk/row/newest", newest_sample_of_a_tick_is_the_last);
  return g_test_run ();
}
