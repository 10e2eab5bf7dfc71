/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxSrtPad: the source pad of one caller. */
#pragma once

#include <gst/gst.h>

#include "pitboxsrtlistener.h"

G_BEGIN_DECLS

#define GST_TYPE_PITBOX_SRT_PAD (gst_pitbox_srt_pad_get_type ())
G_DECLARE_FINAL_TYPE (
    GstPitboxSrtPad, gst_pitbox_srt_pad, GST, PITBOX_SRT_PAD, GstPad)

/* Called on the pad's own thread when nothing more will come out of it. */
typedef void (*GstPitboxSrtPadDoneFunc) (
    GstPitboxSrtPad *pad, GstFlowReturn why, gpointer user_data);

GstPitboxSrtPad *gst_pitbox_srt_pad_new (GstPadTemplate *templ,
    const gchar *name, PitboxSrtSession *session, guint batch_ms,
    GstPitboxSrtPadDoneFunc done, gpointer user_data);
PitboxSrtSession *gst_pitbox_srt_pad_get_session (GstPitboxSrtPad *pad);
gboolean gst_pitbox_srt_pad_start (GstPitboxSrtPad *pad);

G_END_DECLS
