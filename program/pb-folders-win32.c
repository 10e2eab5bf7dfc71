/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A user's folders as Windows has them. */
#include "pb-folders.h"

/* clang-format off: windows.h comes before what builds on it */
#include <windows.h>
#include <initguid.h>
#include <knownfolders.h>
#include <shlobj.h>
/* clang-format on */

#define OURS "PitBox Relay"

/* Who sets XDG's variable means it on every system; tests do. */
static gchar *
build (const gchar *xdg, const KNOWNFOLDERID *id, const gchar *below,
    const gchar *name)
{
  const gchar *set = g_getenv (xdg);
  g_autofree gchar *folder = NULL;
  PWSTR wide = NULL;

  if (set != NULL && set[0] != '\0')
    return g_build_filename (set, "pitbox", name, NULL);
  if (SUCCEEDED (SHGetKnownFolderPath (id, 0, NULL, &wide)))
    folder = g_utf16_to_utf8 ((const gunichar2 *) wide, -1, NULL, NULL, NULL);
  CoTaskMemFree (wide);
  return g_build_filename (
      folder != NULL ? folder : g_get_home_dir (), OURS, below, name, NULL);
}

/* With that user from PC to PC. */
gchar *
pb_folders_dup_config (const gchar *name)
{
  return build ("XDG_CONFIG_HOME", &FOLDERID_RoamingAppData, "", name);
}

gchar *
pb_folders_dup_data (const gchar *name)
{
  return build ("XDG_DATA_HOME", &FOLDERID_LocalAppData, "", name);
}

gchar *
pb_folders_dup_log (const gchar *name)
{
  return build ("XDG_STATE_HOME", &FOLDERID_LocalAppData, "logs", name);
}

gchar *
pb_folders_dup_installed (const gchar *name)
{
  g_autofree gchar *root =
      g_win32_get_package_installation_directory_of_module (NULL);

  return g_build_filename (root, "etc", name, NULL);
}
