/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Tables come from files: a cell is what it says it is, to its last letter. */
#include "adapt/pb-cell.h"

#include <string.h>

#include "adapt/pb-adapt.h"

/**
 * pb_cell_parse_count:
 * @text: a cell
 * @most: the largest that there may be
 * @count: (out): what it says
 *
 * Returns: %FALSE if it is no whole number from 0 to @most
 */
gboolean
pb_cell_parse_count (const gchar *text, guint64 most, guint64 *count)
{
  return g_ascii_string_to_unsigned (text, 10, 0, most, count, NULL);
}

/**
 * pb_cell_parse_number:
 * @text: a cell
 * @value: (out): what it says
 *
 * Returns: %FALSE if it is no number from 0 on
 */
gboolean
pb_cell_parse_number (const gchar *text, gdouble *value)
{
  gchar *end = NULL;

  if (!g_ascii_isdigit (text[0]))
    return FALSE;
  *value = g_ascii_strtod (text, &end);
  return *end == '\0';
}

/**
 * pb_cell_parse_word:
 * @text: a cell
 * @to_string: says the word of each value
 * @n: values that there are
 * @value: (out): the one whose word it is
 *
 * Returns: %FALSE if it is none of them
 */
gboolean
pb_cell_parse_word (
    const gchar *text, const gchar *(*to_string) (guint), guint n, guint *value)
{
  for (*value = 0; *value < n; (*value)++)
    if (strcmp (text, to_string (*value)) == 0)
      return TRUE;
  return FALSE;
}

/**
 * pb_cell_step_word:
 * @step: a #PbAdaptStep
 *
 * Returns: (transfer none): its word, for pb_cell_parse_word()
 */
const gchar *
pb_cell_step_word (guint step)
{
  return pb_adapt_step_to_string ((PbAdaptStep) step);
}
