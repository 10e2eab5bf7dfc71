/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Telemetry by WebSocket (server/README.md, "Units") on a bare socket: 500 of a
 * library's would cost more than the server that is measured. */
#include "pb-load-sender.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <gstpitbox/gstpitbox.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME_HEAD_BYTES 8
#define MAX_FRAME_BYTES (FRAME_HEAD_BYTES + GST_PITBOX_UNITS_HEAD_BYTES + 60000)
#define BINARY 0x82
#define PING 0x89
#define PONG 0x8a
#define PATIENCE_S 20

struct _PbLoadWs {
  int fd;
  guint8 *frame;
  gsize frame_bytes; /* 0: none is on its way */
  gsize sent_bytes;
  guint8 in[1024];
  gsize in_bytes;
  guint acknowledged; /* rows */
};

static gboolean
fail (GError **error, const gchar *driver, const gchar *what)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s: %s", driver, what,
      g_strerror (errno));
  return FALSE;
}

/* Up to the end of the answer's head; what is behind it is kept. */
static gboolean
read_head (PbLoadWs *ws, const gchar *driver, GError **error)
{
  const gchar *end;

  do {
    gssize n = recv (
        ws->fd, ws->in + ws->in_bytes, sizeof ws->in - 1 - ws->in_bytes, 0);

    if (n <= 0)
      return fail (error, driver, "no answer");
    ws->in_bytes += (gsize) n;
    ws->in[ws->in_bytes] = 0;
    end = strstr ((gchar *) ws->in, "\r\n\r\n");
  } while (end == NULL && ws->in_bytes < sizeof ws->in - 1);
  if (end == NULL || strncmp ((gchar *) ws->in, "HTTP/1.1 101", 12) != 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: refused: %.200s",
        driver, (gchar *) ws->in);
    return FALSE;
  }
  end += 4;
  ws->in_bytes -= (gsize) (end - (gchar *) ws->in);
  memmove (ws->in, end, ws->in_bytes);
  return TRUE;
}

