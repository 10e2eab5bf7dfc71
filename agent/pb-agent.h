/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAgent: waits for the simulator, streams, waits again. */
#pragma once

#include "pb-config.h"

G_BEGIN_DECLS

typedef struct _PbAgent PbAgent;

/** PbAgentWatch: whoever shows what the agent does */
typedef void (*PbAgentWatch) (gpointer user_data);

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
void pb_agent_tell (PbAgent *agent, const gchar *text);
gboolean pb_agent_is_measuring (PbAgent *agent);

/* pb-agent-driver.c: what the driver wants, at the PC itself. */
void pb_agent_watch (PbAgent *agent, PbAgentWatch watch, gpointer user_data);
gchar *pb_agent_dup_status (PbAgent *agent) G_GNUC_WARN_UNUSED_RESULT;
PbMode pb_agent_get_asked_mode (PbAgent *agent);
void pb_agent_set_own_mode (PbAgent *agent, PbMode mode);
void pb_agent_set_own_preset (PbAgent *agent, const gchar *preset);
void pb_agent_set_paused (PbAgent *agent, gboolean is_paused);
gboolean pb_agent_is_paused (PbAgent *agent);
void pb_agent_take_pairing (PbAgent *agent, const PbPairing *pairing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbAgent, pb_agent_free)

G_END_DECLS
