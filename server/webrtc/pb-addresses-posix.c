/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Addresses of the interfaces that are up. */
#include "webrtc/pb-addresses-posix.h"

#include <ifaddrs.h>
#include <net/if.h>

static gboolean
is_wanted (const struct ifaddrs *entry)
{
  gint family = entry->ifa_addr != NULL ? entry->ifa_addr->sa_family : 0;

  return (entry->ifa_flags & IFF_UP) != 0
         && (entry->ifa_flags & IFF_LOOPBACK) == 0
         && (family == G_SOCKET_FAMILY_IPV4 || family == G_SOCKET_FAMILY_IPV6);
}

/**
 * pb_addresses_list:
 *
 * Returns: (transfer full) (element-type GInetAddress): this machine's
 *   addresses, without loopback and link-local ones
 */
GPtrArray *
pb_addresses_list (void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);
  struct ifaddrs *entries = NULL;

  if (getifaddrs (&entries) != 0)
    return list;
  for (struct ifaddrs *entry = entries; entry != NULL;
       entry = entry->ifa_next) {
    g_autoptr (GSocketAddress) native = NULL;
    GInetAddress *address;

    if (!is_wanted (entry))
      continue;
    native = g_socket_address_new_from_native (
        entry->ifa_addr, sizeof (struct sockaddr_storage));
    if (native == NULL)
      continue;
    address =
        g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (native));
    if (!g_inet_address_get_is_link_local (address))
      g_ptr_array_add (list, g_object_ref (address));
  }
  freeifaddrs (entries);
  return list;
}
