/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A driver can hang or crash: it does so in a child, which has a time limit. */
#include "encoderprobe.h"

#include "probecache.h"
#include "probeos.h"

#include <gio/gio.h>
#include <gst/gst.h>
#include <string.h>

#ifdef G_OS_WIN32
#define PROGRAM "pitbox-encoder-probe.exe"
#else
#define PROGRAM "pitbox-encoder-probe"
#endif
/* Exit codes of the program; whatever else comes is the driver's. */
#define EXIT_FAILED 1
/* lib/x86_64-linux-gnu/gstreamer-1.0 is three below the prefix. */
#define MAX_LEVELS 4
/* What the program says, and no more of it, is read. */
#define MAX_OUTPUT_BYTES 2048
/* A process that was killed is gone in less, or stuck in its driver for good:
 * then nobody waits for it. */
#define KILL_WAIT_MS 1000
/* It has ended, and its words lie in the pipe. */
#define READ_WAIT_MS 500

/* One asynchronous call that is waited for. */
typedef struct {
  GMainLoop *loop;
  gboolean over; /* its callback came */
  gboolean ok;
} Wait;

static gchar *
if_program (gchar *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
    return path;
  g_free (path);
  return NULL;
}

/**
 * encoder_probe_find_program:
 * @plugin_file: (nullable): where this plugin's file is
 *
 * Beside the plugin (an uninstalled build), in the bin folder of the tree that
 * it lies in, where it was meant to be installed, then in PATH.
 *
 * Returns: (transfer full) (nullable): the program's path
 */
gchar *
encoder_probe_find_program (const gchar *plugin_file)
{
  g_autofree gchar *dir =
      plugin_file != NULL ? g_path_get_dirname (plugin_file) : NULL;
  gchar *found;

  for (guint i = 0; dir != NULL && i <= MAX_LEVELS; i++) {
    gchar *up;

    found = if_program (i == 0 ? g_build_filename (dir, PROGRAM, NULL)
                               : g_build_filename (dir, "bin", PROGRAM, NULL));
    if (found != NULL)
      return found;
    up = g_path_get_dirname (dir);
    g_free (dir);
    dir = up;
  }
  found = if_program (g_build_filename (PITBOX_BINDIR, PROGRAM, NULL));
  return found != NULL ? found : g_find_program_in_path (PROGRAM);
}

static gboolean
on_timeout (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

static void
end (Wait *wait, gboolean ok)
{
  wait->over = TRUE;
  wait->ok = ok;
  g_main_loop_quit (wait->loop);
}

static void
on_exited (GObject *object, GAsyncResult *result, gpointer user_data)
{
  end (user_data,
      g_subprocess_wait_finish (G_SUBPROCESS (object), result, NULL));
}

static void
on_read (GObject *object, GAsyncResult *result, gpointer user_data)
{
  end (user_data, g_input_stream_read_all_finish (
                      G_INPUT_STREAM (object), result, NULL, NULL));
}

/* Runs the context until the call is over, or cancels it when time is. */
static gboolean
wait_for (Wait *wait, GCancellable *cancel, guint timeout_ms)
{
  GMainContext *context = g_main_loop_get_context (wait->loop);
  g_autoptr (GSource) timer = g_timeout_source_new (timeout_ms);

  g_source_set_callback (timer, on_timeout, wait->loop, NULL);
  g_source_attach (timer, context);
  g_main_loop_run (wait->loop);
  g_source_destroy (timer);
  g_cancellable_cancel (cancel);
  while (!wait->over)
    g_main_context_iteration (context, TRUE);
  return wait->ok;
}

static gboolean
wait_for_exit (GMainContext *context, GSubprocess *child, guint timeout_ms)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GCancellable) cancel = g_cancellable_new ();
  Wait wait = { loop };

  g_subprocess_wait_async (child, cancel, on_exited, &wait);
  return wait_for (&wait, cancel, timeout_ms);
}

/* The first line of what an ended child said. A program that writes more than
 * its pipe holds blocks, and runs out of time; one that left the pipe to a
 * process of its own is not waited for either. */
static gchar *
read_line (GMainContext *context, GSubprocess *child)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GCancellable) cancel = g_cancellable_new ();
  gchar text[MAX_OUTPUT_BYTES + 1] = "";
  Wait wait = { loop };

  g_input_stream_read_all_async (g_subprocess_get_stdout_pipe (child), text,
      MAX_OUTPUT_BYTES, G_PRIORITY_DEFAULT, cancel, on_read, &wait);
  wait_for (&wait, cancel, READ_WAIT_MS);
  text[strcspn (text, "\r\n")] = '\0';
  return text[0] != '\0' ? g_utf8_make_valid (text, -1) : NULL;
}

