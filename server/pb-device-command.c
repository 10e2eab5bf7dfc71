/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `pitbox-server device …`: who may publish. */
#include "pb-command.h"
#include "store/pb-devices.h"

/* Keeps what was begun, with its line in the log, or takes it back.
 *
 * Returns: (transfer full): @secret, or %NULL with @error set */
static gchar *
keep (PbData *data, gchar *secret, const gchar *team, const gchar *action,
    const gchar *name, const gchar *detail, GError **error)
{
  gboolean noted =
      secret && pb_command_note (data, team, action, name, detail, error);

  if (!pb_command_end (data, noted, error))
    g_clear_pointer (&secret, pb_secret_free);
  return secret;
}

static void
print_device (
    const PbCommandLine *line, const gchar *driver, const gchar *passphrase)
{
  const gchar *name = line->words[2];
  g_autofree gchar *host = pb_command_dup_srt_host (line);

  g_print ("device      %s\n"
           "driver      %s\n"
           "passphrase  %s\n"
           "streamid    #!::r=%s,m=publish,u=%s\n\n"
           "The passphrase is not shown again. On the driver's PC, with it in "
           "FILE:\n"
           "  pitbox-agent --server %s --driver %s --device %s "
           "--passphrase-file FILE\n"
           "OBS (Settings, Stream, Custom: as server, with no stream key) and "
           "ffmpeg\n(-f mpegts) bring the picture to\n",
      name, driver, passphrase, driver, name, host, driver, name);
  pb_command_print_srt (line, driver, "publish", passphrase);
  pb_command_print_place (line);
}

gboolean
pb_device_command_add (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  const gchar *driver = line->drivers ? line->drivers[0] : name;
  const gchar *team = line->team ? line->team : PB_TEAM_DEFAULT;
  gchar *passphrase;

  if (!pb_command_begin (data, error))
    return FALSE;
  passphrase = keep (data,
      pb_store_add_device (data->store, data->seal, name, driver, team, error),
      team, "device.add", name, driver, error);
  if (!passphrase)
    return FALSE;
  if (line->print_passphrase) {
    g_print ("%s\n", passphrase);
  } else {
    print_device (line, driver, passphrase);
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

    if (!line->team || g_str_equal (line->team, device->team))
      pb_command_print_key (device->name, device->team, "driver",
          device->driver, device->created_utc_us);
  }
  return TRUE;
}

/* Whose it is, so whose log tells of it; "default" where there is none. */
static gchar *
dup_team (PbData *data, const gchar *name, GError **error)
{
  g_autoptr (GPtrArray) devices =
      pb_store_list_devices (data->store, NULL, error);

  if (!devices)
    return NULL;
  for (guint i = 0; i < devices->len; i++) {
    const PbDevice *device = g_ptr_array_index (devices, i);

    if (g_str_equal (device->name, name))
      return g_strdup (device->team);
  }
  return g_strdup (PB_TEAM_DEFAULT);
}

gboolean
pb_device_command_remove (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autofree gchar *team = dup_team (data, name, error);

  if (!team || !pb_command_begin (data, error))
    return FALSE;
  return pb_command_end (data,
      pb_store_remove_device (data->store, name, NULL, error)
          && pb_command_note (data, team, "device.revoke", name, NULL, error),
      error);
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
  g_autofree gchar *team = dup_team (data, name, error);

  if (!team || !pb_command_begin (data, error))
    return FALSE;
  return print_secret (line, "passphrase",
      keep (data,
          pb_store_rotate_device (data->store, data->seal, name, NULL, error),
          team, "device.rotate", name, NULL, error),
      "It is not shown again. A stream that runs goes on; the next one needs "
      "it. An\nagent that was paired fetches it by itself.");
}

gboolean
pb_device_command_token (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autofree gchar *team = dup_team (data, name, error);

  if (!team || !pb_command_begin (data, error))
    return FALSE;
  return print_secret (line, "token",
      keep (data, pb_store_give_device_token (data->store, name, error), team,
          "device.token", name, NULL, error),
      "It is not shown again, and the one that the device had is not good any "
      "more.");
}
