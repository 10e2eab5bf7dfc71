/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxSchema: validation and look-up by name. Its serialised form is in
 * gstpitboxschemacoding.c, its caps are in gstpitboxschemacaps.c. */
#include "gstpitboxschema.h"

#include "gstpitboxbytes.h"
#include "gstpitboxcaps.h"
#include "gstpitboxerror.h"

#include <string.h>

/**
 * SECTION:gstpitboxschema
 * @title: GstPitboxSchema
 * @short_description: the layout of one telemetry row
 *
 * A schema is immutable and reference counted; every function is safe in any
 * thread. It is bound once per connection: variables differ by car, session
 * and simulator build, so look them up by name, never by index or offset.
 */

struct _GstPitboxSchema {
  gchar *sim;
  guint tick_rate;
  guint row_bytes;
  guint32 id;
  guint n_vars;
  GstPitboxVar *vars;
  GStringChunk *strings;
  GHashTable *by_name; /* name → GstPitboxVar *, not owned */
};

G_DEFINE_BOXED_TYPE (GstPitboxSchema, gst_pitbox_schema, gst_pitbox_schema_ref,
    gst_pitbox_schema_unref)

/**
 * gst_pitbox_var_type_size:
 * @type: an element type
 *
 * Returns: bytes of one element, or 0 for a value that is no type
 */
guint
gst_pitbox_var_type_size (GstPitboxVarType type)
{
  static const guint8 sizes[] = { 1, 1, 4, 4, 4, 8 };

  return (guint) type < G_N_ELEMENTS (sizes) ? sizes[type] : 0;
}

/* FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
static guint32
hash_bytes (guint32 hash, gconstpointer data, gsize size)
{
  const guint8 *p = data;

  for (gsize i = 0; i < size; i++)
    hash = (hash ^ p[i]) * 16777619u;
  return hash;
}

static guint32
hash_string (guint32 hash, const gchar *s)
{
  return hash_bytes (hash, s, strlen (s) + 1);
}

static guint32
hash_uint (guint32 hash, guint32 value)
{
  guint8 b[4];

  gst_pitbox_set_u32 (b, value);
  return hash_bytes (hash, b, sizeof b);
}

static guint32
compute_id (const GstPitboxSchema *self)
{
  guint32 h = 2166136261u;

  h = hash_string (h, self->sim);
  h = hash_uint (h, self->tick_rate);
  h = hash_uint (h, self->row_bytes);
  for (guint i = 0; i < self->n_vars; i++) {
    const GstPitboxVar *v = &self->vars[i];

    h = hash_string (h, v->name);
    h = hash_string (h, v->unit);
    h = hash_string (h, v->desc);
    h = hash_uint (h, v->type);
    h = hash_uint (h, v->count);
    h = hash_uint (h, v->count_as_time ? 1 : 0);
    h = hash_uint (h, v->offset);
  }
  return h;
}

static gboolean
string_is_ok (const gchar *s, gsize max_bytes)
{
  return s != NULL && strlen (s) <= max_bytes && g_utf8_validate (s, -1, NULL);
}

/* A name, unit or description taken from 8-bit text may grow when it becomes
 * UTF-8: at most three bytes a letter (Windows-1252). */
#define MAX_NAME_BYTES (3 * 32)
#define MAX_DESC_BYTES (3 * 64)

static gboolean
var_is_ok (const GstPitboxVar *v, guint row_bytes, guint index, GError **error)
{
  guint size = gst_pitbox_var_type_size (v->type);

  if (!string_is_ok (v->name, MAX_NAME_BYTES) || v->name[0] == '\0'
      || !string_is_ok (v->unit, MAX_NAME_BYTES)
      || !string_is_ok (v->desc, MAX_DESC_BYTES)) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "Variable %u has a bad name, unit or description", index);
    return FALSE;
  }
  if (size == 0 || v->count == 0 || v->count > GST_PITBOX_MAX_VAR_COUNT
      || (guint64) v->offset + (guint64) v->count * size > row_bytes) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "Variable %s does not fit in a row of %u bytes", v->name, row_bytes);
    return FALSE;
  }
  return TRUE;
}

/**
 * gst_pitbox_schema_new:
 * @sim: the simulator, e.g. "iracing"
 * @tick_rate: rows a second, 1 to 1000
 * @row_bytes: bytes of one row, 1 to %GST_PITBOX_MAX_ROW_BYTES
 * @vars: (array length=n_vars): the variables; copied
 * @n_vars: 1 to %GST_PITBOX_MAX_VARS
 * @error: %GST_PITBOX_ERROR_INVALID or %GST_PITBOX_ERROR_LIMIT
 *
 * Where a name stands twice, look-up by name finds the first.
 *
 * Returns: (transfer full) (nullable): a new schema
 */
