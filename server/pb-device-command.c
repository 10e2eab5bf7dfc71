/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `pitbox-server device …`: who may publish. */
#include "pb-command.h"
#include "store/pb-devices.h"

gboolean
pb_device_command_add (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  const gchar *driver = line->drivers ? line->drivers[0] : name;
  gchar *passphrase = pb_store_add_device (data->store, data->seal, name,
      driver, line->team ? line->team : PB_TEAM_DEFAULT, error);

  if (!passphrase)
    return FALSE;
  if (line->print_passphrase) {
    g_print ("%s\n", passphrase);
  } else {
    g_print ("device      %s\n"
             "driver      %s\n"
             "passphrase  %s\n"
             "streamid    #!::r=%s,m=publish,u=%s\n\n"
             "The passphrase is not shown again. On the driver's PC:\n"
             "  pitbox-agent --server HOST:9000 --driver %s --device %s "
             "--passphrase-file FILE\n",
        name, driver, passphrase, driver, name, driver, name);
  }
  pb_secret_free (passphrase);
  return TRUE;
}

gboolean
pb_device_command_list (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (GPtrArray) devices =
      pb_store_list_devices (data->store, NULL, error);

  if (!devices)
    return FALSE;
  if (devices->len == 0)
    g_print ("No device yet: pitbox-server device add NAME\n");
  for (guint i = 0; i < devices->len; i++) {
    const PbDevice *device = g_ptr_array_index (devices, i);

    pb_command_print_key (
        device->name, "driver", device->driver, device->created_utc_us);
  }
  return TRUE;
}

gboolean
pb_device_command_remove (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  return pb_store_remove_device (data->store, name, NULL, error);
}

/* Prints a new secret of @name: alone, or with @words. */
static gboolean
print_secret (const PbCommandLine *line, const gchar *label, gchar *secret,
    const gchar *words)
{
  if (!secret)
    return FALSE;
  if (line->print_passphrase)
    g_print ("%s\n", secret);
  else
    g_print ("%-11s %s\n\n%s\n", label, secret, words);
  pb_secret_free (secret);
  return TRUE;
}

gboolean
pb_device_command_rotate (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  return print_secret (line, "passphrase",
      pb_store_rotate_device (data->store, data->seal, name, NULL, error),
      "It is not shown again. A stream that runs goes on; the next one needs "
      "it. An\nagent that was paired fetches it by itself.");
}

gboolean
pb_device_command_token (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  return print_secret (line, "token",
      pb_store_give_device_token (data->store, name, error),
      "It is not shown again, and the one that the device had is not good any "
      "more.");
}
