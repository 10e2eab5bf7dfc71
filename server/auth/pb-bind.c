/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where a server without credentials may listen: nowhere but on this machine. */
#include "auth/pb-bind.h"

/**
 * pb_bind_is_loopback:
 * @address: an address in numbers
 *
 * Returns: %TRUE for 127.0.0.0/8 and ::1
 */
gboolean
pb_bind_is_loopback (const gchar *address)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);

  return inet && g_inet_address_get_is_loopback (inet);
}

/**
 * pb_bind_check:
 * @address: address to listen on, in numbers
 * @has_people: somebody has an account, so everybody needs one
 * @is_private: eavesdroppers learn nothing, or that was accepted
 *
 * Returns: %FALSE with @error set, saying what to do, if @address is none or
 *   must not be opened
 */
gboolean
pb_bind_check (const gchar *address, gboolean has_people, gboolean is_private,
    GError **error)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);

  if (!inet) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "--bind %s is no address. Give one in numbers, e.g. 0.0.0.0 for every "
        "IPv4 network or :: for IPv6",
        address);
    return FALSE;
  }
  if (g_inet_address_get_is_loopback (inet) || (has_people && is_private))
    return TRUE;
  if (!has_people)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
        "--bind %s would show every driver to the whole network, and nobody "
        "has an account. Make one first: pitbox-server user add LOGIN --role "
        "admin; or write a password to a file only you can read and add "
        "--admin-password-file FILE, then log in as 'admin'",
        address);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
        "--bind %s would send passwords over the network for everybody to "
        "read. Add --tls-certificate FILE --tls-key FILE, or "
        "--tls-self-signed for a certificate that browsers ask about, or "
        "--trusted-proxy ADDRESS of a proxy that has one, or, in a network "
        "that you trust, --insecure-lan",
        address);
  return FALSE;
}