GstPitboxSchema *
gst_pitbox_schema_new (const gchar *sim, guint tick_rate, guint row_bytes,
    const GstPitboxVar *vars, guint n_vars, GError **error)
{
  GstPitboxSchema *self;

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (row_bytes == 0 || row_bytes > GST_PITBOX_MAX_ROW_BYTES || n_vars == 0
      || n_vars > GST_PITBOX_MAX_VARS || tick_rate == 0 || tick_rate > 1000) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_LIMIT,
        "A row of %u bytes with %u variables at %u Hz is out of bounds",
        row_bytes, n_vars, tick_rate);
    return NULL;
  }
  if (!string_is_ok (sim, MAX_NAME_BYTES)) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "The simulator's name is not valid");
    return NULL;
  }
  for (guint i = 0; i < n_vars; i++) {
    if (!var_is_ok (&vars[i], row_bytes, i, error))
      return NULL;
  }

  self = g_atomic_rc_box_new0 (GstPitboxSchema);
  self->sim = g_strdup (sim);
  self->tick_rate = tick_rate;
  self->row_bytes = row_bytes;
  self->n_vars = n_vars;
  self->strings = g_string_chunk_new (4096);
  self->vars = g_new (GstPitboxVar, n_vars);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < n_vars; i++) {
    GstPitboxVar *v = &self->vars[i];

    *v = vars[i];
    v->name = g_string_chunk_insert_const (self->strings, vars[i].name);
    v->unit = g_string_chunk_insert_const (self->strings, vars[i].unit);
    v->desc = g_string_chunk_insert_const (self->strings, vars[i].desc);
    v->count_as_time = !!v->count_as_time;
    if (!g_hash_table_contains (self->by_name, v->name))
      g_hash_table_insert (self->by_name, (gpointer) v->name, v);
  }
  self->id = compute_id (self);
  return self;
}

/**
 * gst_pitbox_schema_ref:
 * @schema: a schema
 *
 * Returns: (transfer full): @schema
 */
GstPitboxSchema *
gst_pitbox_schema_ref (GstPitboxSchema *schema)
{
  return g_atomic_rc_box_acquire (schema);
}

static void
schema_clear (gpointer data)
{
  GstPitboxSchema *self = data;

  g_hash_table_unref (self->by_name);
  g_string_chunk_free (self->strings);
  g_free (self->vars);
  g_free (self->sim);
}

/**
 * gst_pitbox_schema_unref:
 * @schema: (transfer full): a schema
 */
void
gst_pitbox_schema_unref (GstPitboxSchema *schema)
{
  g_atomic_rc_box_release_full (schema, schema_clear);
}

/**
 * gst_pitbox_schema_get_sim:
 * @schema: a schema
 *
 * Returns: (transfer none): the simulator, e.g. "iracing"
 */
const gchar *
gst_pitbox_schema_get_sim (const GstPitboxSchema *schema)
{
  return schema->sim;
}

/**
 * gst_pitbox_schema_get_id:
 * @schema: a schema
 *
 * Returns: FNV-1a over everything that makes the layout, so equal schemas have
 *   equal ids on every machine
 */
guint32
gst_pitbox_schema_get_id (const GstPitboxSchema *schema)
{
  return schema->id;
}

/**
 * gst_pitbox_schema_get_tick_rate:
 * @schema: a schema
 *
 * Returns: rows a second
 */
guint
gst_pitbox_schema_get_tick_rate (const GstPitboxSchema *schema)
{
  return schema->tick_rate;
}

/**
 * gst_pitbox_schema_get_row_bytes:
 * @schema: a schema
 *
 * Returns: bytes of one row
 */
guint
gst_pitbox_schema_get_row_bytes (const GstPitboxSchema *schema)
{
  return schema->row_bytes;
}

/**
 * gst_pitbox_schema_get_n_vars:
 * @schema: a schema
 *
 * Returns: number of variables
 */
guint
gst_pitbox_schema_get_n_vars (const GstPitboxSchema *schema)
{
  return schema->n_vars;
}

/**
 * gst_pitbox_schema_get_var:
 * @schema: a schema
 * @index: 0 to the number of variables minus 1
 *
 * Returns: (transfer none): the variable at @index in the simulator's order
 */
const GstPitboxVar *
gst_pitbox_schema_get_var (const GstPitboxSchema *schema, guint index)
{
  g_return_val_if_fail (index < schema->n_vars, NULL);

  return &schema->vars[index];
}

/**
 * gst_pitbox_schema_find:
 * @schema: a schema
 * @name: a variable's name, case-sensitive
 *
 * Returns: (transfer none) (nullable): the variable, or %NULL if this car or
 *   session has none of that name
 */
const GstPitboxVar *
gst_pitbox_schema_find (const GstPitboxSchema *schema, const gchar *name)
{
  return g_hash_table_lookup (schema->by_name, name);
}

/**
 * gst_pitbox_schema_equal:
 * @a: a schema
 * @b: another
 *
 * Returns: %TRUE if rows of one can be read by the other
 */
gboolean
gst_pitbox_schema_equal (const GstPitboxSchema *a, const GstPitboxSchema *b)
{
  if (a == b)
    return TRUE;
  if (a->id != b->id || a->n_vars != b->n_vars || a->row_bytes != b->row_bytes
      || a->tick_rate != b->tick_rate || strcmp (a->sim, b->sim) != 0)
    return FALSE;
  for (guint i = 0; i < a->n_vars; i++) {
    const GstPitboxVar *v = &a->vars[i], *w = &b->vars[i];

    if (v->type != w->type || v->count != w->count || v->offset != w->offset
        || v->count_as_time != w->count_as_time
        || strcmp (v->name, w->name) != 0 || strcmp (v->unit, w->unit) != 0
        || strcmp (v->desc, w->desc) != 0)
      return FALSE;
  }
  return TRUE;
}
