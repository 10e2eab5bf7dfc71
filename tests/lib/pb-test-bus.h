/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What an element says on its bus. */
#pragma once

#include <gst/gst.h>

gchar *pb_test_bus_dup_words (GstBus *bus, GstMessageType type);
gchar *pb_test_bus_dup_refusal (GstElement *element);
