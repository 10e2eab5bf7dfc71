/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where pitbox-sim's rows come from: the simulation or a recorded file. */
#include "sim-feed.h"

#include <string.h>

/* 2026-05-01 12:00:00 UTC, the date the simulation's session text tells. */
#define RACE_START_DATE G_GINT64_CONSTANT (1777636800)

struct SimFeed {
  RaceSim *race; /* this or a file; it belongs to the feed without of */
  RaceSimView *view;
  SimFeed *of; /* the feed whose race this one looks at */
  GMappedFile *mapped;
  IrsdkDisk *disk;
  gboolean loop;
  guint64 next_row;
  gint32 tick;

  IrsdkVar *race_vars;
  const IrsdkVar *vars;
  gsize n_vars;
  guint8 *row;
  guint row_bytes;
  GBytes *text;
  guint text_update;
};

G_DEFINE_QUARK (pitbox - sim - feed - error - quark, sim_feed_error)

static void
describe_race (SimFeed *feed)
{
  guint n;
  const RaceSimVar *vars = race_sim_view_get_vars (feed->view, &n);

  feed->race_vars = g_new0 (IrsdkVar, n);
  for (guint i = 0; i < n; i++) {
    const IrsdkWellKnown *known = vars[i].known;
    IrsdkVar *var = &feed->race_vars[i];

    var->type = (IrsdkVarType) known->type;
    var->offset = (gint32) vars[i].offset;
    var->count = known->count;
    var->count_as_time = known->count_as_time != 0;
    g_strlcpy (var->name, known->name, sizeof var->name);
    g_strlcpy (var->desc, known->desc, sizeof var->desc);
    g_strlcpy (var->unit, known->unit, sizeof var->unit);
  }
  feed->vars = feed->race_vars;
  feed->n_vars = n;
  feed->row_bytes = race_sim_view_get_row_bytes (feed->view);
}

/* Rows of the first seat of a simulated event. */
SimFeed *
sim_feed_new_race (const RaceSimConfig *config, GError **error)
{
  RaceSim *race = race_sim_new (config, error);
  SimFeed *feed;

  if (race == NULL)
    return NULL;
  feed = g_new0 (SimFeed, 1);
  feed->race = race;
  feed->view = race_sim_view_new (race, 0, config->shape);
  describe_race (feed);
  feed->row = g_malloc0 (feed->row_bytes);
  return feed;
}

/*
 * Rows of another seat or shape of the same race; of must outlive it, and be
 * asked for the next row first.
 */
SimFeed *
sim_feed_new_view (SimFeed *of, guint seat, RaceSimShape shape)
{
  SimFeed *feed = g_new0 (SimFeed, 1);

  feed->of = of;
  feed->race = of->race;
  feed->view = race_sim_view_new (of->race, seat, shape);
  describe_race (feed);
  feed->row = g_malloc0 (feed->row_bytes);
  return feed;
}

/* The race behind the rows, or NULL. */
RaceSim *
sim_feed_get_race (SimFeed *feed)
{
  return feed->race;
}

/*
 * Rows of an .ibt file, cut off or not; from the start again after the end if
 * loop. Fails if it cannot be read, is not one, or has no rows.
 */
SimFeed *
sim_feed_new_file (const gchar *path, gboolean loop, GError **error)
{
  g_autoptr (SimFeed) feed = g_new0 (SimFeed, 1);
  const char *text;
  size_t text_bytes;
  IrsdkResult result;
  gdouble tick;

  feed->loop = loop;
  feed->mapped = g_mapped_file_new (path, FALSE, error);
  if (feed->mapped == NULL) {
    g_prefix_error (error, "cannot play %s: ", path);
    return NULL;
  }
  result = irsdk_disk_open_memory (&feed->disk,
      g_mapped_file_get_contents (feed->mapped),
      g_mapped_file_get_length (feed->mapped));
  if (result != IRSDK_OK || irsdk_disk_get_n_rows (feed->disk) == 0) {
    g_set_error (error, SIM_FEED_ERROR, SIM_FEED_ERROR_FILE,
        "cannot play %s: %s", path,
        result != IRSDK_OK ? irsdk_result_text (result) : "it has no rows");
    return NULL;
  }
  feed->vars = irsdk_disk_get_vars (feed->disk, &feed->n_vars);
  feed->row_bytes = (guint) irsdk_disk_get_header (feed->disk)->row_bytes;
  feed->row = g_malloc0 (feed->row_bytes);
  text = irsdk_disk_get_session (feed->disk, &text_bytes);
  feed->text = g_bytes_new_static (text, text_bytes);
  feed->text_update = 1;
  if (irsdk_disk_read_row (feed->disk, 0, feed->row) == IRSDK_OK) {
    tick = sim_feed_get_number (feed, "SessionTick");
    feed->tick = tick >= 1 && tick < G_MAXINT32 / 2 ? (gint32) tick - 1 : 0;
  }
  return g_steal_pointer (&feed);
}

