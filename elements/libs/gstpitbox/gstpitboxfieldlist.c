/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lists of fields as people write them. */
#include "gstpitboxfieldlist.h"

#include <math.h>
#include <string.h>

#include "gstpitboxcaps.h"
#include "gstpitboxerror.h"

/**
 * SECTION:gstpitboxfieldlist
 * @title: Field lists
 * @short_description: names, patterns, elements and units
 *
 * Items with commas between them: `Speed`, `CarIdx*` (* any letters, ? one),
 * `CarIdxLap[3]` (one element, counted from 0), `CarIdxLap[0-9]` (ten of them),
 * each with `@unit` where another unit is wanted: `Speed@km/h`. A plain name
 * that the car lacks is a field without a variable; a pattern stands for what
 * the car has, in its order. Any thread.
 */

/**
 * gst_pitbox_name_match:
 * @pattern: a name in which * stands for any letters and ? for one
 * @name: a name
 *
 * Returns: whether @name is one of those that @pattern stands for. Takes at
 *   most the product of both lengths in steps.
 */
gboolean
gst_pitbox_name_match (const gchar *pattern, const gchar *name)
{
  const gchar *star = NULL, *back = NULL;

  while (*name != '\0') {
    if (*pattern == '*') {
      star = ++pattern;
      back = name;
    } else if (*pattern == *name || *pattern == '?') {
      pattern++;
      name++;
    } else if (star != NULL) {
      /* Only the last star need take one letter more. */
      pattern = star;
      name = ++back;
    } else {
      return FALSE;
    }
  }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}

typedef struct {
  gchar *name; /* or a pattern */
  gchar *unit; /* NULL: by the system */
  guint first, count;
} Item;

static gboolean
parse_range (Item *item, const gchar *text)
{
  gchar *end;
  guint64 first, last;

  if (!g_ascii_isdigit (*text))
    return FALSE;
  first = last = g_ascii_strtoull (text, &end, 10);
  if (*end == '-' && g_ascii_isdigit (end[1]))
    last = g_ascii_strtoull (end + 1, &end, 10);
  if (strcmp (end, "]") != 0 || last < first
      || last >= GST_PITBOX_MAX_VAR_COUNT)
    return FALSE;
  item->first = (guint) first;
  item->count = (guint) (last - first) + 1;
  return TRUE;
}

/* Cuts @text up in place. */
static gboolean
parse_item (Item *item, gchar *text, GError **error)
{
  GstPitboxConversion unused;
  gchar *bracket;

  *item = (Item){ text, strchr (text, '@'), 0, 0 };
  if (item->unit != NULL) {
    *item->unit++ = '\0';
    g_strstrip (item->unit);
    if (!gst_pitbox_convert_unit (item->unit, item->unit, &unused)) {
      g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
          "field \"%s\": unknown unit \"%s\"", text, item->unit);
      return FALSE;
    }
  }
  g_strstrip (text);
  bracket = strchr (text, '[');
  if (bracket != NULL && !parse_range (item, bracket + 1)) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "field \"%s\": want [element] or [first-last]", text);
    return FALSE;
  }
  if (*text == '\0' || bracket == text) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "a field without a name");
    return FALSE;
  }
  return TRUE;
}

static void
clear_field (gpointer data)
{
  g_free (((GstPitboxField *) data)->name);
}

/* What the field is called where it comes out: without its unit. */
static gchar *
make_key (const Item *item, const gchar *name)
{
  if (item->count == 0)
    return g_strdup (name);
  if (item->count == 1)
    return g_strdup_printf ("%s[%u]", name, item->first);
  return g_strdup_printf (
      "%s[%u-%u]", name, item->first, item->first + item->count - 1);
}

static gboolean
is_family (const Item *item)
{
  return strpbrk (item->name, "*?") != NULL;
}

/* Takes @key. */
static gboolean
add_field (GArray *list, const Item *item, gchar *key, const GstPitboxVar *var,
    GstPitboxUnits units)
{
  GstPitboxField field = { key, var, item->first, item->count,
    { var != NULL ? var->unit : "", 1, 0 } };

  if (list->len >= GST_PITBOX_MAX_VARS) {
    g_free (key);
    return FALSE;
  }
  if (var != NULL && item->unit == NULL)
    gst_pitbox_convert_units (var->unit, units, &field.conversion);
  else if (var != NULL
           && !gst_pitbox_convert_unit (
               var->unit, item->unit, &field.conversion))
    field.conversion.scale = NAN;
  g_array_append_val (list, field);
  return TRUE;
}

