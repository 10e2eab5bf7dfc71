/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The table of captures, the choice from it, and the table of properties. */
#include "captures.h"

#include "properties.h"

#include <string.h>

#define SCREEN (1u << CAPTURE_SOURCE_SCREEN)
#define WINDOW (1u << CAPTURE_SOURCE_WINDOW)
#define DEVICE (1u << CAPTURE_SOURCE_DEVICE)

/* Desktop duplication has the least delay and takes a whole monitor, of which a
 * window's part is cut out (with whatever covers it); Windows Graphics Capture
 * takes a window and nothing beside it, and is in builds made by MSVC only, on
 * Windows 10 1903 and later. Encoders take Direct3D 11 pictures, so Direct3D 12
 * is for where 11 has no such capture. GDI copies by the processor. Some cards
 * are filters of DirectShow or kernel streaming alone. PipeWire needs a node
 * that the desktop's portal gave, and comes first where one is named. */
static const CaptureKind table[] = {
  { "wgc", "d3d11screencapturesrc", ENCODER_PLATFORM_WINDOWS, WINDOW,
      "window-handle" },
  { "wgc12", "d3d12screencapturesrc", ENCODER_PLATFORM_WINDOWS, WINDOW,
      "window-handle" },
  { "dxgi", "d3d11screencapturesrc", ENCODER_PLATFORM_WINDOWS, SCREEN | WINDOW,
      NULL },
  { "wgc", "d3d11screencapturesrc", ENCODER_PLATFORM_WINDOWS, SCREEN,
      "capture-api" },
  { "dxgi12", "d3d12screencapturesrc", ENCODER_PLATFORM_WINDOWS,
      SCREEN | WINDOW, NULL },
  { "gdi", "gdiscreencapsrc", ENCODER_PLATFORM_WINDOWS, SCREEN | WINDOW, NULL },
  { "mf", "mfvideosrc", ENCODER_PLATFORM_WINDOWS, DEVICE, NULL },
  { "ks", "ksvideosrc", ENCODER_PLATFORM_WINDOWS, DEVICE, NULL },
  { "decklink", "decklinkvideosrc",
      ENCODER_PLATFORM_WINDOWS | ENCODER_PLATFORM_LINUX, DEVICE, NULL },
  { "pipewire", "pipewiresrc", ENCODER_PLATFORM_LINUX, SCREEN | WINDOW | DEVICE,
      NULL },
  { "ximage", "ximagesrc", ENCODER_PLATFORM_LINUX | ENCODER_PLATFORM_OTHER,
      SCREEN | WINDOW, NULL },
  { "v4l2", "v4l2src", ENCODER_PLATFORM_LINUX | ENCODER_PLATFORM_OTHER, DEVICE,
      NULL },
};

/**
 * capture_kinds:
 * @n: (out): how many
 *
 * Returns: (transfer none) (array length=n): the table, best first
 */
const CaptureKind *
capture_kinds (guint *n)
{
  *n = G_N_ELEMENTS (table);
  return table;
}

static gboolean
is_set (const gchar *text)
{
  return text != NULL && text[0] != '\0';
}

/* PipeWire's nodes have numbers and names, devices of the system files. */
static gboolean
names_node (const CaptureSettings *settings)
{
  return is_set (settings->device) && !g_path_is_absolute (settings->device);
}

/**
 * capture_names_window:
 * @settings: settings
 *
 * Returns: %TRUE if they say which window
 */
gboolean
capture_names_window (const CaptureSettings *settings)
{
  return settings->window_handle != 0 || is_set (settings->window_title)
         || is_set (settings->window_class)
         || is_set (settings->window_process);
}

/**
 * capture_source:
 * @settings: settings
 *
 * Returns: the source, where "auto" is what the other settings name
 */
CaptureSource
capture_source (const CaptureSettings *settings)
{
  if (settings->source != CAPTURE_SOURCE_AUTO)
    return settings->source;
  if (capture_names_window (settings))
    return CAPTURE_SOURCE_WINDOW;
  return is_set (settings->device) ? CAPTURE_SOURCE_DEVICE
                                   : CAPTURE_SOURCE_SCREEN;
}

