/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The Unix socket that commands come from: a line in, a line out. It is asked
 * between two rows and never waited for. */
#include "sim-control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_CLIENTS 8
#define MAX_LINE 1024
/* From the start of a simulator until it listens, and for an answer. */
#define ASK_PATIENCE_S 5
#define ASK_POLL_US 20000

typedef struct {
  int fd; /* -1: free */
  gchar line[MAX_LINE];
  gsize length;
} Client;

struct SimControl {
  int fd;
  gchar *path;
  Client clients[MAX_CLIENTS];
};

G_DEFINE_QUARK (pitbox - sim - control - error - quark, sim_control_error)

static gboolean
set_error (GError **error, const gchar *path, const gchar *what)
{
  g_set_error (error, SIM_CONTROL_ERROR, SIM_CONTROL_ERROR_SOCKET,
      "cannot make the control socket %s: %s", path, what);
  return FALSE;
}

/* A socket that a crashed run left behind is taken away; nothing else is. */
static gboolean
clear_way (const struct sockaddr_un *address, GError **error)
{
  struct stat found;
  int fd, result;

  if (lstat (address->sun_path, &found) != 0)
    return TRUE;
  if (!S_ISSOCK (found.st_mode))
    return set_error (error, address->sun_path, "there is a file of that name");
  fd = socket (AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0)
    return set_error (error, address->sun_path, g_strerror (errno));
  result = connect (fd, (const struct sockaddr *) address, sizeof *address);
  close (fd);
  if (result == 0)
    return set_error (error, address->sun_path, "another pitbox-sim uses it");
  unlink (address->sun_path);
  return TRUE;
}

static gboolean
listen_at (SimControl *control, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  if (g_strlcpy (address.sun_path, control->path, sizeof address.sun_path)
      >= sizeof address.sun_path)
    return set_error (error, control->path, "the path is too long");
  if (!clear_way (&address, error))
    return FALSE;
  control->fd = socket (AF_UNIX, SOCK_STREAM, 0);
  if (control->fd < 0 || fcntl (control->fd, F_SETFD, FD_CLOEXEC) != 0
      || fcntl (control->fd, F_SETFL, O_NONBLOCK) != 0
      || bind (control->fd, (struct sockaddr *) &address, sizeof address) != 0
      || chmod (control->path, 0600) != 0
      || listen (control->fd, MAX_CLIENTS) != 0)
    return set_error (error, control->path, g_strerror (errno));
  return TRUE;
}

/* Listens at the path, for the user alone. */
SimControl *
sim_control_new (const gchar *path, GError **error)
{
  SimControl *control = g_new0 (SimControl, 1);

  control->path = g_strdup (path);
  control->fd = -1;
  for (guint i = 0; i < MAX_CLIENTS; i++)
    control->clients[i].fd = -1;
  if (listen_at (control, error))
    return control;
  if (control->fd >= 0)
    close (control->fd);
  g_free (control->path);
  g_free (control);
  return NULL;
}

static void
drop (Client *client)
{
  close (client->fd);
  client->fd = -1;
  client->length = 0;
}

void
sim_control_free (SimControl *control)
{
  if (control == NULL)
    return;
  for (guint i = 0; i < MAX_CLIENTS; i++)
    if (control->clients[i].fd >= 0)
      drop (&control->clients[i]);
  close (control->fd);
  unlink (control->path);
  g_free (control->path);
  g_free (control);
}

static void
answer (Client *client, const gchar *text)
{
  g_autofree gchar *line = g_strconcat (text, "\n", NULL);
  const gsize length = strlen (line);

  /* A client that does not read its answers is not waited for. */
  if (send (client->fd, line, length, MSG_NOSIGNAL | MSG_DONTWAIT)
      != (gssize) length)
    drop (client);
}

static void
take_lines (Client *client, SimSteer *steer)
{
  gchar *end;

  while (client->fd >= 0
         && (end = memchr (client->line, '\n', client->length)) != NULL) {
    const gsize used = (gsize) (end - client->line) + 1;
    g_autofree gchar *reply = NULL;

    *end = '\0';
    reply = sim_steer_line (steer, client->line);
    client->length -= used;
    memmove (client->line, client->line + used, client->length);
    answer (client, reply);
  }
  if (client->fd >= 0 && client->length == MAX_LINE)
    drop (client);
}

