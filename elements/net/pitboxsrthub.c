/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtHub: where a port's readers meet the streams that they read.
 *
 * An outlet is one driver's stream and its readers. Who feeds it sends to every
 * reader that is up to date, on its own thread: one wake-up, no hand-over.
 * Readers that are behind, because they have just come or are slow, are served
 * by the hub's one thread, in steps, so that neither a socket's buffer nor the
 * other readers suffer. */
#include "pitboxsrthub.h"

/* As the server keeps for its viewers: 3 s at 20 Mbit/s. */
#define CACHE_MAX_BYTES (8 * 1024 * 1024)
/* 63 kB every 5 ms are 100 Mbit/s: a group of pictures of 2 s at 6 Mbit/s takes
 * 120 ms, and a receive buffer of Linux's default size holds a step. */
#define STEP_US 5000
#define STEP_MESSAGES 48
/* How soon it is noticed that a reader has gone while nothing is sent. */
#define LOOK_US G_USEC_PER_SEC

struct _PitboxSrtOutlet {
  gatomicrefcount ref_count;
  gchar *driver;
  gint live; /* atomic: somebody feeds it */

  /* Protects all below. Held while messages are given to libsrt, which does
   * not wait; never while a connection is closed. */
  GMutex lock;
  PitboxSrtCache *cache;
  GPtrArray *readers;
  guint64 feed; /* who feeds it; 0 = nobody */
  gint64 grace_us;
  gint64 left_us;
  gint64 looked_us;
  guint64 gone_bytes; /* of readers that have left */
  guint64 gone_dropped;
  guint64 gone_jumps;
};

struct _PitboxSrtHub {
  gchar *name;
  guint ref_count; /* the table's lock */

  /* Protects all below. Comes before an outlet's lock, and is held with it only
   * where a feed begins or ends: the port's callback takes it. */
  GMutex lock;
  GCond cond;
  GHashTable *outlets; /* driver -> PitboxSrtOutlet */
  guint64 last_feed;
  GThread *thread;
  gboolean woken;
  gboolean stopping;
};

typedef struct {
  PitboxSrtReader *reader;
  const gchar *reason;
} Ended;

/* Hubs of this process: an element finds its port's by name, whichever of the
 * two starts first. */
static GMutex table_lock;
static GHashTable *table; /* name -> PitboxSrtHub */

static void
outlet_unref (PitboxSrtOutlet *outlet)
{
  if (!g_atomic_ref_count_dec (&outlet->ref_count))
    return;
  g_ptr_array_unref (outlet->readers);
  pitbox_srt_cache_free (outlet->cache);
  g_mutex_clear (&outlet->lock);
  g_free (outlet->driver);
  g_free (outlet);
}

static PitboxSrtOutlet *
outlet_ref (PitboxSrtOutlet *outlet)
{
  g_atomic_ref_count_inc (&outlet->ref_count);
  return outlet;
}

static PitboxSrtOutlet *
outlet_new (const gchar *driver)
{
  PitboxSrtOutlet *outlet = g_new0 (PitboxSrtOutlet, 1);

  g_atomic_ref_count_init (&outlet->ref_count);
  g_mutex_init (&outlet->lock);
  outlet->driver = g_strdup (driver);
  outlet->cache = pitbox_srt_cache_new (CACHE_MAX_BYTES);
  outlet->readers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pitbox_srt_reader_unref);
  return outlet;
}

/* The hub of that name, made if there is none. Any thread. */
PitboxSrtHub *
pitbox_srt_hub_get (const gchar *name)
{
  PitboxSrtHub *hub;

  g_mutex_lock (&table_lock);
  if (table == NULL)
    table = g_hash_table_new (g_str_hash, g_str_equal);
  hub = g_hash_table_lookup (table, name);
  if (hub == NULL) {
    hub = g_new0 (PitboxSrtHub, 1);
    hub->name = g_strdup (name);
    g_mutex_init (&hub->lock);
    g_cond_init (&hub->cond);
    hub->outlets = g_hash_table_new_full (
        g_str_hash, g_str_equal, NULL, (GDestroyNotify) outlet_unref);
    g_hash_table_insert (table, hub->name, hub);
  }
  hub->ref_count++;
  g_mutex_unlock (&table_lock);
  return hub;
}