/* Blackmagic's cards have names of their own, and no file. */
#define DECKLINK_PREFIX "decklink:"

static gboolean
is_decklink (const CaptureSettings *settings)
{
  return is_set (settings->device)
         && g_str_has_prefix (settings->device, DECKLINK_PREFIX);
}

/**
 * capture_cuts_out:
 * @kind: a row
 *
 * Returns: %TRUE if of a window it takes that part of the monitor
 */
gboolean
capture_cuts_out (const CaptureKind *kind)
{
  return g_str_has_prefix (kind->backend, "dxgi")
         || g_str_equal (kind->backend, "gdi");
}

/* NULL: nothing speaks against it. */
static gchar *
why_not (const CaptureKind *kind, const CaptureCandidate *c,
    const CaptureSettings *settings, gboolean has_display)
{
  if (!c->present)
    return g_strdup_printf ("%s is not installed", kind->factory);
  if (kind->requires != NULL && !c->requires_met)
    return g_strdup_printf ("this %s has no %s", kind->factory, kind->requires);
  if (c->missing != NULL)
    return g_strdup_printf ("needs %s, which is not here", c->missing);
  if (c->failed != NULL)
    return g_strdup_printf ("failed: %s", c->failed);
  if (capture_cuts_out (kind)
      && capture_source (settings) == CAPTURE_SOURCE_WINDOW
      && settings->spot.width == 0)
    return g_strdup ("the window is on no monitor");
  if (is_decklink (settings) && !g_str_equal (kind->backend, "decklink"))
    return g_strdup ("device is a DeckLink card");
  if (g_str_equal (kind->backend, "ximage") && !has_display)
    return g_strdup ("there is no X display");
  if (g_str_equal (kind->backend, "pipewire") && !names_node (settings))
    return g_strdup ("needs a node's number or name in device");
  if (g_str_equal (kind->backend, "v4l2") && names_node (settings))
    return g_strdup ("device is not a file such as /dev/video0");
  return NULL;
}

static gboolean
is_backend (const gchar *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    if (g_strcmp0 (table[i].backend, word) == 0)
      return TRUE;
  }
  return FALSE;
}

/**
 * capture_choose:
 * @platform: where we are
 * @settings: what is wanted
 * @has_display: there is an X display, named or in $DISPLAY
 * @candidates: for each row of capture_kinds()
 * @refuse: called for each better one that was refused
 * @user_data: for @refuse
 *
 * Pure: the answer depends on the arguments alone. Any thread.
 *
 * Returns: (transfer none) (nullable): a row of the table
 */
const CaptureKind *
capture_choose (EncoderPlatform platform, const CaptureSettings *settings,
    gboolean has_display, const CaptureCandidate *candidates,
    CaptureRefuse refuse, gpointer user_data)
{
  guint source = 1u << capture_source (settings);
  gboolean automatic = g_strcmp0 (settings->backend, "auto") == 0;
  gboolean known = automatic;

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree gchar *why = NULL;

    if ((table[i].platforms & platform) == 0 || (table[i].sources & source) == 0
        || (!automatic && g_strcmp0 (settings->backend, table[i].backend) != 0))
      continue;
    known = TRUE;
    if (automatic && g_str_equal (table[i].backend, "decklink")
        && !is_decklink (settings))
      continue;
    why = why_not (&table[i], &candidates[i], settings, has_display);
    if (why == NULL)
      return &table[i];
    refuse (table[i].backend, why, user_data);
  }
  if (!known)
    refuse (settings->backend,
        is_backend (settings->backend) ? "nothing that takes such a source here"
                                       : "no backend that is known",
        user_data);
  return NULL;
}

/* What a row of the table of properties is about. */
typedef enum {
  FIXED,
  IF_THERE, /* fixed, and builds without it do the same */
  CURSOR,
  MONITOR,
  MONITOR_HANDLE,
  MONITOR_INDEX, /* of the spot */
  AREA_X,
  AREA_Y,
  AREA_WIDTH,
  AREA_HEIGHT,
  ADAPTER, /* where the picture is kept, for who takes it */
  HANDLE,
  DECKLINK_NUMBER,
  DEVICE_NAME, /* any device, or one that is not a file */
  DEVICE_FILE,
  DISPLAY,
} What;

