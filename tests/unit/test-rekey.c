/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The middle of a run of units, coded anew: bit by bit the same rows, under the
 * numbers that they have, and with what was left out said as before. */
#include "../lib/pb-test-rows.h"
#include "../lib/pb-test-units.h"

#include <string.h>

#define FIELDS "SessionTime,Speed,Gear"

typedef struct {
  PbTestUnits units;
  guint n; /* ticks so far */
  guint32 next; /* row to come */
  GPtrArray *ticks; /* of the rows so far */
  GstPitboxRekey *rekey;
  guint32 first; /* that it gives */
  guint n_rows; /* that came back */
  guint n_keys;
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  const GstPitboxEncoderConfig config = { .codec = GST_PITBOX_CODEC_DEFAULT,
    .key_interval = GST_CLOCK_TIME_NONE,
    .rows_per_unit = 1,
    .run_id = 77,
    .rate_divisor = 1 };

  pb_test_units_set_up_with (&f->units, &config);
  f->ticks = g_ptr_array_new ();
  f->first = 2;
  f->rekey = gst_pitbox_rekey_new (77, f->first);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  gst_pitbox_rekey_free (f->rekey);
  g_ptr_array_unref (f->ticks);
  pb_test_units_tear_down (&f->units, NULL);
}

/* By the schema that its key unit names. */
static void
check_row (Fixture *f, const GstPitboxDecoderItem *item)
{
  const GstPitboxSchema *full = f->units.schema;
  const guint at = f->first + f->n_rows;
  const guint n = GPOINTER_TO_UINT (f->ticks->pdata[at]);

  g_assert_cmpuint (item->times.tick, ==, 6000 + n);
  pb_test_row_fill (full, n, f->units.row);
  for (guint i = 0; i < gst_pitbox_schema_get_n_vars (item->schema); i++) {
    const GstPitboxVar *var = gst_pitbox_schema_get_var (item->schema, i);
    const GstPitboxVar *own = gst_pitbox_schema_find (full, var->name);

    g_assert_cmpmem (item->row + var->offset,
        var->count * gst_pitbox_var_type_size (var->type),
        f->units.row + own->offset,
        own->count * gst_pitbox_var_type_size (own->type));
  }
  g_assert_cmpuint (
      item->key->full_schema_id, ==, gst_pitbox_schema_get_id (full));
  if (item->key->schema_id != item->key->full_schema_id)
    g_assert_cmpuint (
        item->key->full_n_vars, ==, gst_pitbox_schema_get_n_vars (full));
  f->n_rows++;
}

/* Of @divisor each, what comes back. */
static void
take_back (Fixture *f, GPtrArray *rows, guint divisor)
{
  for (guint i = 0; i < rows->len; i++) {
    g_autofree guint8 *bytes = NULL;
    gpointer data;
    gsize size;
    GstPitboxDecoderItem item;

    f->n_keys +=
        !GST_BUFFER_FLAG_IS_SET (rows->pdata[i], GST_BUFFER_FLAG_DELTA_UNIT);
    gst_buffer_extract_dup (rows->pdata[i], 0, -1, &data, &size);
    bytes = data;
    gst_pitbox_decoder_push (f->units.dec, bytes, size);
    while (gst_pitbox_decoder_next (f->units.dec, &item)) {
      g_assert_cmpuint (item.key->rate_divisor, ==, divisor);
      if (item.type == GST_PITBOX_DECODER_ROW)
        check_row (f, &item);
    }
  }
}

static void
push (Fixture *f, guint n_ticks, guint divisor)
{
  for (guint i = 0; i < n_ticks; i++, f->n++) {
    g_autoptr (GstBuffer) unit = pb_test_units_encode (&f->units, f->n);
    g_autoptr (GPtrArray) rows = NULL;
    g_autoptr (GBytes) bytes = NULL;
    gpointer data;
    gsize size;

    if (unit == NULL)
      continue;
    g_ptr_array_add (f->ticks, GUINT_TO_POINTER (f->n));
    gst_buffer_extract_dup (unit, 0, -1, &data, &size);
    bytes = g_bytes_new_take (data, size);
    rows = gst_pitbox_rekey_take (
        f->rekey, bytes, f->next++, 1, GST_BUFFER_PTS (unit));
    g_assert_nonnull (rows);
    take_back (f, rows, divisor);
  }
}

static void
reduce (Fixture *f, const gchar *fields, guint divisor)
{
  g_assert_true (
      gst_pitbox_encoder_reduce (f->units.enc, fields, divisor, 1, NULL));
}

static void
check_all_back (Fixture *f)
{
  const GstPitboxDecoderStats *stats =
      gst_pitbox_decoder_get_stats (f->units.dec);

  g_assert_cmpuint (f->n_rows, ==, f->ticks->len - f->first);
  g_assert_cmpuint (stats->lost_rows, ==, 0);
  g_assert_cmpuint (gst_pitbox_decoder_stats_rejected (stats), ==, 0);
}

static void
test_all_variables (Fixture *f, gconstpointer data)
{
  push (f, 40, 1);
  check_all_back (f);
  g_assert_cmpuint (f->n_rows, ==, 38);
  g_assert_cmpuint (f->n_keys, ==, 1);
}

static void
test_thinned_rows_say_so (Fixture *f, gconstpointer data)
{
  reduce (f, FIELDS, 6);
  push (f, 60, 6);
  check_all_back (f);
  g_assert_cmpuint (f->n_rows, ==, 8);
  g_assert_cmpuint (f->n_keys, ==, 1);
}

/* The same fields at another rate, and all of them again. */
static void
test_another_thinning (Fixture *f, gconstpointer data)
{
  push (f, 10, 1);
  reduce (f, FIELDS, 3);
  push (f, 30, 3);
  reduce (f, FIELDS, 6);
  push (f, 30, 6);
  reduce (f, NULL, 1);
  push (f, 10, 1);
  check_all_back (f);
  g_assert_cmpuint (f->n_keys, ==, 4);
}

/* A key unit that is asked for comes at once, whatever the rate. */
static void
test_rows_closer_than_the_rate (Fixture *f, gconstpointer data)
{
  reduce (f, FIELDS, 6);
  push (f, 20, 6);
  gst_pitbox_encoder_force_key (f->units.enc);
  push (f, 20, 6);
  check_all_back (f);
}

static void
add (const gchar *name, void (*func) (Fixture *, gconstpointer))
{
  g_autofree gchar *path = g_strconcat ("/rekey/", name, NULL);

  g_test_add (path, Fixture, NULL, setup, func, teardown);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  add ("all-variables", test_all_variables);
  add ("thinned-rows-say-so", test_thinned_rows_say_so);
  add ("another-thinning", test_another_thinning);
  add ("rows-closer-than-the-rate", test_rows_closer_than_the_rate);
  return g_test_run ();
}
