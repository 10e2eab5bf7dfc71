/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any schema and any row through encoder, loss and decoder; schemas that do not
 * fit into a key unit. */
#include <gstpitbox/gstpitbox.h>

#include <string.h>

#include "../lib/pb-test-rows.h"

/* What was sent once is repeated for the first time after 2 s. */
#define FIRST_REPEAT_TICKS 120

/* Both packing a unit and reading it back happen to each of them. */
typedef struct {
  GRand *rand;
  GstPitboxSchema *schema;
  guint row_bytes;
  guint8 *rows; /* all of them, to compare with */
  GstPitboxEncoder *enc;
  GstPitboxDecoder *dec;
} Stream;

static const gchar *const real_names[] = { "Speed", "VelocityX", "VelocityY",
  "VelocityZ", "Lat", "Lon", "Throttle", "ThrottleRaw", "Brake", "BrakeRaw",
  "RPM", "Engine0_RPM", "LongAccel", "LatAccel", "VertAccel", "YawRate",
  "PitchRate", "RollRate", "Yaw", "Pitch", "Roll", "LFshockDefl", "LFshockVel",
  "LFtempL", "LFtempM", "LFtempR", "ShiftIndicatorPct", "SessionTime",
  "LapDist", "LapDistPct", "SteeringWheelTorque", "SteeringWheelTorque_ST" };

static gchar *
random_text (GRand *rand, guint length)
{
  gchar *text = g_malloc (length + 1);

  for (guint i = 0; i < length; i++)
    text[i] = g_rand_int_range (rand, '!', '~');
  text[length] = '\0';
  return text;
}

/* @n_vars variables of any type and count with gaps between them and behind
 * them; @text bytes of description that does not compress. */
static GstPitboxSchema *
random_schema (GRand *rand, guint n_vars, guint text, guint least_row)
{
  g_autofree GstPitboxVar *vars = g_new0 (GstPitboxVar, n_vars);
  g_autoptr (GPtrArray) strings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  GstPitboxSchema *schema;
  guint offset = 0, room = GST_PITBOX_MAX_ROW_BYTES - 64 - n_vars * 9;

  for (guint i = 0; i < n_vars; i++) {
    gchar *name = i < G_N_ELEMENTS (real_names) ? g_strdup (real_names[i])
                                                : g_strdup_printf ("V%u", i);
    gchar *desc = random_text (rand, text);
    GstPitboxVarType type =
        g_rand_int_range (rand, GST_PITBOX_VAR_CHAR, GST_PITBOX_VAR_DOUBLE + 1);
    guint size = gst_pitbox_var_type_size (type), count = 1;

    g_ptr_array_add (strings, name);
    g_ptr_array_add (strings, desc);
    /* Half of the well known ones with the type that relations want. */
    if (i < G_N_ELEMENTS (real_names) && g_rand_boolean (rand))
      type = GST_PITBOX_VAR_FLOAT, size = 4;
    if (g_rand_int_range (rand, 0, 4) == 0)
      count = g_rand_int_range (rand, 1, 70);
    if (count * size > room)
      count = 1;
    else
      room -= count * size;
    if (g_rand_int_range (rand, 0, 8) == 0)
      offset++;
    vars[i] = (GstPitboxVar){ name, "", desc, type, count,
      g_rand_boolean (rand), offset };
    offset += count * size;
  }
  schema = gst_pitbox_schema_new ("iracing", 60,
      MAX (offset + g_rand_int_range (rand, 0, 20), least_row), vars, n_vars,
      &error);
  g_assert_no_error (error);
  return schema;
}

/* Bits that decimal thinking forgets. */
static guint64
odd_bits (GRand *rand)
{
  static const guint32 odd[] = { 0, 1, 0x80000000, 0x7f800000, 0xff800000,
    0x7fc00001, 0xffbfffff, 0x007fffff, 0x00800000, 0x7f7fffff, 0x7fffffff,
    0xffffffff, 0x7ff00000, 0xfff00000, 0x7ff80000, 0x000fffff, 0x3f800000 };

  return (guint64) odd[g_rand_int_range (rand, 0, G_N_ELEMENTS (odd))] << 32
         | odd[g_rand_int_range (rand, 0, G_N_ELEMENTS (odd))];
}