/* @keys: those that are named or came out of a family before; a family leaves
 * them out. Strings of the set's own. */
static gboolean
add_item (GArray *list, const Item *item, GHashTable *keys,
    const GstPitboxSchema *schema, GstPitboxUnits units)
{
  g_autofree gchar *name = g_strndup (item->name, strcspn (item->name, "["));
  guint n = gst_pitbox_schema_get_n_vars (schema);

  if (!is_family (item))
    return add_field (list, item, make_key (item, name),
        gst_pitbox_schema_find (schema, name), units);
  for (guint i = 0; i < n; i++) {
    const GstPitboxVar *var = gst_pitbox_schema_get_var (schema, i);
    gchar *key;

    /* An element out of a family: those that have it. */
    if (!gst_pitbox_name_match (name, var->name) || var->count <= item->first)
      continue;
    key = make_key (item, var->name);
    if (!g_hash_table_add (keys, g_strdup (key)))
      g_free (key);
    else if (!add_field (list, item, key, var, units))
      return FALSE;
  }
  return TRUE;
}

/* Two values of one name contradict each other where their units differ. */
static gboolean
note_key (GHashTable *keys, const Item *item, GError **error)
{
  g_autofree gchar *name = g_strndup (item->name, strcspn (item->name, "["));
  g_autofree gchar *key = make_key (item, name);

  if (is_family (item) || g_hash_table_add (keys, g_strdup (key)))
    return TRUE;
  g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
      "field \"%s\" is there twice", key);
  return FALSE;
}

/* The items of a list that was cut up at its commas, which stay theirs. */
static gboolean
parse_items (GArray *parsed, gchar **items, GHashTable *keys, GError **error)
{
  for (guint i = 0; items[i] != NULL; i++) {
    gchar *text = g_strstrip (items[i]);
    Item item;

    if (*text == '\0')
      continue;
    if (i >= GST_PITBOX_MAX_FIELDS
        || strlen (text) > GST_PITBOX_MAX_FIELD_BYTES) {
      g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_LIMIT,
          "more than %d fields, or one of more than %d bytes",
          GST_PITBOX_MAX_FIELDS, GST_PITBOX_MAX_FIELD_BYTES);
      return FALSE;
    }
    if (!parse_item (&item, text, error) || !note_key (keys, &item, error))
      return FALSE;
    g_array_append_val (parsed, item);
  }
  return TRUE;
}

/**
 * gst_pitbox_field_list_new: (skip)
 * @fields: the list
 * @schema: layout of the rows, which must outlive the answer
 * @units: for fields that name none
 * @error: (out) (optional): which field is wrong, and why
 *
 * No name comes twice: what is named is left out of families, so that it keeps
 * its unit, and a field that is named twice is an error.
 *
 * Returns: (transfer full) (nullable): a #GArray of #GstPitboxField; free by
 *   g_array_unref()
 */
GArray *
gst_pitbox_field_list_new (const gchar *fields, const GstPitboxSchema *schema,
    GstPitboxUnits units, GError **error)
{
  g_auto (GStrv) items = NULL;
  g_autoptr (GArray) list = g_array_new (FALSE, TRUE, sizeof (GstPitboxField));
  g_autoptr (GArray) parsed = g_array_new (FALSE, FALSE, sizeof (Item));
  g_autoptr (GHashTable) keys =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_array_set_clear_func (list, clear_field);
  if (strlen (fields) > GST_PITBOX_MAX_FIELD_LIST_BYTES
      || !g_utf8_validate (fields, -1, NULL)) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_LIMIT,
        "a list of fields is UTF-8 of at most %d bytes",
        GST_PITBOX_MAX_FIELD_LIST_BYTES);
    return NULL;
  }
  items = g_strsplit (fields, ",", GST_PITBOX_MAX_FIELDS + 1);
  if (!parse_items (parsed, items, keys, error))
    return NULL;
  for (guint i = 0; i < parsed->len; i++)
    if (!add_item (
            list, &g_array_index (parsed, Item, i), keys, schema, units)) {
      g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_LIMIT,
          "the list stands for more than %d fields", GST_PITBOX_MAX_VARS);
      return NULL;
    }
  return g_steal_pointer (&list);
}
