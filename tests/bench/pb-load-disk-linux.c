/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Looks at files as they grow: a write() of the server wakes a thread here,
 * which counts the units in it. */
#include "pb-load-disk-linux.h"

#include <fcntl.h>
#include <mpegts/mpegts-parser.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

typedef struct {
  PbLoadDisk *disk;
  gint watch;
  gchar *folder;
  gchar *name; /* of the file that is read */
  int fd;
  MpegtsParser *parser;
  guint n_stored; /* units so far */
  gint64 *sent_us; /* by message; 0: not yet */
  gint64 now_us;
} Driver;

struct _PbLoadDisk {
  gchar *recordings;
  const PbLoadMedia *media;
  Driver drivers[PB_LOAD_DISK_MAX_DRIVERS];
  guint n_drivers;
  int notify;
  GThread *thread;
  gint stopping;
  GArray *waits_us;
  GMutex lock; /* of sent_us and waits_us */
};

static void
take_packet (const guint8 *data, gsize size, const MpegtsPacket *packet,
    gpointer user_data)
{
  Driver *driver = user_data;
  PbLoadDisk *disk = driver->disk;
  const GArray *of_unit = disk->media->of_unit;
  gint64 wait_us;

  if (packet->kind != MPEGTS_KLV || !packet->starts_unit)
    return;
  g_mutex_lock (&disk->lock);
  if (driver->n_stored < of_unit->len && driver->now_us != 0) {
    guint message = g_array_index (of_unit, guint, driver->n_stored);

    wait_us = driver->now_us - driver->sent_us[message];
    if (driver->sent_us[message] != 0)
      g_array_append_val (disk->waits_us, wait_us);
  }
  g_mutex_unlock (&disk->lock);
  driver->n_stored++;
}

static void
read_on (Driver *driver)
{
  guint8 buffer[16384];
  gssize n;

  while (driver->fd >= 0 && (n = read (driver->fd, buffer, sizeof buffer)) > 0)
    mpegts_parser_push (driver->parser, buffer, (gsize) n, take_packet, driver);
}

/* The end of the file before is read first. */
static void
open_file (Driver *driver, const gchar *name)
{
  g_autofree gchar *path = NULL;

  read_on (driver);
  if (g_strcmp0 (name, driver->name) == 0 || !g_str_has_suffix (name, ".ts"))
    return;
  if (driver->fd >= 0)
    close (driver->fd);
  g_free (driver->name);
  driver->name = g_strdup (name);
  path = g_build_filename (driver->folder, name, NULL);
  driver->fd = open (path, O_RDONLY | O_CLOEXEC);
  read_on (driver);
}

static void
take_events (PbLoadDisk *disk)
{
  gchar buffer[8192] __attribute__ ((aligned (8)));
  gssize size = read (disk->notify, buffer, sizeof buffer);
  const gint64 now_us = g_get_monotonic_time ();

  for (gssize at = 0; at < size;) {
    struct inotify_event event;

    memcpy (&event, buffer + at, sizeof event);
    for (guint i = 0; i < disk->n_drivers; i++)
      if (disk->drivers[i].watch == event.wd && event.len > 0) {
        disk->drivers[i].now_us = now_us;
        open_file (&disk->drivers[i], buffer + at + sizeof event);
      }
    at += (gssize) (sizeof event + event.len);
  }
}

static gpointer
run (gpointer data)
{
  PbLoadDisk *disk = data;
  struct pollfd fd = { .fd = disk->notify, .events = POLLIN };

  while (!g_atomic_int_get (&disk->stopping))
    if (poll (&fd, 1, 100) > 0)
      take_events (disk);
  return NULL;
}

PbLoadDisk *
pb_load_disk_new (const gchar *recordings, const PbLoadMedia *media)
{
  PbLoadDisk *disk = g_new0 (PbLoadDisk, 1);

  disk->recordings = g_strdup (recordings);
  disk->media = media;
  disk->waits_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_mutex_init (&disk->lock);
  disk->notify = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  for (guint i = 0; i < PB_LOAD_DISK_MAX_DRIVERS; i++) {
    disk->drivers[i].disk = disk;
    disk->drivers[i].fd = -1;
    disk->drivers[i].sent_us = g_new0 (gint64, media->messages->len);
  }
  return disk;
}

/* Their names begin with when they began. */
static gchar *
find_newest (const gchar *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;
  gchar *newest = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_strcmp0 (name, newest) > 0) {
      g_free (newest);
      newest = g_strdup (name);
    }
  return newest;
}

/* Of the driver's newest session; what it has already is counted and says
 * nothing of time. The first call is about driver 0, and so on. Before
 * pb_load_disk_start(). */
gboolean
pb_load_disk_watch (PbLoadDisk *disk, const gchar *driver)
{
  Driver *d = &disk->drivers[disk->n_drivers];
  g_autofree gchar *folder = g_build_filename (disk->recordings, driver, NULL);
  g_autofree gchar *session = find_newest (folder);
  g_autofree gchar *segment = NULL;

  if (session == NULL || disk->n_drivers == PB_LOAD_DISK_MAX_DRIVERS)
    return FALSE;
  d->folder = g_build_filename (folder, session, NULL);
  d->parser = mpegts_parser_new ();
  d->watch = inotify_add_watch (disk->notify, d->folder, IN_MODIFY | IN_CREATE);
  segment = find_newest (d->folder);
  if (segment != NULL)
    open_file (d, segment);
  disk->n_drivers++;
  return d->watch >= 0;
}

void
pb_load_disk_start (PbLoadDisk *disk)
{
  disk->thread = g_thread_new ("disk", run, disk);
}

/* Any thread. */
void
pb_load_disk_sent (PbLoadDisk *disk, guint n, guint message)
{
  g_mutex_lock (&disk->lock);
  disk->drivers[n].sent_us[message] = g_get_monotonic_time ();
  g_mutex_unlock (&disk->lock);
}

void
pb_load_disk_stop (PbLoadDisk *disk)
{
  g_atomic_int_set (&disk->stopping, 1);
  if (disk->thread != NULL)
    g_thread_join (g_steal_pointer (&disk->thread));
}

void
pb_load_disk_free (PbLoadDisk *disk)
{
  pb_load_disk_stop (disk);
  for (guint i = 0; i < disk->n_drivers; i++) {
    Driver *driver = &disk->drivers[i];

    if (driver->fd >= 0)
      close (driver->fd);
    g_clear_pointer (&driver->parser, mpegts_parser_free);
    g_free (driver->folder);
    g_free (driver->name);
  }
  for (guint i = 0; i < PB_LOAD_DISK_MAX_DRIVERS; i++)
    g_free (disk->drivers[i].sent_us);
  close (disk->notify);
  g_array_unref (disk->waits_us);
  g_mutex_clear (&disk->lock);
  g_free (disk->recordings);
  g_free (disk);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

/* How long messages took from being sent to standing in the file; @shares, 0 to
 * 1, of them no longer than @ms. Returns how many were measured. After
 * pb_load_disk_stop(). */
guint
pb_load_disk_get_ms (
    PbLoadDisk *disk, const gdouble *shares, guint n_shares, gdouble *ms)
{
  const guint n = disk->waits_us->len;

  g_array_sort (disk->waits_us, compare);
  for (guint i = 0; i < n_shares && n > 0; i++)
    ms[i] = (gdouble) g_array_index (
                disk->waits_us, gint64, MIN ((guint) (shares[i] * n), n - 1))
            / 1000;
  return n;
}
