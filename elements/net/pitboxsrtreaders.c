/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtReaders: the connections that read at a port. */
#include "pitboxsrtreaders.h"

struct _PitboxSrtReaders {
  gatomicrefcount ref_count;

  /* Protects all below. Never held across a call that could wait: the listen
   * callback takes it. */
  GMutex lock;
  GPtrArray *connected; /* PitboxSrtReader */
  PitboxSrtHub *hub; /* NULL while closed, or where nobody may read */
  PitboxSrtReadersDoneFunc done;
  gpointer user_data;
};

PitboxSrtReaders *
pitbox_srt_readers_new (void)
{
  PitboxSrtReaders *readers = g_new0 (PitboxSrtReaders, 1);

  g_atomic_ref_count_init (&readers->ref_count);
  g_mutex_init (&readers->lock);
  readers->connected =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pitbox_srt_reader_unref);
  return readers;
}

static PitboxSrtReaders *
readers_ref (PitboxSrtReaders *readers)
{
  g_atomic_ref_count_inc (&readers->ref_count);
  return readers;
}

void
pitbox_srt_readers_unref (PitboxSrtReaders *readers)
{
  if (!g_atomic_ref_count_dec (&readers->ref_count))
    return;
  g_ptr_array_unref (readers->connected);
  g_mutex_clear (&readers->lock);
  g_free (readers);
}

/* The connections of @name, or all where it is NULL, with references. */
static GPtrArray *
connections_of (PitboxSrtReaders *readers, const gchar *name)
{
  GPtrArray *list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pitbox_srt_reader_unref);

  g_mutex_lock (&readers->lock);
  for (guint i = 0; i < readers->connected->len; i++) {
    PitboxSrtReader *reader = g_ptr_array_index (readers->connected, i);

    if (name == NULL || g_str_equal (pitbox_srt_reader_get_name (reader), name))
      g_ptr_array_add (list, pitbox_srt_reader_ref (reader));
  }
  g_mutex_unlock (&readers->lock);
  return list;
}

/* The hub while the port is open, with a reference. */
static PitboxSrtHub *
get_hub (PitboxSrtReaders *readers)
{
  PitboxSrtHub *hub;

  g_mutex_lock (&readers->lock);
  hub = readers->hub != NULL ? pitbox_srt_hub_ref (readers->hub) : NULL;
  g_mutex_unlock (&readers->lock);
  return hub;
}

/* Ends the connections of a reader whose key is no longer good. Any thread. */
void
pitbox_srt_readers_end (PitboxSrtReaders *readers, const gchar *name)
{
  g_autoptr (GPtrArray) list = connections_of (readers, name);
  PitboxSrtHub *hub = get_hub (readers);

  for (guint i = 0; hub != NULL && i < list->len; i++) {
    PitboxSrtReader *reader = g_ptr_array_index (list, i);

    pitbox_srt_hub_remove_reader (hub, reader);
    pitbox_srt_reader_close (reader);
    pitbox_srt_reader_done (reader, "its key was revoked");
  }
  g_clear_pointer (&hub, pitbox_srt_hub_unref);
}

/* Lets readers in at the streams of @hub; NULL: no readers. */
void
pitbox_srt_readers_open (PitboxSrtReaders *readers, PitboxSrtHub *hub,
    PitboxSrtReadersDoneFunc done, gpointer user_data)
{
  g_mutex_lock (&readers->lock);
  readers->hub = hub != NULL ? pitbox_srt_hub_ref (hub) : NULL;
  readers->done = done;
  readers->user_data = user_data;
  g_mutex_unlock (&readers->lock);
}

/* Ends every connection; nobody is told any more once this returns. The port
 * lets nobody in any more. */
void
pitbox_srt_readers_close (PitboxSrtReaders *readers)
{
  g_autoptr (GPtrArray) list = connections_of (readers, NULL);
  PitboxSrtHub *hub;

  g_mutex_lock (&readers->lock);
  hub = g_steal_pointer (&readers->hub);
  readers->done = NULL;
  g_ptr_array_set_size (readers->connected, 0);
  g_mutex_unlock (&readers->lock);
  for (guint i = 0; hub != NULL && i < list->len; i++) {
    pitbox_srt_hub_remove_reader (hub, g_ptr_array_index (list, i));
    pitbox_srt_reader_close (g_ptr_array_index (list, i));
  }
  g_clear_pointer (&hub, pitbox_srt_hub_unref);
}

/* A connection has ended, by itself or because its driver has left. */
static void
reader_done (PitboxSrtReader *reader, const gchar *reason, gpointer user_data)
{
  PitboxSrtReaders *readers = user_data;

  g_mutex_lock (&readers->lock);
  pitbox_srt_reader_ref (reader);
  /* One of an earlier opening of the port is not here any more. */
  if (g_ptr_array_remove_fast (readers->connected, reader)
      && readers->done != NULL)
    readers->done (reader, reason, readers->user_data);
  g_mutex_unlock (&readers->lock);
  pitbox_srt_reader_unref (reader);
}

/* A reader's handshake is through: takes @sock, which is sent nothing before
 * pitbox_srt_readers_start(). */
PitboxSrtReader *
pitbox_srt_readers_admit (PitboxSrtReaders *readers, SRTSOCKET sock,
    const gchar *driver, const gchar *name, const gchar *peer)
{
  PitboxSrtReader *reader =
      pitbox_srt_reader_new (sock, driver, name, peer, reader_done,
          readers_ref (readers), (GDestroyNotify) pitbox_srt_readers_unref);

  g_mutex_lock (&readers->lock);
  g_ptr_array_add (readers->connected, pitbox_srt_reader_ref (reader));
  g_mutex_unlock (&readers->lock);
  return reader;
}

/* Begins to send. Any thread, after pitbox_srt_readers_admit(). */
void
pitbox_srt_readers_start (PitboxSrtReaders *readers, PitboxSrtReader *reader)
{
  PitboxSrtHub *hub = get_hub (readers);

  if (hub == NULL || !pitbox_srt_hub_add_reader (hub, reader))
    pitbox_srt_reader_done (reader, "the driver has left");
  g_clear_pointer (&hub, pitbox_srt_hub_unref);
}

/* Stats of every connection. (element-type GstStructure) Any thread. */
GPtrArray *
pitbox_srt_readers_list (PitboxSrtReaders *readers)
{
  g_autoptr (GPtrArray) list = connections_of (readers, NULL);
  GPtrArray *stats =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_structure_free);

  for (guint i = 0; i < list->len; i++)
    g_ptr_array_add (
        stats, pitbox_srt_reader_get_stats (g_ptr_array_index (list, i)));
  return stats;
}
