/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A report for people and a small dump, made by a thread that waits for
 * nothing else: who crashed may have no stack left. Nothing here allocates. */
#include "pb-crash.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* clang-format off: windows.h comes before what builds on it */
#include <windows.h>
#include <dbghelp.h>
/* clang-format on */

#define MAX_FRAMES 48
#define LINE_BYTES 400
/* Then the process ends without the rest of its report. */
#define REPORT_TIMEOUT_MS 10000

typedef BOOL (WINAPI *WriteDump) (HANDLE, DWORD, HANDLE, MINIDUMP_TYPE,
    PMINIDUMP_EXCEPTION_INFORMATION, PMINIDUMP_USER_STREAM_INFORMATION,
    PMINIDUMP_CALLBACK_INFORMATION);

static struct {
  WCHAR folder[MAX_PATH];
  char version[32];
  ULONGLONG started_ms;
  HANDLE crashed, done;
  volatile LONG n_crashes;
  EXCEPTION_POINTERS *what;
  DWORD thread;
} crash;

static const struct {
  DWORD code;
  const char *words;
} names[] = {
  { EXCEPTION_ACCESS_VIOLATION, "access violation" },
  { EXCEPTION_STACK_OVERFLOW, "stack overflow" },
  { EXCEPTION_BREAKPOINT, "breakpoint: the program gave up by itself" },
  { EXCEPTION_ILLEGAL_INSTRUCTION, "illegal instruction" },
  { EXCEPTION_INT_DIVIDE_BY_ZERO, "division by zero" },
  { EXCEPTION_IN_PAGE_ERROR, "a page could not be read from its file" },
  { 0xc0000374, "the heap is damaged" },
  { 0xe06d7363, "a C++ exception" },
};

static void
say (HANDLE file, const char *format, ...)
{
  char line[LINE_BYTES];
  va_list args;
  DWORD written;
  int n;

  va_start (args, format);
  n = vsnprintf (line, sizeof line, format, args);
  va_end (args);
  if (n > 0)
    WriteFile (
        file, line, (DWORD) MIN (n, (int) sizeof line - 1), &written, NULL);
}

static const char *
name_of (DWORD code)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].code == code)
      return names[i].words;
  return "see winnt.h";
}

/* Module and offset; of its path the last part, which names no user. */
static void
say_place (HANDLE file, const char *before, DWORD64 address)
{
  HMODULE module = NULL;
  char path[MAX_PATH] = "";
  const char *name = path;

  if (!GetModuleHandleExA (GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS
                               | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
          (LPCSTR) (guintptr) address, &module)
      || GetModuleFileNameA (module, path, sizeof path - 1) == 0) {
    say (file, "%s0x%llx\r\n", before, (unsigned long long) address);
    return;
  }
  for (const char *c = path; *c != '\0'; c++)
    if (*c == '\\' || *c == '/')
      name = c + 1;
  say (file, "%s%s+0x%llx\r\n", before, name,
      (unsigned long long) (address - (DWORD64) (guintptr) module));
}

static void
say_stack (HANDLE file, CONTEXT context)
{
  say (file, "\r\nstack, the innermost first\r\n");
  for (int i = 0; i < MAX_FRAMES && context.Rip != 0; i++) {
    DWORD64 base, frame;
    void *data = NULL;
    PRUNTIME_FUNCTION function =
        RtlLookupFunctionEntry (context.Rip, &base, NULL);

    say_place (file, "  ", context.Rip);
    if (function != NULL)
      RtlVirtualUnwind (UNW_FLAG_NHANDLER, base, context.Rip, function,
          &context, &data, &frame, NULL);
    else if (!IsBadReadPtr ((void *) context.Rsp, sizeof (DWORD64))) {
      /* A function that calls none, or a jump to nowhere. */
      context.Rip = *(DWORD64 *) context.Rsp;
      context.Rsp += sizeof (DWORD64);
    } else
      return;
  }
}

