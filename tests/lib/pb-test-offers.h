/* SPDX-License-Identifier: LGPL-2.1-or-later
 * WHEP offers for tests. */
#pragma once

#include <glib.h>

/* Video and data, in the order and with the attributes Chrome writes. */
extern const gchar pb_test_offer_chrome[];
/* A data channel alone. */
extern const gchar pb_test_offer_data[];

gchar *pb_test_replace (const gchar *text, const gchar *from, const gchar *to);
