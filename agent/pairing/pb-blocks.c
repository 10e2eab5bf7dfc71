/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pictures of large pixels for a terminal; letters that are read across a
 * room. */
#include "pairing/pb-blocks.h"

#include <string.h>

/* Five columns of seven pixels, the lowest bit on top. */
#define LETTER_WIDTH 5
#define LETTER_HEIGHT 7
#define LETTER_GAP 2

static const struct {
  gchar letter;
  guint8 columns[LETTER_WIDTH];
} letters[] = {
  { 'A', { 0x7e, 0x11, 0x11, 0x11, 0x7e } },
  { 'B', { 0x7f, 0x49, 0x49, 0x49, 0x36 } },
  { 'C', { 0x3e, 0x41, 0x41, 0x41, 0x22 } },
  { 'D', { 0x7f, 0x41, 0x41, 0x41, 0x3e } },
  { 'E', { 0x7f, 0x49, 0x49, 0x49, 0x41 } },
  { 'F', { 0x7f, 0x09, 0x09, 0x09, 0x01 } },
  { 'G', { 0x3e, 0x41, 0x49, 0x49, 0x3a } },
  { 'H', { 0x7f, 0x08, 0x08, 0x08, 0x7f } },
  { 'J', { 0x20, 0x40, 0x40, 0x40, 0x3f } },
  { 'K', { 0x7f, 0x08, 0x14, 0x22, 0x41 } },
  { 'M', { 0x7f, 0x02, 0x0c, 0x02, 0x7f } },
  { 'N', { 0x7f, 0x02, 0x0c, 0x30, 0x7f } },
  { 'P', { 0x7f, 0x09, 0x09, 0x09, 0x06 } },
  { 'Q', { 0x3e, 0x41, 0x51, 0x21, 0x5e } },
  { 'R', { 0x7f, 0x09, 0x19, 0x29, 0x46 } },
  { 'S', { 0x26, 0x49, 0x49, 0x49, 0x32 } },
  { 'T', { 0x01, 0x01, 0x7f, 0x01, 0x01 } },
  { 'U', { 0x3f, 0x40, 0x40, 0x40, 0x3f } },
  { 'V', { 0x0f, 0x30, 0x40, 0x30, 0x0f } },
  { 'W', { 0x7f, 0x20, 0x18, 0x20, 0x7f } },
  { 'X', { 0x63, 0x14, 0x08, 0x14, 0x63 } },
  { 'Y', { 0x03, 0x04, 0x78, 0x04, 0x03 } },
  { 'Z', { 0x61, 0x51, 0x49, 0x45, 0x43 } },
  { '2', { 0x62, 0x51, 0x49, 0x49, 0x46 } },
  { '3', { 0x22, 0x41, 0x49, 0x49, 0x36 } },
  { '4', { 0x18, 0x14, 0x12, 0x7f, 0x10 } },
  { '5', { 0x27, 0x45, 0x45, 0x45, 0x39 } },
  { '6', { 0x3c, 0x4a, 0x49, 0x49, 0x30 } },
  { '7', { 0x01, 0x71, 0x09, 0x05, 0x03 } },
  { '8', { 0x36, 0x49, 0x49, 0x49, 0x36 } },
  { '9', { 0x06, 0x49, 0x49, 0x29, 0x1e } },
};

/**
 * pb_blocks_new:
 * @width: pixels, 1 or more
 * @height: likewise
 *
 * Returns: (transfer full): nothing drawn yet
 */
PbBlocks *
pb_blocks_new (guint width, guint height)
{
  PbBlocks *self = g_new (PbBlocks, 1);

  self->width = width;
  self->height = height;
  self->on = g_malloc0_n (width, height);
  return self;
}

void
pb_blocks_free (PbBlocks *self)
{
  g_free (self->on);
  g_free (self);
}

void
pb_blocks_set (PbBlocks *self, guint x, guint y, gboolean on)
{
  self->on[y * self->width + x] = on != FALSE;
}

static gboolean
get (const PbBlocks *self, guint x, guint y)
{
  return y < self->height && self->on[y * self->width + x];
}

/**
 * pb_blocks_to_text:
 * @before: in front of each line
 * @after: behind each line
 *
 * Two rows of pixels are a line of half blocks: as high as wide in a terminal.
 *
 * Returns: (transfer full): lines of UTF-8
 */
gchar *
pb_blocks_to_text (
    const PbBlocks *self, const gchar *before, const gchar *after)
{
  static const gchar *const cells[] = { " ", "\342\226\200", "\342\226\204",
    "\342\226\210" };
  GString *out = g_string_new (NULL);

  for (guint y = 0; y < self->height; y += 2) {
    g_string_append (out, before);
    for (guint x = 0; x < self->width; x++)
      g_string_append (
          out, cells[get (self, x, y) | get (self, x, y + 1) << 1]);
    g_string_append (out, after);
    g_string_append_c (out, '\n');
  }
  return g_string_free (out, FALSE);
}

static const guint8 *
find_letter (gchar letter)
{
  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    if (letters[i].letter == letter)
      return letters[i].columns;
  return NULL;
}

/**
 * pb_blocks_new_letters:
 * @text: capitals and digits of pairing codes; others leave a gap
 *
 * Returns: (transfer full): it, seven pixels high
 */
PbBlocks *
pb_blocks_new_letters (const gchar *text)
{
  const guint step = LETTER_WIDTH + LETTER_GAP;
  PbBlocks *self = pb_blocks_new (MAX (strlen (text), 1) * step, LETTER_HEIGHT);

  for (guint i = 0; text[i] != '\0'; i++) {
    const guint8 *columns = find_letter (text[i]);

    for (guint x = 0; columns != NULL && x < LETTER_WIDTH; x++)
      for (guint y = 0; y < LETTER_HEIGHT; y++)
        pb_blocks_set (self, i * step + x, y, columns[x] >> y & 1);
  }
  return self;
}
