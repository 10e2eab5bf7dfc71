/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A pad probe that takes one row and is gone: rows nobody asked for cost
 * nothing. */
#include "pb-game.h"

#include <gstpitbox/gstpitbox.h>

/* Their shares are in 1, though their unit is %. */
static const struct {
  const gchar *name;
  gsize offset;
  gdouble factor;
} variables[] = {
  { "FrameRate", G_STRUCT_OFFSET (PbGameState, fps), 1 },
  { "CpuUsageFG", G_STRUCT_OFFSET (PbGameState, fg_pct), 100 },
  { "CpuUsageBG", G_STRUCT_OFFSET (PbGameState, bg_pct), 100 },
  { "GpuUsage", G_STRUCT_OFFSET (PbGameState, gpu_pct), 100 },
};

static const PbGameState unknown = { -1, -1, -1, -1, 0 };

/* Shared with the streaming thread. */
typedef struct {
  GMutex lock; /* protects all below */
  gboolean is_asked; /* a row is waited for */
  PbGameState state;
  GstCaps *caps; /* of the schema */
  GstPitboxSchema *schema; /* NULL: it cannot be read */
} Shared;

struct _PbGame {
  GstPad *pad;
  Shared *shared; /* reference counted */
};

static void
clear_shared (gpointer data)
{
  Shared *shared = data;

  gst_clear_caps (&shared->caps);
  g_clear_pointer (&shared->schema, gst_pitbox_schema_unref);
  g_mutex_clear (&shared->lock);
}

static void
release_shared (gpointer data)
{
  g_atomic_rc_box_release_full (data, clear_shared);
}

/* By name, for each car anew. */
static void
bind_schema (Shared *shared, GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  if (caps == shared->caps)
    return;
  gst_caps_replace (&shared->caps, caps);
  g_clear_pointer (&shared->schema, gst_pitbox_schema_unref);
  if (caps != NULL)
    shared->schema = gst_pitbox_schema_new_from_caps (caps, NULL);
}

/* What is no plausible number is none. */
static void
read_row (Shared *shared, GstBuffer *row)
{
  GstMapInfo map;

  shared->state = unknown;
  if (shared->schema == NULL || !gst_buffer_map (row, &map, GST_MAP_READ))
    return;
  shared->state.tick_rate_hz = gst_pitbox_schema_get_tick_rate (shared->schema);
  for (guint i = 0;
       i < G_N_ELEMENTS (variables)
       && map.size >= gst_pitbox_schema_get_row_bytes (shared->schema);
       i++) {
    const GstPitboxVar *var =
        gst_pitbox_schema_find (shared->schema, variables[i].name);
    const gdouble value =
        var != NULL ? gst_pitbox_row_get_newest (map.data, var) : -1;

    if (value >= 0 && value < 100000)
      G_STRUCT_MEMBER (gdouble, &shared->state, variables[i].offset) =
          value * variables[i].factor;
  }
  gst_buffer_unmap (row, &map);
}

static GstPadProbeReturn
take_row (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Shared *shared = user_data;
  GstBuffer *row = NULL;

  if ((GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) != 0)
    row = GST_PAD_PROBE_INFO_BUFFER (info);
  else if (gst_buffer_list_length (GST_PAD_PROBE_INFO_BUFFER_LIST (info)) > 0)
    row = gst_buffer_list_get (GST_PAD_PROBE_INFO_BUFFER_LIST (info), 0);
  if (row == NULL)
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&shared->lock);
  bind_schema (shared, pad);
  read_row (shared, row);
  shared->is_asked = FALSE;
  g_mutex_unlock (&shared->lock);
  return GST_PAD_PROBE_REMOVE;
}

/**
 * pb_game_new:
 * @source: whose source pad has RAW rows
 *
 * Main thread only, as every function here.
 *
 * Returns: (transfer full): a look at the game
 */
PbGame *
pb_game_new (GstElement *source)
{
  PbGame *self = g_new0 (PbGame, 1);

  self->pad = gst_element_get_static_pad (source, "src");
  self->shared = g_atomic_rc_box_new0 (Shared);
  g_mutex_init (&self->shared->lock);
  self->shared->state = unknown;
  return self;
}

/**
 * pb_game_free:
 * @game: (transfer full): a look at the game
 */
void
pb_game_free (PbGame *game)
{
  gst_clear_object (&game->pad);
  release_shared (game->shared);
  g_free (game);
}

/**
 * pb_game_look:
 * @game: a look at the game
 * @state: (out): by a row since the last look; unknown where none came
 *
 * And asks for another row.
 */
void
pb_game_look (PbGame *game, PbGameState *state)
{
  Shared *shared = game->shared;
  gboolean ask;

  g_mutex_lock (&shared->lock);
  *state = shared->is_asked ? unknown : shared->state;
  ask = !shared->is_asked && game->pad != NULL;
  shared->is_asked = ask || shared->is_asked;
  g_mutex_unlock (&shared->lock);
  if (ask)
    gst_pad_add_probe (game->pad,
        GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, take_row,
        g_atomic_rc_box_acquire (shared), release_shared);
}
