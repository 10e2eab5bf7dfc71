/* SPDX-License-Identifier: LGPL-2.1-or-later
 * When rows are on disk, when they followed later, and when there are none;
 * pure. */
#pragma once

#include "store/pb-row-range.h"

G_BEGIN_DECLS

/**
 * PbCoverageKind:
 * @PB_COVERAGE_MEASURED: rows came live
 * @PB_COVERAGE_BACKFILLED: rows followed later
 * @PB_COVERAGE_MISSING: there are none
 */
typedef enum {
  PB_COVERAGE_MEASURED,
  PB_COVERAGE_BACKFILLED,
  PB_COVERAGE_MISSING,
} PbCoverageKind;

/**
 * PbCoverageSpan:
 * @from_utc_us: by the driver's PC
 * @to_utc_us: likewise
 */
typedef struct {
  PbCoverageKind kind;
  gint64 from_utc_us;
  gint64 to_utc_us;
} PbCoverageSpan;

GArray *pb_coverage_new (const GArray *ranges, gint64 from_utc_us,
    gint64 to_utc_us) G_GNUC_WARN_UNUSED_RESULT;
const gchar *pb_coverage_kind_to_string (PbCoverageKind kind);

G_END_DECLS
