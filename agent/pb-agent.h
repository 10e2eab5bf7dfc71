/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAgent: waits for the simulator, streams, waits again. */
#pragma once

#include "pb-config.h"

G_BEGIN_DECLS

typedef struct _PbAgent PbAgent;

PbAgent *pb_agent_new (PbConfig *config);
void pb_agent_start (PbAgent *agent);
void pb_agent_wake (PbAgent *agent);
void pb_agent_free (PbAgent *agent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbAgent, pb_agent_free)

G_END_DECLS