static void
read_from (Client *client, SimSteer *steer)
{
  const gssize got = recv (client->fd, client->line + client->length,
      MAX_LINE - client->length, MSG_DONTWAIT);

  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (got <= 0) {
    drop (client);
    return;
  }
  client->length += (gsize) got;
  take_lines (client, steer);
}

static void
welcome (SimControl *control)
{
  const int fd = accept (control->fd, NULL, NULL);

  if (fd < 0)
    return;
  fcntl (fd, F_SETFD, FD_CLOEXEC);
  for (guint i = 0; i < MAX_CLIENTS; i++)
    if (control->clients[i].fd < 0) {
      control->clients[i] = (Client){ .fd = fd };
      return;
    }
  close (fd);
}

/* Takes what has come and answers it; does not wait. */
void
sim_control_serve (SimControl *control, SimSteer *steer)
{
  struct pollfd fds[MAX_CLIENTS + 1];

  fds[0] = (struct pollfd){ .fd = control->fd, .events = POLLIN };
  for (guint i = 0; i < MAX_CLIENTS; i++)
    fds[i + 1] =
        (struct pollfd){ .fd = control->clients[i].fd, .events = POLLIN };
  if (poll (fds, MAX_CLIENTS + 1, 0) <= 0)
    return;
  for (guint i = 0; i < MAX_CLIENTS; i++)
    if (control->clients[i].fd >= 0 && fds[i + 1].revents != 0)
      read_from (&control->clients[i], steer);
  if (fds[0].revents != 0)
    welcome (control);
}

/* A connection to the simulator there; one that is starting is waited for. */
static int
call (const gchar *path, GError **error)
{
  const gint64 end = g_get_monotonic_time () + ASK_PATIENCE_S * G_USEC_PER_SEC;
  const struct timeval patience = { .tv_sec = ASK_PATIENCE_S };
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = -1, code = ENAMETOOLONG;

  if (g_strlcpy (address.sun_path, path, sizeof address.sun_path)
      < sizeof address.sun_path)
    do {
      if (fd >= 0) {
        close (fd);
        g_usleep (ASK_POLL_US);
      }
      fd = socket (AF_UNIX, SOCK_STREAM, 0);
      if (fd >= 0
          && connect (fd, (struct sockaddr *) &address, sizeof address) == 0) {
        setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        return fd;
      }
      code = errno;
    } while (fd >= 0 && (code == ENOENT || code == ECONNREFUSED)
             && g_get_monotonic_time () < end);
  if (fd >= 0)
    close (fd);
  g_set_error (error, SIM_CONTROL_ERROR, SIM_CONTROL_ERROR_SOCKET,
      "no simulator listens at %s: %s", path, g_strerror (code));
  return -1;
}

/*
 * Says a line to the simulator at the path. Returns its answer without the
 * line's end; NULL: there is none, within some seconds. (transfer full)
 */
gchar *
sim_control_ask (const gchar *path, const gchar *line, GError **error)
{
  g_autofree gchar *whole = g_strconcat (line, "\n", NULL);
  gchar answer[MAX_LINE];
  gsize length = 0;
  gssize got;
  const int fd = call (path, error);

  if (fd < 0)
    return NULL;
  if (send (fd, whole, strlen (whole), MSG_NOSIGNAL) == (gssize) strlen (whole))
    while (
        length < sizeof answer
        && (got = recv (fd, answer + length, sizeof answer - length, 0)) > 0) {
      length += (gsize) got;
      if (answer[length - 1] == '\n') {
        close (fd);
        return g_strndup (answer, length - 1);
      }
    }
  close (fd);
  g_set_error (error, SIM_CONTROL_ERROR, SIM_CONTROL_ERROR_SOCKET,
      "the simulator at %s did not answer", path);
  return NULL;
}
