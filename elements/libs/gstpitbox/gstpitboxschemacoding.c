/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The serialised form of a schema: codec_data in caps, and in key units. */
#include "gstpitboxcaps.h"
#include "gstpitboxerror.h"
#include "gstpitboxschema.h"

#include <gst/base/gstbytereader.h>
#include <gst/base/gstbytewriter.h>

/* Plain form, little-endian: version (1), tick rate (u16), row bytes (u32),
 * number of variables (u16), simulator (NUL-terminated), then for each
 * variable: type (u8, bit 7 = count as time), count (u32), offset (u32), name,
 * unit, description (NUL-terminated). */
#define FORM_PLAIN 1

/**
 * gst_pitbox_schema_to_bytes:
 * @schema: a schema
 *
 * Returns: (transfer full): the serialised form, the same on every machine
 */
GBytes *
gst_pitbox_schema_to_bytes (const GstPitboxSchema *schema)
{
  GstByteWriter w;
  guint n = gst_pitbox_schema_get_n_vars (schema);
  gsize size;

  gst_byte_writer_init (&w);
  gst_byte_writer_put_uint8 (&w, FORM_PLAIN);
  gst_byte_writer_put_uint16_le (&w, gst_pitbox_schema_get_tick_rate (schema));
  gst_byte_writer_put_uint32_le (&w, gst_pitbox_schema_get_row_bytes (schema));
  gst_byte_writer_put_uint16_le (&w, n);
  gst_byte_writer_put_string (&w, gst_pitbox_schema_get_sim (schema));
  for (guint i = 0; i < n; i++) {
    const GstPitboxVar *v = gst_pitbox_schema_get_var (schema, i);

    gst_byte_writer_put_uint8 (&w, v->type | (v->count_as_time ? 0x80 : 0));
    gst_byte_writer_put_uint32_le (&w, v->count);
    gst_byte_writer_put_uint32_le (&w, v->offset);
    gst_byte_writer_put_string (&w, v->name);
    gst_byte_writer_put_string (&w, v->unit);
    gst_byte_writer_put_string (&w, v->desc);
  }
  size = gst_byte_writer_get_size (&w);
  return g_bytes_new_take (gst_byte_writer_reset_and_get_data (&w), size);
}

static gboolean
read_var (GstByteReader *r, GstPitboxVar *v)
{
  guint8 type;

  if (!gst_byte_reader_get_uint8 (r, &type)
      || !gst_byte_reader_get_uint32_le (r, &v->count)
      || !gst_byte_reader_get_uint32_le (r, &v->offset)
      || !gst_byte_reader_get_string (r, &v->name)
      || !gst_byte_reader_get_string (r, &v->unit)
      || !gst_byte_reader_get_string (r, &v->desc))
    return FALSE;
  v->type = type & 0x7f;
  v->count_as_time = (type & 0x80) != 0;
  return TRUE;
}

/**
 * gst_pitbox_schema_new_from_bytes:
 * @data: (array length=size): untrusted bytes
 * @size: bytes in @data
 * @error: why the bytes are no schema
 *
 * Returns: (transfer full) (nullable): a new schema
 */
GstPitboxSchema *
gst_pitbox_schema_new_from_bytes (
    gconstpointer data, gsize size, GError **error)
{
  GstByteReader r;
  guint8 form;
  guint16 tick_rate, n_vars;
  guint32 row_bytes;
  const gchar *sim;
  g_autofree GstPitboxVar *vars = NULL;

  gst_byte_reader_init (&r, data, MIN (size, G_MAXUINT));
  if (!gst_byte_reader_get_uint8 (&r, &form)
      || !gst_byte_reader_get_uint16_le (&r, &tick_rate)
      || !gst_byte_reader_get_uint32_le (&r, &row_bytes)
      || !gst_byte_reader_get_uint16_le (&r, &n_vars)
      || !gst_byte_reader_get_string (&r, &sim))
    goto truncated;
  if (form != FORM_PLAIN) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_UNSUPPORTED,
        "Unknown schema form %u", form);
    return NULL;
  }
  if (n_vars > GST_PITBOX_MAX_VARS) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_LIMIT,
        "A schema of %u variables is out of bounds", n_vars);
    return NULL;
  }
  vars = g_new0 (GstPitboxVar, n_vars);
  for (guint i = 0; i < n_vars; i++) {
    if (!read_var (&r, &vars[i]))
      goto truncated;
  }
  return gst_pitbox_schema_new (sim, tick_rate, row_bytes, vars, n_vars, error);

truncated:
  g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_TRUNCATED,
      "The schema ends too early");
  return NULL;
}
