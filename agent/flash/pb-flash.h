/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbFlash: the sync flash: for a short while the driver's screen shows which
 * tick it is. */
#pragma once

#include "pb-config.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** PB_FLASH_SHOW_MS: how long it is shown. */
#define PB_FLASH_SHOW_MS 2000
/** PB_FLASH_DISTANCE_S: from the beginning of one to that of the next. */
#define PB_FLASH_DISTANCE_S 10

/**
 * PbFlashShown:
 * @first_tick, @last_tick: of the rows that were shown
 * @n_ticks: how many of them
 * @first_utc_us: when the first was there, by this PC's clock
 * @width, @height: of the screen, pixels
 */
typedef struct {
  gint64 first_tick, last_tick;
  guint n_ticks;
  gint64 first_utc_us;
  gint width, height;
} PbFlashShown;

/**
 * PbFlashDone:
 * @shown: (nullable): what was
 * @problem: (nullable): else, why not, in words
 */
typedef void (*PbFlashDone) (
    const PbFlashShown *shown, const gchar *problem, gpointer user_data);

/* Main thread only. */
typedef struct _PbFlash PbFlash;

gboolean pb_flash_show (const gchar *display, const gchar *shm_name,
    volatile gint *stop, PbFlashShown *shown,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_flash_command (const PbConfig *config);
void pb_flash_shown_add_json (const PbFlashShown *shown, JsonBuilder *builder);

PbFlash *pb_flash_new (
    const PbConfig *config, PbFlashDone done, gpointer user_data);
void pb_flash_free (PbFlash *flash);
gchar *pb_flash_start (PbFlash *flash, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbFlash, pb_flash_free)

G_END_DECLS
