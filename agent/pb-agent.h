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

/**
 * PbAgentMeasured:
 * @ok: something could be concluded
 * @line: for the driver
 * @text: with all numbers, lines
 * @file: (nullable): where they are kept
 */
typedef void (*PbAgentMeasured) (gboolean ok, const gchar *line,
    const gchar *text, const gchar *file, gpointer user_data);

gchar *pb_agent_measure (PbAgent *agent, PbAgentMeasured measured,
    gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void pb_agent_stop_measuring (PbAgent *agent);
gboolean pb_agent_is_measuring (PbAgent *agent);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbAgent, pb_agent_free)

G_END_DECLS
