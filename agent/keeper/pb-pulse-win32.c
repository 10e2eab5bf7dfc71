/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A mapping without a name, whose handle the child inherits. */
#include "keeper/pb-pulse-shared.h"
#include "keeper/pb-pulse.h"

#include <gio/gio.h>

/* clang-format off: windows.h comes before what builds on it */
#include <windows.h>
#include <shellapi.h>
/* clang-format on */

struct _PbPulse {
  HANDLE mapping;
  PbPulseShared *shared;
};

static PbPulseShared *mine; /* the agent's; NULL where nobody keeps it */

PbPulse *
pb_pulse_new (GError **error)
{
  SECURITY_ATTRIBUTES inherited = { .nLength = sizeof inherited,
    .bInheritHandle = TRUE };
  HANDLE mapping = CreateFileMappingW (INVALID_HANDLE_VALUE, &inherited,
      PAGE_READWRITE, 0, sizeof (PbPulseShared), NULL);
  PbPulseShared *shared = mapping != NULL ? MapViewOfFile (mapping,
                              FILE_MAP_ALL_ACCESS, 0, 0, sizeof (PbPulseShared))
                                          : NULL;
  PbPulse *self;

  if (shared == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "no memory can be shared with another process");
    if (mapping != NULL)
      CloseHandle (mapping);
    return NULL;
  }
  self = g_new0 (PbPulse, 1);
  self->mapping = mapping;
  self->shared = shared;
  return self;
}

void
pb_pulse_free (PbPulse *pulse)
{
  UnmapViewOfFile (pulse->shared);
  CloseHandle (pulse->mapping);
  g_free (pulse);
}

gintptr
pb_pulse_get_handle (PbPulse *pulse)
{
  return (gintptr) pulse->mapping;
}

guint
pb_pulse_get_beats (PbPulse *pulse)
{
  return (guint) g_atomic_int_get (&pulse->shared->beats);
}

/* The taskbar knows an icon by window and number, whoever asks. */
void
pb_pulse_begin_anew (PbPulse *pulse)
{
  NOTIFYICONDATAW data = { .cbSize = sizeof data };

  g_atomic_int_set (&pulse->shared->beats, 0);
  if (pulse->shared->window == 0)
    return;
  data.hWnd = (HWND) (guintptr) pulse->shared->window;
  data.uID = pulse->shared->icon;
  pulse->shared->window = 0;
  Shell_NotifyIconW (NIM_DELETE, &data);
}

void
pb_pulse_join (gintptr handle)
{
  mine = MapViewOfFile (
      (HANDLE) handle, FILE_MAP_ALL_ACCESS, 0, 0, sizeof (PbPulseShared));
  CloseHandle ((HANDLE) handle);
}

void
pb_pulse_beat (void)
{
  if (mine != NULL)
    g_atomic_int_inc (&mine->beats);
}

void
pb_pulse_set_icon (guint64 window, guint id)
{
  if (mine == NULL)
    return;
  mine->icon = id;
  mine->window = window;
}
