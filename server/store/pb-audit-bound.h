/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How long and how much the audit log remembers. */
#pragma once

#include "store/pb-store.h"

G_BEGIN_DECLS

/**
 * PbAuditBound:
 * @days: what is older goes; 1 or more
 * @lines: at most so many of all teams together; 1000 or more
 */
typedef struct {
  guint days;
  guint lines;
} PbAuditBound;

/** PB_AUDIT_PRUNE_LINES: most lines of a team that go at a time. */
#define PB_AUDIT_PRUNE_LINES 2000

gboolean pb_audit_prune (PbStore *store, const PbAuditBound *bound,
    gint64 now_us, gboolean *more, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Main thread only. */
typedef struct _PbAuditKeeper PbAuditKeeper;

PbAuditKeeper *pb_audit_keeper_new (PbStore *store, const PbAuditBound *bound);
void pb_audit_keeper_free (PbAuditKeeper *keeper);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbAuditKeeper, pb_audit_keeper_free)

G_END_DECLS