/* "a|b": what it is called in different versions. */
typedef struct {
  const gchar *backend;
  What what;
  const gchar *names;
  const gchar *value;
} Rule;

static const Rule rules[] = {
  { "wgc", FIXED, "capture-api", "wgc" },
  { "wgc", HANDLE, "window-handle", NULL },
  { "wgc", MONITOR, "monitor-index", NULL },
  { "wgc", CURSOR, "show-cursor", NULL },
  /* Off only on Windows 11; 1.24 and later leave out the title bar. */
  { "wgc", IF_THERE, "show-border", "false" },
  { "wgc", IF_THERE, "window-capture-mode", "client" },

  { "wgc", ADAPTER, "adapter", NULL },

  { "wgc12", FIXED, "capture-api", "wgc" },
  { "wgc12", HANDLE, "window-handle", NULL },
  { "wgc12", CURSOR, "show-cursor", NULL },
  { "wgc12", IF_THERE, "show-border", "false" },
  { "wgc12", IF_THERE, "window-capture-mode", "client" },
  { "wgc12", ADAPTER, "adapter", NULL },

  { "dxgi", IF_THERE, "capture-api", "dxgi" },
  { "dxgi", MONITOR, "monitor-index", NULL },
  { "dxgi", MONITOR_HANDLE, "monitor-handle", NULL },
  { "dxgi", CURSOR, "show-cursor", NULL },
  { "dxgi", AREA_X, "crop-x", NULL },
  { "dxgi", AREA_Y, "crop-y", NULL },
  { "dxgi", AREA_WIDTH, "crop-width", NULL },
  { "dxgi", AREA_HEIGHT, "crop-height", NULL },

  { "dxgi12", IF_THERE, "capture-api", "dxgi" },
  { "dxgi12", MONITOR, "monitor-index", NULL },
  { "dxgi12", MONITOR_HANDLE, "monitor-handle", NULL },
  { "dxgi12", CURSOR, "show-cursor", NULL },
  { "dxgi12", AREA_X, "crop-x", NULL },
  { "dxgi12", AREA_Y, "crop-y", NULL },
  { "dxgi12", AREA_WIDTH, "crop-width", NULL },
  { "dxgi12", AREA_HEIGHT, "crop-height", NULL },

  { "gdi", MONITOR, "monitor", NULL },
  { "gdi", MONITOR_INDEX, "monitor", NULL },
  { "gdi", CURSOR, "cursor", NULL },
  { "gdi", AREA_X, "x", NULL },
  { "gdi", AREA_Y, "y", NULL },
  { "gdi", AREA_WIDTH, "width", NULL },
  { "gdi", AREA_HEIGHT, "height", NULL },

  { "mf", DEVICE_FILE, "device-path", NULL },
  { "mf", DEVICE_NAME, "device-name", NULL },

  { "ks", DEVICE_FILE, "device-path", NULL },
  { "ks", DEVICE_NAME, "device-name", NULL },

  { "decklink", DECKLINK_NUMBER, "device-number", NULL },

  { "pipewire", DEVICE_NAME, "target-object|path", NULL },
  { "pipewire", FIXED, "do-timestamp", "true" },
  /* ms; a still screen gives no pictures otherwise. */
  { "pipewire", IF_THERE, "keepalive-time", "100" },

  /* XDamage costs more than it saves where the whole picture moves. */
  { "ximage", DISPLAY, "display-name", NULL },
  { "ximage", HANDLE, "xid", NULL },
  { "ximage", CURSOR, "show-pointer", NULL },
  { "ximage", FIXED, "use-damage", "false" },
  { "ximage", FIXED, "do-timestamp", "true" },

  { "v4l2", DEVICE_FILE, "device", NULL },
  { "v4l2", FIXED, "do-timestamp", "true" },
};

/* Asked for, and without a rule there is no way to do it. */
static const struct {
  What what;
  const gchar *name;
} wishes[] = {
  { CURSOR, "show-cursor" },
  { MONITOR, "monitor" },
};

