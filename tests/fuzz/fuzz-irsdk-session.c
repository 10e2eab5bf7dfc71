/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Session strings, which other players' names are part of. */
#include "fuzz.h"

#include <irsdk/irsdk-session.h>
#include <stdlib.h>
#include <string.h>

static void
check_text (const char *s)
{
  if (s == NULL || !g_utf8_validate (s, -1, NULL))
    abort ();
}

static void
check_tree (const IrsdkNode *node, guint depth)
{
  for (; node != NULL; node = node->next) {
    check_text (node->key);
    check_text (node->value);
    if (depth > 64)
      abort ();
    check_tree (node->children, depth + 1);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  IrsdkSession *s = irsdk_session_parse ((const char *) data, size);

  if (s == NULL)
    abort ();
  check_tree (s->root, 0);
  check_text (s->track);
  check_text (s->setup_name);
  for (gsize i = 0; i < s->n_drivers; i++) {
    check_text (s->drivers[i].name);
    check_text (s->drivers[i].number);
    if (irsdk_session_find_driver (s, s->drivers[i].car_idx) == NULL)
      abort ();
  }
  irsdk_session_free (s);
  return 0;
}

static const char *const seeds[] = {
  "---\nWeekendInfo:\n TrackName: spa up\n TrackLength: 6.93 km\n"
  " TrackPitSpeedLimit: 72.00 kph\n WeekendOptions:\n  Date: 2023-12-12\n\n"
  "SessionInfo:\n CurrentSessionNum: 0\n Sessions:\n - SessionNum: 0\n"
  "   SessionLaps: unlimited\n   SessionTime: 1800.0000 sec\n"
  "   ResultsPositions:\n   - Position: 1\n     CarIdx: 3\n"
  "   - Position: 2\n     CarIdx: 4\n\n"
  "DriverInfo:\n DriverCarIdx: 3\n DriverSetupName: a\nb: c.sto\n Drivers:\n"
  " - CarIdx: 3\n   UserName: ? ?\n   TeamName: - TERCIO -7 -\n"
  "   CarNumber: \"009\"\n   CarClassColor: 0xffda59\n"
  " - CarIdx: 4\n   AbbrevName:  ,  \n   UserName: \"a \"b\" c\"\n\n"
  "SplitTimeInfo:\n Sectors:\n - SectorNum: 0\n   SectorStartPct: 0.000000\n"
  "\n...\n",
  "WeekendInfo:\n Encoding: ISO_8859_1\n TrackName: n\xfcrburg \x80\x81\n",
  "WeekendInfo:\r\n Encoding: UTF8\r\n TrackName: n\xc3\xbcrburg "
  "\xc3\x83\xc2\xbc\xc2\x82 \xff\r\n",
  "\xef\xbb\xbf---\nDriverInfo:\n Drivers:\n - CarIdx: 1\n   UserName: Andr"
  "\xc3\xa9\n - CarIdx: 2\n   UserName: J\xf6rg\n",
};

GBytes *
fuzz_get_seed (guint index)
{
  if (index >= G_N_ELEMENTS (seeds))
    return NULL;
  return g_bytes_new_static (seeds[index], strlen (seeds[index]));
}
