/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A listener's inside, for the two files that it consists of. */
#pragma once

#include "pitboxsrtgate.h"
#include "pitboxsrtguesses.h"
#include "pitboxsrtsession.h"
#include "pitboxsrtshun.h"

G_BEGIN_DECLS

typedef struct {
  SRTSOCKET sock;
  gint64 since_us;
  PitboxSrtVisitor visitor;
  gchar *peer;
  PitboxSrtOrigin origin;
} PitboxSrtHalfOpen;

typedef struct {
  PitboxSrtReader *reader;
  const gchar *reason;
} PitboxSrtGoneReader;

struct _PitboxSrtListener {
  /* Set in start(), before other threads exist. */
  PitboxSrtListenerConfig config;
  PitboxSrtListenerFuncs funcs;
  gpointer user_data;
  SRTSOCKET sock;
  int fd; /* of the port, for pitbox_srt_hear_all_but() */
  GThread *thread;
  guint port;

  PitboxSrtHub *hub; /* NULL: nobody may read */

  /* Has its own lock, which comes before this one's. */
  PitboxSrtReaders *readers;

  /* Protects all below. Never held across a call that could wait: the listen
   * callback, which serves all callers, takes it. */
  GMutex lock;
  GCond cond;
  PitboxSrtGate *gate;
  PitboxSrtGuesses *guesses;
  PitboxSrtShun *shun;
  GQueue half_open;
  PitboxSrtRefusals refusals;
  GQueue done; /* PitboxSrtSession */
  GQueue gone_readers; /* PitboxSrtGoneReader */
  gboolean stopping;
  guint64 n_accepted;
  guint64 n_taken_over;
};

void pitbox_srt_half_open_free (PitboxSrtHalfOpen *half);
void pitbox_srt_gone_reader_free (PitboxSrtGoneReader *gone);

int pitbox_srt_listen_callback (void *opaque, SRTSOCKET sock, int hs_version,
    const struct sockaddr *address, const char *stream_id);
void pitbox_srt_listener_reader_done (
    PitboxSrtReader *reader, const gchar *reason, gpointer user_data);
gpointer pitbox_srt_listener_run (gpointer data);

G_END_DECLS
