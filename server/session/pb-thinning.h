/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbThinning: what rows that come lack of those that the simulator makes. */
#pragma once

#include <gstpitbox/gstpitbox.h>

G_BEGIN_DECLS

/**
 * PbThinning:
 * @full_schema_id: of the simulator's own layout
 * @n_fields: variables that come
 * @n_full: variables that it has
 * @rate_hz: rows a second that come, if none is lost
 * @is_thinned: something is left out
 */
typedef struct {
  guint32 full_schema_id;
  guint n_fields;
  guint n_full;
  gdouble rate_hz;
  gboolean is_thinned;
} PbThinning;

void pb_thinning_set (PbThinning *thinning, const GstPitboxSchema *schema,
    guint32 full_schema_id, guint full_n_vars, guint rate_divisor);
void pb_thinning_read (
    PbThinning *thinning, const GstCaps *caps, const GstPitboxSchema *schema);

G_END_DECLS
