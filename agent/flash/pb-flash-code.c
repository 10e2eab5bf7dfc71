/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The normative text is "The sync flash" in agent/README.md. The page reads it
 * (dashboard/src/live/flash-code.ts); both have the same vectors as tests. */
#include "flash/pb-flash-code.h"

/* Black 1, white 1, black 3, white 1, black 1: a scan line tells it from
 * whatever a game draws, and from its width what a module is. */
#define FINDER G_GUINT64_CONSTANT (0x5d)
#define FINDER_MODULES 7
#define QUIET_MODULES 2
#define GAP_MODULES 1
#define TICK_BITS 16
#define CHECK_BITS 8
/* Of a screen's height: four pixels or more in a picture of 360 lines. */
#define SCREEN_PARTS 90
#define MIN_MODULE_PX 4

G_STATIC_ASSERT (PB_FLASH_CODE_MODULES
                 == 2 * (QUIET_MODULES + FINDER_MODULES + GAP_MODULES)
                        + TICK_BITS + CHECK_BITS);

/* CRC-8: polynomial 0x07, start 0xff, not reflected. */
static guint8
check_of (guint16 bits)
{
  guint8 crc = 0xff;

  for (gint i = TICK_BITS - 1; i >= 0; i--) {
    const gboolean top = (crc >> 7) ^ ((bits >> i) & 1);

    crc = (guint8) (crc << 1);
    if (top)
      crc ^= 0x07;
  }
  return crc;
}

/**
 * pb_flash_code_modules:
 * @tick: of a row; its lower 16 bits are shown, which is 18 minutes
 *
 * Returns: the bars, the rightmost in the least significant bit; a set bit is
 *   black
 */
guint64
pb_flash_code_modules (gint64 tick)
{
  const guint16 low = (guint16) tick;
  guint64 modules = FINDER << GAP_MODULES;

  modules = modules << TICK_BITS | low;
  modules = modules << CHECK_BITS | check_of (low);
  modules = modules << (GAP_MODULES + FINDER_MODULES) | FINDER;
  return modules << QUIET_MODULES;
}

/**
 * pb_flash_code_module_px:
 * @screen_height: in pixels
 *
 * Returns: how wide and how high a module is on such a screen
 */
gint
pb_flash_code_module_px (gint screen_height)
{
  return MAX (MIN_MODULE_PX, screen_height / SCREEN_PARTS);
}
