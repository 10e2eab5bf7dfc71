/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The serialised form of a schema: codec_data in caps, and in key units. */
#include "gstpitboxbytes.h"
#include "gstpitboxcaps.h"
#include "gstpitboxerror.h"
#include "gstpitboxrangecoder.h"
#include "gstpitboxschema.h"
#include "gstpitboxschematables.h"

/* Form 2, "known variables": one byte of form, two bytes (little-endian) of the
 * schema's id as a check, then a range coded list of variables, most of them
 * told by their place in a table that both sides have. */
#define FORM_KNOWN 2
#define HEAD_BYTES 3

/* A variable without its strings; a letter, however badly foretold. */
#define MAX_VAR_BYTES 64
#define MAX_LETTER_BYTES 4
/* 64 letters of the simulator, three bytes each in UTF-8. */
#define MAX_STRING (3 * 64)
/* Zeros the decoder may take past the end: what the encoder's end left out. */
#define MAX_PAST_END 8

typedef struct {
  GstPitboxRange range;
  gboolean failed;
  const gchar *const *names;
  gint16 position[GST_PITBOX_SCHEMA_KNOWN]; /* of a table entry in the order */
  guint16 order[GST_PITBOX_SCHEMA_KNOWN];
  gint cursor;
  guint end; /* where the next variable begins if packed */
  GStringChunk *strings;
  GstPitboxBit flags[5];
  GstPitboxBit numbers[4][33];
  GstPitboxBit text[256];
} Coder;

enum { FLAG_KNOWN, FLAG_NEXT, FLAG_EXACT, FLAG_VARIANT, FLAG_PACKED };
enum { NUMBER_HEAD, NUMBER_SKIP, NUMBER_INDEX, NUMBER_LENGTH };

static void
coder_init (Coder *c, gboolean disk_order)
{
  static const guint16 often[5] = { 64000, 58000, 62000, 50000, 65000 };

  for (guint i = 0; i < GST_PITBOX_SCHEMA_KNOWN; i++) {
    c->order[i] = disk_order ? gst_pitbox_schema_disk_order[i] : i;
    c->position[c->order[i]] = i;
  }
  c->cursor = -1;
  for (guint i = 0; i < 5; i++)
    c->flags[i].fast = c->flags[i].slow = often[i];
  for (guint i = 0; i < G_N_ELEMENTS (c->numbers); i++) {
    for (guint k = 0; k < G_N_ELEMENTS (c->numbers[i]); k++)
      c->numbers[i][k].fast = c->numbers[i][k].slow = 40000;
  }
  for (guint i = 0; i < 256; i++)
    c->text[i].fast = c->text[i].slow = 32768;
}

static gboolean
code_flag (Coder *c, guint which, gboolean value)
{
  return gst_pitbox_range_bit (&c->range, &c->flags[which], value);
}

static guint32
code_number (Coder *c, guint which, guint32 value)
{
  guint64 m = (guint64) value + 1, nb = 0;

  while (nb < 32
         && gst_pitbox_range_bit (
             &c->range, &c->numbers[which][nb], m >> (nb + 1) != 0))
    nb++;
  m = (G_GUINT64_CONSTANT (1) << nb)
      | gst_pitbox_range_raw (
          &c->range, m & ((G_GUINT64_CONSTANT (1) << nb) - 1), nb);
  return m - 1;
}

static gint32
code_signed (Coder *c, guint which, gint32 value)
{
  guint32 v = code_number (
      c, which, ((guint32) value << 1) ^ (value < 0 ? G_MAXUINT32 : 0));

  return (gint32) ((v >> 1) ^ (~(v & 1) + 1));
}

static const gchar *
code_string (Coder *c, const gchar *string)
{
  gchar text[MAX_STRING + 1] = { 0 };
  guint n =
      code_number (c, NUMBER_LENGTH, c->range.decoding ? 0 : strlen (string));

  if (n > MAX_STRING) {
    c->failed = TRUE;
    return "";
  }
  for (guint i = 0; i < n; i++) {
    guint byte = c->range.decoding ? 0 : (guint8) string[i], node = 1;

    for (gint k = 7; k >= 0; k--)
      node = node << 1
             | gst_pitbox_range_bit (&c->range, &c->text[node], byte >> k & 1);
    text[i] = node & 0xff;
  }
  return c->range.decoding ? g_string_chunk_insert_const (c->strings, text)
                           : string;
}

