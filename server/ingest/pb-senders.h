/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSenders: who may publish at the SRT port. */
#pragma once

#include <gst/gst.h>

#include "auth/pb-seal.h"
#include "session/pb-registry.h"
#include "store/pb-devices.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

/* Main thread only. */
typedef struct _PbSenders PbSenders;

PbSenders *pb_senders_new (
    PbStore *store, PbSeal *seal, PbRegistry *registry, GstElement *source);
void pb_senders_free (PbSenders *senders);
gboolean pb_senders_load (
    PbSenders *senders, GError **error) G_GNUC_WARN_UNUSED_RESULT;
const gchar *pb_senders_get_driver (PbSenders *senders, const gchar *device);
const PbDevice *pb_senders_find (PbSenders *senders, const gchar *device);
const PbDevice *pb_senders_find_key (
    PbSenders *senders, const gchar *driver, const gchar *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbSenders, pb_senders_free)

G_END_DECLS
