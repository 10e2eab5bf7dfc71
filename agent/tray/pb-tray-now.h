/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTrayNow: what the agent does, as the tray shows it; pure. */
#pragma once

#include "pb-config.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * PbTrayState:
 * @PB_TRAY_PAUSED: by the driver
 * @PB_TRAY_UNPAIRED: and nothing else says where to send
 * @PB_TRAY_WAITING: for the simulator
 * @PB_TRAY_CONNECTING: to the server
 * @PB_TRAY_LIVE: all that is asked for is sent
 * @PB_TRAY_LESS: network or PC let less pass
 * @PB_TRAY_RETRYING: there is no connection; it is tried again by itself
 * @PB_TRAY_REFUSED: the server says no
 * @PB_TRAY_REVOKED: the server has taken the pairing back
 */
typedef enum {
  PB_TRAY_PAUSED,
  PB_TRAY_UNPAIRED,
  PB_TRAY_WAITING,
  PB_TRAY_CONNECTING,
  PB_TRAY_LIVE,
  PB_TRAY_LESS,
  PB_TRAY_RETRYING,
  PB_TRAY_REFUSED,
  PB_TRAY_REVOKED,
} PbTrayState;

/**
 * PbTrayPairPhase:
 * @PB_TRAY_PAIR_NONE: nobody has asked for a code
 * @PB_TRAY_PAIR_ASKING: the server is asked
 * @PB_TRAY_PAIR_CODE: there is one
 * @PB_TRAY_PAIR_DONE: this PC was let in
 * @PB_TRAY_PAIR_FAILED: it was not
 */
typedef enum {
  PB_TRAY_PAIR_NONE,
  PB_TRAY_PAIR_ASKING,
  PB_TRAY_PAIR_CODE,
  PB_TRAY_PAIR_DONE,
  PB_TRAY_PAIR_FAILED,
} PbTrayPairPhase;

/**
 * PbTrayOwn:
 * @is_paused: by the driver
 * @is_set_up: it is known where to send
 * @has_autostart: it starts with the user's session
 * @can_autostart: that can be changed here
 * @can_picture: there is a way for one
 * @wanted: the driver's mode
 * @asked: what is to be sent: that, or less that was asked for from afar
 * @preset: of the picture's bitrate, or "off"
 * @most_kbps: of the picture
 * @url: of the server's page, or empty
 * @phase: of pairing
 * @code, @link, @words: (nullable): of it
 * @seen: (nullable): SHA-256 of a certificate that nobody vouches for
 * @said: (nullable): what became of the last request, for the diagnostics
 *
 * What the status does not say.
 */
typedef struct {
  gboolean is_paused, is_set_up, has_autostart, can_autostart, can_picture;
  PbMode wanted, asked;
  const gchar *preset;
  guint most_kbps;
  const gchar *url;
  PbTrayPairPhase phase;
  const gchar *code, *link, *words, *seen;
  const gchar *said;
} PbTrayOwn;

/**
 * PbTrayNow:
 * @state: the one thing that the icon shows
 * @mode: what is being sent
 * @reason: (nullable): why it is not more
 * @is_measuring: what the agent costs the game
 * @balloon_title, @balloon: (nullable): to be shown once
 *
 * Texts are its own; numbers that are not known are below 0. All others are
 * PbTrayOwn's or the status's.
 */
typedef struct {
  PbTrayState state;
  PbMode mode, wanted, asked;
  gboolean is_paused, is_set_up, has_autostart, can_autostart, can_picture;
  gboolean is_measuring;
  gchar *driver, *device, *server, *url, *preset;
  gchar *reason;
  guint most_kbps;

  gchar *transport, *control, *source, *encoder, *step, *level;
  gdouble bitrate_kbps, send_kbps, rtt_ms, rows_s;
  gdouble agent_cpu_pct, pc_cpu_pct, gpu_pct, game_fps, memory_mb;
  gdouble uptime_s;
  gint64 bytes_sent, rows, lost_ticks, dropped, kept_rows;
  gint64 notice; /* number of the last text for the driver; 0 = none */
  gchar *notice_text, *notice_by;

  PbTrayPairPhase phase;
  gchar *code, *link, *words, *seen;
  gchar *said;
  gchar *balloon_title, *balloon;
} PbTrayNow;

PbTrayNow *pb_tray_now_new (JsonObject *status, const PbTrayOwn *own);
void pb_tray_now_follow (PbTrayNow *now, const PbTrayNow *before);
PbTrayNow *pb_tray_now_copy (const PbTrayNow *now);
void pb_tray_now_free (PbTrayNow *now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbTrayNow, pb_tray_now_free)

G_END_DECLS
