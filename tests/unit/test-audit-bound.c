/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How much the audit log remembers, and what it says of what it forgets. */
#include <sqlite3.h>

#include "../lib/pb-test-recording.h"
#include "../lib/pb-test-wait.h"
#include "store/pb-audit-bound.h"
#include "store/pb-audit.h"

#define NOW_US (G_GINT64_CONSTANT (1800000000) * G_USEC_PER_SEC)
#define DAY_US (24 * 60 * 60 * (gint64) G_USEC_PER_SEC)

/* Lines of @team, one each second up to @last_us. */
static void
fill_audit (PbTestRecording *f, const gchar *team, const gchar *action, guint n,
    gint64 last_us)
{
  g_autofree gchar *path = g_build_filename (f->folder, "pitbox.db", NULL);
  g_autofree gchar *sql = g_strdup_printf (
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
      "WHERE i < %u) INSERT INTO audit (utc_us, team, who, kind, action, "
      "target, address, detail) SELECT %" G_GINT64_FORMAT
      " - (%u - i) * 1000000, %s%s%s, 'w', 'person', '%s', i, '', '' FROM n",
      n, last_us, n, team ? "'" : "", team ? team : "NULL", team ? "'" : "",
      action);
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static guint
count_audit (PbStore *store, const gchar *team)
{
  g_autoptr (GPtrArray) rows =
      pb_audit_list (store, team, G_MAXINT64, 100000, NULL);

  return rows->len;
}

static void
prune (PbStore *store, guint days, guint lines, gboolean more)
{
  const PbAuditBound bound = { days, lines };
  gboolean left;

  g_assert_true (pb_audit_prune (store, &bound, NOW_US, &left, NULL));
  g_assert_cmpint (left, ==, more);
}

static void
assert_pruned (PbStore *store, const gchar *team, const gchar *detail)
{
  g_autoptr (GPtrArray) rows = pb_audit_list (store, team, G_MAXINT64, 1, NULL);
  const PbAuditRow *row = rows->pdata[0];

  g_assert_cmpstr (row->action, ==, "audit.prune");
  g_assert_cmpstr (row->who, ==, "pitbox-server");
  g_assert_cmpstr (row->detail, ==, detail);
}

/* NOW_US is 2027-01-15 08:00. */
static void
test_audit_days (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;

  fill_audit (f, "red", "login", 10, NOW_US - 12 * DAY_US);
  fill_audit (f, "red", "login", 5, NOW_US - 10 * DAY_US - 1);
  fill_audit (f, "red", "login", 3, NOW_US - 9 * DAY_US);
  fill_audit (f, "blue", "login", 4, NOW_US - 10 * DAY_US - 3600);
  fill_audit (f, NULL, "login", 1, NOW_US - 20 * DAY_US);
  fill_audit (f, "gone", "audit.prune", 2, NOW_US - 20 * DAY_US);
  prune (store, 20, 1000, FALSE);
  g_assert_cmpuint (count_audit (store, NULL), ==, 25);
  /* Not yet a day too old: later, with others. */
  prune (store, 10, 1000, FALSE);
  g_assert_cmpuint (count_audit (store, "red"), ==, 3 + 1);
  assert_pruned (store, "red", "15 lines up to 2027-01-05 07:59 UTC");
  g_assert_cmpuint (count_audit (store, "blue"), ==, 4);
  /* Lines that only say that others went do not go on and on. */
  g_assert_cmpuint (count_audit (store, "gone"), ==, 2);
  g_assert_cmpuint (count_audit (store, NULL), ==, 4 + 4 + 2 + 1);
  prune (store, 10, 1000, FALSE);
  g_assert_cmpuint (count_audit (store, NULL), ==, 4 + 4 + 2 + 1);
}

/* Whose log it is that grows, grows at its own cost. */
static void
test_audit_lines (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  g_autoptr (GPtrArray) first = NULL, second = NULL;
  const PbAuditRow *row;

  fill_audit (f, "red", "login", 50, NOW_US);
  fill_audit (f, "blue", "login", 950, NOW_US);
  prune (store, 400, 1000, FALSE);
  g_assert_cmpuint (count_audit (store, NULL), ==, 1000);
  fill_audit (f, "blue", "login", 1, NOW_US);
  first = pb_audit_list (store, "blue", G_MAXINT64, 900, NULL);
  row = first->pdata[899];
  prune (store, 400, 1000, FALSE);
  g_assert_cmpuint (count_audit (store, "red"), ==, 50);
  g_assert_cmpuint (count_audit (store, NULL), ==, 1001 - 12 + 1);
  assert_pruned (store, "blue", "12 lines up to 2027-01-15 07:44 UTC");
  /* The page after the one that was read before: without what went. */
  second = pb_audit_list (store, "blue", row->pk, 900, NULL);
  g_assert_cmpuint (second->len, ==, 951 - 900 - 12);
  g_assert_cmpint (
      ((const PbAuditRow *) second->pdata[0])->pk, ==, row->pk - 1);
  /* Only so many at a time; numbers are never used again. */
  fill_audit (f, "blue", "login", 5000, NOW_US);
  prune (store, 400, 1000, TRUE);
  prune (store, 400, 1000, TRUE);
  prune (store, 400, 1000, FALSE);
  g_assert_cmpuint (count_audit (store, NULL), <=, 1000);
  g_assert_cmpuint (count_audit (store, "red"), ==, 50);
}

static void
test_audit_keeper (PbTestRecording *f, gconstpointer unused)
{
  const PbAuditBound bound = { 36500, 1000 };
  PbAuditKeeper *keeper;

  fill_audit (f, "red", "login", 9000, NOW_US);
  keeper = pb_audit_keeper_new (f->data->store, &bound);
  pb_audit_keeper_free (keeper);
  pb_test_recording_wait_for_store (f);
  g_assert_cmpuint (count_audit (f->data->store, NULL), <=, 1000);
}

#define ADD(path, func) \
  g_test_add (path, PbTestRecording, NULL, pb_test_recording_set_up, func, \
      pb_test_recording_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/audit-bound/days", test_audit_days);
  ADD ("/audit-bound/lines", test_audit_lines);
  ADD ("/audit-bound/keeper", test_audit_keeper);
  return g_test_run ();
}
