/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPickup: the sound beside the picture. */
#pragma once

#include "pb-config.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _PbPickup PbPickup;

/**
 * PbPickupCoder:
 * @name: factory of an encoder of AAC
 * @delay_samples: by how much what it makes is later than its times say
 */
typedef struct {
  const gchar *name;
  guint delay_samples;
} PbPickupCoder;

/* Whether there is such an element here. */
typedef gboolean (*PbPickupHas) (const gchar *name);

const gchar *pb_pickup_choose_source (
    const gchar *setting, gboolean scene, PbPickupHas has);
gboolean pb_pickup_set_loopback (gpointer source, guint game);
const PbPickupCoder *pb_pickup_choose_coder (PbPickupHas has);

PbPickup *pb_pickup_new (GstElement *graph, const PbConfig *config,
    gboolean scene, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_pickup_free (PbPickup *pickup);
void pb_pickup_start (PbPickup *pickup);
gboolean pb_pickup_owns (PbPickup *pickup, GstObject *object);
void pb_pickup_fail (PbPickup *pickup, const gchar *why);
const gchar *pb_pickup_get_source (PbPickup *pickup);
const gchar *pb_pickup_get_coder (PbPickup *pickup);
const gchar *pb_pickup_get_failure (PbPickup *pickup);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPickup, pb_pickup_free)

G_END_DECLS
