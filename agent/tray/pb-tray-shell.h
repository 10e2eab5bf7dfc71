/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTrayShell: icon, menu and windows, in a thread of their own. */
#pragma once

#include "tray/pb-tray-model.h"

G_BEGIN_DECLS

/**
 * PbTrayAct:
 * @action: what the driver wants
 * @text: (nullable): an address with %PB_TRAY_GET_CODE, a file with
 *   %PB_TRAY_SAVE_BUNDLE
 * @more: (nullable): a fingerprint that is trusted, with %PB_TRAY_GET_CODE
 *
 * Called in the default main context.
 */
typedef void (*PbTrayAct) (PbTrayAction action, const gchar *text,
    const gchar *more, gpointer user_data);

typedef struct _PbTrayShell PbTrayShell;

gboolean pb_tray_shell_is_default (void);
PbTrayShell *pb_tray_shell_new (PbTrayAct act, gpointer user_data,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_tray_shell_show (PbTrayShell *shell, PbTrayNow *now);
void pb_tray_shell_free (PbTrayShell *shell);

G_END_DECLS
