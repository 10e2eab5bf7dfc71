/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The tray's texts: one table, made of one file. */
#include "tray/pb-tray-texts.h"

#include <string.h>

static const gchar *const texts[] = {
#define PB_TEXT(name, text) text,
#include "tray/pb-tray-texts.def"
#undef PB_TEXT
};

G_STATIC_ASSERT (G_N_ELEMENTS (texts) == PB_TEXT_LAST);

/**
 * pb_tray_text:
 * @text: which
 *
 * Any thread.
 *
 * Returns: (transfer none): it, UTF-8
 */
const gchar *
pb_tray_text (PbTrayText text)
{
  return texts[text];
}

/* "{name}" in @text becomes @value; what @value holds is not looked at again:
 * it may come from a stranger. */
static void
append_filled (GString *out, const gchar *text, GHashTable *values)
{
  const gchar *open;

  while ((open = strchr (text, '{')) != NULL) {
    const gchar *close = strchr (open, '}');
    g_autofree gchar *name = NULL;
    const gchar *value;

    if (close == NULL)
      break;
    g_string_append_len (out, text, open - text);
    name = g_strndup (open + 1, (gsize) (close - open - 1));
    value = g_hash_table_lookup (values, name);
    g_string_append (out, value != NULL ? value : "");
    text = close + 1;
  }
  g_string_append (out, text);
}

/**
 * pb_tray_text_fill:
 * @text: which
 * @name: of what stands in braces; then its value, and so on, up to %NULL
 *
 * Any thread.
 *
 * Returns: (transfer full): the text with the values
 */
gchar *
pb_tray_text_fill (PbTrayText text, const gchar *name, ...)
{
  g_autoptr (GHashTable) values = g_hash_table_new (g_str_hash, g_str_equal);
  GString *out = g_string_new (NULL);
  va_list list;

  va_start (list, name);
  for (const gchar *key = name; key != NULL; key = va_arg (list, const gchar *))
    g_hash_table_insert (
        values, (gpointer) key, (gpointer) va_arg (list, const gchar *));
  va_end (list);
  append_filled (out, texts[text], values);
  return g_string_free (out, FALSE);
}
