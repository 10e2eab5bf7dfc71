/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The child reads a pipe; its end is the wish to end. Without GLib's helper
 * program, which would be one more between the two. */
#include "keeper/pb-child.h"

#include <gio/gio.h>
#include <windows.h>

struct _PbChild {
  HANDLE process;
  HANDLE pipe; /* our end */
  guint watch;
  PbChildEnded ended;
  gpointer user_data;
};

static gboolean
set_error (GError **error, const gchar *what)
{
  const DWORD failed = GetLastError ();
  g_autofree gchar *words = g_win32_error_message ((gint) failed);

  g_set_error (error, G_IO_ERROR, g_io_error_from_win32_error ((gint) failed),
      "%s: %s", what, words);
  return FALSE;
}

static void
on_ended (GPid pid, gint status, gpointer user_data)
{
  PbChild *self = user_data;
  DWORD code = 1;

  self->watch = 0;
  GetExitCodeProcess (self->process, &code);
  self->ended (code, self->user_data);
}

/* The child gets @theirs for its stdin, and no copy of ours: its end would never
 * come. */
static gboolean
make_pipe (HANDLE *ours, HANDLE *theirs, GError **error)
{
  SECURITY_ATTRIBUTES inherited = { .nLength = sizeof inherited,
    .bInheritHandle = TRUE };

  if (!CreatePipe (theirs, ours, &inherited, 0))
    return set_error (error, "no pipe");
  SetHandleInformation (*ours, HANDLE_FLAG_INHERIT, 0);
  return TRUE;
}

static gboolean
create (PbChild *self, HANDLE theirs, PbPulse *pulse, GError **error)
{
  WCHAR program[MAX_PATH];
  g_autofree gunichar2 *line = NULL;
  g_autofree gchar *handle = g_strdup_printf (
      "%" G_GINTPTR_FORMAT, pulse != NULL ? pb_pulse_get_handle (pulse) : -1);
  STARTUPINFOW about = { .cb = sizeof about, .dwFlags = STARTF_USESTDHANDLES };
  PROCESS_INFORMATION made;
  gboolean ok;

  /* As this process was started; CreateProcessW() may write into it. */
  line = g_memdup2 (
      GetCommandLineW (), (wcslen (GetCommandLineW ()) + 1) * sizeof (WCHAR));
  if (GetModuleFileNameW (NULL, program, G_N_ELEMENTS (program))
      >= G_N_ELEMENTS (program)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG,
        "the program's path is too long");
    return FALSE;
  }
  about.hStdInput = theirs;
  about.hStdOutput = GetStdHandle (STD_OUTPUT_HANDLE);
  about.hStdError = GetStdHandle (STD_ERROR_HANDLE);
  SetEnvironmentVariableA (PB_CHILD_VARIABLE, handle);
  ok = CreateProcessW (program, (WCHAR *) line, NULL, NULL, TRUE,
      CREATE_NO_WINDOW, NULL, NULL, &about, &made);
  if (!ok)
    set_error (error, "this program cannot be started once more");
  SetEnvironmentVariableA (PB_CHILD_VARIABLE, NULL);
  if (!ok)
    return FALSE;
  CloseHandle (made.hThread);
  self->process = made.hProcess;
  return TRUE;
}

PbChild *
pb_child_start (gchar *const *argv, PbPulse *pulse, PbChildEnded ended,
    gpointer user_data, GError **error)
{
  PbChild *self = g_new0 (PbChild, 1);
  HANDLE theirs;
  gboolean ok;

  self->ended = ended;
  self->user_data = user_data;
  if (!make_pipe (&self->pipe, &theirs, error)) {
    g_free (self);
    return NULL;
  }
  ok = create (self, theirs, pulse, error);
  CloseHandle (theirs);
  if (!ok) {
    CloseHandle (self->pipe);
    g_free (self);
    return NULL;
  }
  self->watch = g_child_watch_add (self->process, on_ended, self);
  return self;
}

guint64
pb_child_get_id (PbChild *child)
{
  return GetProcessId (child->process);
}

void
pb_child_ask_to_end (PbChild *child)
{
  if (child->pipe != NULL)
    CloseHandle (child->pipe);
  child->pipe = NULL;
}

void
pb_child_kill (PbChild *child)
{
  TerminateProcess (child->process, 1);
}

void
pb_child_free (PbChild *child)
{
  g_clear_handle_id (&child->watch, g_source_remove);
  pb_child_ask_to_end (child);
  CloseHandle (child->process);
  g_free (child);
}

void
pb_child_wait_for_the_wish (void)
{
  const HANDLE pipe = GetStdHandle (STD_INPUT_HANDLE);
  gchar byte;
  DWORD n;

  while (ReadFile (pipe, &byte, 1, &n, NULL) && n > 0)
    ;
}

void
pb_child_vanish (void)
{
  TerminateProcess (GetCurrentProcess (), 1);
}
