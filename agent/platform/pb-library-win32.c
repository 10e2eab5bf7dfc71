/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Libraries by LoadLibrary(), the system's alone: whatever lies in a folder of
 * the user's is not loaded. */
#include "platform/pb-library.h"

#include <windows.h>

#include <string.h>

/**
 * pb_library_open:
 * @name: of one of the system's, or a path
 *
 * Returns: (transfer full) (nullable): %NULL if it is not there
 */
PbLibrary *
pb_library_open (const gchar *name)
{
  g_autofree gunichar2 *wide = g_utf8_to_utf16 (name, -1, NULL, NULL, NULL);

  if (wide == NULL)
    return NULL;
  return (PbLibrary *) LoadLibraryExW ((const wchar_t *) wide, NULL,
      g_path_is_absolute (name) ? LOAD_WITH_ALTERED_SEARCH_PATH
                                : LOAD_LIBRARY_SEARCH_SYSTEM32);
}

/**
 * pb_library_close:
 * @library: (transfer full): a library; its functions are gone
 */
void
pb_library_close (PbLibrary *library)
{
  FreeLibrary ((HMODULE) library);
}

/**
 * pb_library_find:
 * @library: a library
 * @function: its name
 * @address: (out): pointer to a pointer to it
 *
 * Returns: %FALSE if there is none of that name; *@address is %NULL then
 */
gboolean
pb_library_find (PbLibrary *library, const gchar *function, gpointer address)
{
  const FARPROC found = GetProcAddress ((HMODULE) library, function);

  memcpy (address, &found, sizeof found);
  return found != NULL;
}
