/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHarm: measures what the agent costs the game, on request of the driver. */
#pragma once

#include "harm/pb-harm-sample.h"
#include "pb-config.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * PbHarmEvents:
 * @set_work: what the agent shall do from now on
 * @is_at_work: whether it does
 * @is_less: network or PC let less of it pass than is asked for
 * @done: it is over; @line for the driver, @text with all numbers, @file
 *   (nullable) where they are kept; @ok: something could be concluded
 *
 * Called in the main thread, from the main loop alone.
 */
typedef struct {
  void (*set_work) (PbHarmWork work, gpointer user_data);
  gboolean (*is_at_work) (PbHarmWork work, gpointer user_data);
  gboolean (*is_less) (gpointer user_data);
  void (*done) (gboolean ok, const gchar *line, const gchar *text,
      const gchar *file, gpointer user_data);
} PbHarmEvents;

/* Main thread only. */
typedef struct _PbHarm PbHarm;

PbHarm *pb_harm_new (
    const PbConfig *config, const PbHarmEvents *events, gpointer user_data);
void pb_harm_free (PbHarm *harm);
gchar *pb_harm_start (
    PbHarm *harm, gboolean has_picture) G_GNUC_WARN_UNUSED_RESULT;
void pb_harm_stop (PbHarm *harm);
gboolean pb_harm_is_on (const PbHarm *harm);
const gchar *pb_harm_get_words (const PbHarm *harm);
void pb_harm_add_status (
    PbHarm *harm, gboolean with_file, JsonBuilder *builder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbHarm, pb_harm_free)

G_END_DECLS
