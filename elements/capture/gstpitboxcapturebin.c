/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxcapturebin: chooses and builds the capture. */
#include "gstpitboxcapturebin.h"

#include "backend.h"
#include "capturechain.h"
#include "captureos.h"

/**
 * SECTION:element-pitboxcapturebin
 * @title: pitboxcapturebin
 * @short_description: the picture of a screen, a window or a capture card
 *
 * A live source that takes what this machine takes pictures with: Windows
 * Graphics Capture, desktop duplication and Media Foundation on Windows; X,
 * PipeWire and V4L2 on Linux. Nothing is ever injected into a game. Pictures
 * stay in the GPU's memory where they come from there (Direct3D 11); size and
 * format are converted in that memory to what downstream asks for, and the rate
 * is only ever lowered: no picture is repeated.
 *
 * A buffer's PTS is the running time at which its picture was taken: the
 * capture's own where it has one (Windows, X), else that at which it arrived
 * here (V4L2, PipeWire).
 *
 * The window is looked for when the element goes to READY. There is an error if
 * it is not there, and never the whole screen in its place. On X, a window must
 * stay uncovered to be seen.
 *
 * Which element it was, and why each better one was not taken, is in
 * #GstPitboxCaptureBin:active-backend and in the element message
 * `pitbox-backend`.
 *
 * |[
 * gst-launch-1.0 -m pitboxcapturebin framerate=30/1 ! video/x-raw,width=640,height=360 ! queue ! videoconvert ! autovideosink
 * ]|
 */

GST_DEBUG_CATEGORY_STATIC (pitbox_capture_bin_debug);
#define GST_CAT_DEFAULT pitbox_capture_bin_debug

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw(ANY)"));

struct _GstPitboxCaptureBin {
  GstPitboxChoiceBin parent;

  /* Under the object lock. */
  CaptureSettings settings;
  gint fps_n, fps_d; /* a fraction: in this order */
};

G_DEFINE_TYPE (
    GstPitboxCaptureBin, gst_pitbox_capture_bin, GST_TYPE_PITBOX_CHOICE_BIN)
GST_ELEMENT_REGISTER_DEFINE (pitboxcapturebin, "pitboxcapturebin",
    GST_RANK_NONE, GST_TYPE_PITBOX_CAPTURE_BIN)

static const GEnumValue source_values[] = {
  { CAPTURE_SOURCE_AUTO, "Window or device where one is named, else the screen",
      "auto" },
  { CAPTURE_SOURCE_SCREEN, "A monitor", "screen" },
  { CAPTURE_SOURCE_WINDOW, "One window", "window" },
  { CAPTURE_SOURCE_DEVICE, "A capture card or camera", "device" },
  { 0, NULL, NULL },
};

#define GST_TYPE_PITBOX_CAPTURE_SOURCE (gst_pitbox_capture_source_get_type ())
static GType
gst_pitbox_capture_source_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstPitboxCaptureSource", source_values));
  return type;
}

static const gchar *
source_word (CaptureSource source)
{
  return source_values[source].value_nick;
}

static CaptureSettings
copy_settings (GstPitboxCaptureBin *self)
{
  CaptureSettings s;

  GST_OBJECT_LOCK (self);
  s = self->settings;
  s.backend = g_strdup (s.backend);
  s.window_title = g_strdup (s.window_title);
  s.device = g_strdup (s.device);
  s.display = g_strdup (s.display);
  GST_OBJECT_UNLOCK (self);
  return s;
}

static void
clear_settings (CaptureSettings *s)
{
  g_free (s->backend);
  g_free (s->window_title);
  g_free (s->device);
  g_free (s->display);
}

static const CaptureKind *
choose (const CaptureSettings *settings, GstStructure *refused)
{
  const CaptureKind *kinds, *chosen;
  CaptureCandidate *candidates;
  guint n;

  kinds = capture_kinds (&n);
  candidates = g_new0 (CaptureCandidate, n);
  for (guint i = 0; i < n; i++) {
    if ((kinds[i].platforms & encoder_platform_here ()) != 0)
      capture_look_at (&kinds[i], &candidates[i]);
  }
  chosen = capture_choose (encoder_platform_here (), settings,
      capture_os_has_display (settings->display), candidates, backend_refuse,
      refused);
  for (guint i = 0; i < n; i++)
    g_free (candidates[i].missing);
  g_free (candidates);
  return chosen;
}

