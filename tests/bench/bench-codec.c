/* SPDX-License-Identifier: LGPL-2.1-or-later
 * bench-codec: what a row costs in bits and ns, beside zlib, lz4 and zstd of the
 * same rows in the same run. Live, a row comes when the caches hold what other
 * processes do: the columns "cold" are the median of rows before each of which
 * the caches were emptied. Real recordings where PITBOX_TEST_DATA has them,
 * else rows of the simulator here. */
#include <gstpitbox/gstpitbox.h>
#include <gstpitbox/gstpitboxirsdk.h>
#include <irsdk/irsdk-disk.h>
#include <racesim/racesim.h>

#include <lz4.h>
#include <stdio.h>
#include <time.h>
#include <zlib.h>
#include <zstd.h>

/* A general packer gets the same header as our own one-row delta unit. */
#define HEADER_BYTES 24
#define KEY_ROWS 120
#define SIM_ROWS 3600
/* MPEG-TS: bytes of a unit in its first packet and in each next one. */
#define TS_FIRST_BYTES 170
#define TS_NEXT_BYTES 184
/* As large as any cache here, walked before every so many rows. */
#define CACHE_BYTES (32 * 1024 * 1024)
#define COLD_EVERY 16
#define MAX_COLD 48

typedef struct {
  gchar *name;
  GstPitboxSchema *schema;
  guint row_bytes;
  guint n_rows;
  guint8 *rows;
} Input;

typedef struct {
  guint64 bytes; /* of whole units */
  guint64 packets;
  gdouble encode_s;
  gdouble decode_s;
  gdouble cold_encode_s;
  gdouble cold_decode_s;
} Result;

