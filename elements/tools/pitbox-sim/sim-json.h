/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The one kind of JSON that a command line is: a flat object. */
#pragma once

#include <glib.h>

#define SIM_JSON_MAX_FIELDS 8
#define SIM_JSON_MAX_TEXT 63

typedef struct {
  gchar name[SIM_JSON_MAX_TEXT + 1];
  gboolean is_text;
  gchar text[SIM_JSON_MAX_TEXT + 1];
  gboolean is_null;
  gdouble number; /* of numbers; true is 1, false is 0 */
} SimJsonField;

typedef struct {
  SimJsonField fields[SIM_JSON_MAX_FIELDS];
  guint n;
} SimJson;

gboolean sim_json_parse (SimJson *json, const gchar *line);
const SimJsonField *sim_json_find (const SimJson *json, const gchar *name);