PitboxSrtHub *
pitbox_srt_hub_ref (PitboxSrtHub *hub)
{
  g_mutex_lock (&table_lock);
  hub->ref_count++;
  g_mutex_unlock (&table_lock);
  return hub;
}

/* The last one waits for the hub's thread. Any other thread. */
void
pitbox_srt_hub_unref (PitboxSrtHub *hub)
{
  g_mutex_lock (&table_lock);
  if (--hub->ref_count > 0) {
    g_mutex_unlock (&table_lock);
    return;
  }
  g_hash_table_remove (table, hub->name);
  if (g_hash_table_size (table) == 0)
    g_clear_pointer (&table, g_hash_table_unref);
  g_mutex_unlock (&table_lock);
  g_mutex_lock (&hub->lock);
  hub->stopping = TRUE;
  g_cond_signal (&hub->cond);
  g_mutex_unlock (&hub->lock);
  if (hub->thread != NULL)
    g_thread_join (hub->thread);
  g_hash_table_unref (hub->outlets);
  g_mutex_clear (&hub->lock);
  g_cond_clear (&hub->cond);
  g_free (hub->name);
  g_free (hub);
}

static PitboxSrtOutlet *
find_outlet (PitboxSrtHub *hub, const gchar *driver)
{
  PitboxSrtOutlet *outlet;

  g_mutex_lock (&hub->lock);
  outlet = g_hash_table_lookup (hub->outlets, driver);
  if (outlet != NULL)
    outlet_ref (outlet);
  g_mutex_unlock (&hub->lock);
  return outlet;
}

static void
wake (PitboxSrtHub *hub)
{
  g_mutex_lock (&hub->lock);
  hub->woken = TRUE;
  g_cond_signal (&hub->cond);
  g_mutex_unlock (&hub->lock);
}

/* With the outlet's lock: forgets the reader at @index. */
static void
end_reader (
    PitboxSrtOutlet *outlet, guint index, const gchar *reason, GArray *ended)
{
  PitboxSrtReader *reader = g_ptr_array_index (outlet->readers, index);
  g_autoptr (GstStructure) stats = pitbox_srt_reader_get_stats (reader);
  const Ended end = { pitbox_srt_reader_ref (reader), reason };
  guint64 bytes = 0, dropped = 0, jumps = 0;

  gst_structure_get (stats, "bytes-sent", G_TYPE_UINT64, &bytes,
      "bytes-dropped", G_TYPE_UINT64, &dropped, "jumps", G_TYPE_UINT64, &jumps,
      NULL);
  outlet->gone_bytes += bytes;
  outlet->gone_dropped += dropped;
  outlet->gone_jumps += jumps;
  g_ptr_array_remove_index_fast (outlet->readers, index);
  g_array_append_val (ended, end);
}

/* Without a lock. */
static void
tell_ended (GArray *ended)
{
  for (guint i = 0; i < ended->len; i++) {
    Ended *end = &g_array_index (ended, Ended, i);

    pitbox_srt_reader_done (end->reader, end->reason);
    pitbox_srt_reader_unref (end->reader);
  }
}

/* With the outlet's lock: what no reader needs any more is forgotten. */
static void
trim (PitboxSrtOutlet *outlet)
{
  guint64 keep_from = PITBOX_SRT_CACHE_NONE;

  for (guint i = 0; i < outlet->readers->len; i++)
    keep_from = MIN (keep_from,
        pitbox_srt_reader_get_cursor (g_ptr_array_index (outlet->readers, i)));
  pitbox_srt_cache_trim (outlet->cache, keep_from);
}