static gboolean
is_like (const GstPitboxVar *v, const IrsdkWellKnown *w)
{
  return v->type == w->type && v->count == w->count
         && v->count_as_time == w->count_as_time
         && strcmp (v->name, w->name) == 0 && strcmp (v->unit, w->unit) == 0
         && strcmp (v->desc, w->desc) == 0;
}

static void
take (GstPitboxVar *v, const IrsdkWellKnown *w)
{
  v->name = w->name;
  v->unit = w->unit;
  v->desc = w->desc;
  v->type = w->type;
  v->count = w->count;
  v->count_as_time = w->count_as_time;
}

static void
code_literal (Coder *c, GstPitboxVar *v)
{
  v->unit = code_string (c, v->unit);
  v->desc = code_string (c, v->desc);
  v->type = gst_pitbox_range_raw (&c->range, v->type, 3);
  v->count = code_number (c, NUMBER_INDEX, v->count);
  v->count_as_time = gst_pitbox_range_raw (&c->range, v->count_as_time, 1);
}

/* A name that the table has, in the table's wording or another. */
static void
code_known (Coder *c, GstPitboxVar *v, gint index)
{
  gint position = index >= 0 ? c->position[index] : 0;
  const IrsdkWellKnown *w;
  guint variant = 0;

  if (code_flag (c, FLAG_NEXT, position == c->cursor + 1))
    position = c->cursor + 1;
  else
    position = (gint) ((guint) c->cursor + 1
                       + (guint) code_signed (
                           c, NUMBER_SKIP, position - c->cursor - 1));
  if (position < 0 || position >= GST_PITBOX_SCHEMA_KNOWN) {
    c->failed = TRUE;
    return;
  }
  c->cursor = position;
  w = irsdk_well_known_get (c->order[position]);
  if (code_flag (c, FLAG_EXACT, index >= 0 && is_like (v, w))) {
    take (v, w);
    return;
  }
  while (!c->range.decoding && variant < GST_PITBOX_SCHEMA_VARIANTS
         && !is_like (v, &gst_pitbox_schema_variants[variant]))
    variant++;
  if (code_flag (c, FLAG_VARIANT, variant < GST_PITBOX_SCHEMA_VARIANTS)) {
    variant = code_number (c, NUMBER_INDEX, variant);
    if (variant < GST_PITBOX_SCHEMA_VARIANTS)
      take (v, &gst_pitbox_schema_variants[variant]);
    else
      c->failed = TRUE;
    return;
  }
  v->name = w->name;
  code_literal (c, v);
}

static void
code_var (Coder *c, GstPitboxVar *v)
{
  gint index = c->range.decoding ? -1 : irsdk_well_known_find (v->name);

  if (index >= GST_PITBOX_SCHEMA_KNOWN)
    index = -1;
  if (code_flag (c, FLAG_KNOWN, index >= 0)) {
    code_known (c, v, index);
  } else {
    v->name = code_string (c, v->name);
    code_literal (c, v);
  }
  if (code_flag (c, FLAG_PACKED, v->offset == c->end))
    v->offset = c->end;
  else
    v->offset = code_number (c, NUMBER_HEAD, v->offset);
  c->end = v->offset + v->count * gst_pitbox_var_type_size (v->type);
}

/* Rate, row size, number of variables, simulator. */
static void
code_head (Coder *c, guint *rate, guint *bytes, guint *n, const gchar **sim)
{
  gboolean usual;

  *rate = code_number (c, NUMBER_HEAD, *rate);
  *bytes = code_number (c, NUMBER_HEAD, *bytes);
  *n = code_number (c, NUMBER_HEAD, *n);
  usual = gst_pitbox_range_raw (
      &c->range, !c->range.decoding && strcmp (*sim, "iracing") == 0, 1);
  *sim = usual ? "iracing" : code_string (c, *sim);
}

/* Bytes that no schema of these strings needs more of. */
static gsize
room_for (const GstPitboxSchema *schema)
{
  guint n = gst_pitbox_schema_get_n_vars (schema);
  gsize letters = strlen (gst_pitbox_schema_get_sim (schema));

  for (guint i = 0; i < n; i++) {
    const GstPitboxVar *v = gst_pitbox_schema_get_var (schema, i);

    letters += strlen (v->name) + strlen (v->unit) + strlen (v->desc);
  }
  return (gsize) (n + 2) * MAX_VAR_BYTES + letters * MAX_LETTER_BYTES;
}

