/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One report of what captures and encodes on this PC, to send back: every encoder
 * that works is measured, every one that does not says why. */
#include "selftest/pb-video-test.h"

#include "cards/pb-cards.h"
#include "pb-picture.h"
#include "selftest/pb-video-run.h"

#include <gst/gst.h>
#include <string.h>

/* The first encoder is what a stream would take; the others are looked at. */
#define SECONDS 6
#define SECONDS_MORE 2
/* No table has more that work on one machine. */
#define MAX_ENCODERS 16

static void
title (const gchar *text)
{
  g_print ("\n== %s\n", text);
}

static const gchar *
text_of (const GstStructure *s, const gchar *field)
{
  const gchar *text = s != NULL ? gst_structure_get_string (s, field) : NULL;

  return text != NULL ? text : "none";
}

static gboolean
flag_of (const GstStructure *s, const gchar *field)
{
  gboolean flag = FALSE;

  return s != NULL && gst_structure_get_boolean (s, field, &flag) && flag;
}

static void
say_refused (const GstStructure *s)
{
  g_auto (GStrv) lines = g_strsplit (text_of (s, "refused"), "; ", -1);

  for (guint i = 0; s != NULL && lines[i] != NULL; i++) {
    if (lines[i][0] != '\0')
      g_print ("         not %s\n", lines[i]);
  }
}

static void
say_adapter (const GstStructure *s)
{
  gint64 luid;

  if (s != NULL && gst_structure_get_int64 (s, "adapter-luid", &luid))
    g_print ("         adapter LUID 0x%" G_GINT64_MODIFIER "x%s\n", luid,
        flag_of (s, "hdr") ? ", its monitor shows HDR" : "");
}

static void
say_capture (const PbVideoRun *run)
{
  if (run->capture == NULL)
    return;
  g_print ("capture  %s by %s %s, a %s, pictures in %s memory\n",
      text_of (run->capture, "backend"), text_of (run->capture, "element"),
      text_of (run->capture, "version"), text_of (run->capture, "source"),
      text_of (run->capture, "memory"));
  say_adapter (run->capture);
  if (gst_structure_has_field (run->capture, "lacking"))
    g_print ("         without %s\n", text_of (run->capture, "lacking"));
  say_refused (run->capture);
  if (run->words->len > 0)
    g_print ("         said: %s\n", run->words->str);
}

static void
say_encoder (const PbVideoRun *run, gboolean refused)
{
  if (run->encoder == NULL)
    return;
  g_print ("encoder  %s %s, %s, pictures in %s memory%s\n",
      text_of (run->encoder, "element"), text_of (run->encoder, "version"),
      flag_of (run->encoder, "hardware") ? "hardware" : "software",
      text_of (run->encoder, "memory"),
      flag_of (run->encoder, "copied") ? ", copied for it" : "");
  say_adapter (run->encoder);
  if (gst_structure_has_field (run->encoder, "lacking"))
    g_print ("         without %s\n", text_of (run->encoder, "lacking"));
  if (refused)
    say_refused (run->encoder);
}

static void
say_figures (PbVideoRun *run, const PbConfig *config, gboolean whole)
{
  const gdouble s = run->ran_us / 1e6;

  if (run->failure != NULL && (run->encoder != NULL || whole))
    g_print ("FAILED   %s\n", run->failure);
  if (run->pictures < 2 || s <= 0)
    return;
  g_print ("pictures %u in %.1f s: %.1f a second of %d; longest gap %.0f ms; "
           "first one after %.2f s\n",
      run->pictures, s, (run->pictures - 1) / s, config->framerate,
      run->gap_us / 1e3, run->first_us / 1e6);
  g_print ("stream   %.0f kbit/s of %d, %u key frames\n",
      run->bytes * 8 / 1e3 / s, config->bitrate_kbps, run->keys);
  g_print ("delay    capture to coded picture: half %.1f ms, 95 %% %.1f ms, "
           "longest %.1f ms\n",
      pb_video_run_get_delay (run, 50) / 1e3,
      pb_video_run_get_delay (run, 95) / 1e3,
      pb_video_run_get_delay (run, 100) / 1e3);
  g_print ("cost     %.1f %% of one processor, start included\n",
      run->cpu_us / 1e4 / (s + run->first_us / 1e6));
}

