/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbBundle: versions, checks, settings, status and log; of the log as much as
 * still goes in, the newest. */
#include "control/pb-bundle.h"

#include "control/pb-scrub.h"
#include "pb-control-message.h"
#include "pb-diagnose.h"

#include <gst/gst.h>
#include <libsoup/soup.h>
#include <string.h>

/* All but the log; settings and the stats of six elements have 4 kB. */
#define HEAD_BYTES (PB_CONTROL_DIAGNOSTICS_BYTES / 2)

static void
add_versions (GString *text)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree gchar *made = g_date_time_format_iso8601 (now);
  g_autofree gchar *os = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  g_autofree gchar *gst = gst_version_string ();

  g_string_append_printf (text,
      "PitBox Relay, diagnostics of an agent\n\n"
      "made       %s\nagent      %s\nsystem     %s, %u processors\n"
      "libraries  %s, GLib %u.%u.%u, libsoup %u.%u.%u\n",
      made, PACKAGE_VERSION, os != NULL ? os : "unknown",
      g_get_num_processors (), gst, glib_major_version, glib_minor_version,
      glib_micro_version, soup_get_major_version (), soup_get_minor_version (),
      soup_get_micro_version ());
}

/* At the end of a character, at most @size bytes. */
static void
cut (GString *text, gsize size)
{
  if (text->len > size)
    g_string_truncate (
        text, (gsize) (g_utf8_find_prev_char (text->str, text->str + size)
                       - text->str));
}

/* Each escape in JSON of what is left has two bytes. */
static void
blank_controls (gchar *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text) && *text != '\n')
      *text = ' ';
}

static gchar *
scrub (const PbConfig *config, const gchar *text)
{
  const PbPairing *pairing = config->pairing;
  const gchar *const secrets[] = { config->passphrase,
    pairing != NULL ? pairing->token : "",
    pairing != NULL ? pairing->passphrase : "", NULL };
  gchar *clean = pb_scrub (text, secrets, g_get_home_dir ());

  blank_controls (clean);
  return clean;
}

/* The last lines that fit, in their order. */
static void
add_log (const PbConfig *config, GString *text, gchar **log)
{
  gsize room = PB_CONTROL_DIAGNOSTICS_BYTES - text->len;
  const guint n = g_strv_length (log);
  g_autoptr (GQueue) lines = g_queue_new ();
  gchar *line;

  for (guint i = n; i-- > 0;) {
    gsize size;

    line = scrub (config, log[i]);
    size = strlen (line) + 1;
    if (size > room) {
      g_free (line);
      break;
    }
    room -= size;
    g_queue_push_head (lines, line);
  }
  while ((line = g_queue_pop_head (lines)) != NULL) {
    g_string_append (text, line);
    g_string_append_c (text, '\n');
    g_free (line);
  }
}

/**
 * pb_bundle_make:
 * @config: settings
 * @status: what the agent does now, JSON
 * @log: its last lines, oldest first, up to %NULL
 *
 * Main thread only; opens no device and no connection.
 *
 * Returns: (transfer full): lines for people, valid UTF-8, without secrets; at
 *   most %PB_CONTROL_DIAGNOSTICS_BYTES
 */
gchar *
pb_bundle_make (const PbConfig *config, const gchar *status, gchar **log)
{
  g_autoptr (GString) head = g_string_new (NULL);
  g_autoptr (GString) text = NULL;
  g_autofree gchar *clean = NULL;

  add_versions (head);
  g_string_append (head, "\nChecks\n\n");
  pb_diagnose_at_work (config, head);
  g_string_append (head, "\nSettings\n\n");
  pb_config_add_lines (config, head);
  g_string_append_printf (head, "\nStatus\n\n%s\n", status);
  clean = scrub (config, head->str);
  text = g_string_new (clean);
  cut (text, HEAD_BYTES);
  g_string_append (text, "\nLog, the newest last\n\n");
  add_log (config, text, log);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
