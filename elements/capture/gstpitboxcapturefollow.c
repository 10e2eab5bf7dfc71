/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What becomes of a capture while it plays: a thread of its own looks at it a
 * few times a second, repeats the last picture while none comes, and replaces
 * what failed. */
#include "captureos.h"
#include "gstpitboxcapturebinprivate.h"

#define GST_CAT_DEFAULT pitbox_capture_bin_debug

/* A capture that gives no picture for longer than this has none to give: the
 * last one leaves again, as often as the follower looks. */
#define SILENCE_US (400 * 1000)
#define LOOK_US (200 * 1000)
/* Windows are looked at more seldom, and so is what is lost tried again. */
#define WINDOW_US G_USEC_PER_SEC
/* One that never gave a picture is replaced by the next after this. */
#define FIRST_PICTURE_US (6 * G_USEC_PER_SEC)

/* @why: NULL: it is live again. Once for each change. */
static void
tell (GstPitboxCaptureBin *self, const gchar *why)
{
  if (g_strcmp0 (self->told, why) == 0)
    return;
  g_free (self->told);
  self->told = g_strdup (why);
  GST_INFO_OBJECT (self, "%s", why != NULL ? why : "live");
  gst_element_post_message (
      GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self),
                              gst_structure_new (CAPTURE_MESSAGE, "state",
                                  G_TYPE_STRING, why != NULL ? "still" : "live",
                                  "reason", G_TYPE_STRING, why, NULL)));
}

static gboolean
is_lost (GstPitboxCaptureBin *self)
{
  gboolean lost;

  GST_OBJECT_LOCK (self);
  lost = self->lost;
  GST_OBJECT_UNLOCK (self);
  return lost;
}

static void
set_lost (GstPitboxCaptureBin *self, const gchar *why)
{
  GST_OBJECT_LOCK (self);
  self->lost = TRUE;
  g_free (self->error);
  self->error = g_strdup (why);
  GST_OBJECT_UNLOCK (self);
}

/* What a cut-out part was cut out of. */
static gboolean
has_moved (const CaptureSpot *a, const CaptureSpot *b)
{
  return a->monitor != b->monitor || a->x != b->x || a->y != b->y
         || a->width != b->width || a->height != b->height;
}

/* Where there is nothing to look at, the capture itself says what is wrong. */
static void
look_at_window (GstPitboxCaptureBin *self)
{
  CaptureSettings now;
  g_autoptr (GError) error = NULL;

  if (self->kind == NULL || capture_source (&self->now) != CAPTURE_SOURCE_WINDOW
      || self->now.window_handle == 0) {
    if (gst_pitbox_still_get_silence_us (self->still) < SILENCE_US)
      tell (self, NULL);
    return;
  }
  now = capture_settings_copy (&self->now);
  if (!capture_os_find_window (&now, &error))
    set_lost (self, "the window is gone");
  else if (now.spot.minimised)
    tell (self, "the window is minimised: a still picture is sent");
  else if (capture_cuts_out (self->kind)
           && has_moved (&now.spot, &self->now.spot))
    set_lost (self, "the window has moved");
  else
    tell (self, NULL);
  capture_settings_clear (&now);
}

static void
give_up (GstPitboxCaptureBin *self, const gchar *why)
{
  self->given_up = TRUE;
  GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND, ("%s", why), (NULL));
}

/* The state lock is held: nobody starts or stops the bin meanwhile. */
static gboolean
replace (GstPitboxCaptureBin *self, gchar **why)
{
  const gboolean had_picture = gst_pitbox_still_has_picture (self->still);

  if (self->front != NULL) {
    g_autofree gchar *said =
        gst_pitbox_capture_bin_take_error (self, "it gives no picture");

    if (!had_picture)
      gst_pitbox_capture_bin_note_failed (self, said);
    gst_pitbox_capture_bin_take_down (self);
  }
  if (had_picture)
    g_hash_table_remove_all (self->failed);
  if (!gst_pitbox_capture_bin_build (self, why)) {
    set_lost (self, *why);
    return FALSE;
  }
  if (gst_pitbox_capture_bin_open (self))
    return TRUE;
  *why = gst_pitbox_capture_bin_take_error (self, "it cannot be opened");
  gst_pitbox_capture_bin_note_failed (self, *why);
  gst_pitbox_capture_bin_take_down (self);
  set_lost (self, *why);
  return FALSE;
}

/* A second at a time, until there is one again or patience is at its end. */
static void
recover (GstPitboxCaptureBin *self, gint64 now_us)
{
  const gboolean had_picture = gst_pitbox_still_has_picture (self->still);
  g_autofree gchar *why = NULL;
  g_autofree gchar *words = NULL;
  gboolean ok;
  guint recover_ms;

  if (!GST_STATE_TRYLOCK (self))
    return;
  ok = replace (self, &why);
  GST_STATE_UNLOCK (self);
  if (ok) {
    self->lost_us = 0;
    self->opened_us = now_us;
    return;
  }
  GST_OBJECT_LOCK (self);
  recover_ms = self->recover_ms;
  GST_OBJECT_UNLOCK (self);
  if (self->lost_us == 0)
    self->lost_us = now_us;
  words = g_strdup_printf ("%s: a still picture is sent", why);
  if (!had_picture || now_us - self->lost_us > recover_ms * 1000LL)
    give_up (self, why);
  else
    tell (self, words);
}

static void
look (GstPitboxCaptureBin *self, gint64 now_us)
{
  const gboolean had_picture = gst_pitbox_still_has_picture (self->still);

  if (self->given_up || GST_STATE (self) != GST_STATE_PLAYING)
    return;
  if (self->opened_us == 0)
    self->opened_us = now_us;
  if (had_picture
      && gst_pitbox_still_get_silence_us (self->still) >= SILENCE_US)
    gst_pitbox_still_repeat (self->still);
  if (now_us - self->looked_us < WINDOW_US)
    return;
  self->looked_us = now_us;
  if (!is_lost (self))
    look_at_window (self);
  if (!had_picture && now_us - self->opened_us > FIRST_PICTURE_US
      && capture_source (&self->now) != CAPTURE_SOURCE_DEVICE)
    set_lost (self, "it gives no picture");
  if (is_lost (self))
    recover (self, now_us);
}

static gpointer
run (gpointer user_data)
{
  GstPitboxCaptureBin *self = user_data;

  g_mutex_lock (&self->lock);
  while (!self->stopping) {
    g_cond_wait_until (
        &self->cond, &self->lock, g_get_monotonic_time () + LOOK_US);
    if (self->stopping)
      break;
    g_mutex_unlock (&self->lock);
    look (self, g_get_monotonic_time ());
    g_mutex_lock (&self->lock);
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

/**
 * gst_pitbox_capture_bin_follow:
 * @self: a bin that is about to play
 */
void
gst_pitbox_capture_bin_follow (GstPitboxCaptureBin *self)
{
  self->stopping = FALSE;
  self->given_up = FALSE;
  self->lost_us = self->looked_us = self->opened_us = 0;
  self->follower = g_thread_new ("capture-follower", run, self);
}

/**
 * gst_pitbox_capture_bin_unfollow:
 * @self: a bin that is about to stop
 */
void
gst_pitbox_capture_bin_unfollow (GstPitboxCaptureBin *self)
{
  if (self->follower == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (g_steal_pointer (&self->follower));
  g_clear_pointer (&self->told, g_free);
}
