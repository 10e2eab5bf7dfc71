/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Idempotency-Key: what is sent twice is done once. */
#pragma once

#include "http/pb-replay.h"
#include "http/pb-request.h"

G_BEGIN_DECLS

/* Of one request, zeroed; empty where it has no key. */
typedef struct {
  gchar *who;
  const gchar *key;
  GBytes *sent;
} PbOnce;

gboolean pb_once_begin (PbOnce *once, PbReplay *replay, PbRequest *request);
void pb_once_end (PbOnce *once, PbReplay *replay, PbRequest *request);

G_END_DECLS
