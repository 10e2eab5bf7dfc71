/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Signals and exact waits on POSIX systems. */
#include "sim-host.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t quit, paused;

static void
on_quit (int number)
{
  quit = 1;
}

static void
on_pause (int number)
{
  paused = !paused;
}

/* SIGINT, SIGTERM and SIGHUP end the run, SIGUSR1 pauses it and goes on. */
void
sim_host_init (void)
{
  struct sigaction action = { .sa_handler = on_quit };

  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGHUP, &action, NULL);
  action.sa_handler = on_pause;
  sigaction (SIGUSR1, &action, NULL);
  /* Whoever read the progress line has gone: the race goes on, and its shared
   * memory is taken away at its end. */
  action.sa_handler = SIG_IGN;
  sigaction (SIGPIPE, &action, NULL);
}

gboolean
sim_host_wants_quit (void)
{
  return quit != 0;
}

gboolean
sim_host_wants_pause (void)
{
  return paused != 0;
}

/* Sleeps until that moment of g_get_monotonic_time(); a signal ends it. */
void
sim_host_wait_until (gint64 monotonic_us)
{
  const struct timespec until = {
    .tv_sec = (time_t) (monotonic_us / G_USEC_PER_SEC),
    .tv_nsec = (long) (monotonic_us % G_USEC_PER_SEC) * 1000,
  };

  clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

gboolean
sim_host_stderr_is_terminal (void)
{
  return isatty (STDERR_FILENO) == 1;
}

/* CPU time of a process since its start; below 0: there is none such. */
gint64
sim_host_get_cpu_us (gint64 pid)
{
  struct timespec time;
  clockid_t id;

  if (clock_getcpuclockid ((pid_t) pid, &id) != 0
      || clock_gettime (id, &time) != 0)
    return -1;
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* A new file for fwrite() and fclose(); NULL with errno set. */
FILE *
sim_host_open (const gchar *path)
{
  return fopen (path, "wb");
}

/* Ends the process as a crash does: nothing is cleaned up. */
void
sim_host_crash (void)
{
  raise (SIGKILL);
  abort ();
}
