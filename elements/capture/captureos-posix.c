/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Windows of an X display. */
#include "captureos.h"

#ifdef HAVE_X11
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <string.h>
#endif

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

static Window
find_titled (Display *display, Window window, const gchar *title, guint depth)
{
  g_autofree gchar *here = get_title (display, window);
  Window root, parent, *children = NULL, found = 0;
  unsigned int n = 0;

  if (g_strcmp0 (here, title) == 0)
    return window;
  /* Frames of window managers nest a few deep. */
  if (depth == 0
      || !XQueryTree (display, window, &root, &parent, &children, &n))
    return 0;
  for (unsigned int i = 0; i < n && found == 0; i++)
    found = find_titled (display, children[i], title, depth - 1);
  if (children != NULL)
    XFree (children);
  return found;
}

static Window
find_window (Display *display, const gchar *title, guint64 handle)
{
  XWindowAttributes attributes;
  Window window = (Window) handle;

  if (handle == 0)
    window = find_titled (display, DefaultRootWindow (display), title, 8);
  if (window == 0 || !XGetWindowAttributes (display, window, &attributes))
    return 0;
  return window;
}
#endif

/**
 * capture_os_find_window:
 * @display: (nullable): X display; %NULL or empty: $DISPLAY
 * @title: (nullable): the window's whole title
 * @handle: its XID; 0: by title
 * @error: why there is none
 *
 * ximagesrc takes the whole screen where it does not find a window; nobody who
 * asked for one wants that to be sent. Any thread.
 *
 * Returns: the XID of a window that is there now; 0 on error
 */
guint64
capture_os_find_window (
    const gchar *display, const gchar *title, guint64 handle, GError **error)
{
#ifdef HAVE_X11
  Display *d =
      XOpenDisplay (display != NULL && display[0] != '\0' ? display : NULL);
  Window found;

  if (d == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "The X display %s does not answer",
        display != NULL && display[0] != '\0' ? display : "$DISPLAY");
    return 0;
  }
  survive_x_errors ();
  found = find_window (d, title, handle);
  XCloseDisplay (d);
  if (found != 0)
    return found;
  if (handle != 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "There is no window 0x%" G_GINT64_MODIFIER "x", handle);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "There is no window with the title \"%s\"", title);
#else
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
      "This build cannot look for windows (it was made without libX11)");
#endif
  return 0;
}
