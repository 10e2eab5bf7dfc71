/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the kernel says of the GPU: amdgpu's gpu_busy_percent; other drivers have
 * no such file. */
#include "platform/pb-gpu.h"

#define CLASS "/sys/class/drm"

/* Paths, up to %NULL. */
static void
sysfs_read (gpointer data, PbGpuLoad *load)
{
  gchar **paths = data;

  for (guint i = 0; paths[i] != NULL; i++) {
    g_autofree gchar *text = NULL;

    if (g_file_get_contents (paths[i], &text, NULL, NULL)
        && g_ascii_isdigit (text[0]))
      load->busy_pct = MAX (load->busy_pct, g_ascii_strtod (text, NULL));
  }
}

static void
sysfs_free (gpointer data)
{
  g_strfreev (data);
}

/**
 * pb_gpu_system_open:
 * @source: (out): what the system tells
 *
 * Returns: %FALSE if it tells nothing
 */
gboolean
pb_gpu_system_open (PbGpuSource *source)
{
  g_autoptr (GDir) dir = g_dir_open (CLASS, 0, NULL);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    gchar *path =
        g_build_filename (CLASS, name, "device", "gpu_busy_percent", NULL);

    /* "card0-DP-1" is one of its outputs. */
    if (g_str_has_prefix (name, "card") && g_strrstr (name, "-") == NULL
        && g_file_test (path, G_FILE_TEST_EXISTS))
      g_ptr_array_add (paths, path);
    else
      g_free (path);
  }
  if (paths->len == 0)
    return FALSE;
  g_ptr_array_add (paths, NULL);
  *source = (PbGpuSource){ g_ptr_array_free (g_steal_pointer (&paths), FALSE),
    sysfs_read, sysfs_free };
  return TRUE;
}
