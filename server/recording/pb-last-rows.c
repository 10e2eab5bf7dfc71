/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reads the end of the newest recording: what was acknowledged there is there,
 * and what is there need not come again. */
#include "recording/pb-last-rows.h"

#include <gio/gio.h>
#include <gstpitbox/gstpitbox.h>
#include <mpegts/mpegts-parser.h>

#include "recording/pb-segment-file.h"
#include "store/pb-recordings.h"

/* Sessions without a unit may follow the one that has the newest. */
#define MAX_SESSIONS 4
/* A segment that is begun with a key unit may be empty still. */
#define N_SEGMENTS 2
#define READ_BYTES 65536
/* Ten seconds of telemetry are 200 kB, with a picture 4 MB. */
#define MAX_SEGMENT_BYTES (64 * 1024 * 1024)

typedef struct {
  GstPitboxUnitCursor cursor;
  GByteArray *unit; /* as far as it has come */
  gboolean is_found;
  guint32 run_id;
  guint32 next;
} Scan;

/* One that is cut short or damaged is not there. */
static void
end_unit (Scan *scan)
{
  GstPitboxUnitSpan span;

  if (scan->unit->len > 0
      && gst_pitbox_unit_cursor_take (
          &scan->cursor, scan->unit->data, scan->unit->len, &span, NULL)) {
    scan->is_found = TRUE;
    scan->run_id = span.run_id;
    scan->next = span.sequence + span.n_rows;
  }
  g_byte_array_set_size (scan->unit, 0);
}

static void
take_packet (const guint8 *data, gsize size, const MpegtsPacket *packet,
    gpointer user_data)
{
  Scan *scan = user_data;

  if (packet->kind != MPEGTS_KLV)
    return;
  if (packet->starts_unit)
    end_unit (scan);
  if (packet->payload
      && scan->unit->len + packet->payload_bytes <= GST_PITBOX_MAX_UNIT_BYTES)
    g_byte_array_append (
        scan->unit, packet->payload, (guint) packet->payload_bytes);
}

static void
scan_segment (Scan *scan, const gchar *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) in = g_file_read (file, NULL, NULL);
  g_autoptr (MpegtsParser) parser = mpegts_parser_new ();
  g_autofree guint8 *buffer = g_malloc (READ_BYTES);
  gsize total = 0;
  gssize got;

  while (in && total < MAX_SEGMENT_BYTES
         && (got = g_input_stream_read (
                 G_INPUT_STREAM (in), buffer, READ_BYTES, NULL, NULL))
                > 0) {
    mpegts_parser_push (parser, buffer, (gsize) got, take_packet, scan);
    total += (gsize) got;
  }
  mpegts_parser_flush (parser, take_packet, scan);
  end_unit (scan);
}

static guint
count_segments (const gchar *folder)
{
  guint n = 0;

  for (;; n++) {
    g_autofree gchar *path = pb_segment_file_dup_path (folder, n);

    if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
      return n;
  }
}

static void
scan_session (Scan *scan, const gchar *folder)
{
  const guint n = count_segments (folder);

  for (guint i = n - MIN (n, N_SEGMENTS); i < n; i++) {
    g_autofree gchar *path = pb_segment_file_dup_path (folder, i);

    scan_segment (scan, path);
  }
}

static gint
compare_newest_first (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(gchar *const *) b, *(gchar *const *) a);
}

/* Their names begin with when they began. */
static GPtrArray *
list_sessions (const gchar *folder)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir && (name = g_dir_read_name (dir)))
    /* Rows that followed later are older than those that came live. */
    if (gst_pitbox_id_is_valid (name) && !pb_session_id_is_backfill (name))
      g_ptr_array_add (list, g_strdup (name));
  g_ptr_array_sort (list, compare_newest_first);
  return list;
}

/**
 * pb_last_rows_find:
 * @recordings: folder of all recordings
 * @driver: whose
 * @run_id: (out): of the newest rows on disk
 * @next: (out): number of the row after them
 *
 * Reads up to two segments. Any thread.
 *
 * Returns: %FALSE if there are none
 */
gboolean
pb_last_rows_find (const gchar *recordings, const gchar *driver,
    guint32 *run_id, guint32 *next)
{
  g_autofree gchar *folder = g_build_filename (recordings, driver, NULL);
  g_autoptr (GPtrArray) sessions = list_sessions (folder);
  Scan scan = { .unit = g_byte_array_new () };

  for (guint i = 0; i < MIN (sessions->len, MAX_SESSIONS) && !scan.is_found;
       i++) {
    g_autofree gchar *path =
        g_build_filename (folder, sessions->pdata[i], NULL);

    scan_session (&scan, path);
  }
  g_byte_array_unref (scan.unit);
  *run_id = scan.run_id;
  *next = scan.next;
  return scan.is_found;
}
