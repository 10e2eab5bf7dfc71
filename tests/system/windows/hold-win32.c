/* SPDX-License-Identifier: LGPL-2.1-or-later
 * hold FILE: has it open so that nobody else may write, as a virus scanner does,
 * until its own input ends. */
#include <stdio.h>
#include <windows.h>

int
wmain (int argc, wchar_t **argv)
{
  HANDLE file = argc == 2 ? CreateFileW (argv[1], GENERIC_READ, FILE_SHARE_READ,
                    NULL, OPEN_EXISTING, 0, NULL)
                          : INVALID_HANDLE_VALUE;

  if (file == INVALID_HANDLE_VALUE)
    return 1;
  puts ("held");
  fflush (stdout);
  getchar ();
  CloseHandle (file);
  return 0;
}
