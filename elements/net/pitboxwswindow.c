/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What was acknowledged goes, but for what a new connection needs to
 * understand the rest: everything from the last key unit on. */
#include "pitboxwswindow.h"

/* In flight at first, and at least, where that is to last for some time only. */
#define FIRST_CAP_BYTES 16384
#define LEAST_CAP_BYTES 8192

typedef struct {
  GBytes *units;
  guint32 sequence;
  guint n_rows;
  GstClockTime pts;
  gint64 queued_us;
  gint64 sent_us; /* 0 = not by this connection */
  gboolean begins_with_key;
  gboolean was_sent; /* by an earlier connection */
} Entry;

struct _PitboxWsWindow {
  PitboxWsLimits limits;
  guint32 run_id;
  GQueue entries; /* oldest first: those acknowledged, sent, not sent */
  guint n_done; /* acknowledged, kept for those behind them */
  guint n_sent; /* by this connection, after those */
  gsize bytes;
  gsize done_bytes;
  gsize flight_bytes;
  gsize cap_bytes; /* that may be in flight now */
  gint64 cut_us; /* when it was made smaller, 0 = never */
  gboolean needs_key; /* rows before the ones to come are gone */
  GstPitboxRekey *rekey; /* up to the next key unit, or NULL */
  PitboxWsCounts counts;
};

static void
entry_free (Entry *entry)
{
  g_bytes_unref (entry->units);
  g_free (entry);
}

static void
reset_cap (PitboxWsWindow *window)
{
  const PitboxWsLimits *limits = &window->limits;

  window->cap_bytes = limits->flight_us > 0
                          ? MIN (FIRST_CAP_BYTES, limits->flight_bytes)
                          : limits->flight_bytes;
  window->cut_us = 0;
}

PitboxWsWindow *
pitbox_ws_window_new (const PitboxWsLimits *limits)
{
  PitboxWsWindow *window = g_new0 (PitboxWsWindow, 1);

  window->limits = *limits;
  reset_cap (window);
  g_queue_init (&window->entries);
  return window;
}

void
pitbox_ws_window_free (PitboxWsWindow *window)
{
  g_queue_clear_full (&window->entries, (GDestroyNotify) entry_free);
  g_clear_pointer (&window->rekey, gst_pitbox_rekey_free);
  g_free (window);
}

/* The oldest goes, whatever it is. */
static void
drop_oldest (PitboxWsWindow *window)
{
  Entry *entry = g_queue_pop_head (&window->entries);
  const gsize size = g_bytes_get_size (entry->units);

  window->bytes -= size;
  if (window->n_done > 0) {
    window->n_done--;
    window->done_bytes -= size;
  } else {
    window->counts.dropped_rows += entry->n_rows;
    if (window->n_sent > 0) {
      window->n_sent--;
      window->flight_bytes -= size;
    }
  }
  entry_free (entry);
}

static Entry *
peek (const PitboxWsWindow *window, guint n)
{
  return g_queue_peek_nth ((GQueue *) &window->entries, n);
}

/* What the first one that is not acknowledged does not need. */
static void
drop_needless (PitboxWsWindow *window)
{
  guint n_needless = 0, i = 0;

  for (GList *l = window->entries.head; l != NULL && i <= window->n_done;
       l = l->next, i++)
    if (((Entry *) l->data)->begins_with_key)
      n_needless = i;
  while (n_needless-- > 0)
    drop_oldest (window);
}

/* What this connection has sent is out of reach, however old: it will arrive. */
static gboolean
is_too_much (const PitboxWsWindow *window, gint64 now_us)
{
  const Entry *oldest = peek (window, window->n_done + window->n_sent);

  return window->entries.length - window->n_done > window->limits.kept_units
         || window->bytes > window->limits.kept_bytes
         || (oldest != NULL
             && now_us - oldest->queued_us > window->limits.kept_us);
}

/* The oldest that is not sent goes. */
static void
drop_waiting (PitboxWsWindow *window)
{
  Entry *entry =
      g_queue_pop_nth (&window->entries, window->n_done + window->n_sent);

  window->bytes -= g_bytes_get_size (entry->units);
  window->counts.dropped_rows += entry->n_rows;
  entry_free (entry);
}

/* Behind what is sent: all that is too much, and what cannot be understood
 * without it. */
static void
cut_waiting (PitboxWsWindow *window, gint64 now_us)
{
  const guint at = window->n_done + window->n_sent;
  gboolean was_cut = FALSE;

  while (window->entries.length > at
         && (is_too_much (window, now_us)
             || (was_cut && !peek (window, at)->begins_with_key))) {
    drop_waiting (window);
    was_cut = TRUE;
  }
  if (!was_cut || window->entries.length > at)
    return;
  window->needs_key = window->rekey == NULL;
  if (window->rekey != NULL)
    gst_pitbox_rekey_force_key (window->rekey);
}