/* With the outlet's lock: gives the readers that are (@behind) or are not
 * behind what there is. Whether one is behind afterwards. */
static gboolean
pump (
    PitboxSrtOutlet *outlet, gboolean behind, guint max_messages, GArray *ended)
{
  gint64 now_us = g_get_monotonic_time ();
  gboolean some_behind = FALSE;

  for (guint i = outlet->readers->len; i-- > 0;) {
    PitboxSrtReader *reader = g_ptr_array_index (outlet->readers, i);

    if (pitbox_srt_reader_is_behind (reader) != behind)
      continue;
    switch (
        pitbox_srt_reader_pump (reader, outlet->cache, now_us, max_messages)) {
      case PITBOX_SRT_PUMP_UP_TO_DATE:
        break;
      case PITBOX_SRT_PUMP_BEHIND:
        some_behind = TRUE;
        break;
      case PITBOX_SRT_PUMP_LOST:
        end_reader (outlet, i, "the reader has left", ended);
        break;
    }
  }
  return some_behind;
}

/* With the outlet's lock, once a second. */
static void
look (PitboxSrtOutlet *outlet, gint64 now_us, GArray *ended)
{
  gboolean over =
      outlet->feed == 0 && now_us - outlet->left_us >= outlet->grace_us;

  for (guint i = outlet->readers->len; i-- > 0;) {
    PitboxSrtReader *reader = g_ptr_array_index (outlet->readers, i);

    if (!pitbox_srt_reader_is_connected (reader))
      end_reader (outlet, i, "the reader has left", ended);
    else if (over)
      end_reader (outlet, i, "the driver has left", ended);
  }
  outlet->looked_us = now_us;
}

/* The hub's thread. Whether the next step is due soon. */
static gboolean
work (PitboxSrtOutlet *outlet, gboolean *useless)
{
  g_autoptr (GArray) ended = g_array_new (FALSE, FALSE, sizeof (Ended));
  gint64 now_us = g_get_monotonic_time ();
  gboolean busy;

  g_mutex_lock (&outlet->lock);
  busy = pump (outlet, TRUE, STEP_MESSAGES, ended);
  if (now_us - outlet->looked_us >= LOOK_US)
    look (outlet, now_us, ended);
  *useless = outlet->feed == 0 && outlet->readers->len == 0;
  g_mutex_unlock (&outlet->lock);
  tell_ended (ended);
  return busy;
}

/* An outlet that nobody feeds or reads goes; who feeds it next makes another. */
static void
forget_useless (PitboxSrtHub *hub, PitboxSrtOutlet *outlet)
{
  gboolean useless;

  g_mutex_lock (&hub->lock);
  g_mutex_lock (&outlet->lock);
  useless = outlet->feed == 0 && outlet->readers->len == 0;
  g_mutex_unlock (&outlet->lock);
  if (useless && g_hash_table_lookup (hub->outlets, outlet->driver) == outlet)
    g_hash_table_remove (hub->outlets, outlet->driver);
  g_mutex_unlock (&hub->lock);
}

static gpointer
run (gpointer data)
{
  PitboxSrtHub *hub = data;

  g_mutex_lock (&hub->lock);
  while (!hub->stopping) {
    GList *outlets = g_hash_table_get_values (hub->outlets);
    gboolean busy = FALSE;

    for (GList *l = outlets; l != NULL; l = l->next)
      outlet_ref (l->data);
    g_mutex_unlock (&hub->lock);
    for (GList *l = outlets; l != NULL; l = l->next) {
      gboolean useless;

      busy |= work (l->data, &useless);
      if (useless)
        forget_useless (hub, l->data);
    }
    g_list_free_full (outlets, (GDestroyNotify) outlet_unref);
    g_mutex_lock (&hub->lock);
    if (!hub->woken && !hub->stopping)
      g_cond_wait_until (&hub->cond, &hub->lock,
          g_get_monotonic_time () + (busy ? STEP_US : LOOK_US));
    hub->woken = FALSE;
  }
  g_mutex_unlock (&hub->lock);
  return NULL;
}

