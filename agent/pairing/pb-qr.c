/* SPDX-License-Identifier: LGPL-2.1-or-later
 * QR codes for a terminal. */
#include "pairing/pb-blocks.h"
#include "pairing/pb-qr-code.h"

/* ISO/IEC 18004: four light modules around it. */
#define QUIET 4

/**
 * pb_blocks_new_qr:
 * @text: UTF-8
 *
 * What is drawn are the light modules: terminals are dark.
 *
 * Returns: (transfer full) (nullable): its QR code with the quiet zone; %NULL
 *   if it is too long for one
 */
PbBlocks *
pb_blocks_new_qr (const gchar *text)
{
  g_autoptr (PbQrCode) code = pb_qr_code_new (text);
  PbBlocks *self;
  guint size;

  if (code == NULL)
    return NULL;
  size = code->size;
  self = pb_blocks_new (size + 2 * QUIET, size + 2 * QUIET);
  for (guint y = 0; y < self->height; y++) {
    for (guint x = 0; x < self->width; x++) {
      gboolean inside =
          x >= QUIET && y >= QUIET && x < size + QUIET && y < size + QUIET;

      pb_blocks_set (
          self, x, y, !inside || !code->dark[(y - QUIET) * size + x - QUIET]);
    }
  }
  return self;
}
