/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAgent: waits for the simulator, streams, waits again. */
#pragma once

#include "pb-config.h"

G_BEGIN_DECLS

/**
 * PbAgentState:
 * @PB_AGENT_WAITING: for the simulator; costs one look a second
 * @PB_AGENT_CONNECTING: to the server
 * @PB_AGENT_STREAMING: the server takes the stream
 * @PB_AGENT_BACKING_OFF: after a failure, before the next try
 */
typedef enum {
  PB_AGENT_WAITING,
  PB_AGENT_CONNECTING,
  PB_AGENT_STREAMING,
  PB_AGENT_BACKING_OFF,
} PbAgentState;

typedef struct _PbAgent PbAgent;

PbAgent *pb_agent_new (const PbConfig *config);
void pb_agent_start (PbAgent *agent);
void pb_agent_free (PbAgent *agent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbAgent, pb_agent_free)

PbAgentState pb_agent_get_state (const PbAgent *agent);
const gchar *pb_agent_state_to_string (PbAgentState state);

G_END_DECLS
