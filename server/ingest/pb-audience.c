/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAudience: who may read at the SRT port, and who does. */
#include "ingest/pb-audience.h"

#include "store/pb-devices.h"
#include "store/pb-readers.h"

/* For the source, which takes an empty list for all of them. */
#define NO_DRIVER "-no-driver-of-this-team-"

struct _PbAudience {
  PbStore *store;
  PbSeal *seal;
  GstElement *source;
  GHashTable *readers; /* name → PbReader: what the source knows */
};

/**
 * pb_audience_new:
 * @store: holds the readers
 * @seal: (nullable): opens their passphrases
 * @source: a pitboxsrtsrc
 *
 * Main thread only, as everything here.
 *
 * Returns: (transfer full): an audience that nobody is in
 */
PbAudience *
pb_audience_new (PbStore *store, PbSeal *seal, GstElement *source)
{
  PbAudience *self = g_new0 (PbAudience, 1);

  self->store = pb_store_ref (store);
  self->seal = seal;
  self->source = gst_object_ref (source);
  self->readers = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify) pb_reader_free);
  return self;
}

void
pb_audience_free (PbAudience *self)
{
  g_hash_table_unref (self->readers);
  gst_object_unref (self->source);
  pb_store_unref (self->store);
  g_free (self);
}

static gboolean
is_same (const PbReader *a, const PbReader *b)
{
  return a && b && a->created_utc_us == b->created_utc_us;
}

/* Whether the source must be told something new of a reader that stays. */
static gboolean
is_changed (const PbReader *a, const PbReader *b)
{
  return g_strcmp0 (a->passphrase, b->passphrase) != 0
         || !g_strv_equal ((const gchar *const *) a->drivers,
             (const gchar *const *) b->drivers);
}

/* A reader is let to the drivers of its own team alone, whatever it names: one
 * of that name may have come to another team since. No name at all is every
 * driver for the source, which is right only where there is no other team's. */
static void
limit_to_team (PbReader *reader, GPtrArray *drivers)
{
  GPtrArray *allowed = g_ptr_array_new_with_free_func (g_free);
  const gboolean all = !reader->drivers[0] || !reader->drivers[0][0];
  gboolean others = FALSE;

  for (guint i = 0; i < drivers->len; i++) {
    const PbDriverTeam *pair = g_ptr_array_index (drivers, i);

    others |= !g_str_equal (pair->team, reader->team);
    if (g_str_equal (pair->team, reader->team)
        && (all
            || g_strv_contains (
                (const gchar *const *) reader->drivers, pair->driver)))
      g_ptr_array_add (allowed, g_strdup (pair->driver));
  }
  if (all && !others)
    g_ptr_array_set_size (allowed, 0);
  else if (allowed->len == 0)
    g_ptr_array_add (allowed, g_strdup (NO_DRIVER));
  g_ptr_array_add (allowed, NULL);
  g_strfreev (reader->drivers);
  reader->drivers = (gchar **) g_ptr_array_free (allowed, FALSE);
}

static void
add_reader (PbAudience *self, const PbReader *reader)
{
  g_autofree gchar *drivers = g_strjoinv (",", reader->drivers);

  /* One that cannot be opened was warned about: it stays unknown. */
  if (reader->passphrase)
    g_signal_emit_by_name (
        self->source, "add-reader", reader->name, drivers, reader->passphrase);
}

/**
 * pb_audience_load:
 *
 * Tells the source what has changed since it was told last. Readers that were
 * removed are cut off.
 *
 * Returns: %FALSE with @error set if the store cannot be read
 */
gboolean
pb_audience_load (PbAudience *self, GError **error)
{
  g_autoptr (GPtrArray) list =
      pb_store_list_readers (self->store, self->seal, error);
  g_autoptr (GPtrArray) drivers =
      list ? pb_store_list_driver_teams (self->store, error) : NULL;
  GHashTable *now;
  GHashTableIter iter;
  PbReader *reader;

  if (!drivers)
    return FALSE;
  now = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify) pb_reader_free);
  while (list->len > 0) {
    reader = g_ptr_array_steal_index_fast (list, 0);
    limit_to_team (reader, drivers);
    g_hash_table_insert (now, reader->name, reader);
  }
  g_hash_table_iter_init (&iter, self->readers);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &reader))
    if (!is_same (g_hash_table_lookup (now, reader->name), reader))
      g_signal_emit_by_name (self->source, "remove-reader", reader->name);
  g_hash_table_iter_init (&iter, now);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &reader)) {
    const PbReader *known = g_hash_table_lookup (self->readers, reader->name);

    if (!is_same (known, reader) || is_changed (known, reader))
      add_reader (self, reader);
  }
  g_hash_table_unref (self->readers);
  self->readers = now;
  return TRUE;
}

static void
stats_free (PbReaderStats *stats)
{
  g_free (stats->name);
  g_free (stats->driver);
  g_free (stats->peer);
  g_free (stats);
}

static PbReaderStats *
read_stats (const GstStructure *s)
{
  PbReaderStats *stats = g_new0 (PbReaderStats, 1);

  gst_structure_get (s, "reader", G_TYPE_STRING, &stats->name, "driver",
      G_TYPE_STRING, &stats->driver, "peer", G_TYPE_STRING, &stats->peer,
      "connected-ms", G_TYPE_UINT64, &stats->connected_ms, "bytes-sent",
      G_TYPE_UINT64, &stats->bytes, "bytes-dropped", G_TYPE_UINT64,
      &stats->dropped_bytes, "jumps", G_TYPE_UINT64, &stats->jumps, "rtt-ms",
      G_TYPE_DOUBLE, &stats->rtt_ms, NULL);
  return stats;
}

/**
 * pb_audience_list:
 *
 * Returns: (transfer full) (element-type PbReaderStats): every connection that
 *   reads
 */
GPtrArray *
pb_audience_list (PbAudience *self)
{
  GPtrArray *list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) stats_free);
  g_autoptr (GstStructure) readers = NULL;
  const GValue *array;

  g_object_get (self->source, "readers", &readers, NULL);
  array = gst_structure_get_value (readers, "list");
  for (guint i = 0; i < gst_value_array_get_size (array); i++)
    g_ptr_array_add (list,
        read_stats (g_value_get_boxed (gst_value_array_get_value (array, i))));
  return list;
}

/**
 * pb_audience_log:
 * @message: a pitbox-srt-reader of the source
 */
void
pb_audience_log (const GstStructure *message)
{
  const gchar *driver = gst_structure_get_string (message, "driver");
  const gchar *reader = gst_structure_get_string (message, "reader");
  const gchar *peer = gst_structure_get_string (message, "peer");
  const gchar *reason = gst_structure_get_string (message, "reason");

  if (g_strcmp0 (gst_structure_get_string (message, "state"), "joined") == 0)
    g_message ("driver %s: reader %s from %s begins", driver, reader, peer);
  else
    g_message (
        "driver %s: reader %s from %s ends: %s", driver, reader, peer, reason);
}