static EncoderProbe
verdict (GMainContext *context, GSubprocess *child, gchar **reason)
{
  gint status;

  if (!g_subprocess_get_if_exited (child)) {
    *reason = g_strdup_printf ("signal %d", g_subprocess_get_term_sig (child));
    return ENCODER_PROBE_CRASHED;
  }
  status = g_subprocess_get_exit_status (child);
  if (status == 0)
    return ENCODER_PROBE_WORKS;
  if (status == EXIT_FAILED) {
    *reason = read_line (context, child);
    return ENCODER_PROBE_FAILED;
  }
  /* Windows tells a crash by the exit code alone, 0xc0000005 and the like. */
  *reason = g_strdup_printf ("exit code 0x%x", (guint) status);
  return ENCODER_PROBE_CRASHED;
}

static EncoderProbe
run (GMainContext *context, const gchar *const *argv, guint timeout_ms,
    gchar **reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child = g_subprocess_newv (argv,
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
      &error);

  if (child == NULL) {
    *reason = g_strdup (error->message);
    return ENCODER_PROBE_IMPOSSIBLE;
  }
  if (!wait_for_exit (context, child, timeout_ms)) {
    g_subprocess_force_exit (child);
    wait_for_exit (context, child, KILL_WAIT_MS);
    *reason = g_strdup_printf ("no answer within %u ms", timeout_ms);
    return ENCODER_PROBE_HUNG;
  }
  return verdict (context, child, reason);
}

/**
 * encoder_probe_run:
 * @program: pitbox-encoder-probe
 * @arguments: (array zero-terminated=1): for it
 * @timeout_ms: how long it may take, ms
 * @reason: (out) (transfer full) (nullable): what it said, or what became of it
 *
 * Blocks for @timeout_ms, and a second more where a killed process stays, at
 * most. Any thread.
 *
 * Returns: the outcome
 */
EncoderProbe
encoder_probe_run (const gchar *program, const gchar *const *arguments,
    guint timeout_ms, gchar **reason)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  EncoderProbe probe;

  *reason = NULL;
  g_ptr_array_add (argv, (gpointer) program);
  for (guint i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) arguments[i]);
  g_ptr_array_add (argv, NULL);
  g_main_context_push_thread_default (context);
  probe = run (context, (const gchar *const *) argv->pdata, timeout_ms, reason);
  g_main_context_pop_thread_default (context);
  return probe;
}

/* What an answer belongs to; the texts are the caller's. */
static ProbeKey
key_of (const EncoderCandidate *candidate, EncoderMemory memory,
    const gchar *gstreamer, const gchar *machine)
{
  return (ProbeKey){ candidate->factory, encoder_memory_to_string (memory),
    gstreamer, candidate->version, machine };
}

/**
 * encoder_probe_recall:
 * @candidate: gets its probe and reason
 * @codec: of the output
 * @memory: where the pictures are
 *
 * The answer that is kept, if it holds; nothing is tried. Any thread.
 */
void
encoder_probe_recall (
    EncoderCandidate *candidate, EncoderCodec codec, EncoderMemory memory)
{
  g_autofree gchar *path = probe_cache_get_path ();
  g_autofree gchar *machine = probe_os_identity ();
  g_autofree gchar *gstreamer = gst_version_string ();
  const ProbeKey key = key_of (candidate, memory, gstreamer, machine);

  g_clear_pointer (&candidate->reason, g_free);
  candidate->probe = probe_cache_read (
      path, &key, g_get_real_time () / G_USEC_PER_SEC, &candidate->reason);
}

/**
 * encoder_probe_candidate:
 * @candidate: gets its probe and reason
 * @codec: of the output
 * @memory: where the pictures are
 * @program: (nullable): pitbox-encoder-probe; %NULL: there is none
 * @timeout_ms: how long it may take, ms
 *
 * Takes the answer from the cache where there is one that holds. Blocks as
 * encoder_probe_run() does. Any thread.
 */
void
encoder_probe_candidate (EncoderCandidate *candidate, EncoderCodec codec,
    EncoderMemory memory, const gchar *program, guint timeout_ms)
{
  g_autofree gchar *path = probe_cache_get_path ();
  g_autofree gchar *machine = probe_os_identity ();
  g_autofree gchar *gstreamer = gst_version_string ();
  const gchar *arguments[] = { encoder_codec_to_string (codec),
    candidate->factory, encoder_memory_to_string (memory), NULL };
  const ProbeKey key = key_of (candidate, memory, gstreamer, machine);
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&candidate->reason, g_free);
  candidate->probe = probe_cache_read (path, &key, now_s, &candidate->reason);
  if (candidate->probe != ENCODER_PROBE_UNKNOWN)
    return;
  if (program == NULL) {
    candidate->probe = ENCODER_PROBE_IMPOSSIBLE;
    candidate->reason = g_strdup (PROGRAM " is not installed");
    return;
  }
  candidate->probe =
      encoder_probe_run (program, arguments, timeout_ms, &candidate->reason);
  if (candidate->probe != ENCODER_PROBE_IMPOSSIBLE
      && !probe_cache_write (
          path, &key, now_s, candidate->probe, candidate->reason, &error))
    GST_WARNING ("%s: %s", path, error->message);
}
