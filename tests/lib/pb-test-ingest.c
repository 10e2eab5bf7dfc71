/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A driver's ingest graph by itself: MPEG-TS in, and what becomes of it. */
#include "pb-test-ingest.h"

#include <string.h>

#define PACKET 188

static void
fail (const gchar *reason, gboolean too_much, gpointer user_data)
{
  PbTestIngest *rig = user_data;

  if (g_atomic_int_add (&rig->n_failures, 1) == 0)
    rig->failure = g_strdup (reason);
}

/**
 * pb_test_ingest_init:
 *
 * All of what comes is shown.
 */
void
pb_test_ingest_init (PbTestIngest *rig)
{
  g_autoptr (GError) error = NULL;
  PbIngestGraphConfig config = { .fail = fail, .user_data = rig };

  memset (rig, 0, sizeof *rig);
  rig->live = config.live = pb_live_new ("car07", NULL);
  rig->book = config.book = pb_lap_book_new (rig->live);
  rig->graph = pb_ingest_graph_new (&config, &error);
  g_assert_no_error (error);
  pb_ingest_graph_set_parts (rig->graph, PB_PART_BOTH);
}

void
pb_test_ingest_clear (PbTestIngest *rig)
{
  pb_ingest_graph_free (rig->graph);
  pb_lap_book_unref (rig->book);
  pb_live_unref (rig->live);
  g_free (rig->failure);
}

void
pb_test_ingest_push (PbTestIngest *rig, const guint8 *data, gsize size)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new_memdup (data, size);

  GST_BUFFER_PTS (buffer) = 0;
  pb_ingest_graph_push (rig->graph, buffer);
}

/**
 * pb_test_ingest_drain:
 * @limit_us: how long at most
 *
 * Returns: %FALSE if what was pushed is not read to its end by then
 */
gboolean
pb_test_ingest_drain (PbTestIngest *rig, gint64 limit_us)
{
  const gint64 end_us = g_get_monotonic_time () + limit_us;
  guint8 packet[PACKET];

  /* It is taken when what was before it is done. */
  memset (packet, 0xff, sizeof packet);
  memcpy (packet, "\x47\x1f\xff\x10", 4);
  pb_test_ingest_push (rig, packet, sizeof packet);
  while (pb_ingest_graph_get_waiting_bytes (rig->graph) > 0
         && g_atomic_int_get (&rig->n_failures) == 0) {
    if (g_get_monotonic_time () > end_us)
      return FALSE;
    g_usleep (100);
  }
  return TRUE;
}
