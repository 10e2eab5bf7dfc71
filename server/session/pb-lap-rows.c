/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Only what laps are made of is kept of a row: a small layout of our own. */
#include "session/pb-lap-rows.h"

#include "recording/pb-row-reader.h"

/* Of these variables 75,000 values, fewer than one question may have. */
#define WINDOW_US (G_GINT64_CONSTANT (150) * G_USEC_PER_SEC)
#define N_VARS 8
#define ROW_BYTES (N_VARS * sizeof (gdouble))

static const gchar *const names[N_VARS + 1] = { "SessionTime", "SessionNum",
  "Lap", "LapDistPct", "LapLastLapTime", "LapCurrentLapTime", "FuelLevel",
  "PlayerTrackSurface", NULL };

static GstPitboxSchema *
make_schema (GError **error)
{
  GstPitboxVar vars[N_VARS];

  for (guint i = 0; i < N_VARS; i++)
    vars[i] = (GstPitboxVar){ names[i], "", "", GST_PITBOX_VAR_DOUBLE, 1, FALSE,
      i * sizeof (gdouble) };
  return gst_pitbox_schema_new ("iracing", 60, ROW_BYTES, vars, N_VARS, error);
}

static void
push (PbLaps *laps, const GstPitboxSchema *schema, const PbRows *rows)
{
  for (guint n = 0; n < rows->rows->len; n++) {
    const PbRowsRow *row = &g_array_index (rows->rows, PbRowsRow, n);
    const gdouble *values =
        (const gdouble *) rows->values->data + (gsize) row->at * N_VARS;
    guint8 bytes[ROW_BYTES] = { 0 };

    for (guint i = 0; i < N_VARS; i++)
      gst_pitbox_row_set_double (
          bytes, gst_pitbox_schema_get_var (schema, i), 0, values[i]);
    pb_laps_push (
        laps, bytes, (GstClockTime) row->utc_us * GST_USECOND, row->utc_us);
  }
}

/**
 * pb_lap_rows_read:
 * @store: says where rows are
 * @recordings: folder of all recordings
 * @driver: whose
 * @from_utc_us: the first one, by the driver's PC
 * @to_utc_us: nothing from there on
 * @stop: (nullable): atomic: looked at now and then, TRUE ends it
 *
 * Reads and decodes: about 4 s of a core for 20 minutes of rows. Any thread
 * that may wait.
 *
 * Returns: (transfer full): laps that are whole by what is on disk, or %NULL
 *   with @error set
 */
PbLaps *
pb_lap_rows_read (PbStore *store, const gchar *recordings, const gchar *driver,
    gint64 from_utc_us, gint64 to_utc_us, const gint *stop, GError **error)
{
  g_autoptr (GstPitboxSchema) schema = make_schema (error);
  g_autoptr (PbLaps) laps = pb_laps_new ();

  if (!schema)
    return NULL;
  pb_laps_set_schema (laps, schema);
  for (gint64 at = from_utc_us, next; at < to_utc_us; at = next) {
    const PbRowsQuery query = { at, MIN (to_utc_us, at + WINDOW_US),
      (gchar **) names, 1, PB_ROWS_ALL };
    g_autoptr (PbRows) rows =
        pb_row_reader_read (store, recordings, driver, &query, error);

    if (!rows)
      return NULL;
    push (laps, schema, rows);
    next = rows->next_utc_us != 0 ? MAX (rows->next_utc_us, at + 1)
                                  : query.to_utc_us;
    if (stop && g_atomic_int_get (stop))
      break;
  }
  return g_steal_pointer (&laps);
}