static void
say_all (HANDLE file, const SYSTEMTIME *now)
{
  const EXCEPTION_RECORD *record = crash.what->ExceptionRecord;

  say (file,
      "PitBox Relay %s has crashed. This file and the one beside it help "
      "whoever "
      "mends it;\r\nneither holds a passphrase, a token or a name of "
      "yours.\r\n\r\n"
      "time      %04d-%02d-%02dT%02d:%02d:%02dZ, after %llu s\r\n"
      "process   %lu, thread %lu\r\n"
      "what      0x%08lx, %s\r\n",
      crash.version, now->wYear, now->wMonth, now->wDay, now->wHour,
      now->wMinute, now->wSecond,
      (unsigned long long) (GetTickCount64 () - crash.started_ms) / 1000,
      GetCurrentProcessId (), crash.thread, record->ExceptionCode,
      name_of (record->ExceptionCode));
  if (record->ExceptionCode == EXCEPTION_ACCESS_VIOLATION
      && record->NumberParameters >= 2)
    say (file, "address   0x%llx, %s\r\n",
        (unsigned long long) record->ExceptionInformation[1],
        record->ExceptionInformation[0] == 0   ? "read"
        : record->ExceptionInformation[0] == 1 ? "written"
                                               : "executed");
  say_place (file, "where     ", (DWORD64) (guintptr) record->ExceptionAddress);
  say_stack (file, *crash.what->ContextRecord);
}

static HANDLE
create (const SYSTEMTIME *now, const WCHAR *ending)
{
  WCHAR path[MAX_PATH + 64];

  _snwprintf (path, G_N_ELEMENTS (path),
      L"%ls\\crash-%04d%02d%02dT%02d%02d%02d-%lu.%ls", crash.folder, now->wYear,
      now->wMonth, now->wDay, now->wHour, now->wMinute, now->wSecond,
      GetCurrentProcessId (), ending);
  path[G_N_ELEMENTS (path) - 1] = 0;
  return CreateFileW (
      path, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_NEW, 0, NULL);
}

/* Of the stacks only what leads from frame to frame: what stood in them may
 * have been a passphrase. Of modules no path: it has the user's name in it. */
static void
write_dump (HANDLE file)
{
  MINIDUMP_EXCEPTION_INFORMATION about = { crash.thread, crash.what, FALSE };
  HMODULE library = LoadLibraryW (L"dbghelp.dll");
  WriteDump write_it = library != NULL ? (WriteDump) (void (*) (
                           void)) GetProcAddress (library, "MiniDumpWriteDump")
                                       : NULL;

  if (write_it != NULL)
    write_it (GetCurrentProcess (), GetCurrentProcessId (), file,
        MiniDumpNormal | MiniDumpFilterMemory | MiniDumpFilterModulePaths,
        &about, NULL, NULL);
}

static DWORD WINAPI
report (void *data)
{
  SYSTEMTIME now;
  HANDLE file;

  WaitForSingleObject (crash.crashed, INFINITE);
  GetSystemTime (&now);
  file = create (&now, L"txt");
  if (file != INVALID_HANDLE_VALUE) {
    say_all (file, &now);
    CloseHandle (file);
  }
  file = create (&now, L"dmp");
  if (file != INVALID_HANDLE_VALUE) {
    write_dump (file);
    CloseHandle (file);
  }
  SetEvent (crash.done);
  return 0;
}

/* The first who crashes is told of; the process ends with the exception's
 * number, and whoever started it sees that. */
static LONG WINAPI
on_crash (EXCEPTION_POINTERS *what)
{
  if (InterlockedIncrement (&crash.n_crashes) == 1) {
    crash.what = what;
    crash.thread = GetCurrentThreadId ();
    SetEvent (crash.crashed);
  }
  WaitForSingleObject (crash.done, REPORT_TIMEOUT_MS);
  TerminateProcess (GetCurrentProcess (), what->ExceptionRecord->ExceptionCode);
  return EXCEPTION_EXECUTE_HANDLER;
}

void
pb_crash_init (const gchar *folder, const gchar *version)
{
  g_autofree gunichar2 *wide = g_utf8_to_utf16 (folder, -1, NULL, NULL, NULL);
  HANDLE thread;

  g_mkdir_with_parents (folder, 0700);
  pb_crash_forget_old (folder);
  if (wide == NULL || wcslen ((WCHAR *) wide) >= MAX_PATH)
    return;
  wcscpy (crash.folder, (WCHAR *) wide);
  g_strlcpy (crash.version, version, sizeof crash.version);
  crash.started_ms = GetTickCount64 ();
  crash.crashed = CreateEventW (NULL, TRUE, FALSE, NULL);
  crash.done = CreateEventW (NULL, TRUE, FALSE, NULL);
  thread = CreateThread (NULL, 65536, report, NULL, 0, NULL);
  if (thread == NULL)
    return;
  CloseHandle (thread);
  /* No window that asks what to do: nobody sits before it. */
  SetErrorMode (SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
  SetUnhandledExceptionFilter (on_crash);
}
