/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The machine-readable strip: a row's tick drawn into a picture. */
#include "gstpitboxstrip.h"

#include <string.h>

/**
 * SECTION:gstpitboxstrip
 * @title: Picture strip
 * @short_description: write and read the tick in a luma plane
 *
 * The normative text is "The strip" in elements/README.md. Black and white
 * cells a sixty-fourth of the picture wide outlive a lossy codec and scaling;
 * the CRC turns a doubtful reading into none. Any thread.
 */

#define SYNC_BITS 0xacu /* 1 0 1 0 1 1 0 0 */
#define END_BITS 0x35u /* 0 0 1 1 0 1 0 1 */
#define LUMA_ONE 235
#define LUMA_ZERO 16
#define LUMA_MIDDLE 126
/* Below it a cell is under two pixels wide and its middle is not its own. */
#define MIN_WIDTH (2 * GST_PITBOX_STRIP_CELLS)

/* CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xffff, not reflected. */
static guint16
strip_crc (guint32 tick)
{
  guint32 crc = 0xffff;

  for (gint i = 31; i >= 0; i--) {
    guint32 top = (crc >> 15) ^ (tick >> i);

    crc = (crc << 1) & 0xffff;
    if (top & 1)
      crc ^= 0x1021;
  }
  return (guint16) crc;
}

/**
 * gst_pitbox_strip_height:
 * @width: picture width in pixels
 *
 * Returns: height of the strip at the bottom of such a picture in pixels: an
 *   eightieth of the width, rounded, at least 8
 */
guint
gst_pitbox_strip_height (guint width)
{
  return MAX (8, width / 80 + (width % 80 >= 40 ? 1 : 0));
}

/**
 * gst_pitbox_strip_cells:
 * @tick: the row's tick, its lower 32 bits
 *
 * Returns: the 64 cells, the leftmost in the most significant bit; a set bit
 *   is a white cell
 */
guint64
gst_pitbox_strip_cells (guint32 tick)
{
  return (guint64) SYNC_BITS << 56 | (guint64) tick << 24
         | (guint64) strip_crc (tick) << 8 | END_BITS;
}

/**
 * gst_pitbox_strip_parse:
 * @cells: 64 cells as gst_pitbox_strip_cells() gives them
 * @tick: (out) (optional): the tick, left alone on %FALSE
 *
 * Returns: %TRUE if sync, end mark and CRC are right
 */
gboolean
gst_pitbox_strip_parse (guint64 cells, guint32 *tick)
{
  guint32 value = (guint32) (cells >> 24);

  if (cells != gst_pitbox_strip_cells (value))
    return FALSE;
  if (tick != NULL)
    *tick = value;
  return TRUE;
}

static guint
cell_left (guint cell, guint width)
{
  return (guint) ((guint64) cell * width / GST_PITBOX_STRIP_CELLS);
}

/**
 * gst_pitbox_strip_write:
 * @luma: first pixel of an 8-bit luma plane (limited range)
 * @stride: bytes from one line to the next
 * @width: visible pixels of a line
 * @height: lines
 * @tick: the row's tick, its lower 32 bits
 *
 * Draws the strip over the bottom lines of the plane. Chroma under it should
 * be neutral.
 *
 * Returns: %FALSE, and the plane untouched, if the picture is narrower than
 *   128 pixels or lower than the strip
 */
gboolean
gst_pitbox_strip_write (
    guint8 *luma, gsize stride, guint width, guint height, guint32 tick)
{
  guint64 cells = gst_pitbox_strip_cells (tick);
  guint lines = gst_pitbox_strip_height (width);
  guint8 *first;

  if (width < MIN_WIDTH || height < lines)
    return FALSE;
  first = luma + (gsize) (height - lines) * stride;
  for (guint i = 0; i < GST_PITBOX_STRIP_CELLS; i++) {
    guint x = cell_left (i, width);

    memset (first + x, cells >> (63 - i) & 1 ? LUMA_ONE : LUMA_ZERO,
        cell_left (i + 1, width) - x);
  }
  for (guint y = 1; y < lines; y++)
    memcpy (first + y * stride, first, width);
  return TRUE;
}

/**
 * gst_pitbox_strip_read:
 * @luma: first pixel of an 8-bit luma plane
 * @stride: bytes from one line to the next
 * @width: visible pixels of a line
 * @height: lines
 * @tick: (out) (optional): the tick, left alone on %FALSE
 *
 * Looks at a small square in the middle of each cell. The picture may have
 * been scaled and coded since gst_pitbox_strip_write().
 *
 * Returns: %TRUE if there is a strip with the right CRC
 */
gboolean
gst_pitbox_strip_read (
    const guint8 *luma, gsize stride, guint width, guint height, guint32 *tick)
{
  guint lines = gst_pitbox_strip_height (width);
  guint64 cells = 0;

  if (width < MIN_WIDTH || height < lines)
    return FALSE;
  for (guint i = 0; i < GST_PITBOX_STRIP_CELLS; i++) {
    guint left = cell_left (i, width), right = cell_left (i + 1, width);
    guint reach = MIN ((right - left) / 4, lines / 4);
    guint x = (left + right) / 2, y = height - lines + lines / 2;
    guint sum = 0, n = 0;

    for (guint v = y - reach; v <= y + reach; v++)
      for (guint u = x - reach; u <= x + reach; u++, n++)
        sum += luma[v * stride + u];
    cells = cells << 1 | (sum / n > LUMA_MIDDLE ? 1 : 0);
  }
  return gst_pitbox_strip_parse (cells, tick);
}
