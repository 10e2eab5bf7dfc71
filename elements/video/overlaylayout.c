/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a head-up display consists of, out of a small text. */
#include "overlaylayout.h"

#include <gio/gio.h>
#include <string.h>

#include "overlaylines.h"
#include "overlayvalue.h"

typedef struct {
  const OverlayLines *lines;
  OverlayLayout *layout;
  gchar *color_names[OVERLAY_MAX_COLORS];
  guint32 colors[OVERLAY_MAX_COLORS];
  guint n_colors;
} Reader;

static const gchar *const kinds[] = { "panel", "text", "bar", "revs", "lights",
  "wheel", "gforce", "delta", "trace", "map", "flag", NULL };

/* In the order of across and down, three each. */
static const gchar *const anchors[] = { "top-left", "top", "top-right", "left",
  "center", "right", "bottom-left", "bottom", "bottom-right", NULL };

static const gchar *const directions[] = { "up", "down", "right", "left",
  NULL };
static const gchar *const aligns[] = { "left", "center", "right", NULL };
static const gchar *const unit_names[] = { "named", "si", "metric", "imperial",
  NULL };
static const gchar *const channels[] = { "throttle", "brake", "clutch", "steer",
  NULL };

typedef enum {
  KEY_LENGTH, /* -8192 to 8192 */
  KEY_SIZE, /* 0 to 8192 */
  KEY_EXTENT, /* a size, or percent of the parent */
  KEY_NUMBER,
  KEY_COUNT,
  KEY_COLOR,
  KEY_BOOL,
  KEY_CHOICE,
  KEY_ANCHOR,
  KEY_CHANNELS,
  KEY_PARENT,
  KEY_TEXT,
  KEY_SUM,
} KeyKind;

typedef struct {
  const gchar *name;
  KeyKind kind;
  gsize offset;
  gsize percent; /* offset of the gboolean beside a KEY_EXTENT */
  const gchar *const *choices;
} Key;

#define ITEM(field) G_STRUCT_OFFSET (OverlayItem, field)
#define AT(type, item, offset) (*(type *) ((guint8 *) (item) + (offset)))

static const Key item_keys[] = {
  { "type", KEY_CHOICE, ITEM (kind), 0, kinds },
  { "parent", KEY_PARENT, ITEM (parent) },
  { "anchor", KEY_ANCHOR, 0 },
  { "x", KEY_LENGTH, ITEM (x) },
  { "y", KEY_LENGTH, ITEM (y) },
  { "width", KEY_EXTENT, ITEM (width), ITEM (percent_width) },
  { "height", KEY_EXTENT, ITEM (height), ITEM (percent_height) },
  { "color", KEY_COLOR, ITEM (color) },
  { "color2", KEY_COLOR, ITEM (color2) },
  { "color3", KEY_COLOR, ITEM (color3) },
  { "color4", KEY_COLOR, ITEM (color4) },
  { "background", KEY_COLOR, ITEM (background) },
  { "border", KEY_COLOR, ITEM (border) },
  { "radius", KEY_SIZE, ITEM (radius) },
  { "thickness", KEY_SIZE, ITEM (thickness) },
  { "size", KEY_SIZE, ITEM (size) },
  { "align", KEY_CHOICE, ITEM (align), 0, aligns },
  { "bold", KEY_BOOL, ITEM (bold) },
  { "sign-colors", KEY_BOOL, ITEM (sign_colors) },
  { "text", KEY_TEXT, ITEM (text) },
  { "value", KEY_SUM, ITEM (value) },
  { "show", KEY_SUM, ITEM (show) },
  { "min", KEY_NUMBER, ITEM (min) },
  { "max", KEY_NUMBER, ITEM (max) },
  { "low", KEY_NUMBER, ITEM (low) },
  { "direction", KEY_CHOICE, ITEM (direction), 0, directions },
  { "segments", KEY_COUNT, ITEM (segments) },
  { "seconds", KEY_SIZE, ITEM (seconds) },
  { "channels", KEY_CHANNELS, ITEM (channels) },
  { "cars", KEY_BOOL, ITEM (cars) },
};