void
sim_feed_free (SimFeed *feed)
{
  if (feed == NULL)
    return;
  g_clear_pointer (&feed->view, race_sim_view_free);
  if (feed->of == NULL)
    g_clear_pointer (&feed->race, race_sim_free);
  irsdk_disk_free (feed->disk);
  g_clear_pointer (&feed->mapped, g_mapped_file_unref);
  g_clear_pointer (&feed->text, g_bytes_unref);
  g_free (feed->race_vars);
  g_free (feed->row);
  g_free (feed);
}

/* Valid as long as the feed. */
const IrsdkVar *
sim_feed_get_vars (const SimFeed *feed, gsize *n_vars)
{
  *n_vars = feed->n_vars;
  return feed->vars;
}

guint
sim_feed_get_row_bytes (const SimFeed *feed)
{
  return feed->row_bytes;
}

guint
sim_feed_get_tick_rate (const SimFeed *feed)
{
  return feed->disk != NULL
             ? (guint) irsdk_disk_get_header (feed->disk)->tick_rate
             : RACE_SIM_TICK_RATE;
}

/* 1 or 2. */
guint
sim_feed_get_header_version (const SimFeed *feed)
{
  return feed->disk != NULL ? (guint) irsdk_disk_get_header (feed->disk)->ver
                            : 2;
}

/* Unix time at which the session began; 0 unknown. */
gint64
sim_feed_get_start_date (const SimFeed *feed)
{
  return feed->disk != NULL ? irsdk_disk_get_info (feed->disk)->start_date
                            : RACE_START_DATE;
}

/*
 * Goes on by one row. Returns it, valid until the next call, and its tick;
 * NULL at the end of a file or of the last session. Over the seam of a loop the tick goes on, what the row
 * itself says jumps back.
 */
const guint8 *
sim_feed_next (SimFeed *feed, gint32 *tick)
{
  if (feed->race != NULL) {
    if (feed->of == NULL) {
      if (race_sim_is_over (feed->race))
        return NULL;
      race_sim_step (feed->race);
    }
    race_sim_view_write_row (feed->view, feed->row);
    *tick = (gint32) race_sim_get_tick (feed->race);
    return feed->row;
  }
  if (feed->next_row == irsdk_disk_get_n_rows (feed->disk)) {
    if (!feed->loop)
      return NULL;
    feed->next_row = 0;
    feed->text_update++;
  }
  if (irsdk_disk_read_row (feed->disk, feed->next_row, feed->row) != IRSDK_OK)
    return NULL;
  feed->next_row++;
  *tick = ++feed->tick;
  return feed->row;
}

/* The session text of now and its number, from 1. (transfer full) */
GBytes *
sim_feed_get_text (SimFeed *feed, guint *update)
{
  if (feed->race != NULL)
    return race_sim_view_get_session_text (feed->view, update);
  *update = feed->text_update;
  return g_bytes_ref (feed->text);
}

/* Newest element of a variable of the last row; 0 if there is none such. */
gdouble
sim_feed_get_number (const SimFeed *feed, const gchar *name)
{
  const IrsdkVar *var = irsdk_vars_find (feed->vars, feed->n_vars, name);
  const guint8 *at;
  gint32 i;
  gfloat f;
  gdouble d;

  if (var == NULL)
    return 0;
  at = feed->row + var->offset
       + (gsize) (var->count_as_time ? var->count - 1 : 0)
             * irsdk_var_type_bytes (var->type);
  switch (var->type) {
    case IRSDK_INT:
    case IRSDK_BITFIELD:
      memcpy (&i, at, sizeof i);
      return GINT32_FROM_LE (i);
    case IRSDK_FLOAT:
      memcpy (&f, at, sizeof f);
      return f;
    case IRSDK_DOUBLE:
      memcpy (&d, at, sizeof d);
      return d;
    default:
      return *at;
  }
}
