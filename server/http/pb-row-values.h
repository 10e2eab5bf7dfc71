/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Chosen values of a row, under names that say their units. */
#pragma once

#include <gstpitbox/gstpitbox.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

void pb_row_values_add_live (JsonBuilder *builder, GstPitboxSample *row);
void pb_row_values_add_race (JsonBuilder *builder, GstPitboxSample *row);

G_END_DECLS
