/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Headers of AAC frames. */
#include "session/pb-adts.h"

#define HEADER_BYTES 7

/**
 * pb_adts_read:
 * @adts: (out): what it says
 * @data: any bytes
 * @size: how many
 *
 * Returns: %FALSE if @data does not begin with the header of a frame
 */
gboolean
pb_adts_read (PbAdts *adts, const guint8 *data, gsize size)
{
  static const guint rates[] = { 96000, 88200, 64000, 48000, 44100, 32000,
    24000, 22050, 16000, 12000, 11025, 8000, 7350 };
  guint index, channels;

  /* Twelve bits of sync, any version, layer 0. */
  if (size < HEADER_BYTES || data[0] != 0xff || (data[1] & 0xf6) != 0xf0)
    return FALSE;
  index = data[2] >> 2 & 0x0f;
  channels = (guint) (data[2] & 1) << 2 | data[3] >> 6;
  adts->frame_bytes =
      (guint) (data[3] & 3) << 11 | (guint) data[4] << 3 | data[5] >> 5;
  if (index >= G_N_ELEMENTS (rates) || adts->frame_bytes < HEADER_BYTES)
    return FALSE;
  adts->rate = rates[index];
  adts->channels = channels == 7 ? 8 : channels;
  return TRUE;
}
