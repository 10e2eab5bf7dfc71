/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `pitbox-server reader …`: who may read drivers' streams by SRT. */
#include "pb-reader-command.h"

#include <gio/gio.h>

#include "pb-data.h"
#include "store/pb-readers.h"

#define DEFAULT_PORT 9000

/* Where the server is to be reached, as part of a URL; "HOST" where only the
 * administrator knows. */
static gchar *
dup_host (const gchar *bind)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (bind);

  if (!address || g_inet_address_get_is_any (address))
    return g_strdup ("HOST");
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    return g_strdup_printf ("[%s]", bind);
  return g_strdup (bind);
}

/* Only the hash must be escaped; nothing else in it needs quoting within an
 * address, as names and passphrases are plain. */
static void
print_address (const PbReaderCommand *command, const gchar *driver,
    const gchar *passphrase)
{
  g_autofree gchar *host = dup_host (command->bind);

  g_print ("  srt://%s:%d?mode=caller&streamid=%%23!::r=%s,m=request,u=%s"
           "&passphrase=%s\n",
      host, command->srt_port > 0 ? command->srt_port : DEFAULT_PORT, driver,
      command->words[1], passphrase);
}

static void
print_line (const PbReaderCommand *command, const gchar *driver)
{
  g_autofree gchar *host = dup_host (command->bind);

  g_print ("  gst-launch-1.0 pitboxsrc uri=pitbox://%s:%d/%s user=%s "
           "key-file=FILE name=s s.video ! decodebin ! videoconvert ! "
           "telemetryoverlay ! autovideosink\n",
      host, command->srt_port > 0 ? command->srt_port : DEFAULT_PORT, driver,
      command->words[1]);
}

static void
print_reader (const PbReaderCommand *command, const gchar *passphrase)
{
  gchar **drivers = command->drivers;
  g_autofree gchar *list = drivers ? g_strjoinv (",", drivers) : NULL;

  g_print ("reader      %s\n"
           "drivers     %s\n"
           "passphrase  %s\n\n"
           "The passphrase is not shown again. OBS (media source, not a local "
           "file), ffmpeg\nand GStreamer's srtsrc read%s\n",
      command->words[1], list ? list : "all", passphrase,
      list ? "" : " a driver, in the place of DRIVER, at");
  for (guint i = 0; drivers && drivers[i]; i++)
    print_address (command, drivers[i], passphrase);
  if (!drivers)
    print_address (command, "DRIVER", passphrase);
  g_print ("\nGStreamer with the telemetry on the picture, the passphrase in "
           "FILE:\n");
  print_line (command, drivers ? drivers[0] : "DRIVER");
}

static gboolean
add (const PbReaderCommand *command, PbData *data, GError **error)
{
  gchar *passphrase = pb_store_add_reader (data->store, data->seal,
      command->words[1], (const gchar *const *) command->drivers, error);

  if (!passphrase)
    return FALSE;
  if (command->print_passphrase)
    g_print ("%s\n", passphrase);
  else
    print_reader (command, passphrase);
  pb_secret_free (passphrase);
  return TRUE;
}

static gboolean
list (PbData *data, GError **error)
{
  g_autoptr (GPtrArray) readers =
      pb_store_list_readers (data->store, NULL, error);

  if (!readers)
    return FALSE;
  if (readers->len == 0)
    g_print ("No reader yet: pitbox-server reader add NAME\n");
  for (guint i = 0; i < readers->len; i++) {
    const PbReader *reader = g_ptr_array_index (readers, i);
    g_autoptr (GDateTime) date =
        g_date_time_new_from_unix_utc (reader->created_utc_us / G_USEC_PER_SEC);
    g_autofree gchar *text = g_date_time_format_iso8601 (date);
    g_autofree gchar *drivers = g_strjoinv (",", reader->drivers);

    g_print ("%-24s drivers %-23s added %s\n", reader->name,
        drivers[0] ? drivers : "all", text);
  }
  return TRUE;
}

/**
 * pb_reader_command:
 *
 * A running server takes the change over within a second; whoever is removed
 * is cut off.
 *
 * Returns: an exit code
 */
int
pb_reader_command (const PbReaderCommand *command)
{
  gchar **words = command->words;
  guint n = g_strv_length (words);
  g_autoptr (GError) error = NULL;
  g_autoptr (PbData) data = NULL;
  gboolean done = FALSE;

  if (!(n == 2 && g_str_equal (words[0], "add"))
      && !(n == 2 && g_str_equal (words[0], "remove"))
      && !(n == 1 && g_str_equal (words[0], "list"))) {
    g_printerr ("pitbox-server: use reader add NAME [--driver ID]…, "
                "reader list or reader remove NAME\n");
    return 2;
  }
  data = pb_data_open (command->data_dir, &error);
  if (data && g_str_equal (words[0], "add"))
    done = add (command, data, &error);
  else if (data && g_str_equal (words[0], "remove"))
    done = pb_store_remove_reader (data->store, words[1], &error);
  else if (data)
    done = list (data, &error);
  if (!done)
    g_printerr ("pitbox-server: %s\n", error->message);
  return done ? 0 : 1;
}
