/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GPUs and drivers as Linux shows them in files; elsewhere there are none. */
#include "probeos.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

/* No machine has more; a bound for what is read. */
#define MAX_CARDS 16

static void
add_file (GChecksum *sum, const gchar *path)
{
  g_autofree gchar *text = NULL;
  gsize size = 0;

  if (g_file_get_contents (path, &text, &size, NULL))
    g_checksum_update (sum, (const guchar *) text, (gssize) size);
  g_checksum_update (sum, (const guchar *) "|", 1);
}

/**
 * probe_os_identity:
 *
 * GPUs by vendor and device, and drivers by kernel and module version: files
 * of some bytes. Mesa's drivers are user-space libraries; their version is not
 * in it, which is what an answer's age is for. Any thread.
 *
 * Returns: (transfer full): changes with the GPUs and their drivers
 */
gchar *
probe_os_identity (void)
{
  static const gchar *const drivers[] = { "nvidia", "amdgpu", "i915", "xe" };
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  struct utsname kernel;

  if (uname (&kernel) == 0)
    g_checksum_update (sum, (const guchar *) kernel.release, -1);
  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++) {
    g_autofree gchar *path =
        g_strdup_printf ("/sys/module/%s/version", drivers[i]);

    add_file (sum, path);
  }
  for (guint i = 0; i < MAX_CARDS; i++) {
    static const gchar *const files[] = { "vendor", "device" };

    for (guint k = 0; k < G_N_ELEMENTS (files); k++) {
      g_autofree gchar *path = g_strdup_printf (
          "/sys/class/drm/renderD%u/device/%s", 128 + i, files[k]);

      add_file (sum, path);
    }
  }
  return g_strdup (g_checksum_get_string (sum));
}

/**
 * probe_os_crash_quietly:
 *
 * A driver that crashes in a try is no news: no core file.
 */
void
probe_os_crash_quietly (void)
{
  const struct rlimit none = { 0, 0 };

  setrlimit (RLIMIT_CORE, &none);
}