/* @exclude: gets what was measured. */
static gboolean
measure (const PbConfig *config, const PbVideoWish *wish, gboolean whole,
    GString *exclude)
{
  PbVideoRun run;
  gboolean ok;

  pb_video_run (&run, config, wish);
  if (whole)
    say_capture (&run);
  say_encoder (&run, whole);
  say_figures (&run, config, whole);
  if (run.encoder == NULL && !whole && run.failure != NULL)
    g_print ("there is no other: %s\n", run.failure);
  ok = run.failure == NULL && run.pictures > 1;
  if (run.encoder != NULL)
    g_string_append_printf (exclude, "%s%s", exclude->len > 0 ? "," : "",
        text_of (run.encoder, "element"));
  pb_video_run_clear (&run);
  return ok;
}

/* What comes after the one that would be taken, until there is none. */
static void
measure_others (const PbConfig *config, gboolean source, GString *exclude)
{
  for (guint i = 0; i < MAX_ENCODERS; i++) {
    const gsize before = exclude->len;
    g_autofree gchar *so_far = g_strdup (exclude->str);
    const PbVideoWish wish = { source, "h264", so_far, SECONDS_MORE };

    title ("the next encoder");
    if (!measure (config, &wish, FALSE, exclude) && exclude->len == before)
      return;
  }
}

static void
say_head (const PbConfig *config)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree gchar *date = g_date_time_format_iso8601 (now);
  g_autofree gchar *gstreamer = gst_version_string ();

  g_print ("PitBox Relay video self-test, to send back\n"
           "pitbox-agent %s, %s, %s\n"
           "picture  %s, %d x %d at %d fps, %d kbit/s\n",
      PACKAGE_VERSION, gstreamer, date, pb_picture_get_source (config),
      config->width, config->height, config->framerate, config->bitrate_kbps);
}

/* A capture that does not run is no reason to know nothing of the encoders. */
static gboolean
measure_first (const PbConfig *config, gboolean *source, GString *exclude)
{
  PbVideoWish wish = { !pb_picture_is_scene (config), "h264", "", SECONDS };
  gboolean ok;

  *source = wish.source;
  title (wish.source ? "as it would be sent"
                     : "no screen here: a drawn picture instead");
  ok = measure (config, &wish, TRUE, exclude);
  if (ok || !wish.source)
    return ok;
  *source = wish.source = FALSE;
  g_string_truncate (exclude, 0);
  title ("a drawn picture instead");
  if (!measure (config, &wish, TRUE, exclude))
    g_print ("Nothing encodes here.\n");
  return FALSE;
}

static void
say_cards (void)
{
  g_autoptr (GArray) list = pb_cards_list ();

  title ("capture cards and cameras");
  for (guint i = 0; i < list->len; i++) {
    const PbCard *card = &g_array_index (list, PbCard, i);

    g_print ("%-8s %s (%s), capture-device = %s\n",
        card->maker != NULL ? "card" : "camera", card->name,
        card->maker != NULL ? card->maker : "of another maker", card->setting);
  }
  if (list->len == 0)
    g_print ("none\n");
}

/* With the tries that were made: a case for the tests. */
static void
say_machine (const PbConfig *config)
{
  g_autoptr (GstElement) capture =
      gst_element_factory_make ("pitboxcapturebin", NULL);
  g_autofree gchar *machine = NULL;

  if (capture == NULL)
    return;
  gst_object_ref_sink (capture);
  if (!pb_picture_is_scene (config))
    pb_picture_configure_capture (capture, config);
  g_object_get (capture, "machine", &machine, NULL);
  title ("this machine");
  g_print ("%s", machine);
}

/**
 * pb_video_test:
 * @config: settings
 *
 * Prints a report; takes a minute. Main thread only.
 *
 * Returns: %TRUE if a picture was captured and encoded as a stream's would be
 */
gboolean
pb_video_test (const PbConfig *config)
{
  g_autoptr (GString) exclude = g_string_new (NULL);
  const PbVideoWish h265 = { FALSE, "h265", "", SECONDS_MORE };
  g_autoptr (GString) unused = g_string_new (NULL);
  gboolean source, ok;

  say_head (config);
  ok = measure_first (config, &source, exclude);
  measure_others (config, source, exclude);
  title ("H.265");
  if (!measure (config, &h265, TRUE, unused))
    g_print ("no H.265 here\n");
  say_cards ();
  say_machine (config);
  g_print ("\n== result: %s\n",
      ok ? "a picture is captured and encoded" : "NO PICTURE COULD BE SENT");
  return ok;
}
