/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Objects with the properties of elements that are not here. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

GObject *pb_test_class_new (const gchar *properties);
gchar *pb_test_class_written (GObject *object);

G_END_DECLS
