/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The child reads a pipe; its end is the wish to end. */
#include "keeper/pb-child.h"

#include <errno.h>
#include <gio/gio.h>
#include <unistd.h>

/* As shells have it: not 0, and not 2. */
#define BY_SIGNAL 128
/* The first one that no program has by custom. */
#define PULSE_FD 3

struct _PbChild {
  GSubprocess *process;
  GCancellable *cancellable;
  PbChildEnded ended;
  gpointer user_data;
};

static void
on_ended (GObject *process, GAsyncResult *result, gpointer user_data)
{
  PbChild *self = user_data;
  g_autoptr (GError) error = NULL;

  g_subprocess_wait_finish (G_SUBPROCESS (process), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (g_subprocess_get_if_exited (G_SUBPROCESS (process)))
    self->ended (
        (guint32) g_subprocess_get_exit_status (G_SUBPROCESS (process)),
        self->user_data);
  else
    self->ended (
        BY_SIGNAL
            + (guint32) g_subprocess_get_term_sig (G_SUBPROCESS (process)),
        self->user_data);
}

/**
 * pb_child_start:
 * @argv: the program and its options, up to %NULL; on Windows this process's
 *   own count
 * @pulse: (nullable): which it joins by %PB_CHILD_VARIABLE
 * @ended: called once, unless the child is freed first
 * @user_data: for @ended
 * @error: why it cannot be started
 *
 * Main thread only, as everything here.
 *
 * Returns: (transfer full): it runs; %NULL on error
 */
PbChild *
pb_child_start (gchar *const *argv, PbPulse *pulse, PbChildEnded ended,
    gpointer user_data, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE);
  g_autofree gchar *handle =
      g_strdup_printf ("%d", pulse != NULL ? PULSE_FD : -1);
  GSubprocess *process;
  PbChild *self;

  if (pulse != NULL)
    g_subprocess_launcher_take_fd (
        launcher, dup ((gint) pb_pulse_get_handle (pulse)), PULSE_FD);
  g_subprocess_launcher_setenv (launcher, PB_CHILD_VARIABLE, handle, TRUE);
  process = g_subprocess_launcher_spawnv (
      launcher, (const gchar *const *) argv, error);
  if (process == NULL)
    return NULL;
  self = g_new0 (PbChild, 1);
  self->process = process;
  self->cancellable = g_cancellable_new ();
  self->ended = ended;
  self->user_data = user_data;
  g_subprocess_wait_async (process, self->cancellable, on_ended, self);
  return self;
}

/**
 * pb_child_get_id:
 *
 * Returns: its number at the system
 */
guint64
pb_child_get_id (PbChild *child)
{
  const gchar *id = g_subprocess_get_identifier (child->process);

  return id != NULL ? g_ascii_strtoull (id, NULL, 10) : 0;
}

/**
 * pb_child_ask_to_end:
 *
 * It does what is still to be done, and ends.
 */
void
pb_child_ask_to_end (PbChild *child)
{
  g_output_stream_close (
      g_subprocess_get_stdin_pipe (child->process), NULL, NULL);
}

/**
 * pb_child_kill:
 *
 * It ends at once.
 */
void
pb_child_kill (PbChild *child)
{
  g_subprocess_force_exit (child->process);
}

/**
 * pb_child_free:
 * @child: (transfer full): one that has ended, or that ends by itself now
 */
void
pb_child_free (PbChild *child)
{
  g_cancellable_cancel (child->cancellable);
  g_object_unref (child->cancellable);
  g_object_unref (child->process);
  g_free (child);
}

/**
 * pb_child_wait_for_the_wish:
 *
 * In the child, in a thread of its own: returns when whoever started this
 * process wants it to end, or is gone.
 */
void
pb_child_wait_for_the_wish (void)
{
  gchar byte;
  gssize n;

  do
    n = read (STDIN_FILENO, &byte, 1);
  while (n > 0 || (n < 0 && errno == EINTR));
}

/**
 * pb_child_vanish:
 *
 * In the child: ends this process at once, whatever hangs in it.
 */
void
pb_child_vanish (void)
{
  _exit (1);
}
