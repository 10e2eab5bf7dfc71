/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `pitbox-server device …`: who may publish. */
#include "pb-device-command.h"

#include "pb-data.h"
#include "store/pb-devices.h"

static gboolean
add (PbData *data, const gchar *name, const gchar *driver,
    gboolean print_passphrase, GError **error)
{
  gchar *passphrase;

  if (!driver)
    driver = name;
  passphrase =
      pb_store_add_device (data->store, data->seal, name, driver, error);
  if (!passphrase)
    return FALSE;
  if (print_passphrase) {
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

static gboolean
list (PbData *data, GError **error)
{
  g_autoptr (GPtrArray) devices =
      pb_store_list_devices (data->store, NULL, error);

  if (!devices)
    return FALSE;
  if (devices->len == 0)
    g_print ("No device yet: pitbox-server device add NAME\n");
  for (guint i = 0; i < devices->len; i++) {
    const PbDevice *device = g_ptr_array_index (devices, i);
    g_autoptr (GDateTime) date =
        g_date_time_new_from_unix_utc (device->created_utc_us / G_USEC_PER_SEC);
    g_autofree gchar *text = g_date_time_format_iso8601 (date);

    g_print (
        "%-24s driver %-24s added %s\n", device->name, device->driver, text);
  }
  return TRUE;
}

/**
 * pb_device_command:
 * @data_dir: the server's folder
 * @words: what follows "device" on the command line
 * @driver: (nullable): of --driver
 * @print_passphrase: print nothing else than the passphrase
 *
 * A running server takes the change over within a second.
 *
 * Returns: an exit code
 */
int
pb_device_command (const gchar *data_dir, gchar **words, const gchar *driver,
    gboolean print_passphrase)
{
  guint n = g_strv_length (words);
  g_autoptr (GError) error = NULL;
  g_autoptr (PbData) data = NULL;
  gboolean done = FALSE;

  if (!(n == 2 && g_str_equal (words[0], "add"))
      && !(n == 2 && g_str_equal (words[0], "remove"))
      && !(n == 1 && g_str_equal (words[0], "list"))) {
    g_printerr ("pitbox-server: use device add NAME [--driver ID], "
                "device list or device remove NAME\n");
    return 2;
  }
  data = pb_data_open (data_dir, &error);
  if (data && g_str_equal (words[0], "add"))
    done = add (data, words[1], driver, print_passphrase, &error);
  else if (data && g_str_equal (words[0], "remove"))
    done = pb_store_remove_device (data->store, words[1], &error);
  else if (data)
    done = list (data, &error);
  if (!done)
    g_printerr ("pitbox-server: %s\n", error->message);
  return done ? 0 : 1;
}