static void
publish (GstPitboxCaptureBin *self, const CaptureKind *kind,
    const CaptureSettings *settings, EncoderMemory memory, const gchar *lacking,
    const GstStructure *refused)
{
  g_autoptr (GstElementFactory) factory =
      gst_element_factory_find (kind->factory);
  g_autoptr (GstPlugin) plugin =
      gst_plugin_feature_get_plugin (GST_PLUGIN_FEATURE (factory));
  GstStructure *s =
      gst_structure_new (BACKEND_MESSAGE, "backend", G_TYPE_STRING,
          kind->backend, "element", G_TYPE_STRING, kind->factory, "version",
          G_TYPE_STRING, plugin != NULL ? gst_plugin_get_version (plugin) : "0",
          "source", G_TYPE_STRING, source_word (capture_source (settings)),
          "memory", G_TYPE_STRING, encoder_memory_to_string (memory), NULL);

  if (settings->window_handle != 0)
    gst_structure_set (
        s, "window", G_TYPE_UINT64, settings->window_handle, NULL);
  gst_pitbox_choice_bin_publish (
      GST_PITBOX_CHOICE_BIN (self), s, lacking, refused);
}

static gboolean
build (GstPitboxCaptureBin *self, const CaptureKind *kind,
    const CaptureSettings *settings, const GstStructure *refused)
{
  g_autoptr (GString) lacking = g_string_new (NULL);
  GstPitboxChoiceBin *bin = GST_PITBOX_CHOICE_BIN (self);
  EncoderMemory memory;
  gint n, d;

  GST_OBJECT_LOCK (self);
  n = self->fps_n;
  d = self->fps_d;
  GST_OBJECT_UNLOCK (self);
  bin->chain = capture_chain_new (kind, settings, n, d, &memory, lacking);
  if (bin->chain == NULL) {
    GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN,
        ("The capture by %s cannot be put together: videorate, videoscale, "
         "videoconvert or decodebin is missing",
            kind->factory),
        (NULL));
    return FALSE;
  }
  gst_bin_add (GST_BIN (self), bin->chain);
  gst_pitbox_choice_bin_connect (bin);
  publish (self, kind, settings, memory, lacking->str, refused);
  return TRUE;
}

static gboolean
find_window (GstPitboxCaptureBin *self, CaptureSettings *settings)
{
  g_autoptr (GError) error = NULL;

  if (settings->window_handle == 0
      && (settings->window_title == NULL || settings->window_title[0] == '\0'))
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "Which window? Neither window-title nor window-handle is set");
  else
    settings->window_handle = capture_os_find_window (settings->display,
        settings->window_title, settings->window_handle, &error);
  if (error == NULL)
    return TRUE;
  GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND, ("%s", error->message), (NULL));
  return FALSE;
}

static gboolean
start_with (GstPitboxCaptureBin *self, CaptureSettings *settings)
{
  g_autoptr (GstStructure) refused = gst_structure_new_empty ("refused");
  g_autofree gchar *words = NULL;
  const CaptureKind *kind;

  /* PipeWire's windows are nodes, which the desktop's portal gives. */
  if (capture_source (settings) == CAPTURE_SOURCE_WINDOW
      && (settings->device == NULL || settings->device[0] == '\0')
      && !find_window (self, settings))
    return FALSE;
  kind = choose (settings, refused);
  if (kind != NULL)
    return build (self, kind, settings, refused);
  words = backend_describe_refused (refused);
  GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND,
      ("Nothing here can take the picture of a %s (%s)",
          source_word (capture_source (settings)),
          words[0] != '\0' ? words : "this system has no such source"),
      ("backend=%s", settings->backend));
  return FALSE;
}

