/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The one place that decides what follows a failure: a pure function. */
#pragma once

#include "pb-config.h"

G_BEGIN_DECLS

/**
 * PbFailure:
 * @PB_FAILURE_NETWORK: the server cannot be reached, or the connection broke
 * @PB_FAILURE_REFUSED: the server said no: key, device, version
 * @PB_FAILURE_CAPTURE: no picture from the source
 * @PB_FAILURE_ENCODER: the encoder failed
 * @PB_FAILURE_OTHER: anything else
 */
typedef enum {
  PB_FAILURE_NETWORK,
  PB_FAILURE_REFUSED,
  PB_FAILURE_CAPTURE,
  PB_FAILURE_ENCODER,
  PB_FAILURE_OTHER,
} PbFailure;

/**
 * PbSupervisor:
 *
 * What earlier failures left; zeroed at the start. Owned by one thread.
 */
typedef struct {
  guint failures; /* in a row */
  guint video_failures; /* of capture or encoder, in a row */
} PbSupervisor;

/**
 * PbDecision:
 * @delay_ms: wait this long
 * @mode: then stream this
 * @refuse_encoder: and do not take the same encoder again
 */
typedef struct {
  guint delay_ms;
  PbMode mode;
  gboolean refuse_encoder;
} PbDecision;

PbDecision pb_supervisor_decide (PbSupervisor *supervisor, PbFailure failure,
    guint64 uptime_ms, PbMode wanted, gdouble random);

const gchar *pb_failure_to_string (PbFailure failure);

G_END_DECLS