static gboolean
read_color (const Reader *reader, const gchar *text, guint32 *color)
{
  if (*text == '#')
    return overlay_value_color (text + 1, color);
  if (strcmp (text, "none") == 0)
    *color = OVERLAY_COLOR_NONE;
  else if (strcmp (text, "class") == 0)
    *color = OVERLAY_COLOR_CLASS;
  else if (strcmp (text, "on-class") == 0)
    *color = OVERLAY_COLOR_ON_CLASS;
  else {
    for (guint i = 0; i < reader->n_colors; i++)
      if (strcmp (reader->color_names[i], text) == 0) {
        *color = reader->colors[i];
        return TRUE;
      }
    return FALSE;
  }
  return TRUE;
}

static gboolean
read_channels (const gchar *text, guint *bits)
{
  g_auto (GStrv) names = g_strsplit (text, ",", 8);
  gint which;

  *bits = 0;
  for (guint i = 0; names[i] != NULL; i++) {
    if (!overlay_value_choice (g_strstrip (names[i]), channels, &which))
      return FALSE;
    *bits |= 1u << which;
  }
  return TRUE;
}

static gint
find_item (const OverlayLayout *layout, const gchar *name)
{
  for (guint i = 0; i < layout->items->len; i++) {
    const OverlayItem *item = g_ptr_array_index (layout->items, i);

    if (strcmp (item->name, name) == 0)
      return (gint) i;
  }
  return -1;
}

static gboolean
set_template (const Reader *reader, const OverlayLine *line, OverlayItem *item,
    GError **error)
{
  g_autoptr (GError) why = NULL;

  g_clear_pointer (&item->text_template, gst_pitbox_template_free);
  g_free (item->text);
  item->text = g_strdup (line->value);
  item->text_template = gst_pitbox_template_new (line->value, &why);
  return item->text_template != NULL
         || overlay_lines_fail (reader->lines, line, error, "%s", why->message);
}

static gboolean
set_sum (const Reader *reader, const OverlayLine *line,
    GstPitboxExpression **sum, GError **error)
{
  g_autoptr (GError) why = NULL;

  g_clear_pointer (sum, gst_pitbox_expression_free);
  *sum = gst_pitbox_expression_new (line->value, strlen (line->value), &why);
  return *sum != NULL
         || overlay_lines_fail (reader->lines, line, error, "%s", why->message);
}

static gboolean
set_parent (const Reader *reader, const OverlayLine *line, OverlayItem *item,
    GError **error)
{
  item->parent = find_item (reader->layout, line->value);
  /* Its own name is found too: it is in the list already. */
  if (item->parent < 0
      || g_ptr_array_index (reader->layout->items, item->parent) == item) {
    item->parent = -1;
    return overlay_lines_fail (reader->lines, line, error,
        "no widget [%s] above this one", line->value);
  }
  return TRUE;
}

static gboolean
bad_choice (const Reader *reader, const OverlayLine *line,
    const gchar *const *choices, GError **error)
{
  g_autofree gchar *all = g_strjoinv (", ", (gchar **) choices);

  return overlay_lines_fail (
      reader->lines, line, error, "\"%s\" is none of %s", line->value, all);
}

