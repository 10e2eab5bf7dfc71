/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reads the simulator's rows beside the stream, and shows the tick of each as
 * soon as it is there; in a thread of its own, which there is for two seconds. */
#include "flash/pb-flash.h"

#include "flash/pb-flash-code.h"
#include "flash/pb-flash-screen.h"
#include "json/pb-json.h"

#include <irsdk/irsdk-row.h>
#include <irsdk/irsdk-shm.h>
#include <string.h>

/* A simulator that runs has a row each 17 ms; one that is paused has none. */
#define FIRST_ROW_MS 1000
/* Without an event of the simulator: how often one looks. */
#define LOOK_MS 2

struct _PbFlash {
  const PbConfig *config;
  PbFlashDone done;
  gpointer user_data;
  GThread *thread; /* NULL = nothing is shown */
  volatile gint stop;
  gint64 started_us; /* the last one, monotonic; 0 = never */
  /* Of the thread, and of the main one once it is joined. */
  guint source;
  PbFlashShown shown;
  GError *error;
};

/* The tick that pages know a row by; irsdksrc takes the same. */
static gint64
get_tick (IrsdkShmReader *reader, const IrsdkShmRow *row)
{
  gsize n = 0;
  const IrsdkVar *vars = irsdk_shm_reader_get_vars (reader, &n);
  const IrsdkVar *var = irsdk_vars_find (vars, n, "SessionTick");

  return var != NULL ? (gint64) irsdk_row_get_newest (row->data, var)
                     : row->tick;
}

/* Returns: %TRUE if there is another row; @tick is the newest one's. */
static gboolean
read_newest (IrsdkShmReader *reader, gint64 *tick, IrsdkShmPoll *found)
{
  IrsdkShmRow row;
  gboolean is_new = FALSE;

  while ((*found = irsdk_shm_reader_poll (reader, &row)) == IRSDK_SHM_ROW) {
    *tick = get_tick (reader, &row);
    is_new = TRUE;
  }
  return is_new;
}

static void
wait_for_row (IrsdkShmReader *reader)
{
  if (irsdk_shm_reader_has_event (reader))
    irsdk_shm_reader_wait (reader, LOOK_MS * 10);
  else
    g_usleep (LOOK_MS * 1000);
}

static gboolean
note_shown (PbFlashShown *shown, gint64 tick)
{
  if (shown->n_ticks++ == 0) {
    shown->first_tick = tick;
    shown->first_utc_us = g_get_real_time ();
  }
  shown->last_tick = tick;
  return TRUE;
}

static gboolean
show_ticks (PbFlashScreen *screen, IrsdkShmReader *reader, volatile gint *stop,
    PbFlashShown *shown, GError **error)
{
  gint64 end_us = g_get_monotonic_time () + FIRST_ROW_MS * 1000;
  IrsdkShmPoll found;
  gint64 tick;

  while (!g_atomic_int_get (stop) && g_get_monotonic_time () < end_us) {
    if (!read_newest (reader, &tick, &found)) {
      if (found != IRSDK_SHM_NOTHING)
        break;
      wait_for_row (reader);
      continue;
    }
    if (!pb_flash_screen_paint (screen, pb_flash_code_modules (tick)))
      break;
    if (shown->n_ticks == 0)
      end_us = g_get_monotonic_time () + PB_FLASH_SHOW_MS * 1000;
    note_shown (shown, tick);
  }
  if (shown->n_ticks > 0)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
      "The simulator has no new row (is it paused?), so there is no tick to "
      "show");
  return FALSE;
}

/**
 * pb_flash_show:
 * @display: X display; empty: $DISPLAY
 * @shm_name: of the simulator's shared memory; empty: its own
 * @stop: set from elsewhere: it is enough
 * @shown: (out): what was
 * @error: why nothing was
 *
 * Returns after %PB_FLASH_SHOW_MS. Any thread.
 *
 * Returns: %TRUE if a tick was shown
 */
gboolean
pb_flash_show (const gchar *display, const gchar *shm_name, volatile gint *stop,
    PbFlashShown *shown, GError **error)
{
  IrsdkShmReader *reader =
      irsdk_shm_reader_new (shm_name[0] != '\0' ? shm_name : NULL);
  PbFlashScreen *screen;
  IrsdkShmPoll found = IRSDK_SHM_NO_SIM;
  gint64 tick;
  gboolean ok = FALSE;

  memset (shown, 0, sizeof *shown);
  if (reader != NULL)
    read_newest (reader, &tick, &found);
  if (found == IRSDK_SHM_NO_SIM || found == IRSDK_SHM_DISCONNECTED) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "No simulator runs, so there is no tick to show");
  } else if ((screen = pb_flash_screen_open (display, error)) != NULL) {
    pb_flash_screen_get_size (screen, &shown->width, &shown->height);
    ok = show_ticks (screen, reader, stop, shown, error);
    pb_flash_screen_close (screen);
  }
  g_clear_pointer (&reader, irsdk_shm_reader_free);
  return ok;
}

