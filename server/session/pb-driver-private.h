/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of PbDriver share. Nobody outside this folder includes it. */
#pragma once

#include "session/pb-driver.h"

G_BEGIN_DECLS

struct _PbDriver {
  gatomicrefcount refs;
  gchar *id;
  PbLive *live;
  PbLapBook *book;

  GMutex lock; /* protects all below */
  GPtrArray *sessions; /* of PbSession, oldest first: all that are open */
  PbPlaces places; /* of those among them */
  gchar *whole; /* id of the session that they are parts of */
  GHashTable *offsets; /* device → gint64: trimmed µs of its pictures */
  GHashTable *clocks; /* device → PbPairingClock: of those that see ticks */
  gint64 gone_mono_us; /* when the last session left */
  PbDriverState state;
  gint64 since_utc_ms;
  GBytes *text; /* what identity was read from */
  PbIdentity *identity;
  PbDriverContest *contest;
};

gboolean pb_driver_update_state_locked (PbDriver *driver);
void pb_driver_update_pairing (PbDriver *driver);

G_END_DECLS
