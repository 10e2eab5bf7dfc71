/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The log of identity actions: only ever added to. */
#pragma once

#include "auth/pb-principal.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

typedef struct {
  gint64 pk;
  gint64 utc_us;
  gchar *team;
  gchar *who;
  gchar *kind;
  gchar *action;
  gchar *target;
  gchar *address;
  gchar *detail;
} PbAuditRow;

void pb_audit_row_free (PbAuditRow *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbAuditRow, pb_audit_row_free)

gboolean pb_audit_write (PbStore *store, const PbPrincipal *who,
    const gchar *action, const gchar *target, const gchar *address,
    const gchar *detail, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_audit_add (PbStore *store, const PbPrincipal *who, const gchar *action,
    const gchar *target, const gchar *address, const gchar *detail);
GPtrArray *pb_audit_list (PbStore *store, const gchar *team, gint64 before,
    guint limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
