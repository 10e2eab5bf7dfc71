/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Writes small MPEG-TS streams for tests. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PB_TEST_TS_PMT_PID 0x20
#define PB_TEST_TS_VIDEO_PID 0x41
#define PB_TEST_TS_KLV_PID 0x42

/**
 * PbTestTs:
 * @out: the stream so far
 *
 * Set @has_video and @has_klv before pb_test_ts_put_tables().
 */
typedef struct {
  GByteArray *out;
  gboolean has_video;
  gboolean has_klv;
  guint8 continuity[8192];
} PbTestTs;

void pb_test_ts_init (PbTestTs *ts, gboolean has_video, gboolean has_klv);
void pb_test_ts_clear (PbTestTs *ts);
void pb_test_ts_put_tables (PbTestTs *ts);
void pb_test_ts_put_pes (PbTestTs *ts, guint16 pid, guint64 pts,
    gboolean random_access, const guint8 *payload, gsize size);
void pb_test_ts_put_picture (
    PbTestTs *ts, guint64 pts, gboolean key, gboolean flagged, gsize size);
void pb_test_ts_put_klv (PbTestTs *ts, guint64 pts, gsize size);

G_END_DECLS
