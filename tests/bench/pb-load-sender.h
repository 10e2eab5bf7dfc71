/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLoadSender: one driver's connection, as cheap as it can be: no thread, no
 * coding, nothing is ever waited for. */
#pragma once

#include "pb-load-media.h"

typedef enum {
  PB_LOAD_SENT,
  PB_LOAD_FULL, /* the same message again, later */
  PB_LOAD_ENDED,
} PbLoadOutcome;

/**
 * PbLoadTarget:
 * @host, @port: of the server, host a literal address
 * @driver, @device, @secret: the driver's id; the device and its passphrase by
 *   SRT; the secret is an API key that may publish by WebSocket
 * @local_port: by SRT: UDP port that all share; 0 takes one and is set
 */
typedef struct {
  const gchar *host;
  guint port;
  const gchar *driver;
  const gchar *device;
  const gchar *secret;
  guint *local_port;
} PbLoadTarget;

typedef struct _PbLoadWs PbLoadWs;
typedef struct _PbLoadSrt PbLoadSrt;

PbLoadWs *pb_load_ws_new (const PbLoadTarget *target, GError **error);
void pb_load_ws_free (PbLoadWs *ws);
PbLoadOutcome pb_load_ws_send (
    PbLoadWs *ws, const PbLoadMedia *media, guint message);
gboolean pb_load_ws_listen (PbLoadWs *ws);
guint pb_load_ws_get_acknowledged (const PbLoadWs *ws);

PbLoadSrt *pb_load_srt_new (const PbLoadTarget *target, GError **error);
void pb_load_srt_free (PbLoadSrt *srt);
PbLoadOutcome pb_load_srt_send (
    PbLoadSrt *srt, const PbLoadMedia *media, guint message);
guint64 pb_load_srt_get_dropped (PbLoadSrt *srt);
void pb_load_srt_end (void);
