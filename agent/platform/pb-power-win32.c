/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Power throttling, timers and the Multimedia Class Scheduler, each only where
 * this Windows has it. */
#include "platform/pb-power.h"

#include "platform/pb-library.h"

#include <windows.h>

/* As SetProcessInformation() has them; mingw's headers do not everywhere. */
#define POWER_THROTTLING 4
#define EXECUTION_SPEED 0x1
#define IGNORE_TIMER_RESOLUTION 0x4 /* Windows 11 */

typedef struct {
  ULONG version;
  ULONG control; /* what is decided here */
  ULONG state; /* and is on */
} Throttling;

typedef BOOL (WINAPI *SetInformation) (HANDLE, int, LPVOID, DWORD);
typedef UINT (WINAPI *TimePeriod) (UINT ms);

static gboolean
set_throttling (SetInformation set, ULONG control, ULONG state)
{
  Throttling throttling = { 1, control, state };

  return set (
      GetCurrentProcess (), POWER_THROTTLING, &throttling, sizeof throttling);
}

/* The simulator has 1 ms anyway while it runs; ours ends with the stream. */
static void
set_timers (gboolean fine)
{
  static PbLibrary *winmm;
  static gboolean is_fine;
  TimePeriod function;

  if (fine == is_fine)
    return;
  if (winmm == NULL)
    winmm = pb_library_open ("winmm.dll");
  if (winmm == NULL
      || !pb_library_find (
          winmm, fine ? "timeBeginPeriod" : "timeEndPeriod", &function))
    return;
  function (1);
  is_fine = fine;
}

/**
 * pb_power_set:
 * @power: from now on
 *
 * Main thread only. Never PROCESS_MODE_BACKGROUND_BEGIN: it also takes memory
 * and disk away, and a capture stalls.
 *
 * Returns: %FALSE if the system has no such thing, or refuses
 */
gboolean
pb_power_set (PbPower power)
{
  PbLibrary *kernel = pb_library_open ("kernel32.dll"); /* always loaded */
  SetInformation set;
  gboolean done = FALSE;

  set_timers (power == PB_POWER_LIVE);
  if (kernel == NULL)
    return FALSE;
  if (pb_library_find (kernel, "SetProcessInformation", &set))
    done =
        power == PB_POWER_LIVE
            ? set_throttling (set, EXECUTION_SPEED | IGNORE_TIMER_RESOLUTION, 0)
                  || set_throttling (set, EXECUTION_SPEED, 0)
            : set_throttling (set, EXECUTION_SPEED, EXECUTION_SPEED);
  pb_library_close (kernel);
  return done;
}

/* Loaded once: a thread that is raised has its functions in use. */
static PbLibrary *
get_avrt (void)
{
  static gsize once;
  static PbLibrary *avrt;

  if (g_once_init_enter (&once)) {
    avrt = pb_library_open ("avrt.dll");
    g_once_init_leave (&once, 1);
  }
  return avrt;
}

/**
 * pb_power_raise_thread:
 *
 * The calling thread is one of class "Capture" from now on, which goes before
 * programs of usual priority.
 *
 * Returns: (transfer full) (nullable): for pb_power_lower_thread(); %NULL if
 *   the system refuses
 */
gpointer
pb_power_raise_thread (void)
{
  PbLibrary *avrt = get_avrt ();
  HANDLE (WINAPI * set) (LPCWSTR task, LPDWORD index);
  DWORD index = 0;

  if (avrt == NULL
      || !pb_library_find (avrt, "AvSetMmThreadCharacteristicsW", &set))
    return NULL;
  return set (L"Capture", &index);
}

/**
 * pb_power_lower_thread:
 * @raised: (transfer full): of this thread
 */
void
pb_power_lower_thread (gpointer raised)
{
  PbLibrary *avrt = get_avrt ();
  BOOL (WINAPI * revert) (HANDLE task);

  if (avrt != NULL
      && pb_library_find (avrt, "AvRevertMmThreadCharacteristics", &revert))
    revert (raised);
}
