/* SPDX-License-Identifier: LGPL-2.1-or-later
 * load-drivers: one process that is many drivers. What they send is coded once,
 * before; each of them sends all of it, at its own moment of the period. The
 * first line that it prints says that all are connected, the last one what came
 * of it, as JSON. */
#include <gst/gst.h>
#include <stdio.h>
#include <string.h>

#include "pb-load-disk-linux.h"
#include "pb-load-sender.h"

/* Ends of the sleep between two looks; what is due in between is as late. */
#define LOOK_US 4000
#define LISTEN_EVERY 8
#define PERIOD_US (G_USEC_PER_SEC / 30)
/* Sessions have begun by then, and their files are there. */
#define WARM_UP_US (3 * G_USEC_PER_SEC)
#define LAST_WORDS_US (10 * G_USEC_PER_SEC)

typedef struct {
  PbLoadWs *ws;
  PbLoadSrt *srt;
  gchar *name;
  guint next; /* message */
  gboolean has_ended;
} Driver;

typedef struct {
  PbLoadMedia *media;
  Driver *drivers;
  guint n_drivers;
  PbLoadDisk *disk; /* NULL: nobody looks */
  guint n_watched;
  gint64 latest_us; /* how late the last message of all was */
} Load;

static gchar *host = "127.0.0.1", *transport = "websocket", *keys, *ibt,
             *recordings;
static gint port, n_drivers = 1, seconds = 10, video_kbps, rows_per_unit = 2;

static const GOptionEntry options[] = {
  { "port", 0, 0, G_OPTION_ARG_INT, &port, "Of the server", "PORT" },
  { "transport", 0, 0, G_OPTION_ARG_STRING, &transport,
      "websocket; srt; stock: SRT without a stream id, each driver one port "
      "further",
      "WAY" },
  { "keys", 0, 0, G_OPTION_ARG_FILENAME, &keys,
      "A line for each driver: ID DEVICE SECRET", "FILE" },
  { "drivers", 0, 0, G_OPTION_ARG_INT, &n_drivers, "How many", "N" },
  { "seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "How long", "S" },
  { "video-kbps", 0, 0, G_OPTION_ARG_INT, &video_kbps, "0: telemetry alone",
      "KBPS" },
  { "rows-per-unit", 0, 0, G_OPTION_ARG_INT, &rows_per_unit,
      "Without a picture", "N" },
  { "ibt", 0, 0, G_OPTION_ARG_FILENAME, &ibt, "Rows of this recording",
      "FILE" },
  { "recordings", 0, 0, G_OPTION_ARG_FILENAME, &recordings,
      "The server's folder: look when rows are there", "DIR" },
  { NULL },
};

static gboolean
connect_driver (
    Load *load, guint n, gchar **words, guint *local_port, GError **error)
{
  Driver *driver = &load->drivers[n];
  const gboolean is_stock = strcmp (transport, "stock") == 0;
  PbLoadTarget target = { host, (guint) port + (is_stock ? n : 0),
    is_stock ? NULL : words[0], words[1], words[2], local_port };

  driver->name = g_strdup (words[0]);
  if (strcmp (transport, "websocket") == 0)
    driver->ws = pb_load_ws_new (&target, error);
  else
    driver->srt = pb_load_srt_new (&target, error);
  return driver->ws != NULL || driver->srt != NULL;
}

static gboolean
connect_all (Load *load, GError **error)
{
  g_autofree gchar *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint local_port = 0;

  if (!g_file_get_contents (keys, &text, NULL, error))
    return FALSE;
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  if (g_strv_length (lines) < load->n_drivers) {
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
        "%s has too few keys for %u drivers", keys, load->n_drivers);
    return FALSE;
  }
  for (guint i = 0; i < load->n_drivers; i++) {
    g_auto (GStrv) words = g_strsplit (lines[i], " ", 3);

    if (g_strv_length (words) != 3) {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
          "%s: line %u is not ID DEVICE SECRET", keys, i + 1);
      return FALSE;
    }
    if (!connect_driver (load, i, words, &local_port, error))
      return FALSE;
  }
  return TRUE;
}

/* All that is due of one driver, unless the way is full. */
static void
send_due (Load *load, guint n, gint64 passed_us)
{
  Driver *driver = &load->drivers[n];
  PbLoadMedia *media = load->media;

  while (!driver->has_ended && driver->next < media->messages->len) {
    gint64 late_us =
        passed_us - g_array_index (media->due_us, gint64, driver->next);
    PbLoadOutcome outcome;

    if (late_us < 0)
      return;
    load->latest_us = MAX (load->latest_us, late_us);
    if (load->disk != NULL && n < load->n_watched)
      pb_load_disk_sent (load->disk, n, driver->next);
    outcome = driver->ws != NULL
                  ? pb_load_ws_send (driver->ws, media, driver->next)
                  : pb_load_srt_send (driver->srt, media, driver->next);
    driver->has_ended = outcome == PB_LOAD_ENDED;
    if (outcome != PB_LOAD_SENT)
      return;
    driver->next++;
    if (driver->ws != NULL && driver->next % LISTEN_EVERY == 0)
      driver->has_ended = !pb_load_ws_listen (driver->ws);
  }
}

