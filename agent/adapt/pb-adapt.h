/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAdapt: which bitrate, and how large a picture, a network bears; pure. */
#pragma once

#include "adapt/pb-adapt-link.h"

G_BEGIN_DECLS

/**
 * PbAdaptBand:
 * @high_kbps: never more
 * @low_kbps: the least that a whole picture is worth sending with
 * @floor_kbps: the least that any picture is
 *
 * Of the picture alone; rows and headers come on top.
 */
typedef struct {
  guint high_kbps;
  guint low_kbps;
  guint floor_kbps;
} PbAdaptBand;

/**
 * PbAdaptStep:
 * @PB_ADAPT_WHOLE: the picture as it is set
 * @PB_ADAPT_SMALLER: three quarters of its width and height
 * @PB_ADAPT_SMALLEST: half of them, and half of the frames
 * @PB_ADAPT_TELEMETRY: no picture
 */
typedef enum {
  PB_ADAPT_WHOLE,
  PB_ADAPT_SMALLER,
  PB_ADAPT_SMALLEST,
  PB_ADAPT_TELEMETRY,
} PbAdaptStep;

/**
 * PbAdaptReason:
 * @PB_ADAPT_START: nothing is known yet
 * @PB_ADAPT_FULL: it is all that is allowed
 * @PB_ADAPT_QUEUE: more would wait in the network
 * @PB_ADAPT_LOSS: more gets lost
 * @PB_ADAPT_PICTURE: the picture needs no more
 * @PB_ADAPT_GROWING: more is tried
 *
 * Why it is not more.
 */
typedef enum {
  PB_ADAPT_START,
  PB_ADAPT_FULL,
  PB_ADAPT_QUEUE,
  PB_ADAPT_LOSS,
  PB_ADAPT_PICTURE,
  PB_ADAPT_GROWING,
} PbAdaptReason;

/**
 * PbAdaptDecision:
 * @bitrate_kbps: of the picture, in tens; 0 with %PB_ADAPT_TELEMETRY
 * @step: how large a picture
 * @reason: why not more
 */
typedef struct {
  guint bitrate_kbps;
  PbAdaptStep step;
  PbAdaptReason reason;
} PbAdaptDecision;

/**
 * PbAdapt:
 *
 * Made by pb_adapt_init(); its members are its own.
 */
typedef struct {
  PbAdaptBand band;
  PbAdaptLink link;
  gdouble target_kbps;
  PbAdaptStep step;
  PbAdaptReason reason;
  gint64 looked_us; /* last; 0 = never */
  gint64 target_us; /* since when the target is about the same */
  gdouble steady_kbps; /* the target then */
  gdouble beside_kbps; /* what goes out beside the picture */

  /* Peaks that went by themselves: those of key frames, of a busy machine. */
  gdouble calm_ms;
  guint n_over; /* samples in a row above what is calm */

  /* What the network bore when it was too much; 0 = not known. */
  gdouble failed_kbps;
  gint64 failed_us;
  gint64 patience_us; /* before it is tried again */
  PbAdaptReason failed_reason;

  /* A queue is being emptied. */
  gboolean draining;
  gint64 drain_us; /* since the last cut */
  gint64 drain_began_us;
  gdouble drain_queue_ms; /* then */
  gdouble carries_kbps; /* of everything that is sent */
  gdouble cut_from_kbps; /* the target before the first cut */
  gdouble peak_ms; /* of the queue since then */
  gint64 eased_us; /* when a little less was tried last */
  guint n_futile; /* cuts that a queue did not mind */

  /* Losses without a queue. */
  gint64 loss_us; /* since the last cut for them; 0 = none */
  gdouble loss_share; /* then */
  gdouble loss_from_kbps; /* before the first of them */
  guint n_loss_cuts; /* that made them no fewer, in a row */
  gdouble tolerated; /* share that comes whatever is sent */

  gint64 short_us; /* since when it is too little for the step; 0 = it is not */
  gint64 calm_us; /* since when nothing spoke against more */
  gint64 stepped_up_us;
  gint64 up_wait_us; /* of calm before a better picture */
  gint64 telemetry_us; /* since when there is no picture */
  gint64 telemetry_wait_us;
} PbAdapt;

PbAdaptBand pb_adapt_get_band (const gchar *preset, guint most_kbps);
void pb_adapt_init (PbAdapt *adapt, const PbAdaptBand *band);
void pb_adapt_set_band (PbAdapt *adapt, const PbAdaptBand *band);
void pb_adapt_look (
    PbAdapt *adapt, const PbAdaptSample *sample, PbAdaptDecision *decision);
void pb_adapt_get_decision (const PbAdapt *adapt, PbAdaptDecision *decision);

const gchar *const *pb_adapt_get_presets (void);
const gchar *pb_adapt_step_to_string (PbAdaptStep step);
const gchar *pb_adapt_reason_to_string (PbAdaptReason reason);

G_END_DECLS
