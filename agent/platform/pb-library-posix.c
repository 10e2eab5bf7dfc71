/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Libraries by dlopen(). */
#include "platform/pb-library.h"

#include <dlfcn.h>
#include <string.h>

/**
 * pb_library_open:
 * @name: as the loader finds it, or a path
 *
 * Returns: (transfer full) (nullable): %NULL if it is not there
 */
PbLibrary *
pb_library_open (const gchar *name)
{
  return (PbLibrary *) dlopen (name, RTLD_NOW | RTLD_LOCAL);
}

/**
 * pb_library_close:
 * @library: (transfer full): a library; its functions are gone
 */
void
pb_library_close (PbLibrary *library)
{
  dlclose (library);
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
  const gpointer found = dlsym (library, function);

  /* Pointers to functions and to objects are of one size, here and on
   * Windows. */
  memcpy (address, &found, sizeof found);
  return found != NULL;
}
