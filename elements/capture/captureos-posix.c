/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Windows of an X display. */
#include "captureos.h"

#include <string.h>
#include <sys/utsname.h>

#ifdef HAVE_X11
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#endif

/* No machine has more; a bound for what is read. */
#define MAX_CARDS 16

static gchar *
read_word (const gchar *folder, const gchar *name)
{
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  gchar *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? g_strchomp (text)
                                                       : NULL;
}

/**
 * capture_os_has_display:
 * @display: (nullable): its name; %NULL or empty: $DISPLAY
 *
 * Returns: %TRUE if an X display is named; whether it answers is seen later
 */
gboolean
capture_os_has_display (const gchar *display)
{
  const gchar *env = g_getenv ("DISPLAY");

  return (display != NULL && display[0] != '\0')
         || (env != NULL && env[0] != '\0');
}

#ifdef HAVE_X11
/* Windows come and go while we look. Xlib's own answer to an error is exit(),
 * and ximagesrc leaves it at that: a game that closes would take us with it. */
static int
on_x_error (Display *display, XErrorEvent *event)
{
  return 0;
}

/* Once, and only where the program has no handler of its own. */
static void
survive_x_errors (void)
{
  static GMutex lock;
  XErrorHandler before, standard;

  g_mutex_lock (&lock);
  before = XSetErrorHandler (NULL);
  standard = XSetErrorHandler (on_x_error);
  if (before != standard)
    XSetErrorHandler (before);
  g_mutex_unlock (&lock);
}

static gchar *
get_title (Display *display, Window window)
{
  Atom utf8 = XInternAtom (display, "UTF8_STRING", False);
  Atom name = XInternAtom (display, "_NET_WM_NAME", False);
  Atom type;
  int format;
  unsigned long n, rest;
  unsigned char *data = NULL;
  char *plain = NULL;
  gchar *title = NULL;

  if (XGetWindowProperty (display, window, name, 0, 256, False, utf8, &type,
          &format, &n, &rest, &data)
          == Success
      && data != NULL && type == utf8)
    title = g_strndup ((const gchar *) data, n);
  else if (XFetchName (display, window, &plain) != 0 && plain != NULL)
    title = g_strdup (plain);
  if (data != NULL)
    XFree (data);
  if (plain != NULL)
    XFree (plain);
  return title;
}

/* WM_CLASS has two words: of the instance, and of the program. */
static gboolean
has_class (Display *display, Window window, const gchar *name)
{
  XClassHint hint = { NULL, NULL };
  gboolean same = FALSE;

  if (XGetClassHint (display, window, &hint) != 0)
    same = g_strcmp0 (hint.res_class, name) == 0
           || g_strcmp0 (hint.res_name, name) == 0;
  if (hint.res_name != NULL)
    XFree (hint.res_name);
  if (hint.res_class != NULL)
    XFree (hint.res_class);
  return same;
}

/* By what the window says of its process, where that is one of this machine. */
static gboolean
has_process (Display *display, Window window, const gchar *name)
{
  Atom property = XInternAtom (display, "_NET_WM_PID", False);
  Atom type;
  int format;
  unsigned long n = 0, rest;
  unsigned char *data = NULL;
  gboolean same = FALSE;

  if (XGetWindowProperty (display, window, property, 0, 1, False, XA_CARDINAL,
          &type, &format, &n, &rest, &data)
          == Success
      && data != NULL && n == 1 && format == 32) {
    g_autofree gchar *link =
        g_strdup_printf ("/proc/%lu/exe", *(unsigned long *) (void *) data);
    g_autofree gchar *path = g_file_read_link (link, NULL);
    g_autofree gchar *base = path != NULL ? g_path_get_basename (path) : NULL;

    same = g_strcmp0 (base, name) == 0;
  }
  if (data != NULL)
    XFree (data);
  return same;
}

static gboolean
is_set (const gchar *text)
{
  return text != NULL && text[0] != '\0';
}

/* All that is named must be so. */
static gboolean
is_meant (Display *display, Window window, const CaptureSettings *s)
{
  if (is_set (s->window_title)) {
    g_autofree gchar *title = get_title (display, window);

    if (g_strcmp0 (title, s->window_title) != 0)
      return FALSE;
  }
  return (!is_set (s->window_class)
             || has_class (display, window, s->window_class))
         && (!is_set (s->window_process)
             || has_process (display, window, s->window_process));
}

