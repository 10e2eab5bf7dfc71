/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A number of the session text. */
#pragma once

#include <glib.h>

void rs_session_add_value (GString *text, const char *key, const char *format,
    double value, const char *unit);
