/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrcChain: from the connection of pitboxsrc to its pads: a demuxer, and
 * what the programme in it needs. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What has its times in the demuxer: a picture or a unit. */
typedef struct {
  GstClockTime first;
  GstClockTime last;
} PitboxSrcProgress;

typedef struct {
  GstBin *bin; /* whose pads come and go */
  GstElement *connection; /* of the bin, as all elements here */
  GstElement *demux; /* NULL where there is none to be had */
  gint ending; /* atomic: EOS was asked for */

  /* The bin's lock. */
  GstElement *sync; /* while there is a picture */
  GstElement *dec; /* likewise with telemetry */

  /* Demuxer's thread, or none that runs. */
  GstElement *parse; /* where pictures go in */
  GstElement *units; /* a tee */
  GstPad *hidden; /* of the tee, until the picture has its pad */
  GQueue held; /* GstBuffer: units that @hidden is to give out */
  PitboxSrcProgress picture;
  PitboxSrcProgress unit;
} PitboxSrcChain;

void pitbox_src_chain_init (
    PitboxSrcChain *self, GstBin *bin, GstElement *connection);
void pitbox_src_chain_take_down (PitboxSrcChain *self);
void pitbox_src_chain_set_ending (PitboxSrcChain *self, gboolean ending);
void pitbox_src_chain_add_stats (PitboxSrcChain *self, GstStructure *stats);

G_END_DECLS
