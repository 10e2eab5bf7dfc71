/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRtmp: RTMP publishers, who come to an nginx: it asks about each, and what
 * they send is pulled from there. */
#pragma once

#include "ingest/pb-publishers.h"
#include "ingest/pb-rtmp-call.h"

G_BEGIN_DECLS

/** PB_RTMP_MAX_PUBLISHERS: as many as SRT callers. */
#define PB_RTMP_MAX_PUBLISHERS 64

/**
 * PbRtmpVerdict:
 * @PB_RTMP_TAKEN: it goes on under another name
 * @PB_RTMP_GOES_ON: nothing to do
 * @PB_RTMP_WRONG_KEY: there is no device of that name and key
 * @PB_RTMP_HELD: it sent too much a moment ago
 * @PB_RTMP_FULL: there are too many
 * @PB_RTMP_CONTESTED: another sender keeps the driver's place
 * @PB_RTMP_FAILED: it cannot be pulled; the error says why
 * @PB_RTMP_OVER: it is over, or was never let in
 */
typedef enum {
  PB_RTMP_TAKEN,
  PB_RTMP_GOES_ON,
  PB_RTMP_WRONG_KEY,
  PB_RTMP_HELD,
  PB_RTMP_FULL,
  PB_RTMP_CONTESTED,
  PB_RTMP_FAILED,
  PB_RTMP_OVER,
} PbRtmpVerdict;

/* Main thread only. */
typedef struct _PbRtmp PbRtmp;

PbRtmp *pb_rtmp_new (PbIngest *ingest, const gchar *front,
    const gchar *key_file, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_rtmp_free (PbRtmp *rtmp);
gboolean pb_rtmp_has_key (PbRtmp *rtmp);
gchar *pb_rtmp_dup_url (PbRtmp *rtmp, const gchar *host);
gboolean pb_rtmp_is_front (
    PbRtmp *rtmp, const gchar *address, const gchar *key);
PbRtmpVerdict pb_rtmp_take (
    PbRtmp *rtmp, const PbRtmpCall *call, gchar **name, GError **error);
PbPublishers *pb_rtmp_get_publishers (PbRtmp *rtmp);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbRtmp, pb_rtmp_free)

G_END_DECLS
