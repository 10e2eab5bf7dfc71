/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A small window above all others, in the upper left corner of the screen. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Of one thread from its opening to its closing. */
typedef struct _PbFlashScreen PbFlashScreen;

PbFlashScreen *pb_flash_screen_open (
    const gchar *display, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_flash_screen_get_size (
    PbFlashScreen *screen, gint *width, gint *height);
gboolean pb_flash_screen_paint (
    PbFlashScreen *screen, guint64 modules) G_GNUC_WARN_UNUSED_RESULT;
void pb_flash_screen_close (PbFlashScreen *screen);

G_END_DECLS
