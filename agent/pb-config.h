/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbConfig: every setting of the agent, from file, environment and options. */
#pragma once

#include "pairing/pb-pairing.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* pitbox-server's own. */
#define PB_CONFIG_DEFAULT_PORT 9000

/**
 * PbMode:
 * @PB_MODE_TELEMETRY: telemetry alone
 * @PB_MODE_VIDEO: picture and telemetry in one stream
 */
typedef enum {
  PB_MODE_TELEMETRY,
  PB_MODE_VIDEO,
} PbMode;

/**
 * PbConfig:
 *
 * Filled by pb_config_load(); changed afterwards by pb_config_adopt() and
 * pb_config_change() alone.
 */
typedef struct _PbConfig PbConfig;
struct _PbConfig {
  gchar *server; /* HOST:PORT of the SRT listener, or as url */
  gchar *driver; /* [A-Za-z0-9._-]{1,64} */
  gchar *device; /* as driver; the driver's name by default */
  gchar *passphrase; /* 10 to 79 letters, or empty: no encryption */
  gchar *passphrase_file; /* its first line is the passphrase */
  gchar *mode; /* "video" or "telemetry" */
  gchar *source; /* "auto", "scene", "screen", "window" or "device" */
  gchar *window; /* a window's whole title, or empty */
  gchar *display; /* X display, e.g. ":0" */
  gchar *capture_device; /* e.g. "/dev/video0"; empty: the first */
  gchar *audio; /* "off", "auto", "pulse", "pipewire", "scene" or
                 * "marks" */
  gchar *encoder; /* "auto" or an encoder's factory name */
  gchar *sync_flash; /* "on" or "off" */
  gchar *shm_name; /* simulator's shared memory; empty: its own name */
  gchar *transport; /* of telemetry alone: "auto", "srt" or "websocket" */
  gchar *token; /* of a WebSocket, or empty */
  gchar *token_file; /* its first line is the token */
  gchar *certificate; /* SHA-256 of one that is trusted; or empty */
  gchar *status_file; /* JSON status; "-" = stdout; empty: none */
  gchar *log_file; /* a file, "auto" or "off" */
  gint log_size_mb; /* of all log files together */
  gint width, height; /* pixels, even */
  gint framerate; /* frames a second */
  gint bitrate_kbps; /* of the picture, at most */
  gboolean has_preset_bitrate; /* nobody has set it: what adapt has */
  gchar *adapt; /* "low", "medium", "high" or "off" */
  gchar *adapt_log; /* what the network did goes there; empty: nowhere */
  gint latency_ms; /* SRT latency */
  gint key_interval_ms; /* picture and telemetry key units */
  gchar *priority; /* "below-normal" or "normal" */
  gchar *governor; /* "on" or "off" */
  gchar *governor_log; /* what it saw and did goes there; empty: nowhere */
  gint governor_wait_s; /* of calm before a step back */
  gint
      budget_cpu_pct; /* of the machine, by the agent; this and those below: 0 =
                        * none */
  gint budget_pc_pct; /* of the machine, by all programs */
  gint budget_game_fps; /* frames a second that the game shall keep */
  gint budget_game_pct; /* of the game's threads' and the GPU's time */
  gint budget_memory_mb; /* resident, of the agent */
  gint budget_free_mb; /* of memory, for others */
  gint watchdog_s; /* of an agent that is kept and says nothing; 0 = none */
  gint rows_per_unit; /* in telemetry mode; with a picture its frames decide */
  gint spool_size_mb; /* telemetry kept on the disk, at most; 0 = none */
  gint spool_hours; /* how long at most; 0 = not at all */
  gint harm_rounds; /* of a measurement of what the agent costs */
  gint harm_window_ms; /* of each work in a round */
  gint harm_settle_ms; /* cut off before it */
  gchar *url; /* where WebSockets go to, "https://host:port"; or empty */
  PbPairing *pairing; /* where server, driver, device and passphrase come from,
                       * or NULL */
  gboolean is_set_up; /* it is known where to send, and as whom */
  guint64 given; /* see pb_config_is_given() */
  gchar *file; /* where settings are kept */
  gboolean tray, no_tray; /* an icon; neither: where it is usual */
  gboolean diagnose; /* check everything and leave */
  gboolean supervise; /* only start the agent, and start it again */
  gchar *selftest; /* "harm" or "video", or NULL: do that and leave */
  gboolean show_flash; /* show the sync flash and leave */
  gboolean version; /* print the version and leave */
};

PbConfig *pb_config_load (
    gint *argc, gchar ***argv, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_config_free (PbConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbConfig, pb_config_free)

void pb_config_adopt (PbConfig *config, const PbPairing *pairing);
gboolean pb_config_change (PbConfig *config, const gchar *key,
    const gchar *value, GError **error) G_GNUC_WARN_UNUSED_RESULT;
PbMode pb_config_get_mode (const PbConfig *config);
gboolean pb_config_has_srt (const PbConfig *config);
const gchar *pb_config_advise_setup (const PbConfig *config);
gboolean pb_config_is_given (const PbConfig *config, const gchar *key);
void pb_config_add_lines (const PbConfig *config, GString *lines);
const gchar *pb_mode_to_string (PbMode mode);

G_END_DECLS
