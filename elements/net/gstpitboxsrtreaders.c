/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtReaders: who may read at a port, and who does. */
#include "gstpitboxsrtreaders.h"

#include <gstpitbox/gstpitboxerror.h>
#include <gstpitbox/gstpitboxstreamid.h>

/* Names remembered as revoked, so that their owners are told so. */
#define MAX_REVOKED 4096

typedef struct {
  gchar **drivers; /* NULL: all */
  gchar *passphrase;
} Account;

struct _PitboxSrtReaders {
  gatomicrefcount ref_count;

  /* Protects all below. Never held across a call that could wait: the listen
   * callback takes it. */
  GMutex lock;
  GHashTable *accounts; /* name -> Account */
  GHashTable *revoked; /* set of names */
  GPtrArray *connected; /* PitboxSrtReader */
  PitboxSrtHub *hub; /* NULL while closed, or where nobody may read */
  guint max_readers;
  PitboxSrtReadersDoneFunc done;
  gpointer user_data;
};

static void
account_free (Account *account)
{
  g_strfreev (account->drivers);
  pitbox_srt_free_secret (account->passphrase);
  g_free (account);
}

PitboxSrtReaders *
pitbox_srt_readers_new (void)
{
  PitboxSrtReaders *readers = g_new0 (PitboxSrtReaders, 1);

  g_atomic_ref_count_init (&readers->ref_count);
  g_mutex_init (&readers->lock);
  readers->accounts = g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, (GDestroyNotify) account_free);
  readers->revoked =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
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
  g_hash_table_unref (readers->accounts);
  g_hash_table_unref (readers->revoked);
  g_ptr_array_unref (readers->connected);
  g_mutex_clear (&readers->lock);
  g_free (readers);
}

/* NULL for all; FALSE where one is not valid. */
static gboolean
parse_drivers (const gchar *text, gchar ***drivers)
{
  *drivers = NULL;
  if (text == NULL || *text == '\0')
    return TRUE;
  *drivers = g_strsplit (text, ",", -1);
  for (guint i = 0; (*drivers)[i] != NULL; i++)
    if (!gst_pitbox_id_is_valid ((*drivers)[i])) {
      g_clear_pointer (drivers, g_strfreev);
      return FALSE;
    }
  return TRUE;
}

/* Adds a reader or changes it; connections it has stay. @drivers: ids with
 * commas between them, or NULL for all. Any thread. */
gboolean
pitbox_srt_readers_add (PitboxSrtReaders *readers, const gchar *name,
    const gchar *drivers, const gchar *passphrase, GError **error)
{
  Account *account;
  gchar **list;

  if (!gst_pitbox_id_is_valid (name) || !parse_drivers (drivers, &list)) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "a reader needs valid ids of itself and of its drivers");
    return FALSE;
  }
  if (!pitbox_srt_passphrase_is_valid (passphrase)) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "reader %s: the passphrase must have 10 to 79 characters", name);
    g_strfreev (list);
    return FALSE;
  }
  account = g_new0 (Account, 1);
  account->drivers = list;
  account->passphrase = g_strdup (passphrase);
  g_mutex_lock (&readers->lock);
  g_hash_table_remove (readers->revoked, name);
  g_hash_table_replace (readers->accounts, g_strdup (name), account);
  g_mutex_unlock (&readers->lock);
  return TRUE;
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

/* Forgets a reader and ends its connections at once. Any thread. */
void
pitbox_srt_readers_remove (PitboxSrtReaders *readers, const gchar *name)
{
  g_autoptr (GPtrArray) list = NULL;
  PitboxSrtHub *hub;

  if (name == NULL)
    return;
  g_mutex_lock (&readers->lock);
  if (g_hash_table_remove (readers->accounts, name)
      && g_hash_table_size (readers->revoked) < MAX_REVOKED)
    g_hash_table_add (readers->revoked, g_strdup (name));
  hub = readers->hub != NULL ? pitbox_srt_hub_ref (readers->hub) : NULL;
  g_mutex_unlock (&readers->lock);
  list = connections_of (readers, name);
  for (guint i = 0; hub != NULL && i < list->len; i++) {
    PitboxSrtReader *reader = g_ptr_array_index (list, i);

    pitbox_srt_hub_remove_reader (hub, reader);
    pitbox_srt_reader_close (reader);
    pitbox_srt_reader_done (reader, "its key was revoked");
  }
  g_clear_pointer (&hub, pitbox_srt_hub_unref);
}