static gboolean
set_number (const Reader *reader, const OverlayLine *line, const Key *key,
    OverlayItem *item, GError **error)
{
  const OverlayLines *lines = reader->lines;
  gdouble value;

  if (key->kind == KEY_EXTENT) {
    if (!overlay_value_extent (line->value, &AT (gdouble, item, key->offset),
            &AT (gboolean, item, key->percent)))
      return overlay_lines_fail (
          lines, line, error, "want 0 to 8192, or 0%% to 100%%");
    return TRUE;
  }
  if (!overlay_value_number (line->value, &value))
    return overlay_lines_fail (lines, line, error, "want a number");
  if (key->kind == KEY_LENGTH
      && !(value >= -OVERLAY_MAX_LENGTH && value <= OVERLAY_MAX_LENGTH))
    return overlay_lines_fail (lines, line, error, "want -8192 to 8192");
  if (key->kind == KEY_SIZE && !(value >= 0 && value <= OVERLAY_MAX_LENGTH))
    return overlay_lines_fail (lines, line, error, "want 0 to 8192");
  if (key->kind == KEY_COUNT) {
    if (!(value >= 1 && value <= 100 && value == (guint) value))
      return overlay_lines_fail (lines, line, error, "want 1 to 100");
    AT (guint, item, key->offset) = (guint) value;
    return TRUE;
  }
  AT (gdouble, item, key->offset) = value;
  return TRUE;
}

static gboolean
set_key (const Reader *reader, const OverlayLine *line, const Key *key,
    OverlayItem *item, GError **error)
{
  const OverlayLines *lines = reader->lines;
  gint choice;

  switch (key->kind) {
    case KEY_COLOR:
      return read_color (reader, line->value, &AT (guint32, item, key->offset))
             || overlay_lines_fail (lines, line, error,
                 "want #rgb, #rrggbb, #rrggbbaa, a name of [colors], class, "
                 "on-class or none");
    case KEY_BOOL:
      return overlay_value_bool (line->value, &AT (gboolean, item, key->offset))
             || overlay_lines_fail (lines, line, error, "want true or false");
    case KEY_CHOICE:
      if (!overlay_value_choice (line->value, key->choices, &choice))
        return bad_choice (reader, line, key->choices, error);
      AT (gint, item, key->offset) = choice;
      return TRUE;
    case KEY_ANCHOR:
      if (!overlay_value_choice (line->value, anchors, &choice))
        return bad_choice (reader, line, anchors, error);
      item->across = (OverlayEdge) (choice % 3);
      item->down = (OverlayEdge) (choice / 3);
      return TRUE;
    case KEY_CHANNELS:
      return read_channels (line->value, &AT (guint, item, key->offset))
             || bad_choice (reader, line, channels, error);
    case KEY_PARENT:
      return set_parent (reader, line, item, error);
    case KEY_TEXT:
      return set_template (reader, line, item, error);
    case KEY_SUM:
      return set_sum (
          reader, line, &AT (GstPitboxExpression *, item, key->offset), error);
    default:
      return set_number (reader, line, key, item, error);
  }
}

static gboolean
set_item_key (const Reader *reader, const OverlayLine *line, OverlayItem *item,
    GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (item_keys); i++)
    if (strcmp (item_keys[i].name, line->key) == 0)
      return set_key (reader, line, &item_keys[i], item, error);
  return overlay_lines_fail (reader->lines, line, error, "unknown key");
}

static gboolean
set_hud_key (const Reader *reader, const OverlayLine *line, GError **error)
{
  OverlayLayout *layout = reader->layout;
  gint choice;

  if (strcmp (line->key, "title") == 0) {
    g_free (layout->title);
    layout->title = g_strdup (line->value);
  } else if (strcmp (line->key, "font") == 0) {
    if (strlen (line->value) > 64)
      return overlay_lines_fail (
          reader->lines, line, error, "a font's name has at most 64 bytes");
    g_free (layout->font);
    layout->font = g_strdup (line->value);
  } else if (strcmp (line->key, "font-stretch") == 0) {
    if (!overlay_value_number (line->value, &layout->font_stretch)
        || layout->font_stretch < 0.5 || layout->font_stretch > 2)
      return overlay_lines_fail (reader->lines, line, error, "want 0.5 to 2");
  } else if (strcmp (line->key, "units") == 0) {
    if (!overlay_value_choice (line->value, unit_names, &choice))
      return bad_choice (reader, line, unit_names, error);
    layout->units = (GstPitboxUnits) choice;
  } else {
    return overlay_lines_fail (
        reader->lines, line, error, "want title, font, font-stretch or units");
  }
  return TRUE;
}

