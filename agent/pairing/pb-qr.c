/* SPDX-License-Identifier: LGPL-2.1-or-later
 * QR codes for a terminal, by libqrencode. */
#include "pairing/pb-blocks.h"

#ifdef HAVE_QRENCODE

#include <qrencode.h>

/* ISO/IEC 18004: four light modules around it. */
#define QUIET 4

/**
 * pb_blocks_have_qr:
 *
 * Returns: whether this agent was built with libqrencode
 */
gboolean
pb_blocks_have_qr (void)
{
  return TRUE;
}

/**
 * pb_blocks_new_qr:
 * @text: UTF-8
 *
 * What is drawn are the light modules: terminals are dark.
 *
 * Returns: (transfer full) (nullable): its QR code with the quiet zone; %NULL
 *   if it is too long for one, or see pb_blocks_have_qr()
 */
PbBlocks *
pb_blocks_new_qr (const gchar *text)
{
  QRcode *code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_L);
  PbBlocks *self;
  guint size;

  if (code == NULL)
    return NULL;
  size = (guint) code->width;
  self = pb_blocks_new (size + 2 * QUIET, size + 2 * QUIET);
  for (guint y = 0; y < self->height; y++) {
    for (guint x = 0; x < self->width; x++) {
      gboolean inside =
          x >= QUIET && y >= QUIET && x < size + QUIET && y < size + QUIET;

      pb_blocks_set (self, x, y,
          !inside || !(code->data[(y - QUIET) * size + x - QUIET] & 1));
    }
  }
  QRcode_free (code);
  return self;
}

#else

gboolean
pb_blocks_have_qr (void)
{
  return FALSE;
}

PbBlocks *
pb_blocks_new_qr (const gchar *text)
{
  return NULL;
}

#endif