/* With the outlet's lock. */
static void
restart (PitboxSrtOutlet *outlet)
{
  pitbox_srt_cache_reset (outlet->cache);
  for (guint i = 0; i < outlet->readers->len; i++)
    pitbox_srt_reader_restart (g_ptr_array_index (outlet->readers, i));
}

/* Begins to feed @driver's readers in place of whoever fed them before: they
 * stay and go on with the new stream. After the end readers stay for @grace_ms.
 * @feed is what the caller says it is by. Any thread; end it with
 * pitbox_srt_hub_detach(). */
PitboxSrtOutlet *
pitbox_srt_hub_attach (
    PitboxSrtHub *hub, const gchar *driver, guint grace_ms, guint64 *feed)
{
  PitboxSrtOutlet *outlet;

  g_mutex_lock (&hub->lock);
  outlet = g_hash_table_lookup (hub->outlets, driver);
  if (outlet == NULL) {
    outlet = outlet_new (driver);
    g_hash_table_insert (hub->outlets, outlet->driver, outlet);
  }
  outlet_ref (outlet);
  *feed = ++hub->last_feed;
  g_mutex_lock (&outlet->lock);
  outlet->feed = *feed;
  outlet->grace_us = grace_ms * (gint64) 1000;
  restart (outlet);
  g_atomic_int_set (&outlet->live, TRUE);
  g_mutex_unlock (&outlet->lock);
  g_mutex_unlock (&hub->lock);
  return outlet;
}

/* Ends feeding; @outlet may not be used any more. Any thread. */
void
pitbox_srt_hub_detach (PitboxSrtHub *hub, PitboxSrtOutlet *outlet, guint64 feed)
{
  g_mutex_lock (&hub->lock);
  g_mutex_lock (&outlet->lock);
  if (outlet->feed == feed) {
    outlet->feed = 0;
    outlet->left_us = g_get_monotonic_time ();
    g_atomic_int_set (&outlet->live, FALSE);
  }
  g_mutex_unlock (&outlet->lock);
  g_mutex_unlock (&hub->lock);
  forget_useless (hub, outlet);
  outlet_unref (outlet);
}

/* Another stream begins in the same feed. FALSE as pitbox_srt_hub_push(). */
gboolean
pitbox_srt_hub_restart (
    PitboxSrtHub *hub, PitboxSrtOutlet *outlet, guint64 feed)
{
  gboolean mine;

  g_mutex_lock (&outlet->lock);
  mine = outlet->feed == feed;
  if (mine)
    restart (outlet);
  g_mutex_unlock (&outlet->lock);
  return mine;
}

/* Gives the readers the next bytes; @last: nothing is to be expected at once,
 * so that what is there goes out. Waits for nobody. One thread a feed. FALSE
 * where another feed has taken over. */
gboolean
pitbox_srt_hub_push (PitboxSrtHub *hub, PitboxSrtOutlet *outlet, guint64 feed,
    const guint8 *data, gsize size, gboolean last)
{
  g_autoptr (GArray) ended = g_array_new (FALSE, FALSE, sizeof (Ended));
  gboolean behind = FALSE, mine;

  g_mutex_lock (&outlet->lock);
  mine = outlet->feed == feed;
  if (mine) {
    pitbox_srt_cache_push (outlet->cache, data, size, g_get_monotonic_time ());
    if (last) {
      pitbox_srt_cache_flush (outlet->cache);
      behind = pump (outlet, FALSE, G_MAXUINT, ended);
      trim (outlet);
    }
  }
  g_mutex_unlock (&outlet->lock);
  tell_ended (ended);
  if (behind)
    wake (hub);
  return mine;
}

/* A new structure: `readers`, and sums over those here and those that have
 * left. Any thread. */
