/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLatency: how long SRT keeps a stream back, from the round trip; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_LATENCY_LEAST_MS: what a network gets at least. */
#define PB_LATENCY_LEAST_MS 120

/**
 * PbLatency:
 *
 * Zeroed at the start; its members are its own.
 */
typedef struct {
  guint wanted_ms; /* 0 = nothing is known */
  guint now_ms; /* of this connection */
  gdouble least_rtt_ms; /* likewise; 0 = not known */
  guint n_looks;
} PbLatency;

guint pb_latency_begin (PbLatency *latency);
gboolean pb_latency_look (PbLatency *latency, gdouble rtt_ms);

G_END_DECLS