/* Of units that need an earlier one nothing can be told without it: all up to
 * the next key unit go with it. TRUE where rows went. */
static gboolean
keep_to_limits (PitboxWsWindow *window, gint64 now_us)
{
  const guint64 before = window->counts.dropped_rows;

  if (window->n_sent > 0)
    cut_waiting (window, now_us);
  while (window->entries.length > 1 && is_too_much (window, now_us))
    do
      drop_oldest (window);
    while (window->entries.length > 1 && window->n_done == 0
           && !peek (window, 0)->begins_with_key && window->n_sent == 0);
  return window->counts.dropped_rows != before;
}

static void
append_entry (PitboxWsWindow *window, const Entry *like, GBytes *units)
{
  Entry *entry = g_new (Entry, 1);

  *entry = *like;
  entry->units = g_bytes_ref (units);
  entry->sent_us = 0;
  window->bytes += g_bytes_get_size (units);
  g_queue_push_tail (&window->entries, entry);
}

static GBytes *
buffer_to_bytes (GstBuffer *buffer)
{
  gsize size = gst_buffer_get_size (buffer);
  guint8 *data = g_malloc (size);

  gst_buffer_extract (buffer, 0, data, size);
  return g_bytes_new_take (data, size);
}

/* While there is a rekeyer as units of a row each, which need nothing that was
 * before it began. FALSE where that cannot be: they are lost. */
static gboolean
append (PitboxWsWindow *window, const Entry *entry)
{
  g_autoptr (GPtrArray) rows = NULL;

  if (window->rekey == NULL) {
    append_entry (window, entry, entry->units);
    return TRUE;
  }
  rows = gst_pitbox_rekey_take (
      window->rekey, entry->units, entry->sequence, entry->n_rows, entry->pts);
  for (guint i = 0; rows != NULL && i < rows->len; i++) {
    GstBuffer *row = rows->pdata[i];
    g_autoptr (GBytes) bytes = buffer_to_bytes (row);
    Entry like = *entry;

    like.sequence = entry->sequence + entry->n_rows - rows->len + i;
    like.n_rows = 1;
    like.pts = GST_BUFFER_PTS (row);
    like.begins_with_key =
        !GST_BUFFER_FLAG_IS_SET (row, GST_BUFFER_FLAG_DELTA_UNIT);
    append_entry (window, &like, bytes);
  }
  return rows != NULL;
}

/* Takes a buffer's units; what @span says of them is true. Returns FALSE where
 * older ones had to go, or it itself. */
gboolean
pitbox_ws_window_push (PitboxWsWindow *window, GBytes *units,
    const GstPitboxUnitSpan *span, GstClockTime pts, gint64 now_us)
{
  const Entry entry = { units, span->sequence, span->n_rows, pts, now_us, 0,
    span->begins_with_key, FALSE };
  gboolean whole = TRUE;

  if (window->entries.length > 0 && window->run_id != span->run_id) {
    whole = window->entries.length == window->n_done;
    while (window->entries.length > 0)
      drop_oldest (window);
    g_clear_pointer (&window->rekey, gst_pitbox_rekey_free);
  }
  window->run_id = span->run_id;
  if (span->begins_with_key) {
    g_clear_pointer (&window->rekey, gst_pitbox_rekey_free);
    window->needs_key = FALSE;
  }
  if (window->needs_key || !append (window, &entry)) {
    window->counts.dropped_rows += span->n_rows;
    whole = FALSE;
  }
  return !keep_to_limits (window, now_us) && whole;
}

/* Rows before @next are with the server. An entry that it has half of is not
 * acknowledged. */
static void
acknowledge (PitboxWsWindow *window, guint32 next)
{
  Entry *entry;

  while ((entry = peek (window, window->n_done)) != NULL
         && (gint32) (entry->sequence + entry->n_rows - next) <= 0) {
    const gsize size = g_bytes_get_size (entry->units);

    window->n_done++;
    window->done_bytes += size;
    window->counts.acknowledged_rows += entry->n_rows;
    if (window->n_sent > 0) {
      /* What nobody used has not been tried. */
      if (2 * window->flight_bytes >= window->cap_bytes)
        window->cap_bytes =
            MIN (window->cap_bytes + size, window->limits.flight_bytes);
      window->n_sent--;
      window->flight_bytes -= size;
    }
  }
  drop_needless (window);
}

/* Codes rows from @first on anew, up to the first entry from which on that is
 * not needed, or beyond what is there. */
