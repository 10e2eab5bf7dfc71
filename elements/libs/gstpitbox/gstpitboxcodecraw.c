/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Codec 0: the block is the row. Costs nothing and survives any loss. */
#include "gstpitboxcodecprivate.h"

#include <string.h>

static gpointer
raw_open (const GstPitboxSchema *schema)
{
  return GUINT_TO_POINTER (gst_pitbox_schema_get_row_bytes (schema));
}

static void
raw_close (gpointer state)
{
}

static gsize
raw_encode (gpointer state, const guint8 *row, gboolean key, guint8 *block)
{
  memcpy (block, row, GPOINTER_TO_UINT (state));
  return GPOINTER_TO_UINT (state);
}

static gboolean
raw_decode (
    gpointer state, const guint8 *block, gsize size, gboolean key, guint8 *row)
{
  if (size != GPOINTER_TO_UINT (state))
    return FALSE;
  memcpy (row, block, size);
  return TRUE;
}

const GstPitboxCodecClass gst_pitbox_codec_raw = { GST_PITBOX_CODEC_RAW, TRUE,
  raw_open, raw_close, raw_encode, raw_decode };
