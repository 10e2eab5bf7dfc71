/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What happened, in order: the truth that readers of rows are compared with. */
#pragma once

#include <glib.h>

typedef struct {
  gint64 tick; /* of the first row that can show it */
  double time_s; /* session time of it */
  const char *what; /* static */
  int car_idx; /* -1: everyone */
  int lap;
  double value;
  guint session;
} RsEvent;

typedef struct {
  double time_s; /* -1: none that counts */
  double cross_s; /* session time of its end */
  gint64 tick; /* of the row that shows the next lap */
  int lap;
  int car_idx;
  guint session;
} RsLapRecord;

typedef struct {
  GArray *events; /* of RsEvent */
  GArray *laps; /* of RsLapRecord */
} RsLog;

RsLog *rs_log_new (void);
void rs_log_free (RsLog *log);
