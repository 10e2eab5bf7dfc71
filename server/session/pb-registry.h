/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRegistry: all drivers the server knows of, by name. */
#pragma once

#include "session/pb-driver.h"

G_BEGIN_DECLS

/* Thread safe. A driver stays in it as long as it is. */
typedef struct _PbRegistry PbRegistry;

PbRegistry *pb_registry_new (const PbLiveLimits *limits);
void pb_registry_free (PbRegistry *registry);
PbDriver *pb_registry_ensure (PbRegistry *registry, const gchar *id);
PbDriver *pb_registry_find (PbRegistry *registry, const gchar *id);
GPtrArray *pb_registry_list (PbRegistry *registry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbRegistry, pb_registry_free)

G_END_DECLS
