/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pacer: which telemetry leaves with which video frame, and when it leaves
 * alone. No pads, no threads, no clock of its own. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* 10 s of rows one by one at 60 a second: what a blocked multiplexer may cost
 * in memory (about 1 MB). */
#define PACER_MAX_UNITS 600
/* As long, in frames at 60 a second. */
#define PACER_MAX_FRAMES 600
/* One PES packet carries at most 65,535 bytes, one unit 60,000; merging adds
 * head bytes for each row. */
#define PACER_MAX_BYTES 40000

typedef struct {
  gboolean live;
  /* For a live picture, once a stream has begun and until it has. */
  GstClockTime max_wait;
  GstClockTime start_wait;
  /* By how much the first live picture is ahead of its units. */
  GstClockTime lead;
} PacerConfig;

typedef enum {
  /* Nothing to do until something comes in. */
  PACER_IDLE,
  /* Nothing to do before running time @until. */
  PACER_WAIT,
  /* @units (may be none) leave with the frame at @pts. */
  PACER_FRAME,
  /* @units leave alone, and the video pad has nothing up to @pts. */
  PACER_ALONE,
  /* Telemetry has ended and is all out. */
  PACER_EOS,
} PacerVerdict;

typedef struct {
  PacerVerdict verdict;
  GstClockTime until;
  GstClockTime pts;
  GPtrArray *units;
} PacerAction;

typedef struct _Pacer Pacer;

Pacer *pacer_new (void);
void pacer_free (Pacer *pacer);
void pacer_configure (Pacer *pacer, const PacerConfig *config);
void pacer_reset (Pacer *pacer);
void pacer_reset_video (Pacer *pacer);
void pacer_reset_telemetry (Pacer *pacer);

gboolean pacer_has_room (const Pacer *pacer);
guint pacer_add_unit (
    Pacer *pacer, GstBuffer *unit, GstClockTime time, GstClockTime now);
void pacer_add_telemetry_gap (Pacer *pacer, GstClockTime time);
void pacer_add_frame (Pacer *pacer, GstClockTime time, GstClockTime now);
gboolean pacer_has_begun (const Pacer *pacer);
void pacer_set_video_eos (Pacer *pacer);
void pacer_set_telemetry_eos (Pacer *pacer);
guint pacer_get_n_units (const Pacer *pacer);

void pacer_next (Pacer *pacer, GstClockTime now, PacerAction *action);

G_END_DECLS
