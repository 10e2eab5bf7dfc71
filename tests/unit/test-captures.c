/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which capture, and what its properties are called in which build. */
#include "../lib/pb-test-class.h"
#include "captures.h"

#include <gst/gst.h>
#include <string.h>

#define LINUX ENCODER_PLATFORM_LINUX
#define WINDOWS ENCODER_PLATFORM_WINDOWS
#define OTHER ENCODER_PLATFORM_OTHER

typedef struct {
  const gchar *what;
  EncoderPlatform platform;
  CaptureSettings settings;
  gboolean has_display;
  const gchar
      *has; /* factories; "d3d11screencapturesrc+wgc" of an MSVC build */
  const gchar *missing; /* what must stand behind it and is not there */
  const gchar *chosen; /* NULL: none */
  const gchar *refused;
} Row;

#define SETTINGS(...) \
  { \
    .backend = (gchar *) "auto", .monitor = -1, __VA_ARGS__ \
  }
#define D3D11 "d3d11screencapturesrc"

static const Row rows[] = {
  { "a monitor: duplication", WINDOWS, SETTINGS (0), FALSE, D3D11 "+wgc", NULL,
      "dxgi", "" },
  { "a monitor, by a build without WGC", WINDOWS, SETTINGS (0), FALSE, D3D11,
      NULL, "dxgi", "" },
  { "a window: WGC", WINDOWS, SETTINGS (.window_handle = 7), FALSE,
      D3D11 "+wgc", NULL, "wgc", "" },
  { "a window that is on no monitor, by a build without WGC", WINDOWS,
      SETTINGS (.window_handle = 7), FALSE, D3D11, NULL, NULL,
      "dxgi: the window is on no monitor" },
  { "a window, by a build without WGC: its part of the monitor", WINDOWS,
      SETTINGS (.window_handle = 7, .spot.width = 1920), FALSE, D3D11, NULL,
      "dxgi", "wgc: this d3d11screencapturesrc has no window-handle" },
  { "a window, by Direct3D 12 where 11 has no WGC", WINDOWS,
      SETTINGS (.window_handle = 7, .spot.width = 1920), FALSE,
      D3D11 " d3d12screencapturesrc+wgc", NULL, "wgc12",
      "wgc: this d3d11screencapturesrc has no window-handle" },
  { "a window without Direct3D: GDI", WINDOWS,
      SETTINGS (.window_handle = 7, .spot.width = 1920), FALSE,
      "gdiscreencapsrc", NULL, "gdi",
      "dxgi: d3d11screencapturesrc is not installed" },
  { "a monitor without Direct3D: GDI", WINDOWS, SETTINGS (0), FALSE,
      "gdiscreencapsrc", NULL, "gdi",
      "dxgi: d3d11screencapturesrc is not installed" },
  { "the game's window by its class", WINDOWS,
      SETTINGS (.window_class = (gchar *) "SimWinClass"), FALSE, D3D11 "+wgc",
      NULL, "wgc", "" },
  { "a card of Blackmagic", WINDOWS,
      SETTINGS (.device = (gchar *) "decklink:1"), FALSE,
      "mfvideosrc decklinkvideosrc", NULL, "decklink",
      "mf: device is a DeckLink card" },
  { "a card without Media Foundation", WINDOWS,
      SETTINGS (.device = (gchar *) "Live Gamer"), FALSE, "ksvideosrc", NULL,
      "ks", "mf: mfvideosrc is not installed" },
  { "a monitor by WGC, asked for", WINDOWS,
      { .backend = (gchar *) "wgc", .monitor = 1 }, FALSE, D3D11 "+wgc", NULL,
      "wgc", "" },
  { "WGC asked for, and not there", WINDOWS,
      { .backend = (gchar *) "wgc", .monitor = 1 }, FALSE, D3D11, NULL, NULL,
      "wgc: this d3d11screencapturesrc has no capture-api" },
  { "no way to convert", WINDOWS, SETTINGS (0), FALSE, D3D11 "+wgc",
      "d3d11convert", NULL, "dxgi: needs d3d11convert, which is not here" },
  { "a card on Windows", WINDOWS, SETTINGS (.device = (gchar *) "Live Gamer"),
      FALSE, D3D11 " mfvideosrc", NULL, "mf", "" },
  { "nothing on Windows", WINDOWS, SETTINGS (0), FALSE, "", NULL, NULL,
      "dxgi: d3d11screencapturesrc is not installed; wgc: "
      "d3d11screencapturesrc is not installed" },
  { "X", LINUX, SETTINGS (0), TRUE, "ximagesrc v4l2src", NULL, "ximage",
      "pipewire: pipewiresrc is not installed" },
  { "X, without a node for PipeWire", LINUX, SETTINGS (0), TRUE,
      "ximagesrc pipewiresrc", NULL, "ximage", "pipewire: needs a node's" },
  { "no display", LINUX, SETTINGS (0), FALSE, "ximagesrc", NULL, NULL,
      "ximage: there is no X display" },
  { "a screen that the portal gave", LINUX,
      SETTINGS (.source = CAPTURE_SOURCE_SCREEN, .device = (gchar *) "42"),
      TRUE, "ximagesrc pipewiresrc", NULL, "pipewire", "" },
  { "a window of X", LINUX, SETTINGS (.window_handle = 7), TRUE, "ximagesrc",
      NULL, "ximage", "pipewire: pipewiresrc is not installed" },
  { "a window by its title", LINUX, SETTINGS (.window_title = (gchar *) "game"),
      TRUE, "ximagesrc v4l2src", NULL, "ximage",
      "pipewire: pipewiresrc is not installed" },
  { "a card", LINUX, SETTINGS (.device = (gchar *) "/dev/video2"), TRUE,
      "ximagesrc v4l2src pipewiresrc", NULL, "v4l2",
      "pipewire: needs a node's" },
  { "the first card", LINUX, SETTINGS (.source = CAPTURE_SOURCE_DEVICE), FALSE,
      "v4l2src", NULL, "v4l2", "pipewire: pipewiresrc is not installed" },
  { "a camera of PipeWire", LINUX, SETTINGS (.device = (gchar *) "cam"), TRUE,
      "v4l2src pipewiresrc", NULL, "pipewire", "" },
  { "a node without PipeWire", LINUX, SETTINGS (.device = (gchar *) "cam"),
      TRUE, "v4l2src", NULL, NULL,
      "pipewire: pipewiresrc is not installed; v4l2: device is not a file" },
  { "a backend that takes no screens", LINUX, { .backend = (gchar *) "v4l2" },
      TRUE, "v4l2src ximagesrc", NULL, NULL,
      "v4l2: nothing that takes such a source here" },
  { "a backend of Windows", LINUX, { .backend = (gchar *) "dxgi" }, TRUE,
      "ximagesrc", NULL, NULL, "dxgi: nothing that takes such a source here" },
  { "a backend that nobody knows", LINUX, { .backend = (gchar *) "dxg" }, TRUE,
      "ximagesrc", NULL, NULL, "dxg: no backend that is known" },
  { "X elsewhere", OTHER, SETTINGS (0), TRUE, "ximagesrc", NULL, "ximage", "" },
};

