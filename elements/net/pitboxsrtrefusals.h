/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtRefusals: a flood of refusals must not become one of messages. Its
 * owner's lock protects it. */
#pragma once

#include "pitboxsrtgate.h"

G_BEGIN_DECLS

/* Told of one by one; more than these in a second are told of together. */
#define PITBOX_SRT_REFUSALS_PER_SECOND 20

/* @mode: "publish", "request" or "", where it was not understood; @others:
 * further refusals before this one that were not told of. */
typedef struct {
  gchar *peer;
  const gchar *mode;
  gchar *user;
  int code;
  const gchar *reason;
  guint others;
} PitboxSrtRefusal;

/* Starts as zeros. */
typedef struct {
  GQueue queue; /* PitboxSrtRefusal */
  gint64 since_us;
  guint n_told; /* since then */
  guint n_untold;
  guint64 n_all;
} PitboxSrtRefusals;

void pitbox_srt_refusals_add (PitboxSrtRefusals *refusals, const gchar *peer,
    const PitboxSrtVisitor *visitor, int code, gint64 now_us);
void pitbox_srt_refusals_clear (PitboxSrtRefusals *refusals);
void pitbox_srt_refusal_free (PitboxSrtRefusal *refusal);

G_END_DECLS
