/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbProxies: whose word on where a request comes from counts. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PbForwarded:
 * @x_forwarded_for, @x_forwarded_proto, @forwarded: (nullable): these headers of
 *   a request, joined by commas where there are several
 */
typedef struct {
  const gchar *x_forwarded_for;
  const gchar *x_forwarded_proto;
  const gchar *forwarded;
} PbForwarded;

/* Pure. */
typedef struct _PbProxies PbProxies;

PbProxies *pb_proxies_new (
    const gchar *const *networks, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_proxies_free (PbProxies *proxies);
gboolean pb_proxies_is_empty (const PbProxies *proxies);
gboolean pb_proxies_trust (const PbProxies *proxies, const gchar *address);
gchar *pb_proxies_find_client (const PbProxies *proxies, const gchar *peer,
    const PbForwarded *said, gboolean *is_secure) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbProxies, pb_proxies_free)

G_END_DECLS