/* How an element moves is its own affair, by its place: still, odd bits, any
 * bits, a slope, steps of 1/164, a jitter. */
static void
move_element (GRand *rand, const GstPitboxVar *v, guint i, guint n, guint8 *row)
{
  guint64 bits = 0;

  switch ((v->offset * 7 + i) % 12) {
    case 0:
      bits = odd_bits (rand);
      break;
    case 1:
      bits = (guint64) g_rand_int (rand) << 32 | g_rand_int (rand);
      break;
    case 2:
    case 3:
      gst_pitbox_row_set_double (row, v, i, 0.37 * n + i);
      return;
    case 4:
    case 5:
      gst_pitbox_row_set_double (
          row, v, i, g_rand_int_range (rand, 0, 165) / 164.0);
      return;
    case 6:
      gst_pitbox_row_set_double (row, v, i, 50 + g_rand_double (rand));
      return;
    case 7:
      if (n % 37 != 0)
        return;
      bits = odd_bits (rand);
      break;
    default:
      return;
  }
  pb_test_row_set_bits (row, v, i, bits);
}

static void
make_rows (Stream *s, guint n_rows)
{
  s->rows = g_malloc0 ((gsize) n_rows * s->row_bytes);
  for (guint n = 0; n < n_rows; n++) {
    guint8 *row = s->rows + (gsize) n * s->row_bytes;

    if (n > 0)
      memcpy (row, row - s->row_bytes, s->row_bytes);
    for (guint i = 0; i < gst_pitbox_schema_get_n_vars (s->schema); i++) {
      const GstPitboxVar *v = gst_pitbox_schema_get_var (s->schema, i);

      for (guint k = 0; k < v->count; k++)
        move_element (s->rand, v, k, n, row);
    }
    /* Bytes of no variable count as well; now and then a whole row jumps. */
    row[s->row_bytes - 1] = n / 11;
    for (guint i = 0; n % 41 == 40 && i < s->row_bytes; i++)
      row[i] = g_rand_int (s->rand);
  }
}

static void
stream_init (Stream *s, GRand *rand, GstPitboxSchema *schema,
    GstPitboxCodecId codec, guint n_rows)
{
  const GstPitboxEncoderConfig config = { .codec = codec,
    .key_interval = GST_SECOND / 2,
    .rows_per_unit = 1,
    .run_id = 5,
    .rate_divisor = 1 };
  g_autoptr (GError) error = NULL;

  s->rand = rand;
  s->schema = schema;
  s->row_bytes = gst_pitbox_schema_get_row_bytes (schema);
  make_rows (s, n_rows);
  s->enc = gst_pitbox_encoder_new (&config);
  s->dec = gst_pitbox_decoder_new ();
  g_assert_true (gst_pitbox_encoder_set_schema (s->enc, schema, &error));
  g_assert_no_error (error);
}

static void
stream_clear (Stream *s)
{
  gst_pitbox_encoder_free (s->enc);
  gst_pitbox_decoder_free (s->dec);
  gst_pitbox_schema_unref (s->schema);
  g_free (s->rows);
}

/* Row @n of the stream at tick @tick goes in; what comes out must be that row.
 * Returns the number of rows that came out. */
static guint
pass (Stream *s, guint n, guint tick, gboolean lose)
{
  const guint8 *data = s->rows + (gsize) n * s->row_bytes;
  GstPitboxEncoderRow row = { .data = data,
    .tick = tick,
    .pts = gst_util_uint64_scale (tick, GST_SECOND, 60) };
  g_autoptr (GstBuffer) unit = gst_pitbox_encoder_push (s->enc, &row);
  GstPitboxDecoderItem item;
  GstMapInfo map;
  guint rows = 0;

  g_assert_cmpuint (gst_buffer_get_size (unit), <=, GST_PITBOX_MAX_UNIT_BYTES);
  if (lose)
    return 0;
  g_assert_true (gst_buffer_map (unit, &map, GST_MAP_READ));
  gst_pitbox_decoder_push (s->dec, map.data, map.size);
  while (gst_pitbox_decoder_next (s->dec, &item)) {
    if (item.type != GST_PITBOX_DECODER_ROW)
      continue;
    g_assert_true (gst_pitbox_schema_equal (item.schema, s->schema));
    g_assert_cmpuint (item.times.tick, ==, tick);
    g_assert_true (memcmp (item.row, data, s->row_bytes) == 0);
    rows++;
  }
  gst_buffer_unmap (unit, &map);
  return rows;
}

