/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `pitbox-server driver …`: which drivers there are, and one that shall be
 * forgotten. */
#include <gio/gio.h>

#include "pb-command.h"
#include "store/pb-devices.h"

/* Recordings lie two folders deep. */
#define DEPTH_MAX 8

gboolean
pb_driver_command_list (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (GPtrArray) drivers =
      pb_store_list_driver_teams (data->store, error);
  g_autoptr (GPtrArray) devices =
      drivers ? pb_store_list_devices (data->store, NULL, error) : NULL;

  if (!devices)
    return FALSE;
  if (drivers->len == 0)
    g_print ("No driver yet: pitbox-server device add NAME --driver ID\n");
  for (guint i = 0; i < drivers->len; i++) {
    const PbDriverTeam *pair = g_ptr_array_index (drivers, i);
    guint n = 0;

    if (line->team && !g_str_equal (line->team, pair->team))
      continue;
    for (guint d = 0; d < devices->len; d++) {
      const PbDevice *device = g_ptr_array_index (devices, d);

      n += g_str_equal (device->driver, pair->driver);
    }
    g_print ("%-24s team %-16s %u device%s\n", pair->driver, pair->team, n,
        n == 1 ? "" : "s");
  }
  return TRUE;
}

/* Follows no link. What is not there is gone. */
static gboolean
remove_tree (GFile *file, guint depth, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GFileEnumerator) entries =
      g_file_enumerate_children (file, G_FILE_ATTRIBUTE_STANDARD_NAME,
          G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);
  GFileInfo *info;
  GFile *child;

  while (entries && depth > 0
         && g_file_query_file_type (
                file, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL)
                == G_FILE_TYPE_DIRECTORY) {
    if (!g_file_enumerator_iterate (entries, &info, &child, NULL, error))
      return FALSE;
    if (!info)
      break;
    if (!remove_tree (child, depth - 1, error))
      return FALSE;
  }
  if (g_file_delete (file, NULL, &local)
      || g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_prefixed_error (
      error, g_steal_pointer (&local), "deleting its recordings: ");
  return FALSE;
}

/* The files first: the next start would take those that the database does not
 * know for somebody's recordings. */
static gboolean
remove_recordings (PbData *data, const gchar *driver, GError **error)
{
  g_autofree gchar *path = g_build_filename (data->recordings, driver, NULL);
  g_autoptr (GFile) folder = g_file_new_for_path (path);

  return remove_tree (folder, DEPTH_MAX, error);
}

/* A server has drivers in its memory, and would show this one to team default:
 * so none may run. */
gboolean
pb_driver_command_remove (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autofree gchar *team = NULL;

  if (!pb_data_lock (data, error) || !pb_command_begin (data, error))
    return FALSE;
  team = pb_store_remove_driver (data->store, name, error);
  return pb_command_end (data,
      team && pb_command_note (data, team, "driver.remove", name, NULL, error)
          && remove_recordings (data, name, error),
      error);
}
