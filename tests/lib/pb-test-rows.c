/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Schemas and rows for tests. */
#include "pb-test-rows.h"

#include <math.h>
#include <string.h>

/* Packed without alignment as the simulator does, with three bytes at the end
 * that belong to no variable. */
#define PADDING 3

static const struct {
  const gchar *name;
  const gchar *unit;
  GstPitboxVarType type;
  guint count;
  gboolean count_as_time;
} table[] = {
  { "SessionTime", "s", GST_PITBOX_VAR_DOUBLE, 1, FALSE },
  { "SessionTick", "", GST_PITBOX_VAR_INT, 1, FALSE },
  { "OnPitRoad", "", GST_PITBOX_VAR_BOOL, 1, FALSE },
  { "SessionFlags", "irsdk_Flags", GST_PITBOX_VAR_BITFIELD, 1, FALSE },
  { "Speed", "m/s", GST_PITBOX_VAR_FLOAT, 1, FALSE },
  { "VelocityX", "m/s", GST_PITBOX_VAR_FLOAT, 1, FALSE },
  { "VelocityY", "m/s", GST_PITBOX_VAR_FLOAT, 1, FALSE },
  { "VelocityZ", "m/s", GST_PITBOX_VAR_FLOAT, 1, FALSE },
  { "RPM", "revs/min", GST_PITBOX_VAR_FLOAT, 1, FALSE },
  { "Gear", "", GST_PITBOX_VAR_INT, 1, FALSE },
  { "Lat", "deg", GST_PITBOX_VAR_DOUBLE, 1, FALSE },
  { "Lon", "deg", GST_PITBOX_VAR_DOUBLE, 1, FALSE },
  { "LapDistPct", "%", GST_PITBOX_VAR_FLOAT, 1, FALSE },
  { "LapDist", "m", GST_PITBOX_VAR_FLOAT, 1, FALSE },
  { "YawRate", "rad/s", GST_PITBOX_VAR_FLOAT, 1, FALSE },
  { "YawRate_ST", "rad/s", GST_PITBOX_VAR_FLOAT, 6, TRUE },
  { "CarIdxLapDistPct", "%", GST_PITBOX_VAR_FLOAT, 64, FALSE },
  { "CarIdxPosition", "", GST_PITBOX_VAR_INT, 64, FALSE },
  { "CarIdxOnPitRoad", "", GST_PITBOX_VAR_BOOL, 64, FALSE },
  { "PlayerName", "", GST_PITBOX_VAR_CHAR, 9, FALSE },
  { "OddWeight", "kg", GST_PITBOX_VAR_DOUBLE, 2, FALSE },
};

GstPitboxSchema *
pb_test_schema_new (void)
{
  GstPitboxVar vars[G_N_ELEMENTS (table)];
  g_autoptr (GError) error = NULL;
  GstPitboxSchema *schema;
  guint offset = 0;

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    vars[i] = (GstPitboxVar){ table[i].name, table[i].unit, "As it says",
      table[i].type, table[i].count, table[i].count_as_time, offset };
    offset += table[i].count * gst_pitbox_var_type_size (table[i].type);
  }
  schema = gst_pitbox_schema_new (
      "iracing", 60, offset + PADDING, vars, G_N_ELEMENTS (vars), &error);
  g_assert_no_error (error);
  return schema;
}

static void
set (const GstPitboxSchema *schema, guint8 *row, const gchar *name, guint i,
    gdouble value)
{
  gst_pitbox_row_set_double (
      row, gst_pitbox_schema_find (schema, name), i, value);
}

/* Row @n of a car that goes round a circle of 600 m at up to 60 m/s. */
void
pb_test_row_fill (const GstPitboxSchema *schema, guint n, guint8 *row)
{
  gdouble t = n / 60.0, speed = 40 + 20 * sin (t / 3), dist = 40 * t;

  memset (row, 0, gst_pitbox_schema_get_row_bytes (schema));
  set (schema, row, "SessionTime", 0, 100 + t);
  set (schema, row, "SessionTick", 0, 6000 + n);
  set (schema, row, "OnPitRoad", 0, n / 50 % 2);
  set (schema, row, "SessionFlags", 0, 0x80000000u | (n / 90));
  set (schema, row, "Speed", 0, speed);
  set (schema, row, "VelocityX", 0, speed * cos (0.01 * sin (t)));
  set (schema, row, "VelocityY", 0, speed * sin (0.01 * sin (t)));
  set (schema, row, "RPM", 0, speed * 150 + sin (n * 0.7));
  set (schema, row, "Gear", 0, floor (speed / 12));
  set (schema, row, "Lat", 0, 35.2 + 1e-3 * sin (dist / 95));
  set (schema, row, "Lon", 0, 139.4 + 1e-3 * cos (dist / 95));
  set (schema, row, "LapDist", 0, fmod (dist, 600));
  set (schema, row, "LapDistPct", 0, fmod (dist, 600) / 600);
  set (schema, row, "YawRate", 0, speed / 95);
  for (guint i = 0; i < 6; i++)
    set (schema, row, "YawRate_ST", i, speed / 95 - (5 - i) * 1e-4);
  for (guint i = 0; i < 64; i++) {
    set (schema, row, "CarIdxLapDistPct", i,
        i < 20 ? fmod (dist / 600 + i / 20.0, 1) : -1);
    set (schema, row, "CarIdxPosition", i, i < 20 ? (i + n / 40) % 20 : 0);
    set (schema, row, "CarIdxOnPitRoad", i, i == n / 20);
  }
  set (schema, row, "OddWeight", 0, n % 30 == 7 ? NAN : -0.0);
  set (schema, row, "OddWeight", 1, 1.0 / (n + 1));
  row[gst_pitbox_schema_get_row_bytes (schema) - 1] = n / 70;
}

void
pb_test_row_random (GRand *rand, const GstPitboxSchema *schema, guint8 *row)
{
  guint size = gst_pitbox_schema_get_row_bytes (schema);

  for (guint i = 0; i < size; i++)
    row[i] = g_rand_int (rand);
}

/* Element @i of @v becomes the upper ones of @bits, whatever its type. */
void
pb_test_row_set_bits (guint8 *row, const GstPitboxVar *v, guint i, guint64 bits)
{
  guint bytes = gst_pitbox_var_type_size (v->type);
  guint8 *p = row + v->offset + i * bytes;

  if (bytes == 8)
    GST_WRITE_UINT64_LE (p, bits);
  else if (bytes == 4)
    GST_WRITE_UINT32_LE (p, bits >> 32);
  else
    *p = bits >> 56;
}

/* Row @n, 60 a second from the time 0 and the tick 6000. */
GstBuffer *
pb_test_row_buffer (const GstPitboxSchema *schema, guint n)
{
  gsize size = gst_pitbox_schema_get_row_bytes (schema);
  guint8 *row = g_malloc (size);
  GstBuffer *buffer;

  pb_test_row_fill (schema, n, row);
  buffer = gst_buffer_new_wrapped (row, size);
  GST_BUFFER_PTS (buffer) = PB_TEST_ROW_NS (n);
  GST_BUFFER_OFFSET (buffer) = 6000 + n;
  return buffer;
}
