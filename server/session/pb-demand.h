/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbDemand: a graph that runs only while somebody wants what it makes. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * PbDemandState:
 * @PB_DEMAND_IDLE: nobody wants it
 * @PB_DEMAND_RUNNING: it runs, or is about to
 * @PB_DEMAND_FULL: this machine runs as many as it may
 * @PB_DEMAND_FAILED: it cannot; it is tried again each ten seconds
 */
typedef enum {
  PB_DEMAND_IDLE,
  PB_DEMAND_RUNNING,
  PB_DEMAND_FULL,
  PB_DEMAND_FAILED,
} PbDemandState;

/**
 * PbDemandFuncs:
 * @graph: of pipelines/; whole units go into its appsrc "in"
 * @sink: its appsink
 * @max_waiting: units in front of it; more are a gap
 * @what: what fails, for the log: "the picture cannot be encoded anew"
 * @advice: (nullable): what to do when an element of it fails
 * @is_wanted: whether anybody wants what it makes; any thread
 * @set_up: gives the graph its values before it is started; the worker
 * @take: what it makes; its own thread
 * @rest: (nullable): it has stopped; the worker
 * @take_place: (nullable): %FALSE where this machine runs as many as it may
 * @give_place: (nullable): after each @take_place that was %TRUE
 */
typedef struct {
  const gchar *graph;
  const gchar *sink;
  guint max_waiting;
  const gchar *what;
  const gchar *advice;
  gboolean (*is_wanted) (gpointer user_data);
  gboolean (*set_up) (
      GstElement *pipeline, GstCaps *caps, gpointer user_data, GError **error);
  void (*take) (GstSample *sample, gpointer user_data);
  void (*rest) (gpointer user_data);
  gboolean (*take_place) (void);
  void (*give_place) (void);
} PbDemandFuncs;

typedef struct _PbDemand PbDemand;

PbDemand *pb_demand_new (const gchar *driver, const PbDemandFuncs *funcs,
    gpointer user_data, GstClock *clock, GstClockTime base_time);
void pb_demand_free (PbDemand *demand);
void pb_demand_stop (PbDemand *demand);
void pb_demand_push (PbDemand *demand, GstSample *unit);
PbDemandState pb_demand_get_state (
    PbDemand *demand, gchar **failure, guint64 *dropped);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbDemand, pb_demand_free)

G_END_DECLS
