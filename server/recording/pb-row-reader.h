/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Rows of a time out of the segments that have them. */
#pragma once

#include "store/pb-row-ranges.h"

G_BEGIN_DECLS

/** PB_ROWS_MAX_FIELDS: of one question; the live page asks for six. */
#define PB_ROWS_MAX_FIELDS 16
/** PB_ROWS_MAX_US: time of one question. */
#define PB_ROWS_MAX_US (G_GINT64_CONSTANT (600) * G_USEC_PER_SEC)
/** PB_ROWS_MAX_STEP: a row each ten seconds. */
#define PB_ROWS_MAX_STEP 600

/**
 * PbRowsQuery:
 * @from_utc_us: nothing before, by the driver's PC
 * @to_utc_us: nothing from there on
 * @fields: (array zero-terminated=1): names of variables, %PB_ROWS_MAX_FIELDS
 *   at most
 * @step: each so many rows of an unbroken stretch, and its last one
 * @kinds: which rows
 */
typedef struct {
  gint64 from_utc_us;
  gint64 to_utc_us;
  gchar **fields;
  guint step;
  PbRowKinds kinds;
} PbRowsQuery;

/**
 * PbRowsRow:
 * @utc_us: by the driver's PC
 * @tick: of the simulator
 * @run_id: of the rows that follow on each other
 * @divisor: one row of every so many ticks was sent
 * @is_backfill: it did not come live
 * @begins: rows are missing between the one before and this one
 * @at: of its values
 */
typedef struct {
  gint64 utc_us;
  guint64 tick;
  guint32 run_id;
  guint divisor;
  gboolean is_backfill;
  gboolean begins;
  guint at;
} PbRowsRow;

/**
 * PbRows:
 * @rows: (element-type PbRowsRow): by their time, none twice
 * @values: (element-type gdouble): of each row @n_fields; NAN where the car has
 *   no such variable
 * @next_utc_us: what is asked for goes on there, at a whole millisecond behind
 *   where it began; 0 = this is all
 */
typedef struct {
  GArray *rows;
  GArray *values;
  guint n_fields;
  gint64 next_utc_us;
} PbRows;

PbRows *pb_row_reader_read (PbStore *store, const gchar *recordings,
    const gchar *driver, const PbRowsQuery *query,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_rows_free (PbRows *rows);

/* Of its own, for tests: sorts, leaves out what is there twice, marks where rows
 * are missing, thins, and cuts what is too much. */
void pb_rows_put_in_order (PbRows *rows, guint step, guint max_values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbRows, pb_rows_free)

G_END_DECLS
