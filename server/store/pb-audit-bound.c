/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How long and how much the audit log remembers. */
#include "store/pb-audit-bound.h"

#include "store/pb-audit.h"
#include "store/pb-sql.h"

#define PRUNE "audit.prune"
#define DAY_US (24 * 60 * 60 * (gint64) G_USEC_PER_SEC)
/* Another process may be writing. */
#define WAIT_MS 1000
#define LOOK_MS 60000
/* One after the other, with the writes of others between them. */
#define LOOKS_IN_A_ROW 20
/* Where next to nothing has come; what is old goes by the day. */
#define LOOK_ANYWAY_US (60 * 60 * (gint64) G_USEC_PER_SEC)

/* As in the trigger of migration 004. */
#define FUNCTION "pitbox_prunes_audit"

typedef struct {
  gchar *team; /* NULL for lines of none */
  gint64 n;
} Team;

typedef struct {
  gint64 pk;
  gint64 utc_us;
  gboolean is_prune;
} Line;

static void
team_free (gpointer data)
{
  Team *team = data;

  g_free (team->team);
  g_free (team);
}

static gpointer
read_team (sqlite3_stmt *stmt)
{
  Team *team = g_new (Team, 1);

  team->team = pb_store_dup_text (stmt, 0);
  team->n = sqlite3_column_int64 (stmt, 1);
  return team;
}

static gpointer
read_line (sqlite3_stmt *stmt)
{
  Line *line = g_new (Line, 1);

  *line = (Line){ sqlite3_column_int64 (stmt, 0),
    sqlite3_column_int64 (stmt, 1), sqlite3_column_int (stmt, 2) };
  return line;
}

static void
answer_yes (sqlite3_context *context, int n, sqlite3_value **values)
{
  sqlite3_result_int (context, 1);
}

/* Nobody's connection but this one, and not even this one at other times, has
 * the function that the trigger asks. */
static void
let_go (PbStore *store, gboolean yes)
{
  sqlite3_create_function_v2 (pb_store_get_db (store), FUNCTION, 0,
      SQLITE_UTF8 | SQLITE_INNOCUOUS, NULL, yes ? answer_yes : NULL, NULL, NULL,
      NULL);
}

static gboolean
note (
    PbStore *store, const gchar *team, gint n, gint64 newest_us, GError **error)
{
  g_autoptr (PbPrincipal) who =
      pb_principal_new (PB_PRINCIPAL_LOCAL, NULL, "pitbox-server", team);
  g_autoptr (GDateTime) time =
      g_date_time_new_from_unix_utc (newest_us / G_USEC_PER_SEC);
  g_autofree gchar *date =
      time ? g_date_time_format (time, "%Y-%m-%d %H:%M UTC") : g_strdup ("?");
  g_autofree gchar *detail =
      g_strdup_printf ("%d %s up to %s", n, n == 1 ? "line" : "lines", date);

  return pb_audit_write (store, who, PRUNE, NULL, NULL, detail, error);
}

/* The lines of @team up to @last, and the line that says so, in one change. */
static gboolean
prune_to (PbStore *store, const gchar *team, const Line *last, GError **error)
{
  gint n = 0;
  gboolean done;

  if (!pb_store_begin_change (store, WAIT_MS, error))
    return FALSE;
  let_go (store, TRUE);
  done = pb_sql_run (store, &n, error,
             "DELETE FROM audit WHERE team IS ?1 AND pk <= ?2", "ti", team,
             last->pk)
         && note (store, team, n, last->utc_us, error);
  let_go (store, FALSE);
  return pb_store_end_change (store, done, done ? error : NULL);
}

/* Its oldest lines, oldest first. */
static GPtrArray *
list_oldest (PbStore *store, const gchar *team, GError **error)
{
  return pb_sql_list (store, read_line, g_free, error,
      "SELECT pk, utc_us, action = '" PRUNE "' FROM audit WHERE team IS ?1 "
      "ORDER BY pk LIMIT ?2",
      "ti", team, (gint64) PB_AUDIT_PRUNE_LINES);
}

/* A team's lines that are too old, a day's together: each pruning adds a line.
 * Where nothing but such lines is left they stay until something else goes. */
static gboolean
prune_old (PbStore *store, const gchar *team, gint64 before_us, gboolean *more,
    GError **error)
{
  g_autoptr (GPtrArray) lines = list_oldest (store, team, error);
  gboolean worth = FALSE;
  guint n = 0;

  if (!lines)
    return FALSE;
  if (lines->len == 0
      || ((const Line *) lines->pdata[0])->utc_us >= before_us - DAY_US)
    return TRUE;
  for (; n < lines->len; n++) {
    const Line *line = g_ptr_array_index (lines, n);

    if (line->utc_us >= before_us)
      break;
    worth = worth || !line->is_prune;
  }
  if (!worth)
    return TRUE;
  *more = *more || n == PB_AUDIT_PRUNE_LINES;
  return prune_to (store, team, g_ptr_array_index (lines, n - 1), error);
}

static GPtrArray *
list_teams (PbStore *store, GError **error)
{
  /* By the index, from one team to the next: not all lines are read. */
  return pb_sql_list (store, read_team, team_free, error,
      "WITH RECURSIVE t (team) AS (SELECT min (team) FROM audit UNION ALL "
      "SELECT (SELECT min (team) FROM audit WHERE team > t.team) FROM t "
      "WHERE t.team IS NOT NULL) SELECT team, 0 FROM t",
      "");
}

