/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A tick as black and white bars that are found and read in any picture of the
 * screen, whatever its size; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_FLASH_CODE_MODULES: bars, with the white on both sides. */
#define PB_FLASH_CODE_MODULES 44
/** PB_FLASH_CODE_ROWS: height in modules, with the white above and below. */
#define PB_FLASH_CODE_ROWS 8

guint64 pb_flash_code_modules (gint64 tick);
gint pb_flash_code_module_px (gint screen_height);

G_END_DECLS