static gboolean
add_color (Reader *reader, const OverlayLine *line, GError **error)
{
  if (reader->n_colors == OVERLAY_MAX_COLORS)
    return overlay_lines_fail (
        reader->lines, line, error, "more than %d colours", OVERLAY_MAX_COLORS);
  if (!read_color (reader, line->value, &reader->colors[reader->n_colors]))
    return overlay_lines_fail (reader->lines, line, error,
        "want #rgb, #rrggbb, #rrggbbaa or a colour above");
  reader->color_names[reader->n_colors++] = (gchar *) line->key;
  return TRUE;
}

static void
free_item (gpointer data)
{
  OverlayItem *item = data;

  g_free (item->name);
  g_free (item->text);
  g_clear_pointer (&item->text_template, gst_pitbox_template_free);
  g_clear_pointer (&item->value, gst_pitbox_expression_free);
  g_clear_pointer (&item->show, gst_pitbox_expression_free);
  g_free (item);
}

static gboolean
add_item (Reader *reader, const OverlayLine *line, GError **error)
{
  OverlayItem *item;

  if (reader->layout->items->len == OVERLAY_MAX_WIDGETS)
    return overlay_lines_fail (reader->lines, line, error,
        "more than %d widgets", OVERLAY_MAX_WIDGETS);
  if (find_item (reader->layout, line->group) >= 0)
    return overlay_lines_fail (
        reader->lines, line, error, "this widget is there already");
  item = g_new0 (OverlayItem, 1);
  item->name = g_strdup (line->group);
  item->line = line->number;
  item->kind = (OverlayKind) -1;
  item->parent = -1;
  item->color = 0xffffffffu;
  item->max = 1;
  item->low = -1e6;
  item->size = 24;
  item->seconds = 6;
  item->thickness = 3;
  item->segments = 1;
  item->cars = TRUE;
  item->channels = OVERLAY_THROTTLE | OVERLAY_BRAKE;
  g_ptr_array_add (reader->layout->items, item);
  return TRUE;
}

/* What a widget of a kind cannot be without. */
static gboolean
check_item (const Reader *reader, const OverlayItem *item, guint *n_plots,
    GError **error)
{
  const OverlayLine line = { item->line, item->name, NULL, NULL };

  if ((gint) item->kind < 0)
    return overlay_lines_fail (reader->lines, &line, error, "no type");
  if (item->width <= 0 || item->height <= 0)
    return overlay_lines_fail (
        reader->lines, &line, error, "no width or height");
  if (item->kind == OVERLAY_TEXT && item->text_template == NULL)
    return overlay_lines_fail (reader->lines, &line, error, "no text");
  if (item->kind == OVERLAY_BAR
      && (item->value == NULL || !(item->max > item->min)))
    return overlay_lines_fail (
        reader->lines, &line, error, "a bar needs a value, and max above min");
  if (!(item->max > 0) && item->kind == OVERLAY_DELTA)
    return overlay_lines_fail (
        reader->lines, &line, error, "max must be above 0");
  if (!(item->seconds >= 0.5 && item->seconds <= 30))
    return overlay_lines_fail (
        reader->lines, &line, error, "seconds must be 0.5 to 30");
  if (item->kind == OVERLAY_TRACE || item->kind == OVERLAY_MAP)
    (*n_plots)++;
  if (*n_plots > OVERLAY_MAX_PLOTS)
    return overlay_lines_fail (reader->lines, &line, error,
        "more than %d traces and maps", OVERLAY_MAX_PLOTS);
  return TRUE;
}

