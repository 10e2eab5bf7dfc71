/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbMuxGuard: sound joins a multiplexer when it comes, and neither it nor the
 * picture keeps the other one waiting. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/** PB_MUX_GUARD_WAIT_MS: what is so far behind the other one is missing. */
#define PB_MUX_GUARD_WAIT_MS 500

typedef struct _PbMuxGuard PbMuxGuard;

PbMuxGuard *pb_mux_guard_new (
    GstElement *graph, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_mux_guard_free (PbMuxGuard *guard);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbMuxGuard, pb_mux_guard_free)

G_END_DECLS