static GBytes *
encode (const GstPitboxSchema *schema, gboolean disk_order)
{
  guint n = gst_pitbox_schema_get_n_vars (schema);
  guint rate = gst_pitbox_schema_get_tick_rate (schema);
  guint bytes = gst_pitbox_schema_get_row_bytes (schema);
  const gchar *sim = gst_pitbox_schema_get_sim (schema);
  gsize room = room_for (schema), size;
  g_autofree guint8 *out = g_malloc (room);
  g_autofree Coder *c = g_new0 (Coder, 1);

  coder_init (c, disk_order);
  out[0] = FORM_KNOWN;
  gst_pitbox_set_u16 (out + 1, gst_pitbox_schema_get_id (schema) & 0xffff);
  gst_pitbox_range_start_encoder (
      &c->range, out + HEAD_BYTES, room - HEAD_BYTES);
  gst_pitbox_range_raw (&c->range, disk_order, 1);
  code_head (c, &rate, &bytes, &n, &sim);
  for (guint i = 0; i < n; i++) {
    GstPitboxVar v = *gst_pitbox_schema_get_var (schema, i);

    code_var (c, &v);
  }
  size = gst_pitbox_range_finish (&c->range) + HEAD_BYTES;
  g_assert (!c->range.failed);
  return g_bytes_new (out, size);
}

/**
 * gst_pitbox_schema_to_bytes:
 * @schema: a schema
 *
 * Returns: (transfer full): the serialised form, the same on every machine;
 *   some 60 bytes for a schema of well-known variables
 */
GBytes *
gst_pitbox_schema_to_bytes (const GstPitboxSchema *schema)
{
  GBytes *live = encode (schema, FALSE), *disk = encode (schema, TRUE);
  gboolean use_disk = g_bytes_get_size (disk) < g_bytes_get_size (live);

  g_bytes_unref (use_disk ? live : disk);
  return use_disk ? disk : live;
}

static gboolean
is_over (const Coder *c)
{
  return c->failed || c->range.past_end > MAX_PAST_END;
}

/**
 * gst_pitbox_schema_new_from_bytes:
 * @data: (array length=size) (element-type guint8): untrusted bytes
 * @size: bytes in @data
 * @error: why the bytes are no schema
 *
 * Returns: (transfer full) (nullable): a new schema
 */
GstPitboxSchema *
gst_pitbox_schema_new_from_bytes (
    gconstpointer data, gsize size, GError **error)
{
  const guint8 *in = data;
  g_autofree GstPitboxVar *vars = NULL;
  g_autofree Coder *c = NULL;
  g_autoptr (GstPitboxSchema) schema = NULL;
  guint rate = 0, bytes = 0, n = 0;
  const gchar *sim = "";

  if (size < HEAD_BYTES || in[0] != FORM_KNOWN) {
    g_set_error (error, GST_PITBOX_ERROR,
        size < HEAD_BYTES ? GST_PITBOX_ERROR_TRUNCATED
                          : GST_PITBOX_ERROR_UNSUPPORTED,
        "No schema in a form known here (%" G_GSIZE_FORMAT " bytes)", size);
    return NULL;
  }
  c = g_new0 (Coder, 1);
  gst_pitbox_range_start_decoder (
      &c->range, in + HEAD_BYTES, size - HEAD_BYTES);
  coder_init (c, gst_pitbox_range_raw (&c->range, 0, 1));
  c->strings = g_string_chunk_new (1024);
  code_head (c, &rate, &bytes, &n, &sim);
  if (n > GST_PITBOX_MAX_VARS)
    c->failed = TRUE;
  vars = g_new0 (GstPitboxVar, c->failed ? 0 : n);
  for (guint i = 0; i < n && !is_over (c); i++)
    code_var (c, &vars[i]);
  if (is_over (c))
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "The schema's bytes are damaged");
  else
    schema = gst_pitbox_schema_new (sim, rate, bytes, vars, n, error);
  g_string_chunk_free (c->strings);
  if (schema != NULL
      && (gst_pitbox_schema_get_id (schema) & 0xffff)
             != gst_pitbox_get_u16 (in + 1)) {
    g_clear_pointer (&schema, gst_pitbox_schema_unref);
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_CHECKSUM,
        "The schema's check does not match");
  }
  return g_steal_pointer (&schema);
}
