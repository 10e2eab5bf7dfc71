/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxAddress: what stands in a pitbox:// address. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PITBOX_ADDRESS_DEFAULT_PORT 9000

/* What the address does not say is NULL, or 0. */
typedef struct {
  gchar *host;
  guint port;
  gchar *driver;
  gchar *user;
  gchar *key;
  gchar *key_file;
  gint latency_ms; /* -1: not said */
} PitboxAddress;

PitboxAddress *pitbox_address_new (
    const gchar *uri, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pitbox_address_free (PitboxAddress *address);
gchar *pitbox_address_to_string (const PitboxAddress *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PitboxAddress, pitbox_address_free)

G_END_DECLS
