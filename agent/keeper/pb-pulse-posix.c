/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A file that has no name any more. */
#define _GNU_SOURCE
#include "keeper/pb-pulse-shared.h"
#include "keeper/pb-pulse.h"

#include <errno.h>
#include <gio/gio.h>
#include <sys/mman.h>
#include <unistd.h>

struct _PbPulse {
  gint fd;
  PbPulseShared *shared;
};

static PbPulseShared *mine; /* the agent's; NULL where nobody keeps it */

static PbPulseShared *
map (gint fd)
{
  void *memory = mmap (
      NULL, sizeof (PbPulseShared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

  return memory != MAP_FAILED ? memory : NULL;
}

static PbPulse *
give_up (gint fd, GError **error)
{
  const gint failed = errno;

  if (fd >= 0)
    close (fd);
  g_set_error_literal (
      error, G_IO_ERROR, g_io_error_from_errno (failed), g_strerror (failed));
  return NULL;
}

/**
 * pb_pulse_new:
 * @error: why there is none
 *
 * Main thread only, as everything here.
 *
 * Returns: (transfer full) (nullable): nobody has said anything yet
 */
PbPulse *
pb_pulse_new (GError **error)
{
  PbPulse *self;
  PbPulseShared *shared;
#ifdef __linux__
  gint fd = memfd_create ("pitbox-pulse", MFD_CLOEXEC);
#else
  g_autofree gchar *path = NULL;
  gint fd = g_file_open_tmp ("pitbox-pulse-XXXXXX", &path, error);

  if (fd < 0)
    return NULL;
  unlink (path);
#endif
  if (fd < 0 || ftruncate (fd, sizeof (PbPulseShared)) != 0)
    return give_up (fd, error);
  shared = map (fd);
  if (shared == NULL)
    return give_up (fd, error);
  self = g_new0 (PbPulse, 1);
  self->fd = fd;
  self->shared = shared;
  return self;
}

/**
 * pb_pulse_free:
 * @pulse: (transfer full): a pulse
 */
void
pb_pulse_free (PbPulse *pulse)
{
  munmap (pulse->shared, sizeof *pulse->shared);
  close (pulse->fd);
  g_free (pulse);
}

/**
 * pb_pulse_get_handle:
 *
 * Returns: what a child needs for pb_pulse_join(), by inheritance
 */
gintptr
pb_pulse_get_handle (PbPulse *pulse)
{
  return pulse->fd;
}

/**
 * pb_pulse_get_beats:
 *
 * Returns: another number once the agent's main loop has gone round
 */
guint
pb_pulse_get_beats (PbPulse *pulse)
{
  return (guint) g_atomic_int_get (&pulse->shared->beats);
}

/**
 * pb_pulse_begin_anew:
 *
 * The agent has ended. An icon that it did not take away itself goes: Windows
 * leaves it there until somebody points at it.
 */
void
pb_pulse_begin_anew (PbPulse *pulse)
{
  g_atomic_int_set (&pulse->shared->beats, 0);
  pulse->shared->window = 0;
}

/**
 * pb_pulse_join:
 * @handle: of pb_pulse_get_handle()
 */
void
pb_pulse_join (gintptr handle)
{
  mine = map ((gint) handle);
  close ((gint) handle);
}

/**
 * pb_pulse_beat:
 *
 * From the main loop. Nothing happens where nobody keeps this process.
 */
void
pb_pulse_beat (void)
{
  if (mine != NULL)
    g_atomic_int_inc (&mine->beats);
}

/**
 * pb_pulse_set_icon:
 * @window: (nullable): of an icon in the taskbar that is there now; 0 = there
 *   is none any more
 * @id: its number at that window
 *
 * Any one thread.
 */
void
pb_pulse_set_icon (guint64 window, guint id)
{
  if (mine == NULL)
    return;
  mine->icon = id;
  mine->window = window;
}