static gpointer
read_number (sqlite3_stmt *stmt)
{
  gint64 *number = g_new (gint64, 1);

  *number = sqlite3_column_int64 (stmt, 0);
  return number;
}

/* By the numbers of the first and the last line, at once; counting a million
 * takes 0.2 s. Returns: 0 for none, -1 with @error set */
static gint64
count_at_most (PbStore *store, GError **error)
{
  g_autoptr (GPtrArray) n = pb_sql_list (store, read_number, g_free, error,
      "SELECT coalesce ((SELECT max (pk) FROM audit) - "
      "(SELECT min (pk) FROM audit) + 1, 0)",
      "");

  return n ? *(const gint64 *) n->pdata[0] : -1;
}

/* Of the team that has most: nobody pushes out what is others'. */
static gboolean
prune_many (PbStore *store, guint max, gboolean *more, GError **error)
{
  const gint64 at_most = count_at_most (store, error);
  g_autoptr (GPtrArray) teams = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  const Team *most;
  gint64 n = 0;

  if (at_most >= 0 && at_most <= max)
    return TRUE;
  if (at_most >= 0)
    teams = pb_sql_list (store, read_team, team_free, error,
        "SELECT team, count (*) FROM audit GROUP BY team ORDER BY 2 DESC", "");
  if (!teams)
    return FALSE;
  for (guint i = 0; i < teams->len; i++)
    n += ((const Team *) teams->pdata[i])->n;
  if (n <= max)
    return TRUE;
  most = g_ptr_array_index (teams, 0);
  lines = list_oldest (store, most->team, error);
  if (!lines)
    return FALSE;
  /* A hundredth more than need be, and one for the line that says so. */
  n = MIN (n - max + max / 100 + 1, (gint64) lines->len);
  *more = *more || n == PB_AUDIT_PRUNE_LINES;
  return prune_to (store, most->team, g_ptr_array_index (lines, n - 1), error);
}

/**
 * pb_audit_prune:
 * @now_us: UTC
 * @more: (out): something is left that should go, too
 *
 * Takes the oldest lines out that are beyond @bound, %PB_AUDIT_PRUNE_LINES of a
 * team at most; each time with a line "audit.prune" in the team's log that says
 * how many and up to when. Not the main thread: may wait for another process.
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_audit_prune (PbStore *store, const PbAuditBound *bound, gint64 now_us,
    gboolean *more, GError **error)
{
  const gint64 before_us = now_us - bound->days * DAY_US;
  g_autoptr (GPtrArray) teams = list_teams (store, error);

  *more = FALSE;
  if (!teams)
    return FALSE;
  for (guint i = 0; i < teams->len; i++)
    if (!prune_old (store, ((const Team *) teams->pdata[i])->team, before_us,
            more, error))
      return FALSE;
  return prune_many (store, bound->lines, more, error);
}

/* What the looks know of each other; used in the store's thread alone. */
typedef struct {
  PbAuditBound bound;
  gint64 seen_pk;
  gint64 looked_us; /* monotonic; 0 = never */
  gboolean more;
  guint in_a_row;
} Looks;

struct _PbAuditKeeper {
  PbStore *store;
  Looks *looks; /* GAtomicRcBox: a look may be waiting when the keeper goes */
  guint source;
};

static void queue_look (PbStore *store, Looks *looks);

static gboolean
look (PbStore *store, gpointer data, GError **error)
{
  Looks *looks = data;
  const gint64 now_us = g_get_monotonic_time ();
  g_autoptr (GPtrArray) newest = pb_sql_list (store, read_number, g_free, error,
      "SELECT coalesce (max (pk), 0) FROM audit", "");
  gint64 pk;

  if (!newest)
    return FALSE;
  pk = *(const gint64 *) newest->pdata[0];
  if (!looks->more && looks->looked_us != 0
      && pk - looks->seen_pk < looks->bound.lines / 100
      && now_us - looks->looked_us < LOOK_ANYWAY_US)
    return TRUE;
  if (!pb_audit_prune (
          store, &looks->bound, g_get_real_time (), &looks->more, error))
    return FALSE;
  looks->seen_pk = pk;
  looks->looked_us = now_us;
  if (looks->more && ++looks->in_a_row < LOOKS_IN_A_ROW)
    queue_look (store, looks);
  else
    looks->in_a_row = 0;
  return TRUE;
}

static void
queue_look (PbStore *store, Looks *looks)
{
  pb_store_queue (
      store, look, g_atomic_rc_box_acquire (looks), g_atomic_rc_box_release);
}

static gboolean
look_again (gpointer data)
{
  PbAuditKeeper *self = data;

  queue_look (self->store, self->looks);
  return G_SOURCE_CONTINUE;
}

/**
 * pb_audit_keeper_new:
 * @bound: how much is kept; copied
 *
 * Prunes now, and from then on within a minute where a hundredth of the lines
 * that may be there has come, else by the hour. Waits for nobody.
 *
 * Returns: (transfer full): a keeper
 */
PbAuditKeeper *
pb_audit_keeper_new (PbStore *store, const PbAuditBound *bound)
{
  PbAuditKeeper *self = g_new0 (PbAuditKeeper, 1);

  self->store = pb_store_ref (store);
  self->looks = g_atomic_rc_box_new0 (Looks);
  self->looks->bound = *bound;
  queue_look (store, self->looks);
  self->source = g_timeout_add (LOOK_MS, look_again, self);
  return self;
}

void
pb_audit_keeper_free (PbAuditKeeper *self)
{
  g_source_remove (self->source);
  g_atomic_rc_box_release (self->looks);
  pb_store_unref (self->store);
  g_free (self);
}