static void
on_refuse (const gchar *backend, const gchar *why, gpointer user_data)
{
  GString *text = user_data;

  g_string_append_printf (
      text, "%s%s: %s", text->len > 0 ? "; " : "", backend, why);
}

static void
fill (const Row *row, CaptureCandidate *candidates)
{
  g_auto (GStrv) has = g_strsplit (row->has, " ", -1);
  const CaptureKind *kinds;
  guint n;

  kinds = capture_kinds (&n);
  for (guint i = 0; i < n; i++) {
    g_autofree gchar *wgc = g_strconcat (kinds[i].factory, "+wgc", NULL);
    gboolean full = g_strv_contains ((const gchar *const *) has, wgc);

    candidates[i].present =
        full || g_strv_contains ((const gchar *const *) has, kinds[i].factory);
    candidates[i].requires_met = kinds[i].requires == NULL || full;
    candidates[i].missing = (gchar *) row->missing;
  }
}

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const Row *row = &rows[i];
    CaptureCandidate candidates[16] = { { FALSE } };
    g_autoptr (GString) refused = g_string_new (NULL);
    const CaptureKind *kind;

    g_test_message ("%s", row->what);
    fill (row, candidates);
    kind = capture_choose (row->platform, &row->settings, row->has_display,
        candidates, on_refuse, refused);
    g_assert_cmpstr (kind != NULL ? kind->backend : NULL, ==, row->chosen);
    if (row->refused[0] == '\0')
      g_assert_cmpstr (refused->str, ==, "");
    else
      g_assert_nonnull (strstr (refused->str, row->refused));
  }
}

