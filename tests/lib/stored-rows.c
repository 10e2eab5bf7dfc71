/* SPDX-License-Identifier: LGPL-2.1-or-later
 * stored-rows: what is in the segments of one session, FILE… in their order.
 * A line each: "row RUN SEQUENCE TICK PTS READABLE UTC", "picture PTS"; PTS in
 * 1/90000 s, UTC in µs (0: unknown). A row that only a lost one could explain is there and not readable;
 * one that comes again has a line again, which a decoder would not tell. */
#include <gstpitbox/gstpitbox.h>
#include <mpegts/mpegts-parser.h>
#include <stdio.h>

#define READ_BYTES 65536

typedef struct {
  GByteArray *unit; /* as far as it has come */
  guint64 pts;
  gboolean is_known; /* the fields below */
  guint generation;
  guint32 mask;
  GstPitboxUnitKey key;
  guint next; /* index of the row that follows */
  gboolean is_whole; /* no row has been missing since the key unit */
} Scan;

static void
print_rows (const Scan *scan, const GstPitboxUnit *unit, gboolean is_readable)
{
  for (guint i = 0; i < unit->n_rows; i++) {
    GstPitboxUnitTimes times;

    gst_pitbox_unit_predict (
        &scan->key, 60, unit->index + i, unit->rows[i].tick_delta, &times);
    printf ("row %08x %u %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
            " %d %" G_GINT64_FORMAT "\n",
        scan->key.run_id, scan->key.sequence + unit->index + i, times.tick,
        scan->pts, is_readable, times.utc_us);
  }
}

static void
take_unit (Scan *scan, const GstPitboxUnit *unit)
{
  if (unit->is_key) {
    scan->is_known = scan->is_whole = TRUE;
    scan->generation = unit->generation;
    scan->key = unit->key;
    scan->key.schema = NULL; /* pointed into the bytes */
    scan->mask = gst_pitbox_unit_key_mask (&unit->key);
    scan->next = 0;
  } else if (!scan->is_known || unit->generation != scan->generation
             || unit->residue != scan->mask) {
    return; /* of a key unit that is not there */
  }
  if (unit->index > scan->next)
    scan->is_whole = scan->key.codec == 0;
  print_rows (scan, unit, scan->is_whole || unit->index < scan->next);
  scan->next = MAX (scan->next, unit->index + unit->n_rows);
}

/* Those that are cut short or damaged are not there. */
static void
end_units (Scan *scan)
{
  gsize at = 0, consumed;
  GstPitboxUnit unit;

  while (at < scan->unit->len
         && gst_pitbox_unit_parse (scan->unit->data + at, scan->unit->len - at,
             &unit, &consumed, NULL)) {
    take_unit (scan, &unit);
    at += consumed;
  }
  g_byte_array_set_size (scan->unit, 0);
}

static void
take_packet (const guint8 *data, gsize size, const MpegtsPacket *packet,
    gpointer user_data)
{
  Scan *scan = user_data;

  if (packet->kind == MPEGTS_VIDEO && packet->starts_unit)
    printf ("picture %" G_GUINT64_FORMAT "\n", packet->pts);
  if (packet->kind != MPEGTS_KLV)
    return;
  if (packet->starts_unit) {
    end_units (scan);
    scan->pts = packet->pts;
  }
  if (packet->payload != NULL
      && scan->unit->len + packet->payload_bytes <= GST_PITBOX_MAX_UNIT_BYTES)
    g_byte_array_append (
        scan->unit, packet->payload, (guint) packet->payload_bytes);
}

int
main (int argc, char **argv)
{
  g_autoptr (MpegtsParser) parser = mpegts_parser_new ();
  g_autofree guint8 *buffer = g_malloc (READ_BYTES);
  Scan scan = { .unit = g_byte_array_new () };

  for (int i = 1; i < argc; i++) {
    FILE *file = fopen (argv[i], "rb");
    gsize n;

    if (file == NULL) {
      perror (argv[i]);
      return 1;
    }
    while ((n = fread (buffer, 1, READ_BYTES, file)) > 0)
      mpegts_parser_push (parser, buffer, n, take_packet, &scan);
    fclose (file);
  }
  mpegts_parser_flush (parser, take_packet, &scan);
  end_units (&scan);
  g_byte_array_unref (scan.unit);
  return 0;
}