static gdouble
cpu_seconds (void)
{
  struct timespec t;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static guint
ts_packets (gsize bytes)
{
  return bytes <= TS_FIRST_BYTES
             ? 1
             : 1 + (bytes - TS_FIRST_BYTES + TS_NEXT_BYTES - 1) / TS_NEXT_BYTES;
}

static const guint8 *
row_at (const Input *in, guint n)
{
  return in->rows + (gsize) n * in->row_bytes;
}

static void
print_line (const Input *in, const gchar *name, const Result *r, guint n_units)
{
  printf ("  %-28s %8.1f %8.1f %8.3f %8.2f %8.2f", name,
      r->bytes * 8.0 / in->n_rows, r->bytes * 8.0 * 60 / 1000 / in->n_rows,
      (gdouble) r->packets / n_units, r->encode_s / in->n_rows * 1e6,
      r->decode_s / in->n_rows * 1e6);
  if (r->cold_encode_s > 0)
    printf (" %8.1f %8.1f", r->cold_encode_s * 1e6, r->cold_decode_s * 1e6);
  printf ("\n");
}

static void
empty_caches (void)
{
  static guint8 *memory;
  static volatile guint8 sink;
  guint8 sum = 0;

  if (memory == NULL) {
    memory = g_malloc (CACHE_BYTES);
    memset (memory, 1, CACHE_BYTES);
  }
  for (gsize i = 0; i < CACHE_BYTES; i += 64)
    sum += ++memory[i];
  sink = sum;
  (void) sink;
}

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static gdouble
median (gdouble *times, guint n)
{
  qsort (times, n, sizeof *times, compare_times);
  return n > 0 ? times[n / 2] : 0;
}

static GstPitboxEncoderRow
make_row (const Input *in, guint n)
{
  GstPitboxEncoderRow row = { row_at (in, n), n,
    gst_util_uint64_scale (n, GST_SECOND, 60),
    1700000000000000 + n * G_GINT64_CONSTANT (1000000) / 60,
    GST_PITBOX_CLOCK_SYNCED, FALSE };

  return row;
}

/* One delta unit of one row; the times with empty caches, or 0. */
static void
run_cold_row (GstPitboxEncoder *enc, GstPitboxDecoder *dec, const Input *in,
    guint n, gboolean cold, gdouble *encode_s, gdouble *decode_s)
{
  GstPitboxEncoderRow row = make_row (in, n);
  g_autoptr (GstBuffer) unit = NULL;
  GstPitboxDecoderItem item;
  GstMapInfo map;
  gdouble t0;

  if (cold)
    empty_caches ();
  t0 = cpu_seconds ();
  unit = gst_pitbox_encoder_push (enc, &row);
  *encode_s = cpu_seconds () - t0;
  gst_buffer_map (unit, &map, GST_MAP_READ);
  if (cold)
    empty_caches ();
  t0 = cpu_seconds ();
  gst_pitbox_decoder_push (dec, map.data, map.size);
  while (gst_pitbox_decoder_next (dec, &item))
    continue;
  *decode_s = cpu_seconds () - t0;
  gst_buffer_unmap (unit, &map);
}

static void
run_cold (const Input *in, GstPitboxEncoderConfig config, Result *r)
{
  g_autoptr (GstPitboxEncoder) enc = gst_pitbox_encoder_new (&config);
  g_autoptr (GstPitboxDecoder) dec = gst_pitbox_decoder_new ();
  gdouble encode_s[MAX_COLD], decode_s[MAX_COLD], e, d;
  guint found = 0;

  if (!gst_pitbox_encoder_set_schema (enc, in->schema, NULL))
    return;
  for (guint n = 0; n < in->n_rows && found < MAX_COLD; n++) {
    gboolean cold = n > KEY_ROWS && n % COLD_EVERY == COLD_EVERY / 2;

    run_cold_row (enc, dec, in, n, cold, &e, &d);
    if (cold) {
      encode_s[found] = e;
      decode_s[found++] = d;
    }
  }
  r->cold_encode_s = median (encode_s, found);
  r->cold_decode_s = median (decode_s, found);
}

/* Our own units, coded and decoded and compared. */
static void
run_units (const Input *in, const gchar *name, GstPitboxEncoderConfig config)
{
  g_autoptr (GstPitboxEncoder) enc = gst_pitbox_encoder_new (&config);
  g_autoptr (GstPitboxDecoder) dec = gst_pitbox_decoder_new ();
  const GstPitboxEncoderStats *stats = gst_pitbox_encoder_get_stats (enc);
  Result r = { 0 };
  guint decoded = 0;

  if (!gst_pitbox_encoder_set_schema (enc, in->schema, NULL))
    return;
  for (guint n = 0; n < in->n_rows; n++) {
    GstPitboxEncoderRow row = make_row (in, n);
    gdouble t0 = cpu_seconds (), t1;
    g_autoptr (GstBuffer) unit = gst_pitbox_encoder_push (enc, &row);
    GstPitboxDecoderItem item;
    GstMapInfo map;

    t1 = cpu_seconds ();
    r.encode_s += t1 - t0;
    if (unit == NULL)
      continue;
    gst_buffer_map (unit, &map, GST_MAP_READ);
    r.bytes += map.size;
    r.packets += ts_packets (map.size);
    t0 = cpu_seconds ();
    gst_pitbox_decoder_push (dec, map.data, map.size);
    while (gst_pitbox_decoder_next (dec, &item)) {
      if (item.type != GST_PITBOX_DECODER_ROW)
        continue;
      if (config.fields == NULL && config.rate_divisor == 1
          && memcmp (item.row, row_at (in, decoded), in->row_bytes) != 0)
        g_error ("%s: row %u differs", name, decoded);
      decoded++;
    }
    r.decode_s += cpu_seconds () - t0;
    gst_buffer_unmap (unit, &map);
  }
  if (config.rows_per_unit == 1 && config.rate_divisor == 1)
    run_cold (in, config, &r);
  print_line (in, name, &r, MAX (stats->units, 1));
}

typedef gsize (*Packer) (const guint8 *in, gsize size, guint8 *out, gsize room);

static gsize
pack_zlib (const guint8 *in, gsize size, guint8 *out, gsize room)
{
  uLongf n = room;

  return compress2 (out, &n, in, size, 6) == Z_OK ? n : 0;
}

static gsize
unpack_zlib (const guint8 *in, gsize size, guint8 *out, gsize room)
{
  uLongf n = room;

  return uncompress (out, &n, in, size) == Z_OK ? n : 0;
}

static gsize
pack_lz4 (const guint8 *in, gsize size, guint8 *out, gsize room)
{
  return LZ4_compress_default ((const char *) in, (char *) out, size, room);
}

static gsize
unpack_lz4 (const guint8 *in, gsize size, guint8 *out, gsize room)
{
  return LZ4_decompress_safe ((const char *) in, (char *) out, size, room);
}

static gsize
pack_zstd (const guint8 *in, gsize size, guint8 *out, gsize room)
{
  static ZSTD_CCtx *ctx;

  if (ctx == NULL)
    ctx = ZSTD_createCCtx ();
  return ZSTD_compressCCtx (ctx, out, room, in, size, 3);
}

static gsize
unpack_zstd (const guint8 *in, gsize size, guint8 *out, gsize room)
{
  static ZSTD_DCtx *ctx;

  if (ctx == NULL)
    ctx = ZSTD_createDCtx ();
  return ZSTD_decompressDCtx (ctx, out, room, in, size);
}

/* A general packer, row by row: alone, or of the difference to the row before
 * with a whole row every 2 s. */
static void
run_packer (const Input *in, const gchar *name, Packer pack, Packer unpack,
    gboolean difference)
{
  gsize room = 2 * in->row_bytes + 1024;
  g_autofree guint8 *row = g_malloc (in->row_bytes);
  g_autofree guint8 *back = g_malloc (in->row_bytes);
  g_autofree guint8 *out = g_malloc (room);
  Result r = { 0 };

  for (guint n = 0; n < in->n_rows; n++) {
    const guint8 *now = row_at (in, n);
    gdouble t0 = cpu_seconds ();
    gsize size;

    memcpy (row, now, in->row_bytes);
    for (guint i = 0; difference && n % KEY_ROWS != 0 && i < in->row_bytes; i++)
      row[i] ^= row_at (in, n - 1)[i];
    size = pack (row, in->row_bytes, out, room);
    r.encode_s += cpu_seconds () - t0;
    r.bytes += size + HEADER_BYTES;
    r.packets += ts_packets (size + HEADER_BYTES);
    t0 = cpu_seconds ();
    if (unpack (out, size, back, in->row_bytes) != in->row_bytes
        || memcmp (row, back, in->row_bytes) != 0)
      g_error ("%s: row %u differs", name, n);
    r.decode_s += cpu_seconds () - t0;
  }
  print_line (in, name, &r, in->n_rows);
}

static void
run (const Input *in)
{
  GstPitboxEncoderConfig c = { .codec = GST_PITBOX_CODEC_RAW,
    .key_interval = 2 * GST_SECOND,
    .rows_per_unit = 1,
    .run_id = 1,
    .rate_divisor = 1 };

  printf ("\n%s: %u rows of %u bytes, %u variables\n", in->name, in->n_rows,
      in->row_bytes, gst_pitbox_schema_get_n_vars (in->schema));
  printf ("  %-28s %8s %8s %8s %8s %8s %8s %8s\n", "whole units, key every 2 s",
      "bits/row", "kbit/s", "TS/unit", "enc us", "dec us", "cold enc",
      "cold dec");
  run_units (in, "codec raw", c);
  c.codec = GST_PITBOX_CODEC_ZLIB;
  run_units (in, "codec zlib", c);
  c.codec = GST_PITBOX_CODEC_PREDICTIVE;
  run_units (in, "codec predictive (default)", c);
  c.rows_per_unit = 2;
  run_units (in, "  two rows a unit", c);
  c.rows_per_unit = 6;
  run_units (in, "  six rows a unit", c);
  c.rows_per_unit = 1;
  c.rate_divisor = 2;
  run_units (in, "  rate-divisor=2", c);
  c.rate_divisor = 1;
  c.fields = "Session*,Speed,RPM,Gear,Throttle,Brake,Clutch,"
             "SteeringWheelAngle,Lap*,Fuel*,Player*,CarIdxLapDistPct";
  run_units (in, "  driver's fields only", c);
  run_packer (in, "zlib -6, each row", pack_zlib, unpack_zlib, FALSE);
  run_packer (in, "lz4, each row", pack_lz4, unpack_lz4, FALSE);
  run_packer (in, "zstd -3, each row", pack_zstd, unpack_zstd, FALSE);
  run_packer (in, "zlib -6, difference", pack_zlib, unpack_zlib, TRUE);
  run_packer (in, "lz4, difference", pack_lz4, unpack_lz4, TRUE);
  run_packer (in, "zstd -3, difference", pack_zstd, unpack_zstd, TRUE);
}

static void
clear (Input *in)
{
  g_free (in->name);
  g_free (in->rows);
  gst_pitbox_schema_unref (in->schema);
}

static void
run_recording (const gchar *path)
{
  g_autofree gchar *data = NULL;
  IrsdkDisk *disk = NULL;
  const IrsdkHeader *h;
  const IrsdkVar *vars;
  gsize size, n_vars;
  Input in = { 0 };

  if (!g_file_get_contents (path, &data, &size, NULL)
      || irsdk_disk_open_memory (&disk, data, size) != IRSDK_OK) {
    fprintf (stderr, "bench-codec: %s is no recording\n", path);
    return;
  }
  h = irsdk_disk_get_header (disk);
  vars = irsdk_disk_get_vars (disk, &n_vars);
  in.name = g_path_get_basename (path);
  in.schema = gst_pitbox_schema_new_from_irsdk (
      vars, n_vars, h->tick_rate, h->row_bytes, NULL);
  in.row_bytes = h->row_bytes;
  in.n_rows = irsdk_disk_get_n_rows (disk);
  in.rows = g_malloc ((gsize) in.n_rows * in.row_bytes);
  for (guint n = 0; n < in.n_rows; n++)
    (void) irsdk_disk_read_row (disk, n, in.rows + (gsize) n * in.row_bytes);
  irsdk_disk_free (disk);
  if (in.schema != NULL && in.n_rows > 0)
    run (&in);
  clear (&in);
}

static void
run_simulated (RaceSimShape shape, const gchar *name)
{
  RaceSimConfig config;
  g_autoptr (RaceSim) sim = NULL;
  const RaceSimVar *vars;
  g_autofree GstPitboxVar *out = NULL;
  Input in = { 0 };
  guint n_vars;

  race_sim_config_init (&config);
  config.shape = shape;
  sim = race_sim_new (&config, NULL);
  vars = race_sim_get_vars (sim, &n_vars);
  out = g_new0 (GstPitboxVar, n_vars);
  for (guint i = 0; i < n_vars; i++) {
    const IrsdkWellKnown *k = vars[i].known;

    out[i] = (GstPitboxVar){ k->name, k->unit, k->desc, k->type, k->count,
      k->count_as_time, vars[i].offset };
  }
  in.name = g_strdup (name);
  in.row_bytes = race_sim_get_row_bytes (sim);
  in.n_rows = SIM_ROWS;
  in.schema = gst_pitbox_schema_new (
      "iracing", RACE_SIM_TICK_RATE, in.row_bytes, out, n_vars, NULL);
  in.rows = g_malloc ((gsize) in.n_rows * in.row_bytes);
  for (guint n = 0; n < in.n_rows; n++)
    race_sim_next_row (sim, in.rows + (gsize) n * in.row_bytes);
  run (&in);
  clear (&in);
}

int
main (int argc, char **argv)
{
  const gchar *data = g_getenv ("PITBOX_TEST_DATA");
  g_autofree gchar *folder = data != NULL && *data != '\0'
                                 ? g_build_filename (data, "ibt", NULL)
                                 : NULL;
  g_autoptr (GDir) dir = NULL;
  const gchar *name;

  gst_init (&argc, &argv);
  for (gint i = 1; i < argc; i++)
    run_recording (argv[i]);
  if (argc > 1)
    return 0;
  if (folder != NULL)
    dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    if (g_str_has_suffix (name, ".ibt"))
      run_recording (path);
  }
  if (dir == NULL)
    printf ("no ibt/ in PITBOX_TEST_DATA: rows of the simulator here only\n");
  run_simulated (RACE_SIM_SHAPE_DISK, "simulated, disk shape");
  run_simulated (RACE_SIM_SHAPE_LIVE, "simulated, live shape");
  return 0;
}
