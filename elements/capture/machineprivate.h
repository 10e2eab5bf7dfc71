/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the two files about machines share. */
#pragma once

#include "machine.h"

G_BEGIN_DECLS

#define MACHINE_ADAPTER "adapter "
#define MACHINE_ELEMENT "element "
#define MACHINE_HEAD "machine"
#define MACHINE_TARGET "target"

struct _Machine {
  GKeyFile *facts;
  GPtrArray *texts; /* what was handed out */
};

gchar *machine_element_group (const gchar *factory);
gint64 machine_get_luid (Machine *self, const gchar *group, const gchar *key);

G_END_DECLS
