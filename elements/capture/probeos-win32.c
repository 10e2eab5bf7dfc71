/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GPUs and drivers as Windows' registry shows them. */
#include "probeos.h"

#include <windows.h>

/* Display adapters; a card has one entry for each of its outputs. */
#define MAX_ADAPTERS 64
/* DISPLAY_DEVICE.DeviceKey begins with this, which RegOpenKeyEx() does not
 * take. */
#define MACHINE L"\\Registry\\Machine\\"

static void
add (GChecksum *sum, const WCHAR *text)
{
  g_checksum_update (
      sum, (const guchar *) text, (gssize) (wcslen (text) * sizeof (WCHAR)));
}

static void
add_driver_version (GChecksum *sum, const WCHAR *key)
{
  const gsize skip = G_N_ELEMENTS (MACHINE) - 1;
  WCHAR version[64] = { 0 };
  DWORD size = sizeof version - sizeof (WCHAR);
  HKEY handle;

  if (_wcsnicmp (key, MACHINE, skip) != 0
      || RegOpenKeyExW (
             HKEY_LOCAL_MACHINE, key + skip, 0, KEY_QUERY_VALUE, &handle)
             != ERROR_SUCCESS)
    return;
  if (RegQueryValueExW (
          handle, L"DriverVersion", NULL, NULL, (LPBYTE) version, &size)
      == ERROR_SUCCESS)
    add (sum, version);
  RegCloseKey (handle);
}

/**
 * probe_os_identity:
 *
 * Any thread.
 *
 * Returns: (transfer full): changes with the GPUs and their drivers
 */
gchar *
probe_os_identity (void)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (DWORD i = 0; i < MAX_ADAPTERS; i++) {
    DISPLAY_DEVICEW device = { .cb = sizeof device };

    if (!EnumDisplayDevicesW (NULL, i, &device, 0))
      break;
    add (sum, device.DeviceID);
    add_driver_version (sum, device.DeviceKey);
  }
  return g_strdup (g_checksum_get_string (sum));
}

/**
 * probe_os_crash_quietly:
 *
 * A driver that crashes in a try is no news: no window that asks what to do.
 */
void
probe_os_crash_quietly (void)
{
  SetErrorMode (SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
}
