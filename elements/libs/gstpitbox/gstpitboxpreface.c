/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxPreface: what a reader that joins a stream of units late has missed.
 */
#include "gstpitboxpreface.h"

#include "gstpitboxcaps.h"
#include "gstpitboxfragment.h"
#include "gstpitboxunitprivate.h"

#include <string.h>

/**
 * SECTION:gstpitboxpreface
 * @title: GstPitboxPreface
 * @short_description: session string and schema for readers that join late
 *
 * The session string is long and goes in pieces, once and then again after up
 * to 32 s. Whoever hands a stream on to readers that come later watches its
 * units with this, and begins each reader's stream with what
 * gst_pitbox_preface_write() says. Rows are not decoded. Nothing in the bytes
 * is an error. One thread at a time.
 */

/* Beside fragments and schema: key, length, key header, counts, checksum. */
#define UNIT_HEAD_BYTES 128
/* A real one has less than 100; each unit repeats it, so a hostile one must not
 * be what most of them consists of. */
#define MAX_SCHEMA_BYTES 4096

/* One object that is sent in fragments. */
typedef struct {
  GstPitboxAssembler pieces;
  GstPitboxFragmenter whole; /* the newest that was put together */
} Part;

struct _GstPitboxPreface {
  gboolean have_key;
  GstPitboxUnitKey key; /* without its schema */
  GByteArray *schema;
  guint generation;
  guint32 mask;
  Part session;
  Part loose_schema;
  GstPitboxUnit unit; /* too large for a stack */
};

/**
 * gst_pitbox_preface_new: (skip)
 *
 * Returns: (transfer full): one that has seen nothing
 */
GstPitboxPreface *
gst_pitbox_preface_new (void)
{
  GstPitboxPreface *self = g_new0 (GstPitboxPreface, 1);

  self->schema = g_byte_array_new ();
  return self;
}

static void
part_clear (Part *part)
{
  gst_pitbox_assembler_clear (&part->pieces);
  gst_pitbox_fragmenter_clear (&part->whole);
}

/**
 * gst_pitbox_preface_free: (skip)
 * @self: (transfer full): a preface
 */
void
gst_pitbox_preface_free (GstPitboxPreface *self)
{
  part_clear (&self->session);
  part_clear (&self->loose_schema);
  g_byte_array_unref (self->schema);
  g_free (self);
}

static void
take_key (GstPitboxPreface *self, const GstPitboxUnit *unit)
{
  const GstPitboxUnitKey *key = &unit->key;

  /* Another run may be another session, and says so in its first seconds. */
  if (self->have_key && key->run_id != self->key.run_id) {
    part_clear (&self->session);
    part_clear (&self->loose_schema);
  }
  if (key->schema != NULL || !self->have_key
      || key->schema_id != self->key.schema_id)
    g_byte_array_set_size (self->schema, 0);
  if (key->schema != NULL)
    g_byte_array_append (self->schema, key->schema, key->schema_bytes);
  self->key = *key;
  self->key.schema = NULL;
  self->key.schema_bytes = 0;
  self->generation = unit->generation;
  self->mask = gst_pitbox_unit_key_mask (key);
  self->have_key = TRUE;
}

static void
take_fragment (Part *part, const GstPitboxFragment *fragment)
{
  g_autoptr (GBytes) object =
      gst_pitbox_assembler_add (&part->pieces, fragment);

  if (object == NULL)
    return;
  gst_pitbox_fragmenter_clear (&part->whole);
  part->whole = (GstPitboxFragmenter){
    .kind = fragment->kind,
    .id = fragment->id,
    .crc = fragment->crc,
    .plain_bytes = fragment->plain_bytes,
    .packed = g_memdup2 (part->pieces.packed, fragment->packed_bytes),
    .packed_bytes = fragment->packed_bytes,
  };
}

static void
take_fragments (GstPitboxPreface *self, const GstPitboxUnit *unit)
{
  GstPitboxReader r = { unit->fragments,
    unit->fragments + unit->fragments_bytes, FALSE };
  GstPitboxFragment fragment;

  while (gst_pitbox_reader_left (&r) > 0) {
    if (!gst_pitbox_fragment_read (&r, &fragment))
      return;
    if (fragment.kind == GST_PITBOX_FRAGMENT_SESSION)
      take_fragment (&self->session, &fragment);
    else if (fragment.kind == GST_PITBOX_FRAGMENT_SCHEMA)
      take_fragment (&self->loose_schema, &fragment);
  }
}

/**
 * gst_pitbox_preface_push: (skip)
 * @self: a preface
 * @data: (array length=size): untrusted bytes: the next units, back to back
 * @size: bytes in @data
 *
 * Looks at units that pass. A key unit of another run, and a damaged unit, are
 * treated as a decoder treats them.
 */
void
gst_pitbox_preface_push (GstPitboxPreface *self, const guint8 *data, gsize size)
{
  GstPitboxUnit *unit = &self->unit;

  while (size > 0) {
    gsize consumed;
    gboolean ok = gst_pitbox_unit_parse (data, size, unit, &consumed, NULL);

    data += consumed;
    size -= consumed;
    if (!ok)
      continue;
    if (unit->is_key)
      take_key (self, unit);
    else if (!self->have_key || unit->generation != self->generation
             || unit->residue != self->mask)
      continue;
    if (unit->fragments_bytes > 0)
      take_fragments (self, unit);
  }
}

static void
write_part (GstPitboxPreface *self, Part *part, GPtrArray *units)
{
  gsize room = GST_PITBOX_MAX_UNIT_BYTES - UNIT_HEAD_BYTES - self->schema->len;
  GstPitboxUnit *unit = &self->unit;

  part->whole.sent = 0;
  for (;;) {
    g_autoptr (GByteArray) fragments = g_byte_array_new ();
    GByteArray *out;

    if (!gst_pitbox_fragmenter_next (&part->whole, room, fragments))
      return;
    /* A key unit needs none before it. Half the generations away, so that no
     * delta unit of the stream takes it for its own. */
    unit->is_key = TRUE;
    unit->generation = (self->generation + 8) & 0x0f;
    unit->key = self->key;
    if (self->schema->len > 0) {
      unit->key.schema = self->schema->data;
      unit->key.schema_bytes = self->schema->len;
    }
    unit->n_rows = 0;
    unit->fragments = fragments->data;
    unit->fragments_bytes = fragments->len;
    out = g_byte_array_new ();
    gst_pitbox_unit_write (unit, out);
    g_ptr_array_add (units, g_byte_array_free_to_bytes (out));
  }
}

/**
 * gst_pitbox_preface_write: (skip)
 * @self: a preface
 *
 * Key units without rows that hold the newest session string and, where it is
 * too long to stand in key units, the schema. They go before any unit of the
 * stream; a decoder then has caps and session string before its first row.
 *
 * Returns: (transfer full) (element-type GBytes): one unit each, of at most
 *   %GST_PITBOX_MAX_UNIT_BYTES; empty before a session string was whole
 */
GPtrArray *
gst_pitbox_preface_write (GstPitboxPreface *self)
{
  GPtrArray *units =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  if (!self->have_key || self->schema->len > MAX_SCHEMA_BYTES)
    return units;
  write_part (self, &self->loose_schema, units);
  write_part (self, &self->session, units);
  return units;
}
