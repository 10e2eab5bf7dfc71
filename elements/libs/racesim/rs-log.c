/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What happened, in order. */
#include "rs-log.h"

RsLog *
rs_log_new (void)
{
  RsLog *log = g_new0 (RsLog, 1);

  log->events = g_array_new (FALSE, FALSE, sizeof (RsEvent));
  log->laps = g_array_new (FALSE, FALSE, sizeof (RsLapRecord));
  return log;
}

void
rs_log_free (RsLog *log)
{
  g_array_unref (log->events);
  g_array_unref (log->laps);
  g_free (log);
}