static void
rekey (PitboxWsWindow *window, guint32 first)
{
  GstPitboxRekey *later = g_steal_pointer (&window->rekey);
  GQueue old = window->entries;
  const guint n_done = window->n_done;
  const guint64 before = window->counts.dropped_rows;
  Entry *entry;

  g_queue_init (&window->entries);
  window->bytes = window->done_bytes = 0;
  window->n_done = 0;
  window->rekey = gst_pitbox_rekey_new (window->run_id, first);
  for (guint i = 0; (entry = g_queue_pop_head (&old)) != NULL; i++) {
    if (i >= n_done && entry->begins_with_key
        && (gint32) (entry->sequence - first) >= 0)
      g_clear_pointer (&window->rekey, gst_pitbox_rekey_free);
    if (!append (window, entry) && i >= n_done)
      window->counts.dropped_rows += entry->n_rows;
    entry_free (entry);
  }
  /* What comes next needs what that one has seen. */
  if (later != NULL) {
    if (window->rekey != NULL)
      gst_pitbox_rekey_force_key (later);
    g_clear_pointer (&window->rekey, gst_pitbox_rekey_free);
    window->rekey = later;
  }
  if (window->counts.dropped_rows != before)
    GST_WARNING ("rows without the key unit that they need are lost");
}

/* A connection begins: everything is to be sent but what the server says that
 * it has, and the first of it needs nothing that was before. */
void
pitbox_ws_window_begin (
    PitboxWsWindow *window, const GstPitboxUnitsAnswer *welcome)
{
  const gboolean is_ours =
      welcome->is_known && welcome->run_id == window->run_id;
  GList *l = g_queue_peek_nth_link (&window->entries, window->n_done);
  const Entry *entry;
  guint32 first;

  for (; l != NULL && window->n_sent > 0; l = l->next, window->n_sent--)
    ((Entry *) l->data)->was_sent = TRUE;
  window->n_sent = 0;
  window->flight_bytes = 0;
  reset_cap (window);
  if (is_ours)
    acknowledge (window, welcome->next);
  if (window->entries.length == 0)
    return;
  entry = peek (window, window->n_done);
  if (entry == NULL) {
    entry = g_queue_peek_tail (&window->entries);
    first = entry->sequence + entry->n_rows;
  } else {
    first = entry->sequence;
    if (is_ours && (gint32) (welcome->next - first) > 0)
      first = welcome->next;
  }
  if (!entry->begins_with_key || entry->sequence != first)
    rekey (window, first);
}

/* The server has all before; also what it says of another run. */
void
pitbox_ws_window_acknowledge (
    PitboxWsWindow *window, const GstPitboxUnitsAnswer *ack)
{
  if (ack->is_known && ack->run_id == window->run_id)
    acknowledge (window, ack->next);
}

/* When the oldest that is not acknowledged was sent; 0 where there is none. */
gint64
pitbox_ws_window_get_waiting_since (const PitboxWsWindow *window)
{
  const Entry *entry =
      window->n_sent > 0 ? peek (window, window->n_done) : NULL;

  return entry != NULL ? entry->sent_us : 0;
}

/* What is written to a socket waits there in its turn, and nothing that is made
 * later, and may be smaller by then, comes before it. Once for what is in flight
 * then: half as much may be. */
static gboolean
is_flight_late (PitboxWsWindow *window, gint64 now_us)
{
  const gint64 since_us = pitbox_ws_window_get_waiting_since (window);

  if (window->limits.flight_us == 0 || since_us == 0
      || now_us - since_us <= window->limits.flight_us)
    return FALSE;
  if (since_us > window->cut_us) {
    window->cap_bytes = MAX (window->flight_bytes / 2, LEAST_CAP_BYTES);
    window->cut_us = now_us;
  }
  return TRUE;
}

/* What is to be sent next; it counts as sent then. FALSE where there is nothing
 * or enough is on its way. Its units live up to the next call of anything. */
gboolean
pitbox_ws_window_next (
    PitboxWsWindow *window, gint64 now_us, PitboxWsMessage *message)
{
  Entry *entry = peek (window, window->n_done + window->n_sent);
  gsize size;

  if (entry == NULL)
    return FALSE;
  size = g_bytes_get_size (entry->units);
  if (window->n_sent > 0
      && (window->n_sent >= window->limits.flight_units
          || window->flight_bytes + size > window->cap_bytes
          || is_flight_late (window, now_us)))
    return FALSE;
  window->n_sent++;
  window->flight_bytes += size;
  entry->sent_us = now_us;
  if (entry->was_sent)
    window->counts.sent_again++;
  *message = (PitboxWsMessage){ entry->units, window->run_id, entry->sequence,
    entry->pts, entry->queued_us };
  return TRUE;
}

void
pitbox_ws_window_get_counts (
    const PitboxWsWindow *window, PitboxWsCounts *counts)
{
  const Entry *oldest = peek (window, window->n_done);

  *counts = window->counts;
  counts->kept_since_us = oldest != NULL ? oldest->queued_us : 0;
  counts->kept_units = window->entries.length - window->n_done;
  counts->kept_bytes = window->bytes - window->done_bytes;
  counts->flight_units = window->n_sent;
}
