/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Windows, monitors and adapters of the desktop, as each system has them. */
#pragma once

#include "captures.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * CaptureAdapter:
 * @name: for people
 * @luid: as elements call it; 0: this system has none
 * @driver: (nullable): version of its driver
 * @n_monitors: that it scans out
 * @software: draws by the processor
 *
 * What draws, for capture_adapter_clear().
 */
typedef struct {
  gchar *name;
  gint64 luid;
  gchar *driver;
  guint n_monitors;
  gboolean software;
} CaptureAdapter;

gboolean capture_os_has_display (const gchar *display);
gboolean capture_os_find_window (
    CaptureSettings *settings, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void capture_os_find_monitor (CaptureSettings *settings);
GArray *capture_os_list_adapters (void);
gchar *capture_os_describe (void);

void capture_adapter_clear (gpointer adapter);

G_END_DECLS
