/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Row codecs without units: what is hard to predict, joining, damage. */
#include <gstpitbox/gstpitbox.h>

#include <math.h>
#include <string.h>

#include "../lib/pb-test-rows.h"

typedef struct {
  GstPitboxSchema *schema;
  guint row_bytes;
  gsize block_bytes;
  GstPitboxCodec *enc;
  GstPitboxCodec *dec;
  guint8 *row;
  guint8 *out;
  guint8 *block;
} Fixture;

static void
fixture_init (Fixture *f, GstPitboxSchema *schema, guint codec)
{
  f->schema = schema;
  f->row_bytes = gst_pitbox_schema_get_row_bytes (schema);
  f->enc = gst_pitbox_codec_new (codec, schema);
  f->dec = gst_pitbox_codec_new (codec, schema);
  f->row = g_malloc0 (f->row_bytes);
  f->out = g_malloc0 (f->row_bytes);
  f->block_bytes = GST_PITBOX_MAX_BLOCK_BYTES (f->row_bytes);
  f->block = g_malloc0 (f->block_bytes);
}

static void
setup (Fixture *f, gconstpointer data)
{
  fixture_init (f, pb_test_schema_new (), GPOINTER_TO_UINT (data));
}

static void
teardown (Fixture *f, gconstpointer data)
{
  gst_pitbox_codec_free (f->enc);
  gst_pitbox_codec_free (f->dec);
  gst_pitbox_schema_unref (f->schema);
  g_free (f->row);
  g_free (f->out);
  g_free (f->block);
}

/* Codes f->row and compares; returns the block's size. */
static gsize
round_trip (Fixture *f, gboolean key)
{
  gsize size = gst_pitbox_codec_encode (f->enc, f->row, key, f->block);

  g_assert_cmpuint (size, <=, f->block_bytes);
  g_assert_true (gst_pitbox_codec_decode (f->dec, f->block, size, key, f->out));
  g_assert_cmpmem (f->out, f->row_bytes, f->row, f->row_bytes);
  return size;
}

static void
set_all (Fixture *f, guint64 bits)
{
  for (guint i = 0; i < gst_pitbox_schema_get_n_vars (f->schema); i++) {
    const GstPitboxVar *v = gst_pitbox_schema_get_var (f->schema, i);

    for (guint k = 0; k < v->count; k++)
      pb_test_row_set_bits (f->row, v, k, bits);
  }
}

/* Both halves of each number are patterns of a float: zeros, ones, limits of
 * exponents, NaN with a payload, infinities, denormals, extremes of integers. */
static void
test_every_odd_pattern (Fixture *f, gconstpointer data)
{
  static const guint32 odd[] = { 0, 1, 0x80000000, 0x80000001, 0x7f800000,
    0xff800000, 0x7fc00001, 0xffbfffff, 0x007fffff, 0x00800000, 0x7f7fffff,
    0xff7fffff, 0x3f800000, 0xbf800000, 0x3f7fffff, 0x7fffffff, 0xffffffff,
    0x7ff00000, 0x7fefffff, 0x00100000, 0x000fffff };

  round_trip (f, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++) {
    for (guint k = 0; k < G_N_ELEMENTS (odd); k++) {
      set_all (f, (guint64) odd[i] << 32 | odd[k]);
      round_trip (f, (i + k) % 7 == 0);
      pb_test_row_fill (f->schema, i * 30 + k, f->row);
      round_trip (f, FALSE);
    }
  }
}

static void
test_steps_of_every_size (Fixture *f, gconstpointer data)
{
  const GstPitboxVar *speed = gst_pitbox_schema_find (f->schema, "Speed");
  const GstPitboxVar *lat = gst_pitbox_schema_find (f->schema, "Lat");
  const GstPitboxVar *gear = gst_pitbox_schema_find (f->schema, "Gear");

  pb_test_row_fill (f->schema, 0, f->row);
  round_trip (f, TRUE);
  for (gint e = -140; e < 127; e++) {
    gdouble x = ldexp (e & 1 ? -1.37 : 1.11, e);

    gst_pitbox_row_set_double (f->row, speed, 0, x);
    gst_pitbox_row_set_double (f->row, lat, 0, ldexp (x, e * 6));
    gst_pitbox_row_set_double (f->row, gear, 0, ldexp (1, (e + 140) % 31));
    round_trip (f, FALSE);
    if (e % 5 == 0)
      round_trip (f, FALSE);
  }
}

/* The same blocks must mean the same to who has been there from the start and
 * to who begins at any key row. */
static void
test_joining_at_each_key (Fixture *f, gconstpointer data)
{
  guint codec = GPOINTER_TO_UINT (data);

  for (guint join = 0; join < 300; join += 60) {
    g_autoptr (GstPitboxCodec) enc = gst_pitbox_codec_new (codec, f->schema);
    g_autoptr (GstPitboxCodec) dec = gst_pitbox_codec_new (codec, f->schema);

    for (guint n = 0; n < join + 100; n++) {
      gboolean key = n % 60 == 0;
      gsize size;

      pb_test_row_fill (f->schema, n, f->row);
      size = gst_pitbox_codec_encode (enc, f->row, key, f->block);
      if (n < join)
        continue;
      g_assert_true (
          gst_pitbox_codec_decode (dec, f->block, size, key, f->out));
      g_assert_cmpmem (f->out, f->row_bytes, f->row, f->row_bytes);
    }
  }
}

