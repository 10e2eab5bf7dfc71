/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `pitbox-server reader …`: who may read drivers' streams by SRT. */
#include "pb-command.h"
#include "store/pb-readers.h"

static void
print_line (const PbCommandLine *line, const gchar *driver)
{
  g_autofree gchar *host = pb_command_dup_srt_host (line);

  g_print ("  gst-launch-1.0 pitboxsrc uri=pitbox://%s/%s user=%s "
           "key-file=FILE name=s s.video ! decodebin ! videoconvert ! "
           "telemetryoverlay ! autovideosink\n",
      host, driver, line->words[2]);
}

static void
print_reader (const PbCommandLine *line, const gchar *passphrase)
{
  gchar **drivers = line->drivers;
  g_autofree gchar *list = drivers ? g_strjoinv (",", drivers) : NULL;

  g_print ("reader      %s\n"
           "drivers     %s\n"
           "passphrase  %s\n\n"
           "The passphrase is not shown again. OBS (media source, not a local "
           "file), ffmpeg\nand GStreamer's srtsrc read%s\n",
      line->words[2], list ? list : "all", passphrase,
      list ? "" : " a driver, in the place of DRIVER, at");
  for (guint i = 0; drivers && drivers[i]; i++)
    pb_command_print_srt (line, drivers[i], "request", passphrase);
  if (!drivers)
    pb_command_print_srt (line, "DRIVER", "request", passphrase);
  g_print ("\nGStreamer with the telemetry on the picture, the passphrase in "
           "FILE:\n");
  print_line (line, drivers ? drivers[0] : "DRIVER");
  pb_command_print_place (line);
}

gboolean
pb_reader_command_add (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  const gchar *team = line->team ? line->team : PB_TEAM_DEFAULT;
  g_autofree gchar *drivers =
      line->drivers ? g_strjoinv (",", line->drivers) : NULL;
  gchar *passphrase;

  if (!pb_command_begin (data, error))
    return FALSE;
  passphrase = pb_store_add_reader (data->store, data->seal, name,
      (const gchar *const *) line->drivers, team, error);
  if (!pb_command_end (data,
          passphrase
              && pb_command_note (
                  data, team, "reader.add", name, drivers, error),
          error)) {
    pb_secret_free (passphrase);
    return FALSE;
  }
  if (line->print_passphrase)
    g_print ("%s\n", passphrase);
  else
    print_reader (line, passphrase);
  pb_secret_free (passphrase);
  return TRUE;
}

gboolean
pb_reader_command_list (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (GPtrArray) readers =
      pb_store_list_readers (data->store, NULL, error);

  if (!readers)
    return FALSE;
  if (readers->len == 0)
    g_print ("No reader yet: pitbox-server reader add NAME\n");
  for (guint i = 0; i < readers->len; i++) {
    const PbReader *reader = g_ptr_array_index (readers, i);
    g_autofree gchar *drivers = g_strjoinv (",", reader->drivers);

    if (!line->team || g_str_equal (line->team, reader->team))
      pb_command_print_key (reader->name, reader->team, "drivers",
          drivers[0] ? drivers : "all", reader->created_utc_us);
  }
  return TRUE;
}

gboolean
pb_reader_command_remove (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (GPtrArray) readers =
      pb_store_list_readers (data->store, NULL, error);
  const gchar *team = PB_TEAM_DEFAULT;

  if (!readers || !pb_command_begin (data, error))
    return FALSE;
  for (guint i = 0; i < readers->len; i++) {
    const PbReader *reader = g_ptr_array_index (readers, i);

    if (g_str_equal (reader->name, name))
      team = reader->team;
  }
  return pb_command_end (data,
      pb_store_remove_reader (data->store, name, NULL, error)
          && pb_command_note (data, team, "reader.remove", name, NULL, error),
      error);
}