/* Windows' devices have paths like \\?\usb#…. */
static gboolean
is_file (const gchar *device)
{
  return g_path_is_absolute (device) || g_str_has_prefix (device, "\\\\?\\");
}

/* Of a window whose part of a monitor is cut out. */
static gchar *
area_value (const CaptureSettings *s, What what)
{
  const CaptureSpot *spot = &s->spot;

  if (capture_source (s) != CAPTURE_SOURCE_WINDOW || spot->width == 0)
    return NULL;
  switch (what) {
    case AREA_X:
      return g_strdup_printf ("%d", spot->x);
    case AREA_Y:
      return g_strdup_printf ("%d", spot->y);
    case AREA_WIDTH:
      return g_strdup_printf ("%d", spot->width);
    case AREA_HEIGHT:
      return g_strdup_printf ("%d", spot->height);
    case MONITOR_INDEX:
      return spot->monitor_index >= 0
                 ? g_strdup_printf ("%d", spot->monitor_index)
                 : NULL;
    default:
      return spot->monitor != 0
                 ? g_strdup_printf ("%" G_GUINT64_FORMAT, spot->monitor)
                 : NULL;
  }
}

/* NULL: left as it is. */
static gchar *
value_of (const CaptureSettings *s, What what, const gchar *fixed)
{
  gboolean file = is_set (s->device) && is_file (s->device);

  switch (what) {
    case MONITOR_HANDLE:
    case MONITOR_INDEX:
    case AREA_X:
    case AREA_Y:
    case AREA_WIDTH:
    case AREA_HEIGHT:
      return area_value (s, what);
    case ADAPTER:
      return s->spot.adapter_luid != 0 && s->spot.adapter_index >= 0
                 ? g_strdup_printf ("%d", s->spot.adapter_index)
                 : NULL;
    case DECKLINK_NUMBER:
      return is_decklink (s) ? g_strdup (s->device + strlen (DECKLINK_PREFIX))
                             : NULL;
    case CURSOR:
      return g_strdup (s->show_cursor ? "true" : "false");
    case MONITOR:
      return s->monitor >= 0 ? g_strdup_printf ("%d", s->monitor) : NULL;
    case HANDLE:
      return s->window_handle != 0
                 ? g_strdup_printf ("%" G_GUINT64_FORMAT, s->window_handle)
                 : NULL;
    case DEVICE_NAME:
      return is_set (s->device) && !file ? g_strdup (s->device) : NULL;
    case DEVICE_FILE:
      return file ? g_strdup (s->device) : NULL;
    case DISPLAY:
      return is_set (s->display) ? g_strdup (s->display) : NULL;
    default:
      return g_strdup (fixed);
  }
}

static void
add_lacking (GString *lacking, const gchar *name, const gchar *value)
{
  g_string_append_printf (
      lacking, "%s%s=%s", lacking->len > 0 ? " " : "", name, value);
}

static gboolean
has_rule (const CaptureKind *kind, What what)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++) {
    if (rules[i].what == what && g_str_equal (rules[i].backend, kind->backend))
      return TRUE;
  }
  return FALSE;
}

/**
 * capture_settings_apply:
 * @settings: settings; a window by its handle
 * @kind: the element's row
 * @source: a new element of that row
 * @lacking: gets what this element has no word for, "names=value" with blanks
 *   between
 */
void
capture_settings_apply (const CaptureSettings *settings,
    const CaptureKind *kind, gpointer source, GString *lacking)
{
  gboolean camera = capture_source (settings) == CAPTURE_SOURCE_DEVICE;

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++) {
    const Rule *r = &rules[i];
    g_autofree gchar *value = value_of (settings, r->what, r->value);

    if (!g_str_equal (r->backend, kind->backend) || value == NULL)
      continue;
    if (!properties_set (source, r->names, value) && r->what != IF_THERE
        && r->what != ADAPTER)
      add_lacking (lacking, r->names, value);
  }
  for (guint i = 0; !camera && i < G_N_ELEMENTS (wishes); i++) {
    g_autofree gchar *value = value_of (settings, wishes[i].what, NULL);

    if (value != NULL && !has_rule (kind, wishes[i].what))
      add_lacking (lacking, wishes[i].name, value);
  }
}
