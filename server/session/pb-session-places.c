/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a session brings, which places of its driver it has, and of which session
 * it is a part. */
#include "session/pb-session-private.h"

/**
 * pb_session_set_places:
 * @parts: the places of its driver that it has now
 *
 * Only what it has a place for is shown; everything is recorded. Any thread.
 */
void
pb_session_set_places (PbSession *self, PbParts parts)
{
  g_mutex_lock (&self->lock);
  self->places = parts;
  g_mutex_unlock (&self->lock);
  pb_ingest_graph_set_parts (self->graph, parts);
}

/**
 * pb_session_get_places:
 *
 * Any thread.
 */
PbParts
pb_session_get_places (PbSession *self)
{
  PbParts parts;

  g_mutex_lock (&self->lock);
  parts = self->places;
  g_mutex_unlock (&self->lock);
  return parts;
}

/**
 * pb_session_set_brings:
 * @parts: what it brings, for a sender of which that is known beforehand
 *
 * Any thread.
 */
void
pb_session_set_brings (PbSession *self, PbParts parts)
{
  g_mutex_lock (&self->lock);
  self->brings |= parts;
  g_mutex_unlock (&self->lock);
}

/**
 * pb_session_get_brings:
 *
 * Any thread.
 *
 * Returns: what it brings, as far as its tables have said
 */
PbParts
pb_session_get_brings (PbSession *self)
{
  PbParts parts;

  g_mutex_lock (&self->lock);
  parts = self->brings;
  g_mutex_unlock (&self->lock);
  return parts;
}

/**
 * pb_session_get_lag_us:
 * @part: one part that it brings
 *
 * Any thread.
 *
 * Returns: see #PbPairingWay
 */
gint64
pb_session_get_lag_us (PbSession *self, PbParts part)
{
  return pb_ingest_graph_get_lag_us (self->graph, part);
}

/**
 * pb_session_get_utc_lag_us:
 * @lag_us: (out): see pb_ingest_times_get_utc_lag_us()
 *
 * Any thread.
 *
 * Returns: %FALSE if its rows have no UTC
 */
gboolean
pb_session_get_utc_lag_us (PbSession *self, gint64 *lag_us)
{
  return pb_ingest_graph_get_utc_lag_us (self->graph, lag_us);
}

/**
 * pb_session_join:
 * @whole: id of the session that it is a part of: its own, or that of the one
 *   whose other part it is
 *
 * The first one counts. Has it written; waits for nobody. Any thread.
 */
void
pb_session_join (PbSession *self, const gchar *whole)
{
  gboolean first;

  g_mutex_lock (&self->lock);
  first = self->whole == NULL;
  if (first)
    self->whole = g_strdup (whole);
  g_mutex_unlock (&self->lock);
  if (first && !g_str_equal (whole, self->id))
    pb_session_log_join (self->log, whole);
}

/**
 * pb_session_dup_whole:
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): see pb_session_join(); %NULL while it
 *   has no place
 */
gchar *
pb_session_dup_whole (PbSession *self)
{
  gchar *whole;

  g_mutex_lock (&self->lock);
  whole = g_strdup (self->whole);
  g_mutex_unlock (&self->lock);
  return whole;
}