/* Lets readers in at the streams of the hub of that name; NULL: no readers. */
void
pitbox_srt_readers_open (PitboxSrtReaders *readers, const gchar *hub,
    guint max_readers, PitboxSrtReadersDoneFunc done, gpointer user_data)
{
  g_mutex_lock (&readers->lock);
  readers->hub = hub != NULL ? pitbox_srt_hub_get (hub) : NULL;
  readers->max_readers = max_readers;
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

static guint
count_of (PitboxSrtReaders *readers, const gchar *name)
{
  guint n = 0;

  for (guint i = 0; i < readers->connected->len; i++)
    n += g_str_equal (
        pitbox_srt_reader_get_name (g_ptr_array_index (readers->connected, i)),
        name);
  return n;
}

/* With the lock. */
static int
decide (PitboxSrtReaders *readers, const gchar *name, const gchar *driver,
    gboolean accept_any, gboolean knows_driver, guint n_coming)
{
  const Account *account = g_hash_table_lookup (readers->accounts, name);

  if (readers->hub == NULL)
    return PITBOX_SRT_REJECT_MODE;
  if (account == NULL && !accept_any)
    return g_hash_table_contains (readers->revoked, name)
               ? PITBOX_SRT_REJECT_REVOKED
               : PITBOX_SRT_REJECT_UNKNOWN_DEVICE;
  if (account != NULL && account->drivers != NULL
      && !g_strv_contains ((const gchar *const *) account->drivers, driver))
    return PITBOX_SRT_REJECT_DRIVER;
  if (!pitbox_srt_hub_is_live (readers->hub, driver))
    return knows_driver ? PITBOX_SRT_REJECT_NOT_LIVE
                        : PITBOX_SRT_REJECT_UNKNOWN_DRIVER;
  if (readers->connected->len + n_coming >= readers->max_readers
      || count_of (readers, name) + n_coming >= PITBOX_SRT_MAX_PER_READER)
    return PITBOX_SRT_REJECT_FULL;
  return 0;
}

/* 0 to approve, with the reader's passphrase, NULL where it has none of its
 * own; or the code to refuse with. @knows_driver: the name is a driver's, here
 * or not; @n_coming: readers whose handshake is not through. Waits for
 * nobody. */
int
pitbox_srt_readers_decide (PitboxSrtReaders *readers, const gchar *name,
    const gchar *driver, gboolean accept_any, gboolean knows_driver,
    guint n_coming, gchar **passphrase)
{
  const Account *account;
  int code;

  g_mutex_lock (&readers->lock);
  code = decide (readers, name, driver, accept_any, knows_driver, n_coming);
  account = g_hash_table_lookup (readers->accounts, name);
  if (code == 0 && account != NULL && account->passphrase != NULL
      && *account->passphrase != '\0')
    *passphrase = g_strdup (account->passphrase);
  g_mutex_unlock (&readers->lock);
  return code;
}

/* A connection has ended, by itself or because its driver has left. */
static void
reader_done (PitboxSrtReader *reader, const gchar *reason, gpointer user_data)
{
  PitboxSrtReaders *readers = user_data;

  g_mutex_lock (&readers->lock);
  pitbox_srt_reader_ref (reader);
  g_ptr_array_remove_fast (readers->connected, reader);
  if (readers->done != NULL)
    readers->done (reader, reason, readers->user_data);
  g_mutex_unlock (&readers->lock);
  pitbox_srt_reader_unref (reader);
}

/* A reader's handshake is through: takes @sock. NULL where it was revoked
 * meanwhile. @sock is sent nothing before pitbox_srt_readers_start(). */
PitboxSrtReader *
pitbox_srt_readers_admit (PitboxSrtReaders *readers, SRTSOCKET sock,
    const gchar *driver, const gchar *name, const gchar *peer,
    gboolean accept_any)
{
  PitboxSrtReader *reader =
      pitbox_srt_reader_new (sock, driver, name, peer, reader_done,
          readers_ref (readers), (GDestroyNotify) pitbox_srt_readers_unref);
  gboolean may;

  g_mutex_lock (&readers->lock);
  may = readers->hub != NULL
        && (accept_any || g_hash_table_contains (readers->accounts, name));
  if (may)
    g_ptr_array_add (readers->connected, pitbox_srt_reader_ref (reader));
  g_mutex_unlock (&readers->lock);
  if (!may)
    g_clear_pointer (&reader, pitbox_srt_reader_unref);
  return reader;
}

/* Begins to send. Any thread, after pitbox_srt_readers_admit(). */
void
pitbox_srt_readers_start (PitboxSrtReaders *readers, PitboxSrtReader *reader)
{
  PitboxSrtHub *hub;

  g_mutex_lock (&readers->lock);
  hub = readers->hub != NULL ? pitbox_srt_hub_ref (readers->hub) : NULL;
  g_mutex_unlock (&readers->lock);
  if (hub == NULL || !pitbox_srt_hub_add_reader (hub, reader))
    pitbox_srt_reader_done (reader, "the driver has left");
  g_clear_pointer (&hub, pitbox_srt_hub_unref);
}

/* Connections now. Any thread. */
guint
pitbox_srt_readers_count (PitboxSrtReaders *readers)
{
  guint n;

  g_mutex_lock (&readers->lock);
  n = readers->connected->len;
  g_mutex_unlock (&readers->lock);
  return n;
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
