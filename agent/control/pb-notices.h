/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbNotices: short texts to the driver; pure. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** PB_NOTICES_MAX: that are kept, the newest. */
#define PB_NOTICES_MAX 8
/** PB_NOTICE_CHARS: of one, at most. */
#define PB_NOTICE_CHARS 200
/** PB_NOTICES_BURST: that may come at once. */
#define PB_NOTICES_BURST 3
/** PB_NOTICES_EACH_S: seconds for one more. */
#define PB_NOTICES_EACH_S 10

/* Main thread only. */
typedef struct _PbNotices PbNotices;

PbNotices *pb_notices_new (void);
void pb_notices_free (PbNotices *notices);
gchar *pb_notices_add (PbNotices *notices, const gchar *text, const gchar *by,
    gint64 now_us, gint64 utc_us) G_GNUC_WARN_UNUSED_RESULT;
const gchar *pb_notices_get_last (PbNotices *notices);
void pb_notices_add_json (PbNotices *notices, JsonBuilder *builder);
gchar *pb_notices_clean (const gchar *text) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbNotices, pb_notices_free)

G_END_DECLS
