/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of pitboxcapturebin share. */
#pragma once

#include "capturechain.h"
#include "gstpitboxcapturebin.h"
#include "gstpitboxstill.h"

G_BEGIN_DECLS

#define CAPTURE_MESSAGE "pitbox-capture"

/* front (the capture, which is replaced when it fails) ! still ! back (size and
 * format, in the memory that the front gives) */
struct _GstPitboxCaptureBin {
  GstPitboxChoiceBin parent;

  GstPitboxStill *still; /* in the bin from READY on */
  GstPad *srcpad;

  /* Under the object lock. */
  CaptureSettings settings;
  gint fps_n, fps_d; /* a fraction: in this order */
  guint recover_ms;
  gint64 adapter_luid; /* where the pictures are */
  gchar *error; /* what the capture last said, kept from the bus */
  gboolean lost; /* there is no capture, or none that works */
  gboolean starting; /* what it says is asked for afterwards */

  /* By state changes, or the follower while it holds the state lock. */
  GstElement *front, *back;
  EncoderMemory memory; /* of both */
  const CaptureKind *kind; /* of the front */
  CaptureSettings now; /* what the front was made for */
  GHashTable *failed; /* factory and kind -> why, until a picture comes */

  /* The follower's own. */
  GThread *follower;
  GMutex lock;
  GCond cond;
  gboolean stopping; /* under lock */
  gint64 lost_us; /* monotonic, since when; 0: it is not */
  gint64 opened_us; /* when the capture was opened */
  gboolean given_up; /* and said so */
  gint64 looked_us; /* when the window was last looked at */
  gchar *told; /* what was last said of it; NULL: live */
};

GST_DEBUG_CATEGORY_EXTERN (pitbox_capture_bin_debug);

gboolean gst_pitbox_capture_bin_build (
    GstPitboxCaptureBin *self, gchar **why) G_GNUC_WARN_UNUSED_RESULT;
gboolean gst_pitbox_capture_bin_open (GstPitboxCaptureBin *self);
void gst_pitbox_capture_bin_take_down (GstPitboxCaptureBin *self);
void gst_pitbox_capture_bin_take_back (GstPitboxCaptureBin *self);
gchar *gst_pitbox_capture_bin_take_error (
    GstPitboxCaptureBin *self, const gchar *otherwise);
void gst_pitbox_capture_bin_note_failed (
    GstPitboxCaptureBin *self, const gchar *why);

gchar *gst_pitbox_capture_bin_dup_machine (GstPitboxCaptureBin *self);

void gst_pitbox_capture_bin_follow (GstPitboxCaptureBin *self);
void gst_pitbox_capture_bin_unfollow (GstPitboxCaptureBin *self);

G_END_DECLS