/* Properties from the sources of GStreamer 1.22.0, 1.24.0 and 1.28.0, and of
 * PipeWire 0.3.65 and 1.2. */
#define DXGI_ONLY \
  "monitor-index:i monitor-handle:x show-cursor:b crop-x:u crop-y:u"
#define WGC DXGI_ONLY " window-handle:x show-border:b capture-api:dxgi,wgc"
#define WGC_1_24 WGC " window-capture-mode:default,client"

static const struct {
  const gchar *what, *backend;
  CaptureSettings settings;
  const gchar *properties, *written, *lacking;
} versions[] = {
  { "1.22 by mingw", "dxgi", SETTINGS (0), DXGI_ONLY, "show-cursor=FALSE", "" },
  { "1.22", "dxgi", SETTINGS (.show_cursor = TRUE), WGC,
      "capture-api=dxgi show-cursor=TRUE", "" },
  { "1.22, a window", "wgc", SETTINGS (.window_handle = 0x30a42), WGC,
      "capture-api=wgc show-border=FALSE show-cursor=FALSE "
      "window-handle=199234",
      "" },
  { "1.24 to 1.28, a window", "wgc", SETTINGS (.window_handle = 0x30a42),
      WGC_1_24,
      "capture-api=wgc show-border=FALSE show-cursor=FALSE "
      "window-capture-mode=client window-handle=199234",
      "" },
  { "a window of a machine with two GPUs", "wgc",
      SETTINGS (.window_handle = 0x30a42,
          .spot = { .adapter_luid = 0xc0de, .adapter_index = 1 }),
      WGC_1_24 " adapter:i",
      "adapter=1 capture-api=wgc show-border=FALSE show-cursor=FALSE "
      "window-capture-mode=client window-handle=199234",
      "" },
  { "a window cut out of its monitor", "dxgi",
      SETTINGS (.window_handle = 0x30a42,
          .spot = { 0x10001, 1, 320, 180, 1280, 720 }),
      WGC_1_24 " crop-width:u crop-height:u",
      "capture-api=dxgi crop-height=720 crop-width=1280 crop-x=320 crop-y=180 "
      "monitor-handle=65537 show-cursor=FALSE",
      "" },
  { "a window cut out", "gdi",
      SETTINGS (.window_handle = 0x30a42,
          .spot = { 0x10001, 1, 320, 180, 1280, 720 }),
      "monitor:i cursor:b x:i y:i width:i height:i",
      "cursor=FALSE height=720 monitor=1 width=1280 x=320 y=180", "" },
  { "a screen", "gdi", SETTINGS (.spot = { 0x10001, 1, 0, 0, 0, 0 }),
      "monitor:i cursor:b x:i y:i width:i height:i", "cursor=FALSE", "" },
  { "a card of Blackmagic", "decklink",
      SETTINGS (.device = (gchar *) "decklink:1"),
      "device-number:i mode:auto,ntsc", "device-number=1", "" },
  { "by path", "ks", SETTINGS (.device = (gchar *) "\\\\?\\usb#vid_0fd9"),
      "device-path:s device-name:s device-index:i",
      "device-path=\\\\?\\usb#vid_0fd9", "" },
  { "second monitor", "dxgi", { .backend = (gchar *) "auto", .monitor = 1 },
      WGC_1_24, "capture-api=dxgi monitor-index=1 show-cursor=FALSE", "" },
  { "by name", "mf", SETTINGS (.device = (gchar *) "Live Gamer"),
      "device-path:s device-name:s device-index:i", "device-name=Live Gamer",
      "" },
  { "by path", "mf", SETTINGS (.device = (gchar *) "\\\\?\\usb#vid_0fd9"),
      "device-path:s device-name:s device-index:i",
      "device-path=\\\\?\\usb#vid_0fd9", "" },
  { "first card", "mf", SETTINGS (.source = CAPTURE_SOURCE_DEVICE),
      "device-path:s device-name:s device-index:i", "", "" },
  { "0.3.65", "pipewire",
      SETTINGS (.source = CAPTURE_SOURCE_SCREEN, .device = (gchar *) "42"),
      "path:s do-timestamp:b always-copy:b keepalive-time:i",
      "do-timestamp=TRUE keepalive-time=100 path=42", "show-cursor=false" },
  { "1.2", "pipewire", SETTINGS (.device = (gchar *) "cam"),
      "path:s target-object:s do-timestamp:b keepalive-time:i",
      "do-timestamp=TRUE keepalive-time=100 target-object=cam", "" },
  { "X with another monitor", "ximage",
      { .backend = (gchar *) "auto", .monitor = 2 },
      "display-name:s xid:x xname:s show-pointer:b use-damage:b "
      "do-timestamp:b",
      "do-timestamp=TRUE show-pointer=FALSE use-damage=FALSE", "monitor=2" },
  { "a window of another display", "ximage",
      SETTINGS (.window_handle = 99, .display = (gchar *) ":7"),
      "display-name:s xid:x xname:s show-pointer:b use-damage:b "
      "do-timestamp:b",
      "display-name=:7 do-timestamp=TRUE show-pointer=FALSE use-damage=FALSE "
      "xid=99",
      "" },
  { "a card", "v4l2", SETTINGS (.device = (gchar *) "/dev/video2"),
      "device:s do-timestamp:b io-mode:auto,rw",
      "device=/dev/video2 do-timestamp=TRUE", "" },
};