static void
test_any_rows_come_back (gconstpointer data)
{
  static const guint sizes[] = { 1, 2, 5, 17, 60, 150, 333, 4096 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (GPOINTER_TO_UINT (data) + 31);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    guint n_rows = sizes[i] < 1000 ? 400 : 100, came = 0, lost = 0;
    Stream s;

    stream_init (&s, rand, random_schema (rand, sizes[i], 3, 0),
        GPOINTER_TO_UINT (data), n_rows);
    for (guint n = 0; n < n_rows; n++) {
      /* Every key period after the first few is hit once, late in it. */
      gboolean lose = n % 30 >= 25 && n % 30 <= 26 && n > 100;

      lost += lose;
      came += pass (&s, n, n, lose);
    }
    /* 25 rows of each hit period at least, all of the others. */
    g_assert_cmpuint (came, >=, n_rows - lost * 5 / 2 - 5);
    g_assert_cmpuint (came, <=, n_rows - lost);
    stream_clear (&s);
  }
}

/* The schema comes in fragments beside rows that cannot be read yet. @lost is
 * a unit that never arrives: then only the repetition completes it. */
static void
check_schema_in_pieces (
    guint n_vars, guint text, guint least_row, gint lost, guint n_ticks)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (n_vars);
  const GstPitboxDecoderStats *stats;
  const guint n_rows = 8;
  guint first = 0, came = 0;
  Stream s;

  stream_init (&s, rand, random_schema (rand, n_vars, text, least_row),
      GST_PITBOX_CODEC_PREDICTIVE, n_rows);
  stats = gst_pitbox_decoder_get_stats (s.dec);
  for (guint tick = 0; tick < n_ticks; tick++) {
    guint rows = pass (&s, tick % n_rows, tick, (gint) tick == lost);

    if (came == 0 && rows > 0)
      first = tick;
    came += rows;
  }
  /* Not at once, which would be another path; from a key unit on; then all. */
  g_assert_cmpuint (first, >, lost >= 0 ? FIRST_REPEAT_TICKS : 4);
  g_assert_cmpuint (first % 30, ==, 0);
  g_assert_cmpuint (came, ==, n_ticks - first);
  g_assert_cmpuint (stats->rejected_schema, ==, first - (lost >= 0 ? 1 : 0));
  g_assert_cmpuint (stats->rejected_fragment, ==, 0);
  stream_clear (&s);
}

static void
test_schema_in_pieces (void)
{
  check_schema_in_pieces (4096, 24, 0, -1, 200);
}

static void
test_schema_beside_largest_rows (void)
{
  check_schema_in_pieces (300, 60, GST_PITBOX_MAX_ROW_BYTES, -1, 90);
}

/* Descriptions as long as the simulator's can get in UTF-8. */
static void
test_schema_piece_lost (void)
{
  check_schema_in_pieces (600, 190, 0, 7, 400);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  for (guint c = 0; gst_pitbox_codec_is_known (c); c++) {
    g_autofree gchar *path =
        g_strdup_printf ("/codec-random/%u/any-rows-come-back", c);

    g_test_add_data_func (path, GUINT_TO_POINTER (c), test_any_rows_come_back);
  }
  g_test_add_func ("/codec-random/schema-in-pieces", test_schema_in_pieces);
  g_test_add_func ("/codec-random/schema-beside-largest-rows",
      test_schema_beside_largest_rows);
  g_test_add_func ("/codec-random/schema-piece-lost", test_schema_piece_lost);
  return g_test_run ();
}