static Window
find_named (
    Display *display, Window window, const CaptureSettings *s, guint depth)
{
  Window root, parent, *children = NULL, found = 0;
  unsigned int n = 0;

  if (is_meant (display, window, s))
    return window;
  /* Frames of window managers nest a few deep. */
  if (depth == 0
      || !XQueryTree (display, window, &root, &parent, &children, &n))
    return 0;
  for (unsigned int i = 0; i < n && found == 0; i++)
    found = find_named (display, children[i], s, depth - 1);
  if (children != NULL)
    XFree (children);
  return found;
}

/* Where class and process are named and nobody has both, one will do. */
static Window
search (Display *display, const CaptureSettings *s)
{
  const Window root = DefaultRootWindow (display);
  CaptureSettings by_class = *s, by_process = *s;
  Window found = find_named (display, root, s, 8);

  if (found != 0 || !is_set (s->window_class) || !is_set (s->window_process))
    return found;
  by_class.window_process = NULL;
  by_process.window_class = NULL;
  found = find_named (display, root, &by_class, 8);
  return found != 0 ? found : find_named (display, root, &by_process, 8);
}

static Window
find_window (Display *display, CaptureSettings *s)
{
  XWindowAttributes attributes;
  Window window = (Window) s->window_handle;

  if (window == 0)
    window = search (display, s);
  if (window == 0 || !XGetWindowAttributes (display, window, &attributes))
    return 0;
  s->spot.width = attributes.width;
  s->spot.height = attributes.height;
  s->spot.minimised = attributes.map_state != IsViewable;
  return window;
}
#endif

/**
 * capture_os_find_window:
 * @settings: (inout): which window, by handle, title, class and process; gets
 *   its handle and spot
 * @error: why there is none
 *
 * ximagesrc takes the whole screen where it does not find a window; nobody who
 * asked for one wants that to be sent. Any thread.
 *
 * Returns: %TRUE if the window is there now
 */
gboolean
capture_os_find_window (CaptureSettings *settings, GError **error)
{
#ifdef HAVE_X11
  const gchar *display = settings->display;
  Display *d = XOpenDisplay (is_set (display) ? display : NULL);
  Window found;

  settings->spot = (CaptureSpot){ .monitor_index = -1, .adapter_index = -1 };
  if (d == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "The X display %s does not answer",
        is_set (display) ? display : "$DISPLAY");
    return FALSE;
  }
  survive_x_errors ();
  found = find_window (d, settings);
  XCloseDisplay (d);
  if (found == 0)
    capture_set_no_window (settings, error);
  settings->window_handle = found;
  return found != 0;
#else
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
      "This build cannot look for windows (it was made without libX11)");
  return FALSE;
#endif
}

/**
 * capture_os_find_monitor:
 * @settings: (inout): gets the spot of the monitor that they mean
 *
 * Any thread.
 */
void
capture_os_find_monitor (CaptureSettings *settings)
{
  settings->spot = (CaptureSpot){ .monitor_index = -1, .adapter_index = -1 };
}

/**
 * capture_os_list_adapters:
 *
 * GPUs by their vendor and device: names are user space's affair here.
 *
 * Returns: (transfer full) (element-type CaptureAdapter): what draws
 */
GArray *
capture_os_list_adapters (void)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (CaptureAdapter));

  g_array_set_clear_func (list, capture_adapter_clear);
  for (guint i = 0; i < MAX_CARDS; i++) {
    g_autofree gchar *folder =
        g_strdup_printf ("/sys/class/drm/renderD%u/device", 128 + i);
    g_autofree gchar *vendor = read_word (folder, "vendor");
    g_autofree gchar *device = read_word (folder, "device");
    g_autofree gchar *link = g_build_filename (folder, "driver", NULL);
    g_autofree gchar *driver = g_file_read_link (link, NULL);
    CaptureAdapter a = { NULL };

    if (vendor == NULL || device == NULL)
      continue;
    a.name = g_strdup_printf ("PCI %s:%s", vendor, device);
    a.driver = driver != NULL ? g_path_get_basename (driver) : NULL;
    g_array_append_val (list, a);
  }
  return list;
}

/**
 * capture_os_describe:
 *
 * Returns: (transfer full): the system and its version
 */
gchar *
capture_os_describe (void)
{
  struct utsname u;

  if (uname (&u) != 0)
    return g_strdup ("an unknown system");
  return g_strdup_printf ("%s %s %s", u.sysname, u.release, u.machine);
}