static gboolean
read_lines (Reader *reader, GError **error)
{
  const GArray *lines = reader->lines->lines;
  GPtrArray *items = reader->layout->items;
  guint n_plots = 0;

  for (guint i = 0; i < lines->len; i++) {
    const OverlayLine *line = &g_array_index (lines, OverlayLine, i);
    gboolean is_hud = strcmp (line->group, "hud") == 0;
    gboolean is_colors = strcmp (line->group, "colors") == 0;
    gboolean ok;

    if (line->key == NULL)
      ok = is_hud || is_colors || add_item (reader, line, error);
    else if (is_hud)
      ok = set_hud_key (reader, line, error);
    else if (is_colors)
      ok = add_color (reader, line, error);
    else
      ok = set_item_key (
          reader, line, g_ptr_array_index (items, items->len - 1), error);
    if (!ok)
      return FALSE;
  }
  for (guint i = 0; i < items->len; i++)
    if (!check_item (reader, g_ptr_array_index (items, i), &n_plots, error))
      return FALSE;
  return TRUE;
}

/* @name is what errors begin with: "NAME:LINE: [WIDGET] KEY: WHAT". */
OverlayLayout *
overlay_layout_new (
    const gchar *text, gsize size, const gchar *name, GError **error)
{
  g_autoptr (OverlayLayout) layout = NULL;
  g_autoptr (OverlayLines) lines = overlay_lines_new (text, size, name, error);
  Reader reader = { .lines = lines };

  if (lines == NULL)
    return NULL;
  layout = g_new0 (OverlayLayout, 1);
  layout->title = g_strdup ("");
  layout->font = g_strdup ("DejaVu Sans");
  layout->font_stretch = 1;
  layout->units = GST_PITBOX_UNITS_METRIC;
  layout->items = g_ptr_array_new_with_free_func (free_item);
  reader.layout = layout;
  if (!read_lines (&reader, error))
    return NULL;
  return g_steal_pointer (&layout);
}

void
overlay_layout_free (OverlayLayout *layout)
{
  g_free (layout->title);
  g_free (layout->font);
  g_ptr_array_unref (layout->items);
  g_free (layout);
}

/* On Windows beside bin/, wherever somebody put that. */
static gchar *
installed_folder (void)
{
#ifdef G_OS_WIN32
  g_autofree gchar *root =
      g_win32_get_package_installation_directory_of_module (NULL);

  return g_build_filename (root, PITBOX_THEMES_DIR, NULL);
#else
  return g_strdup (PITBOX_THEMES_DIR);
#endif
}

/* A path has a separator or the ending; all else is the name of a theme that
 * comes along. */
static gchar *
theme_path (const gchar *theme)
{
  g_autofree gchar *file = NULL;
  g_autofree gchar *folder = g_strdup (g_getenv ("PITBOX_THEMES"));

  if (strpbrk (theme, "/\\") != NULL || g_str_has_suffix (theme, ".hud"))
    return g_strdup (theme);
  file = g_strconcat (theme, ".hud", NULL);
  if (folder == NULL || *folder == '\0') {
    g_free (folder);
    folder = installed_folder ();
  }
  return g_build_filename (folder, file, NULL);
}

OverlayLayout *
overlay_layout_load (const gchar *theme, GError **error)
{
  g_autofree gchar *path = theme_path (theme);
  g_autofree gchar *text = g_malloc (OVERLAY_MAX_LAYOUT_BYTES + 1);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  gboolean readable;
  gsize size;

  if (stream == NULL) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "Cannot open the theme \"%s\": no file %s (broadcast, corner, engineer "
        "and nameplate come along; a path has a separator or ends with .hud)",
        theme, path);
    return NULL;
  }
  readable = g_input_stream_read_all (G_INPUT_STREAM (stream), text,
      OVERLAY_MAX_LAYOUT_BYTES + 1, &size, NULL, NULL);
  if (!readable) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "Cannot read the theme \"%s\": %s is no file of text", theme, path);
    return NULL;
  }
  return overlay_layout_new (text, size, path, error);
}