static gboolean
gst_pitbox_capture_bin_start (GstPitboxChoiceBin *bin)
{
  GstPitboxCaptureBin *self = GST_PITBOX_CAPTURE_BIN (bin);
  CaptureSettings settings = copy_settings (self);
  gboolean ok = start_with (self, &settings);

  clear_settings (&settings);
  return ok;
}

#define AT(field) G_STRUCT_OFFSET (GstPitboxCaptureBin, field)

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags rw =
      G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  g_object_class_install_property (klass, AT (settings.source),
      g_param_spec_enum ("source", "Source", "What the picture is taken of",
          GST_TYPE_PITBOX_CAPTURE_SOURCE, CAPTURE_SOURCE_AUTO, rw));
  g_object_class_install_property (klass, AT (settings.backend),
      g_param_spec_string ("backend", "Backend",
          "auto, or what to take it with: dxgi, wgc, mf (Windows), ximage, "
          "pipewire, v4l2",
          "auto", rw));
  g_object_class_install_property (klass, AT (settings.window_title),
      g_param_spec_string ("window-title", "Window title",
          "Whole title of the window to take, such as iRacing.com Simulator",
          NULL, rw));
  g_object_class_install_property (klass, AT (settings.window_handle),
      g_param_spec_uint64 ("window-handle", "Window handle",
          "HWND (Windows) or XID (X) of the window to take; 0: by its title", 0,
          G_MAXUINT64, 0, rw));
  g_object_class_install_property (klass, AT (settings.monitor),
      g_param_spec_int ("monitor", "Monitor",
          "Number of the monitor from 0; -1: the primary one (on X: all of the "
          "display)",
          -1, 63, -1, rw));
  g_object_class_install_property (klass, AT (settings.device),
      g_param_spec_string ("device", "Device",
          "File (/dev/video0), name or path of a capture card (Windows), or "
          "number or name of a PipeWire node",
          NULL, rw));
  g_object_class_install_property (klass, AT (settings.display),
      g_param_spec_string ("display", "Display",
          "X display such as :0; $DISPLAY by default", NULL, rw));
  g_object_class_install_property (klass, AT (settings.show_cursor),
      g_param_spec_boolean ("show-cursor", "Show cursor",
          "Whether the pointer is in the picture", FALSE, rw));
  g_object_class_install_property (klass, AT (fps_n),
      gst_param_spec_fraction ("framerate", "Framerate",
          "Pictures a second; 0/1: what downstream asks for, or the capture "
          "gives",
          0, 1, 1000, 1, 0, 1, rw));
  g_object_class_install_property (klass, AT (parent.active),
      g_param_spec_boxed ("active-backend", "Active backend",
          "What was chosen (backend, element, version, source, memory, window, "
          "lacking: settings it has no word for) and why each better one was "
          "not (refused); NULL before READY",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_pitbox_capture_bin_class_init (GstPitboxCaptureBinClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstPitboxChoiceBinClass *bin_class = GST_PITBOX_CHOICE_BIN_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (
      pitbox_capture_bin_debug, "pitboxcapturebin", 0, "capture choice");
  object_class->set_property = gst_pitbox_choice_bin_set_property;
  object_class->get_property = gst_pitbox_choice_bin_get_property;
  install_properties (object_class);
  gst_type_mark_as_plugin_api (GST_TYPE_PITBOX_CAPTURE_SOURCE, 0);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "PitBox capture bin",
      "Source/Video",
      "Takes the picture of a screen, a window or a capture card with what "
      "this "
      "machine has",
      "PitBox Relay");
  bin_class->category = pitbox_capture_bin_debug;
  bin_class->start_at = GST_STATE_CHANGE_NULL_TO_READY;
  bin_class->start = gst_pitbox_capture_bin_start;
  bin_class->stop = gst_pitbox_choice_bin_remove_chain;
}

static void
gst_pitbox_capture_bin_init (GstPitboxCaptureBin *self)
{
  gst_pitbox_choice_bin_add_pad (GST_PITBOX_CHOICE_BIN (self), &src_template);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}
