/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An override-redirect window: no window manager frames, places or hides it. */
#include "flash/pb-flash-code.h"
#include "flash/pb-flash-screen.h"

#include <X11/Xlib.h>
#include <X11/Xutil.h>

struct _PbFlashScreen {
  Display *display;
  Window window;
  Pixmap pixmap; /* drawn there, and copied in one go */
  GC gc;
  gint module_px;
  gint width, height; /* of the screen */
  gboolean is_gone; /* the connection broke */
};

/* Xlib's own answer to either is exit(). */
static int
on_x_error (Display *display, XErrorEvent *event)
{
  return 0;
}

#ifdef HAVE_X_IO_ERROR_EXIT
/* Of all displays: after it each one's own exit handler is asked, and of those
 * that have none the program ends as before. */
static int
on_x_io_error (Display *display)
{
  g_warning ("the X display %s has gone", DisplayString (display));
  return 0;
}

static void
on_x_gone (Display *display, void *user_data)
{
  PbFlashScreen *self = user_data;

  self->is_gone = TRUE;
}
#endif

/* Where the program has no handler of its own: a capture may look at windows
 * at the same time, and what it has set stays. */
static void
survive_x_errors (void)
{
  XErrorHandler before = XSetErrorHandler (NULL);
  XErrorHandler standard = XSetErrorHandler (on_x_error);

  if (before != standard)
    XSetErrorHandler (before);
}

static void
create_window (PbFlashScreen *self)
{
  Display *d = self->display;
  const int screen = DefaultScreen (d);
  const guint width = (guint) (PB_FLASH_CODE_MODULES * self->module_px);
  const guint height = (guint) (PB_FLASH_CODE_ROWS * self->module_px);
  XSetWindowAttributes attributes = { .override_redirect = True,
    .background_pixel = WhitePixel (d, screen) };
  XClassHint hint = { (char *) "pitbox-sync-flash", (char *) "pitbox" };

  self->window = XCreateWindow (d, RootWindow (d, screen), 0, 0, width, height,
      0, CopyFromParent, InputOutput, CopyFromParent,
      CWOverrideRedirect | CWBackPixel, &attributes);
  XStoreName (d, self->window, "PitBox sync flash");
  XSetClassHint (d, self->window, &hint);
  self->pixmap = XCreatePixmap (
      d, self->window, width, height, (guint) DefaultDepth (d, screen));
  self->gc = XCreateGC (d, self->pixmap, 0, NULL);
  XMapRaised (d, self->window);
}

/**
 * pb_flash_screen_open:
 * @display: X display; empty: $DISPLAY
 * @error: why nothing can be shown
 *
 * Any thread; the same one for all that follows.
 *
 * Returns: (transfer full) (nullable): a white window that is there already
 */
PbFlashScreen *
pb_flash_screen_open (const gchar *display, GError **error)
{
  const gchar *name = display[0] != '\0' ? display : g_getenv ("DISPLAY");
  g_autofree PbFlashScreen *self = g_new0 (PbFlashScreen, 1);

  if (name == NULL || name[0] == '\0') {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "There is no screen here: DISPLAY is not set");
    return NULL;
  }
  /* libX11 before 1.8 does not do so by itself; a capture has threads, too. */
  XInitThreads ();
  self->display = XOpenDisplay (name);
  if (self->display == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "The X display %s does not answer", name);
    return NULL;
  }
  survive_x_errors ();
#ifdef HAVE_X_IO_ERROR_EXIT
  XSetIOErrorExitHandler (self->display, on_x_gone, self);
  XSetIOErrorHandler (on_x_io_error);
#endif
  self->width = DisplayWidth (self->display, DefaultScreen (self->display));
  self->height = DisplayHeight (self->display, DefaultScreen (self->display));
  self->module_px = pb_flash_code_module_px (self->height);
  create_window (self);
  return g_steal_pointer (&self);
}

/**
 * pb_flash_screen_get_size:
 * @screen: a screen
 * @width: (out): of all of it, pixels
 * @height: (out): likewise
 */
void
pb_flash_screen_get_size (PbFlashScreen *screen, gint *width, gint *height)
{
  *width = screen->width;
  *height = screen->height;
}

/**
 * pb_flash_screen_paint:
 * @screen: a screen
 * @modules: as of pb_flash_code_modules()
 *
 * Shows all of it at once, above whatever came in front of it.
 *
 * Returns: %FALSE if the screen has gone
 */
gboolean
pb_flash_screen_paint (PbFlashScreen *screen, guint64 modules)
{
  Display *d = screen->display;
  const int n = DefaultScreen (d);
  const gint m = screen->module_px;
  const guint width = (guint) (PB_FLASH_CODE_MODULES * m);
  const guint height = (guint) (PB_FLASH_CODE_ROWS * m);

  XSetForeground (d, screen->gc, WhitePixel (d, n));
  XFillRectangle (d, screen->pixmap, screen->gc, 0, 0, width, height);
  XSetForeground (d, screen->gc, BlackPixel (d, n));
  for (gint i = 0; i < PB_FLASH_CODE_MODULES; i++)
    if (modules >> (PB_FLASH_CODE_MODULES - 1 - i) & 1)
      XFillRectangle (d, screen->pixmap, screen->gc, i * m, m, (guint) m,
          height - 2 * (guint) m);
  XCopyArea (
      d, screen->pixmap, screen->window, screen->gc, 0, 0, width, height, 0, 0);
  XRaiseWindow (d, screen->window);
  /* The answer says that it is there. */
  XSync (d, False);
  return !screen->is_gone;
}

/**
 * pb_flash_screen_close:
 * @screen: (transfer full): a screen; nothing of it stays
 */
void
pb_flash_screen_close (PbFlashScreen *screen)
{
  if (!screen->is_gone) {
    XFreeGC (screen->display, screen->gc);
    XFreePixmap (screen->display, screen->pixmap);
    XDestroyWindow (screen->display, screen->window);
  }
  XCloseDisplay (screen->display);
  g_free (screen);
}
