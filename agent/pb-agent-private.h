/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of PbAgent share. */
#pragma once

#include "cards/pb-cards.h"
#include "control/pb-orders.h"
#include "control/pb-remote.h"
#include "control/pb-report.h"
#include "harm/pb-harm.h"
#include "pairing/pb-api.h"
#include "pairing/pb-renewal.h"
#include "pb-agent.h"
#include "pb-governor.h"
#include "pb-latency.h"
#include "pb-rate.h"
#include "pb-status.h"
#include "pb-stream.h"
#include "pb-supervisor.h"
#include "spool/pb-backfill.h"

G_BEGIN_DECLS

typedef enum {
  PB_AGENT_WAITING, /* for the simulator; costs one look a second */
  PB_AGENT_CONNECTING, /* to the server */
  PB_AGENT_STREAMING, /* the server takes the stream */
  PB_AGENT_BACKING_OFF, /* after a failure, before the next try */
  PB_AGENT_REVOKED, /* until it is paired anew */
  PB_AGENT_PAUSED, /* until the driver lets it go on */
} PbAgentState;

struct _PbAgent {
  PbConfig *config;
  PbRenewal *renewal; /* NULL where nothing was paired */
  PbRemote *remote; /* likewise, and while it is revoked */
  PbOrders *orders;
  PbCards *cards; /* NULL where no picture is sent */
  PbRate *rate;
  PbGovernor *governor;
  PbHarm *harm;
  PbHarmWork work; /* less than whole while its cost is measured */
  PbMode measured_mode; /* of the whole */
  gboolean ends_measuring; /* before its end */
  PbAgentMeasured measured; /* who asked, or NULL */
  gpointer measured_data;
  PbLatency latency;
  PbReport report;
  PbAgentState state;
  PbMode mode;
  PbSupervisor supervisor;
  PbTransportState ways;
  PbTransport transport; /* of the stream */
  const gchar *transport_reason; /* why that one */
  PbApi *probe; /* asks whether a WebSocket would do again, or NULL */
  PbStatus *status;
  PbSpool *spool; /* NULL where nothing could be sent later */
  gchar *spool_folder;
  PbBackfill *backfill; /* as spool */
  PbStream *stream;
  GString *refused; /* encoders that failed here, with commas between */
  gchar *reason; /* of the last failure */
  gboolean is_refused; /* the server's word is that reason */
  gboolean is_paused; /* by the driver */
  PbAgentWatch watch; /* or NULL */
  gpointer watch_data;
  gchar *asked_reason; /* why what was asked for from afar is not sent */
  gint64 started_us; /* monotonic */
  guint timer; /* the one thing that is waited for */
  guint n_looks; /* at the pairing, since it was revoked or the server was asked
                  * again; since the start where there is none */
  guint sim_timer; /* ends a stream whose simulator left */
  guint status_timer;
  GCancellable *host_check;
};

/* pb-agent.c: the states. */
PbStatusNow pb_agent_get_now (PbAgent *self);
const gchar *pb_agent_get_reason (PbAgent *self);
void pb_agent_write_status (PbAgent *self);
void pb_agent_set_state (
    PbAgent *self, PbAgentState state, const gchar *detail);
void pb_agent_stop_stream (PbAgent *self);
void pb_agent_begin_anew (gpointer user_data);
void pb_agent_try_now (PbAgent *self);
PbMode pb_agent_get_wanted_mode (PbAgent *self);

/* pb-agent-remote.c: what is asked for from afar. */
PbOrders *pb_agent_new_orders (PbAgent *self);
void pb_agent_start_remote (PbAgent *self);

PbMode pb_agent_send_mode (PbAgent *self, PbMode mode);

/* pb-agent-harm.c: what the agent costs. */
PbHarm *pb_agent_new_harm (PbAgent *self);

/* pb-agent-ways.c: by which way telemetry alone goes. */
const gchar *pb_agent_get_destination (PbAgent *self);
guint pb_agent_get_latency (PbAgent *self);
void pb_agent_change_transport (PbAgent *self);
void pb_agent_watch_transport (PbAgent *self);

/* pb-agent-spool.c: what is kept until the server has it. */
void pb_agent_start_spool (PbAgent *self);
void pb_agent_renew_spool (PbAgent *self);
void pb_agent_stop_spool (PbAgent *self);

/* pb-agent-cards.c: the driver is asked about a capture card. */
void pb_agent_watch_cards (PbAgent *self);

/* pb-agent-pairing.c: what becomes of the pairing. */
void pb_agent_watch_pairing (PbAgent *self);
void pb_agent_look_for_pairing (PbAgent *self);
void pb_agent_adopt (PbAgent *self, const PbPairing *pairing);

G_END_DECLS