GstStructure *
pitbox_srt_outlet_get_stats (PitboxSrtOutlet *outlet)
{
  guint64 bytes, dropped, jumps;
  GstStructure *s;

  g_mutex_lock (&outlet->lock);
  bytes = outlet->gone_bytes;
  dropped = outlet->gone_dropped;
  jumps = outlet->gone_jumps;
  for (guint i = 0; i < outlet->readers->len; i++) {
    g_autoptr (GstStructure) stats =
        pitbox_srt_reader_get_stats (g_ptr_array_index (outlet->readers, i));
    guint64 more_bytes = 0, more_dropped = 0, more_jumps = 0;

    gst_structure_get (stats, "bytes-sent", G_TYPE_UINT64, &more_bytes,
        "bytes-dropped", G_TYPE_UINT64, &more_dropped, "jumps", G_TYPE_UINT64,
        &more_jumps, NULL);
    bytes += more_bytes;
    dropped += more_dropped;
    jumps += more_jumps;
  }
  s = gst_structure_new ("pitbox-srt-stats", "readers", G_TYPE_UINT,
      outlet->readers->len, "bytes-sent", G_TYPE_UINT64, bytes, "bytes-dropped",
      G_TYPE_UINT64, dropped, "jumps", G_TYPE_UINT64, jumps, "cache-bytes",
      G_TYPE_UINT64, (guint64) pitbox_srt_cache_get_bytes (outlet->cache),
      NULL);
  g_mutex_unlock (&outlet->lock);
  return s;
}

/* Whether @driver's stream is here. Any thread, waits for nobody. */
gboolean
pitbox_srt_hub_is_live (PitboxSrtHub *hub, const gchar *driver)
{
  PitboxSrtOutlet *outlet;
  gboolean live;

  g_mutex_lock (&hub->lock);
  outlet = g_hash_table_lookup (hub->outlets, driver);
  live = outlet != NULL && g_atomic_int_get (&outlet->live);
  g_mutex_unlock (&hub->lock);
  return live;
}

static void
start_thread (PitboxSrtHub *hub)
{
  g_mutex_lock (&hub->lock);
  if (hub->thread == NULL)
    hub->thread = g_thread_new ("pitbox-srt-send", run, hub);
  g_mutex_unlock (&hub->lock);
}

/* The reader gets its driver's stream from the newest key frame on. FALSE where
 * the driver has just left. Any thread. */
gboolean
pitbox_srt_hub_add_reader (PitboxSrtHub *hub, PitboxSrtReader *reader)
{
  PitboxSrtOutlet *outlet =
      find_outlet (hub, pitbox_srt_reader_get_driver (reader));
  g_autoptr (GArray) ended = g_array_new (FALSE, FALSE, sizeof (Ended));
  gboolean live;

  if (outlet == NULL)
    return FALSE;
  start_thread (hub);
  g_mutex_lock (&outlet->lock);
  live = outlet->feed != 0;
  if (live) {
    g_ptr_array_add (outlet->readers, pitbox_srt_reader_ref (reader));
    pump (outlet, FALSE, STEP_MESSAGES, ended);
  }
  g_mutex_unlock (&outlet->lock);
  tell_ended (ended);
  outlet_unref (outlet);
  wake (hub);
  return live;
}

/* Once this returns nothing is sent to the reader. Any thread. */
void
pitbox_srt_hub_remove_reader (PitboxSrtHub *hub, PitboxSrtReader *reader)
{
  PitboxSrtOutlet *outlet =
      find_outlet (hub, pitbox_srt_reader_get_driver (reader));
  g_autoptr (GArray) ended = g_array_new (FALSE, FALSE, sizeof (Ended));
  guint index;

  if (outlet == NULL)
    return;
  g_mutex_lock (&outlet->lock);
  if (g_ptr_array_find (outlet->readers, reader, &index))
    end_reader (outlet, index, "closed", ended);
  g_mutex_unlock (&outlet->lock);
  for (guint i = 0; i < ended->len; i++)
    pitbox_srt_reader_unref (g_array_index (ended, Ended, i).reader);
  outlet_unref (outlet);
}