static void
begin_to_look (Load *load)
{
  load->disk = pb_load_disk_new (recordings, load->media);
  for (guint i = 0; i < MIN (load->n_drivers, PB_LOAD_DISK_MAX_DRIVERS); i++)
    if (pb_load_disk_watch (load->disk, load->drivers[i].name))
      load->n_watched++;
    else
      g_printerr (
          "load-drivers: nothing is recorded of %s\n", load->drivers[i].name);
  pb_load_disk_start (load->disk);
}

static void
send_all (Load *load)
{
  const gint64 begin_us = g_get_monotonic_time ();
  const gint64 end_us = (gint64) seconds * G_USEC_PER_SEC + PERIOD_US;
  gint64 passed_us;

  while ((passed_us = g_get_monotonic_time () - begin_us) < end_us) {
    if (recordings != NULL && load->disk == NULL && passed_us > WARM_UP_US) {
      begin_to_look (load);
      load->latest_us = 0;
    }
    for (guint i = 0; i < load->n_drivers; i++)
      send_due (load, i,
          passed_us - (gint64) i * PERIOD_US / (gint64) load->n_drivers);
    g_usleep (LOOK_US);
  }
}

/* Until everything is acknowledged, or will never be. */
static void
hear_last_words (Load *load)
{
  const gint64 end_us = g_get_monotonic_time () + LAST_WORDS_US;
  gboolean is_waiting = load->drivers[0].ws != NULL;

  while (is_waiting && g_get_monotonic_time () < end_us) {
    is_waiting = FALSE;
    for (guint i = 0; i < load->n_drivers; i++) {
      Driver *d = &load->drivers[i];

      if (d->has_ended)
        continue;
      d->has_ended = !pb_load_ws_listen (d->ws);
      is_waiting |= pb_load_ws_get_acknowledged (d->ws) < load->media->n_rows;
    }
    g_usleep (20000);
  }
}

static void
print_outcome (Load *load)
{
  static const gdouble shares[] = { 0.5, 0.99, 1 };
  gdouble ms[] = { -1, -1, -1 };
  guint64 bytes = 0, acknowledged = 0, dropped = 0;
  guint n_ended = 0, n_measured = 0, n_late = 0;

  for (guint i = 0; i < load->n_drivers; i++) {
    Driver *d = &load->drivers[i];

    n_ended += d->has_ended;
    n_late += d->next < load->media->messages->len;
    if (d->ws != NULL)
      acknowledged += pb_load_ws_get_acknowledged (d->ws);
    else
      dropped += pb_load_srt_get_dropped (d->srt);
  }
  for (guint i = 0; i < load->media->messages->len; i++)
    bytes += g_bytes_get_size (g_ptr_array_index (load->media->messages, i));
  if (load->disk != NULL) {
    pb_load_disk_stop (load->disk);
    n_measured =
        pb_load_disk_get_ms (load->disk, shares, G_N_ELEMENTS (shares), ms);
  }
  printf ("{\"drivers\": %u, \"rows\": %" G_GUINT64_FORMAT
          ", \"acknowledged\": %" G_GUINT64_FORMAT
          ", \"dropped\": %" G_GUINT64_FORMAT
          ", \"ended\": %u, \"unfinished\": %u, \"kbps\": %.1f, "
          "\"measured\": %u, \"stored_p50_ms\": %.1f, \"stored_p99_ms\": %.1f, "
          "\"stored_max_ms\": %.1f, \"late_ms\": %.1f}\n",
      load->n_drivers, (guint64) load->n_drivers * load->media->n_rows,
      acknowledged, dropped, n_ended, n_late, bytes * 8 / 1000.0 / seconds,
      n_measured, ms[0], ms[1], ms[2], load->latest_us / 1000.0);
}

static gboolean
run (Load *load, GError **error)
{
  PbLoadMediaOptions media = { ibt, (guint) seconds, (guint) rows_per_unit,
    (guint) video_kbps, strcmp (transport, "websocket") != 0 };

  load->media = pb_load_media_new (&media, error);
  if (load->media == NULL)
    return FALSE;
  load->n_drivers = (guint) n_drivers;
  load->drivers = g_new0 (Driver, load->n_drivers);
  if (!connect_all (load, error))
    return FALSE;
  printf ("connected\n");
  fflush (stdout);
  send_all (load);
  printf ("sent\n");
  fflush (stdout);
  hear_last_words (load);
  print_outcome (load);
  return TRUE;
}

static void
clear (Load *load)
{
  for (guint i = 0; load->drivers != NULL && i < load->n_drivers; i++) {
    g_clear_pointer (&load->drivers[i].ws, pb_load_ws_free);
    g_clear_pointer (&load->drivers[i].srt, pb_load_srt_free);
    g_free (load->drivers[i].name);
  }
  g_free (load->drivers);
  g_clear_pointer (&load->disk, pb_load_disk_free);
  g_clear_pointer (&load->media, pb_load_media_free);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context =
      g_option_context_new ("- many drivers for pitbox-server");
  g_autoptr (GError) error = NULL;
  Load load = { 0 };

  g_option_context_add_main_entries (context, options, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("load-drivers: %s\n", error->message);
    return 2;
  }
  if (port <= 0 || keys == NULL || n_drivers < 1 || seconds < 1
      || rows_per_unit < 1) {
    g_printerr (
        "load-drivers: --port and --keys are needed, numbers above 0\n");
    return 2;
  }
  if (!run (&load, &error))
    g_printerr ("load-drivers: %s\n", error->message);
  clear (&load);
  if (strcmp (transport, "websocket") != 0)
    pb_load_srt_end ();
  return error != NULL;
}