static gboolean
shake_hands (PbLoadWs *ws, const PbLoadTarget *target, GError **error)
{
  struct timeval patience = { .tv_sec = PATIENCE_S };
  struct sockaddr_in to = { .sin_family = AF_INET,
    .sin_port = htons ((guint16) target->port) };
  g_autofree gchar *request =
      g_strdup_printf ("GET /api/v1/units?driver=%s HTTP/1.1\r\n"
                       "Host: %s:%u\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                       "Sec-WebSocket-Protocol: " GST_PITBOX_UNITS_PROTOCOL
                       "\r\nAuthorization: Bearer %s\r\n\r\n",
          target->driver, target->host, target->port, target->secret);
  int on = 1;

  ws->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (ws->fd < 0 || inet_pton (AF_INET, target->host, &to.sin_addr) != 1)
    return fail (error, target->driver, "socket");
  setsockopt (ws->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (ws->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect (ws->fd, (struct sockaddr *) &to, sizeof to) != 0
      || send (ws->fd, request, strlen (request), MSG_NOSIGNAL) < 0)
    return fail (error, target->driver, "connect");
  return read_head (ws, target->driver, error);
}

PbLoadWs *
pb_load_ws_new (const PbLoadTarget *target, GError **error)
{
  PbLoadWs *ws = g_new0 (PbLoadWs, 1);

  ws->frame = g_malloc (MAX_FRAME_BYTES);
  if (shake_hands (ws, target, error))
    return ws;
  pb_load_ws_free (ws);
  return NULL;
}

void
pb_load_ws_free (PbLoadWs *ws)
{
  if (ws->fd >= 0)
    close (ws->fd);
  g_free (ws->frame);
  g_free (ws);
}

/* A mask of zeros is one, and costs nothing. Returns the payload. */
static guint8 *
begin_frame (PbLoadWs *ws, guint8 opcode, gsize size)
{
  const gsize head = size < 126 ? 6 : FRAME_HEAD_BYTES;

  ws->frame[0] = opcode;
  if (size < 126) {
    ws->frame[1] = (guint8) (0x80 | size);
  } else {
    ws->frame[1] = 0x80 | 126;
    ws->frame[2] = (guint8) (size >> 8);
    ws->frame[3] = (guint8) size;
  }
  memset (ws->frame + head - 4, 0, 4);
  ws->frame_bytes = head + size;
  ws->sent_bytes = 0;
  return ws->frame + head;
}

static PbLoadOutcome
push_frame (PbLoadWs *ws)
{
  while (ws->sent_bytes < ws->frame_bytes) {
    gssize n = send (ws->fd, ws->frame + ws->sent_bytes,
        ws->frame_bytes - ws->sent_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n < 0)
      return errno == EAGAIN ? PB_LOAD_FULL : PB_LOAD_ENDED;
    ws->sent_bytes += (gsize) n;
  }
  ws->frame_bytes = 0;
  return PB_LOAD_SENT;
}

PbLoadOutcome
pb_load_ws_send (PbLoadWs *ws, const PbLoadMedia *media, guint message)
{
  GstPitboxUnitsHead head = { .run_id = media->run_id,
    .sequence = g_array_index (media->first_row, guint32, message),
    .pts = (guint64) g_array_index (media->due_us, gint64, message) * 1000 };
  GBytes *unit = g_ptr_array_index (media->messages, message);
  gsize size;
  const guint8 *data = g_bytes_get_data (unit, &size);
  PbLoadOutcome outcome;
  guint8 *payload;

  outcome = push_frame (ws); /* the rest of one before */
  if (outcome != PB_LOAD_SENT)
    return outcome;
  payload = begin_frame (ws, BINARY, GST_PITBOX_UNITS_HEAD_BYTES + size);
  gst_pitbox_units_head_write (&head, payload);
  memcpy (payload + GST_PITBOX_UNITS_HEAD_BYTES, data, size);
  /* What did not fit goes with the next one: it was taken. */
  return push_frame (ws) == PB_LOAD_ENDED ? PB_LOAD_ENDED : PB_LOAD_SENT;
}

static gboolean
take_frame (PbLoadWs *ws, guint8 opcode, const guint8 *data, gsize size)
{
  GstPitboxUnitsAnswer answer;

  if (opcode == PING && ws->frame_bytes == 0) {
    memcpy (begin_frame (ws, PONG, size), data, size);
    return push_frame (ws) != PB_LOAD_ENDED;
  }
  if (opcode != BINARY)
    return opcode == PING;
  if (!gst_pitbox_units_answer_parse (data, size, &answer))
    return FALSE;
  if (!answer.is_welcome)
    ws->acknowledged = answer.next;
  return TRUE;
}

/* Takes what the server has said. Returns FALSE when it has ended it. */
gboolean
pb_load_ws_listen (PbLoadWs *ws)
{
  gssize n = recv (ws->fd, ws->in + ws->in_bytes, sizeof ws->in - ws->in_bytes,
      MSG_DONTWAIT);
  gsize at = 0;

  if (n == 0 || (n < 0 && errno != EAGAIN))
    return FALSE;
  ws->in_bytes += (gsize) MAX (n, 0);
  /* No frame of the server's here is longer than 125 bytes. */
  while (ws->in_bytes - at >= 2
         && ws->in_bytes - at >= 2 + (gsize) (ws->in[at + 1] & 127)) {
    const gsize size = ws->in[at + 1] & 127;

    if (!take_frame (ws, ws->in[at], ws->in + at + 2, size))
      return FALSE;
    at += 2 + size;
  }
  ws->in_bytes -= at;
  memmove (ws->in, ws->in + at, ws->in_bytes);
  return TRUE;
}

/* Rows that are on the server's disk. */
guint
pb_load_ws_get_acknowledged (const PbLoadWs *ws)
{
  return ws->acknowledged;
}