static const CaptureKind *
find (const gchar *backend)
{
  guint n;
  const CaptureKind *kinds = capture_kinds (&n);

  for (guint i = 0; i < n; i++) {
    if (g_str_equal (kinds[i].backend, backend))
      return &kinds[i];
  }
  g_assert_not_reached ();
}

static void
test_properties_of_versions (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (versions); i++) {
    g_autoptr (GObject) object = pb_test_class_new (versions[i].properties);
    g_autoptr (GString) lacking = g_string_new (NULL);
    g_autofree gchar *written = NULL;

    g_test_message ("%s of %s", versions[i].backend, versions[i].what);
    capture_settings_apply (
        &versions[i].settings, find (versions[i].backend), object, lacking);
    written = pb_test_class_written (object);
    g_assert_cmpstr (written, ==, versions[i].written);
    g_assert_cmpstr (lacking->str, ==, versions[i].lacking);
  }
}

/* What is installed here has a word for everything. */
static void
test_properties_of_installed (void)
{
  static const CaptureSettings all = { .backend = (gchar *) "auto",
    .window_handle = 1,
    .monitor = -1,
    .display = (gchar *) ":0",
    .device = (gchar *) "/dev/video0" };
  guint n, found = 0;
  const CaptureKind *kinds = capture_kinds (&n);

  for (guint i = 0; i < n; i++) {
    g_autoptr (GstElement) e =
        gst_element_factory_make (kinds[i].factory, NULL);
    g_autoptr (GString) lacking = g_string_new (NULL);

    /* d3d11screencapturesrc has one set of properties for two rows. */
    if (e == NULL || kinds[i].requires != NULL)
      continue;
    gst_object_ref_sink (e);
    found++;
    capture_settings_apply (&all, &kinds[i], e, lacking);
    g_test_message ("%s lacks \"%s\"", kinds[i].factory, lacking->str);
    if (g_str_equal (kinds[i].backend, "pipewire"))
      continue;
    g_assert_cmpstr (lacking->str, ==,
        (kinds[i].sources & (1u << CAPTURE_SOURCE_SCREEN)) == 0
            ? "show-cursor=false"
            : "");
  }
  if (found == 0)
    g_test_skip ("no capture element is installed");
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/captures/table", test_table);
  g_test_add_func (
      "/captures/properties-of-versions", test_properties_of_versions);
  g_test_add_func (
      "/captures/properties-of-installed", test_properties_of_installed);
  return g_test_run ();
}
