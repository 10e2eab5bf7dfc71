/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What befalls a program on a driver's PC: strike
 * crash|close|freeze|shutdown|wake|kill PID; strike list PROGRAM says which run and
 * who started them; strike image NAME FILE keeps what a mapping holds now; strike
 * trust FILE makes a certificate (DER) one of this user's roots, as an admin does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off: windows.h comes before what builds on it */
#include <windows.h>
#include <tlhelp32.h>
#include <wincrypt.h>
/* clang-format on */

#define ANSWER_TIMEOUT_MS 10000

typedef struct {
  DWORD pid;
  HWND window;
} Search;

static BOOL CALLBACK
on_window (HWND window, LPARAM data)
{
  Search *search = (Search *) data;
  WCHAR name[64] = { 0 };
  DWORD pid = 0;

  GetWindowThreadProcessId (window, &pid);
  GetClassNameW (window, name, 63);
  if (pid != search->pid || wcscmp (name, L"PitBoxRelayProgram") != 0)
    return TRUE;
  search->window = window;
  return FALSE;
}

static int
tell (DWORD pid, UINT message, WPARAM wparam)
{
  Search search = { pid, NULL };
  DWORD_PTR answer = 0;

  EnumWindows (on_window, (LPARAM) &search);
  if (search.window == NULL) {
    fprintf (stderr, "process %lu has no window of ours\n", pid);
    return 1;
  }
  return !SendMessageTimeoutW (search.window, message, wparam, 0, SMTO_NORMAL,
      ANSWER_TIMEOUT_MS, &answer);
}

/* A thread that begins nowhere, in a process that runs. */
static int
crash (DWORD pid)
{
  HANDLE process = OpenProcess (PROCESS_ALL_ACCESS, FALSE, pid);
  HANDLE thread = process != NULL ? CreateRemoteThread (process, NULL, 0,
                      (LPTHREAD_START_ROUTINE) (UINT_PTR) 16, NULL, 0, NULL)
                                  : NULL;

  return thread == NULL;
}

/* All of its threads stand still for ever. */
static int
freeze (DWORD pid)
{
  HANDLE all = CreateToolhelp32Snapshot (TH32CS_SNAPTHREAD, 0);
  THREADENTRY32 entry = { .dwSize = sizeof entry };
  int n = 0;

  for (BOOL ok = Thread32First (all, &entry); ok;
       ok = Thread32Next (all, &entry)) {
    HANDLE thread = entry.th32OwnerProcessID == pid ? OpenThread (
                        THREAD_SUSPEND_RESUME, FALSE, entry.th32ThreadID)
                                                    : NULL;

    if (thread != NULL && SuspendThread (thread) != (DWORD) -1)
      n++;
  }
  return n == 0;
}

static int
kill_it (DWORD pid)
{
  HANDLE process = OpenProcess (PROCESS_TERMINATE, FALSE, pid);

  return process == NULL || !TerminateProcess (process, 1);
}

static int
list (const char *program)
{
  HANDLE all = CreateToolhelp32Snapshot (TH32CS_SNAPPROCESS, 0);
  PROCESSENTRY32 entry = { .dwSize = sizeof entry };

  for (BOOL ok = Process32First (all, &entry); ok;
       ok = Process32Next (all, &entry))
    if (_stricmp (entry.szExeFile, program) == 0)
      printf ("%lu %lu\n", entry.th32ProcessID, entry.th32ParentProcessID);
  return 0;
}

static int
write_file (const char *path, const void *bytes, size_t size)
{
  FILE *file = fopen (path, "wb");
  int ok = file != NULL && fwrite (bytes, 1, size, file) == size;

  if (file != NULL)
    ok = fclose (file) == 0 && ok;
  return !ok;
}

static int
keep_image (const char *name, const char *path)
{
  HANDLE mapping = OpenFileMappingA (FILE_MAP_READ, FALSE, name);
  const void *view =
      mapping != NULL ? MapViewOfFile (mapping, FILE_MAP_READ, 0, 0, 0) : NULL;
  MEMORY_BASIC_INFORMATION about;

  if (view == NULL || VirtualQuery (view, &about, sizeof about) == 0)
    return 1;
  return write_file (path, view, about.RegionSize);
}

static int
trust (const char *path)
{
  static BYTE bytes[65536];
  FILE *file = fopen (path, "rb");
  DWORD size = file != NULL ? (DWORD) fread (bytes, 1, sizeof bytes, file) : 0;
  HCERTSTORE store = CertOpenStore (
      CERT_STORE_PROV_SYSTEM_A, 0, 0, CERT_SYSTEM_STORE_CURRENT_USER, "ROOT");

  if (store == NULL
      || !CertAddEncodedCertificateToStore (store, X509_ASN_ENCODING, bytes,
          size, CERT_STORE_ADD_REPLACE_EXISTING, NULL))
    return 1;
  return !CertCloseStore (store, 0);
}

int
main (int argc, char **argv)
{
  const char *what = argc > 2 ? argv[1] : "";
  const DWORD pid = argc > 2 ? (DWORD) strtoul (argv[2], NULL, 10) : 0;

  if (strcmp (what, "crash") == 0)
    return crash (pid);
  if (strcmp (what, "freeze") == 0)
    return freeze (pid);
  if (strcmp (what, "close") == 0)
    return tell (pid, WM_CLOSE, 0);
  if (strcmp (what, "shutdown") == 0) {
    /* The second one is not answered by who ends of it. */
    if (tell (pid, WM_QUERYENDSESSION, 0) != 0)
      return 1;
    tell (pid, WM_ENDSESSION, TRUE);
    return 0;
  }
  if (strcmp (what, "wake") == 0)
    return tell (pid, WM_POWERBROADCAST, PBT_APMRESUMEAUTOMATIC);
  if (strcmp (what, "kill") == 0)
    return kill_it (pid);
  if (strcmp (what, "list") == 0)
    return list (argv[2]);
  if (strcmp (what, "trust") == 0)
    return trust (argv[2]);
  if (strcmp (what, "image") == 0 && argc == 4)
    return keep_image (argv[2], argv[3]);
  return 2;
}
