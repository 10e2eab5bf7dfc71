/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the session string says of the player: car, number, track. */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * PbIdentity:
 *
 * UTF-8, each "" where the simulator says nothing; @track with its
 * configuration. @north_offset_rad is 0 without a track.
 */
typedef struct {
  gchar *name;
  gchar *car;
  gchar *car_number;
  gchar *track;
  gdouble north_offset_rad;
} PbIdentity;

PbIdentity *pb_identity_new (GBytes *session_text);
PbIdentity *pb_identity_copy (const PbIdentity *identity);
void pb_identity_free (PbIdentity *identity);

JsonNode *pb_session_info_to_json (GBytes *session_text, guint update);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbIdentity, pb_identity_free)

G_END_DECLS
