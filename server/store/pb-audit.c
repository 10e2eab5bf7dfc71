/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The log of identity actions: only ever added to. */
#include "store/pb-audit.h"

#include "store/pb-sql.h"

/* Whatever somebody sends, a line of the log is short. */
#define TEXT_MAX_BYTES 256

void
pb_audit_row_free (PbAuditRow *row)
{
  g_free (row->team);
  g_free (row->who);
  g_free (row->kind);
  g_free (row->action);
  g_free (row->target);
  g_free (row->address);
  g_free (row->detail);
  g_free (row);
}

static void
row_free (gpointer data)
{
  pb_audit_row_free (data);
}

static gboolean
write_row (PbStore *store, gpointer data, GError **error)
{
  const PbAuditRow *row = data;

  return pb_sql_run (store, NULL, error,
      "INSERT INTO audit (utc_us, team, who, kind, action, target, address, "
      "detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      "ittttttt", row->utc_us, row->team, row->who, row->kind, row->action,
      row->target, row->address, row->detail);
}

static gchar *
shorten (const gchar *text)
{
  g_autofree gchar *valid = g_utf8_make_valid (text ? text : "", -1);
  const gchar *end = valid;

  while (*end && g_utf8_next_char (end) - valid <= TEXT_MAX_BYTES)
    end = g_utf8_next_char (end);
  return g_strndup (valid, (gsize) (end - valid));
}

static PbAuditRow *
row_new (const PbPrincipal *who, const gchar *action, const gchar *target,
    const gchar *address, const gchar *detail)
{
  PbAuditRow *row = g_new0 (PbAuditRow, 1);

  row->utc_us = g_get_real_time ();
  row->team = g_strdup (who->team);
  row->who = shorten (who->name ? who->name : who->id);
  row->kind = g_strdup (pb_principal_kind_to_string (who->kind));
  row->action = g_strdup (action);
  row->target = shorten (target);
  row->address = shorten (address);
  row->detail = shorten (detail);
  return row;
}

/**
 * pb_audit_write:
 * @who: who does it; the line is for its team
 * @action: what, e.g. "device.revoke"
 * @target: (nullable): to what
 * @address: (nullable): from where
 * @detail: (nullable): in words; never a secret
 *
 * Within the pb_store_begin_change() of what it tells of: both stand in the
 * database, or neither does, whenever the process ends.
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_audit_write (PbStore *store, const PbPrincipal *who, const gchar *action,
    const gchar *target, const gchar *address, const gchar *detail,
    GError **error)
{
  g_autoptr (PbAuditRow) row = row_new (who, action, target, address, detail);

  return write_row (store, row, error);
}

/**
 * pb_audit_add:
 *
 * As pb_audit_write(), of what changes nothing else: a refusal, a command. Any
 * thread. Waits for nobody.
 */
void
pb_audit_add (PbStore *store, const PbPrincipal *who, const gchar *action,
    const gchar *target, const gchar *address, const gchar *detail)
{
  pb_store_queue (store, write_row,
      row_new (who, action, target, address, detail), row_free);
}

static gpointer
read_row (sqlite3_stmt *stmt)
{
  PbAuditRow *row = g_new (PbAuditRow, 1);

  *row = (PbAuditRow){
    .pk = sqlite3_column_int64 (stmt, 0),
    .utc_us = sqlite3_column_int64 (stmt, 1),
    .team = pb_store_dup_text (stmt, 2),
    .who = pb_store_dup_text (stmt, 3),
    .kind = pb_store_dup_text (stmt, 4),
    .action = pb_store_dup_text (stmt, 5),
    .target = pb_store_dup_text (stmt, 6),
    .address = pb_store_dup_text (stmt, 7),
    .detail = pb_store_dup_text (stmt, 8),
  };
  return row;
}

/**
 * pb_audit_list:
 * @team: (nullable): only its lines; %NULL for all
 * @before: only lines with a smaller number; %G_MAXINT64 for the newest
 * @limit: at most so many
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type PbAuditRow): newest first
 */
GPtrArray *
pb_audit_list (PbStore *store, const gchar *team, gint64 before, guint limit,
    GError **error)
{
  return pb_sql_list (store, read_row, row_free, error,
      "SELECT pk, utc_us, team, who, kind, action, target, address, detail "
      "FROM audit WHERE (?1 IS NULL OR team = ?1) AND pk < ?2 "
      "ORDER BY pk DESC LIMIT ?3",
      "tii", team, before, (gint64) limit);
}