/* Whatever the bytes, decoding ends, and a key row makes all well again. */
static void
test_damage_ends_at_a_key (Fixture *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (guint n = 0; n < 400; n++) {
    gboolean key = n % 4 == 0;
    gsize size;

    pb_test_row_fill (f->schema, n, f->row);
    size = gst_pitbox_codec_encode (f->enc, f->row, key, f->block);
    if (key) {
      g_assert_true (
          gst_pitbox_codec_decode (f->dec, f->block, size, TRUE, f->out));
      g_assert_cmpmem (f->out, f->row_bytes, f->row, f->row_bytes);
      continue;
    }
    for (guint i = 0; i < 3 && size > 0; i++)
      f->block[g_rand_int_range (rand, 0, size)] = g_rand_int (rand);
    size = g_rand_int_range (rand, 0, size + 1);
    (void) gst_pitbox_codec_decode (f->dec, f->block, size, FALSE, f->out);
  }
}

static void
test_hostile_key_rows_end (Fixture *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (12);

  for (guint n = 0; n < 2000; n++) {
    gsize size = g_rand_int_range (rand, 0, f->block_bytes + 1);

    for (gsize i = 0; i < size; i++)
      f->block[i] = n % 3 == 0 ? 0 : n % 3 == 1 ? 0xff : g_rand_int (rand);
    (void) gst_pitbox_codec_decode (f->dec, f->block, size, n % 5 == 0, f->out);
  }
}

/* Speed follows from its parts, Lat lies on the simulator's grid of 1 cm. */
static void
test_relations_pay_off (void)
{
  const GstPitboxVar vars[] = {
    { "Speed", "m/s", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 0 },
    { "VelocityX", "m/s", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 4 },
    { "VelocityY", "m/s", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 8 },
    { "Lat", "deg", "", GST_PITBOX_VAR_DOUBLE, 1, FALSE, 12 },
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  gsize bytes = 0;
  gint32 k = 6000;
  Fixture f;

  fixture_init (&f,
      gst_pitbox_schema_new (
          "iracing", 60, 20, vars, G_N_ELEMENTS (vars), NULL),
      GST_PITBOX_CODEC_PREDICTIVE);
  for (guint n = 0; n < 3000; n++) {
    gfloat vx = g_rand_double_range (rand, 10, 60);
    gfloat vy = g_rand_double_range (rand, -1, 1);
    gfloat metres = (gfloat) k * 0.01f;
    gsize size;

    k += g_rand_int_range (rand, 20, 60);
    gst_pitbox_row_set_double (
        f.row, &vars[0], 0, sqrt ((gdouble) vx * vx + (gdouble) vy * vy));
    gst_pitbox_row_set_double (f.row, &vars[1], 0, vx);
    gst_pitbox_row_set_double (f.row, &vars[2], 0, vy);
    gst_pitbox_row_set_double (
        f.row, &vars[3], 0, 36.15 + 9.0123355e-6 * (gdouble) metres);
    size = round_trip (&f, n % 120 == 0);
    if (n >= 2000 && n % 120 != 0)
      bytes += size;
  }
  /* Two random floats of some 25 bits, 6 bits of movement, next to nothing for
   * Speed: without the relations it would be 14 bytes. */
  g_assert_cmpuint (bytes, <, 1000 * 9);
  teardown (&f, NULL);
}

static void
test_nothing_new_costs_nothing (Fixture *f, gconstpointer data)
{
  gsize size = 0;

  pb_test_row_fill (f->schema, 5, f->row);
  round_trip (f, TRUE);
  for (guint n = 0; n < 50; n++)
    size = round_trip (f, FALSE);
  if (GPOINTER_TO_UINT (data) == GST_PITBOX_CODEC_PREDICTIVE)
    g_assert_cmpuint (size, <=, 1);
}

static void
test_smallest_and_largest_rows (Fixture *f, gconstpointer data)
{
  static const guint sizes[] = { 1, 2, 3, 7, 8, 9, GST_PITBOX_MAX_ROW_BYTES };
  const GstPitboxVar v = { "B", "", "", GST_PITBOX_VAR_BOOL, 1, FALSE, 0 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Fixture g;

    fixture_init (&g,
        gst_pitbox_schema_new ("iracing", 60, sizes[i], &v, 1, NULL),
        GPOINTER_TO_UINT (data));
    for (guint n = 0; n < 6; n++) {
      if (n != 3)
        pb_test_row_random (rand, g.schema, g.row);
      round_trip (&g, n % 4 == 0);
    }
    teardown (&g, NULL);
  }
}

static void
add (const gchar *name, guint codec, void (*func) (Fixture *, gconstpointer))
{
  g_autofree gchar *path = g_strdup_printf ("/codec/%u/%s", codec, name);

  g_test_add (path, Fixture, GUINT_TO_POINTER (codec), setup, func, teardown);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  for (guint c = 0; gst_pitbox_codec_is_known (c); c++) {
    add ("every-odd-pattern", c, test_every_odd_pattern);
    add ("steps-of-every-size", c, test_steps_of_every_size);
    add ("joining-at-each-key", c, test_joining_at_each_key);
    add ("damage-ends-at-a-key", c, test_damage_ends_at_a_key);
    add ("hostile-key-rows-end", c, test_hostile_key_rows_end);
    add ("nothing-new-costs-nothing", c, test_nothing_new_costs_nothing);
    add ("smallest-and-largest-rows", c, test_smallest_and_largest_rows);
  }
  g_test_add_func ("/codec/relations-pay-off", test_relations_pay_off);
  return g_test_run ();
}