/**
 * pb_flash_command:
 * @config: settings
 *
 * `pitbox-agent --show-flash`: shows it now, and says what it was.
 *
 * Returns: %TRUE if it was shown
 */
gboolean
pb_flash_command (const PbConfig *config)
{
  volatile gint stop = 0;
  g_autoptr (GError) error = NULL;
  PbFlashShown shown;

  if (!pb_flash_show (
          config->display, config->shm_name, &stop, &shown, &error)) {
    g_printerr ("pitbox-agent: %s\n", error->message);
    return FALSE;
  }
  g_print ("shown on a screen of %d x %d: %u ticks, %" G_GINT64_FORMAT
           " to %" G_GINT64_FORMAT "\n",
      shown.width, shown.height, shown.n_ticks, shown.first_tick,
      shown.last_tick);
  return TRUE;
}

/**
 * pb_flash_shown_add_json:
 * @shown: what was
 * @builder: gets an object, "flash" of a receipt
 */
void
pb_flash_shown_add_json (const PbFlashShown *shown, JsonBuilder *builder)
{
  json_builder_begin_object (builder);
  pb_json_add_int (builder, "first_tick", shown->first_tick);
  pb_json_add_int (builder, "last_tick", shown->last_tick);
  pb_json_add_int (builder, "ticks", shown->n_ticks);
  pb_json_add_int (builder, "first_utc_us", shown->first_utc_us);
  pb_json_add_int (builder, "width", shown->width);
  pb_json_add_int (builder, "height", shown->height);
  json_builder_end_object (builder);
}

/**
 * pb_flash_new:
 * @config: settings; must outlive it
 * @done: called from the main loop, once for each start
 * @user_data: for @done
 *
 * Returns: (transfer full): a flash that is not shown
 */
PbFlash *
pb_flash_new (const PbConfig *config, PbFlashDone done, gpointer user_data)
{
  PbFlash *self = g_new0 (PbFlash, 1);

  self->config = config;
  self->done = done;
  self->user_data = user_data;
  return self;
}

/* What the thread leaves behind is the main thread's from here on. */
static void
join (PbFlash *self)
{
  g_clear_pointer (&self->thread, g_thread_join);
  g_clear_handle_id (&self->source, g_source_remove);
}

/**
 * pb_flash_free:
 * @flash: (transfer full): calls nobody any more
 */
void
pb_flash_free (PbFlash *flash)
{
  g_atomic_int_set (&flash->stop, 1);
  join (flash);
  g_clear_error (&flash->error);
  g_free (flash);
}

static gboolean
on_done (gpointer user_data)
{
  PbFlash *self = user_data;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->thread, g_thread_join);
  self->source = 0;
  error = g_steal_pointer (&self->error);
  if (error != NULL)
    self->done (NULL, error->message, self->user_data);
  else
    self->done (&self->shown, NULL, self->user_data);
  return G_SOURCE_REMOVE;
}

static gpointer
run (gpointer data)
{
  PbFlash *self = data;

  if (!pb_flash_show (self->config->display, self->config->shm_name,
          &self->stop, &self->shown, &self->error)
      && self->error == NULL)
    g_set_error_literal (
        &self->error, G_IO_ERROR, G_IO_ERROR_FAILED, "Nothing could be shown");
  self->source = g_idle_add (on_done, self);
  return NULL;
}

/**
 * pb_flash_start:
 * @flash: a flash
 * @now_us: monotonic
 *
 * Returns: (transfer full) (nullable): why not; %NULL if it begins, and what
 *   becomes of it is told
 */
gchar *
pb_flash_start (PbFlash *flash, gint64 now_us)
{
  if (strcmp (flash->config->sync_flash, "off") == 0)
    return g_strdup ("The driver does not allow it (sync-flash = off)");
  if (flash->thread != NULL
      || (flash->started_us > 0
          && now_us - flash->started_us < PB_FLASH_DISTANCE_S * G_USEC_PER_SEC))
    return g_strdup_printf (
        "There was one less than %d s ago", PB_FLASH_DISTANCE_S);
  flash->started_us = now_us;
  flash->thread = g_thread_new ("sync-flash", run, flash);
  return NULL;
}
