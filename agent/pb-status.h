/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbStatus: what the agent does, as one JSON object a line. */
#pragma once

#include "control/pb-notices.h"
#include "harm/pb-harm.h"
#include "pb-config.h"
#include "pb-governor.h"
#include "pb-rate.h"
#include "pb-stream.h"
#include "spool/pb-backfill.h"

G_BEGIN_DECLS

/**
 * PbStatusNow:
 * @state: the agent's
 * @mode: "video" or "telemetry"
 * @reason: (nullable): of the last failure
 * @stream: (nullable): what runs
 * @rate: what the network bears
 * @governor: what the PC can spare
 * @notices: texts for the driver
 * @control: (nullable): of the control channel, in words
 * @transport: (nullable): by which way the stream goes
 * @transport_reason: (nullable): why, in words
 * @backfill: (nullable): what is kept, and follows
 * @harm: what the agent costs
 * @is_refused: @reason is the server's word
 */
typedef struct {
  const gchar *state;
  const gchar *mode;
  const gchar *reason;
  PbStream *stream;
  PbRate *rate;
  PbGovernor *governor;
  PbNotices *notices;
  const gchar *control;
  const gchar *transport;
  const gchar *transport_reason;
  PbBackfill *backfill;
  PbHarm *harm;
  gboolean is_refused;
} PbStatusNow;

typedef struct _PbStatus PbStatus;

PbStatus *pb_status_new (const PbConfig *config);
void pb_status_free (PbStatus *status);
gchar *pb_status_dup_json (
    PbStatus *status, const PbStatusNow *now) G_GNUC_WARN_UNUSED_RESULT;
void pb_status_write (PbStatus *status, const PbStatusNow *now);

G_END_DECLS
