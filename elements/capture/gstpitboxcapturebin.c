/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxcapturebin: chooses and builds the capture. */
#include "backend.h"
#include "gstpitboxcapturebinprivate.h"

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
 * it is not there, and never the whole screen in its place; where Windows
 * Graphics Capture cannot be had, its part is cut out of its monitor. On X, a
 * window must stay uncovered to be seen.
 *
 * While no picture comes (a window that is minimised or does not change, a
 * monitor or card that was unplugged) the last one is repeated five times a
 * second. A capture that fails is replaced by the next one if it never gave a
 * picture, else tried again each second for
 * #GstPitboxCaptureBin:recover-timeout; the element message `pitbox-capture`
 * says so (`state`: live or still, `reason`).
 *
 * Which element it was, and why each better one was not taken, is in
 * #GstPitboxCaptureBin:active-backend and in the element message
 * `pitbox-backend`.
 *
 * |[
 * gst-launch-1.0 -m pitboxcapturebin framerate=30/1 ! video/x-raw,width=640,height=360 ! queue ! videoconvert ! autovideosink
 * ]|
 */

GST_DEBUG_CATEGORY (pitbox_capture_bin_debug);
#define GST_CAT_DEFAULT pitbox_capture_bin_debug

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw(ANY)"));

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

static void
refuse_to_start (GstPitboxCaptureBin *self, const gchar *why)
{
  GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND, ("%s", why), (NULL));
}

static gboolean
gst_pitbox_capture_bin_start (GstPitboxChoiceBin *bin)
{
  GstPitboxCaptureBin *self = GST_PITBOX_CAPTURE_BIN (bin);
  g_autofree gchar *why = NULL;

  /* Not before: who builds graphs of texts takes its open pad for the bin's. */
  gst_bin_add (GST_BIN (self), GST_ELEMENT (self->still));
  if (gst_pitbox_capture_bin_build (self, &why))
    return TRUE;
  refuse_to_start (self, why);
  return FALSE;
}

static void
gst_pitbox_capture_bin_stop (GstPitboxChoiceBin *bin)
{
  GstPitboxCaptureBin *self = GST_PITBOX_CAPTURE_BIN (bin);

  gst_pitbox_capture_bin_take_down (self);
  gst_pitbox_capture_bin_take_back (self);
  gst_element_set_state (GST_ELEMENT (self->still), GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self), GST_ELEMENT (self->still));
  g_hash_table_remove_all (self->failed);
  g_free (gst_pitbox_capture_bin_take_error (self, NULL));
}

/* What cannot be opened gives place to the next. */
static gboolean
open_first (GstPitboxCaptureBin *self)
{
  gst_pad_set_active (self->srcpad, TRUE);
  for (;;) {
    g_autofree gchar *why = NULL;

    gst_element_set_locked_state (self->front, FALSE);
    gst_element_set_state (self->back, GST_STATE_PAUSED);
    gst_element_set_state (GST_ELEMENT (self->still), GST_STATE_PAUSED);
    if (gst_element_set_state (self->front, GST_STATE_PAUSED)
        != GST_STATE_CHANGE_FAILURE)
      break;
    why = gst_pitbox_capture_bin_take_error (self, "it cannot be opened");
    gst_pitbox_capture_bin_note_failed (self, why);
    gst_pitbox_capture_bin_take_down (self);
    g_clear_pointer (&why, g_free);
    if (gst_pitbox_capture_bin_build (self, &why))
      continue;
    refuse_to_start (self, why);
    return FALSE;
  }
  GST_OBJECT_LOCK (self);
  self->starting = FALSE;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static GstStateChangeReturn
gst_pitbox_capture_bin_change_state (
    GstElement *element, GstStateChange transition)
{
  GstPitboxCaptureBin *self = GST_PITBOX_CAPTURE_BIN (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !open_first (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    gst_pitbox_capture_bin_unfollow (self);
  ret = GST_ELEMENT_CLASS (gst_pitbox_capture_bin_parent_class)
            ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED
      && ret != GST_STATE_CHANGE_FAILURE)
    gst_pitbox_capture_bin_follow (self);
  return ret;
}

/* What a capture says while another can take its place stays in here. */
static void
gst_pitbox_capture_bin_handle_message (GstBin *bin, GstMessage *message)
{
  GstPitboxCaptureBin *self = GST_PITBOX_CAPTURE_BIN (bin);
  g_autoptr (GError) error = NULL;
  gboolean kept = FALSE;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR
      && GST_MESSAGE_SRC (message) != GST_OBJECT (self)) {
    gst_message_parse_error (message, &error, NULL);
    GST_OBJECT_LOCK (self);
    kept = self->starting || self->recover_ms > 0;
    /* The first says most: what follows it is noise. */
    if (kept && self->error == NULL)
      self->error = g_strdup (error->message);
    if (kept)
      self->lost = !self->starting;
    GST_OBJECT_UNLOCK (self);
  }
  if (!kept) {
    GST_BIN_CLASS (gst_pitbox_capture_bin_parent_class)
        ->handle_message (bin, message);
    return;
  }
  GST_INFO_OBJECT (self, "kept: %s", error->message);
  gst_pitbox_still_expect_another (self->still);
  gst_message_unref (message);
}

/* An encoder asks on which adapter the pictures are. */
static gboolean
on_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstPitboxCaptureBin *self = GST_PITBOX_CAPTURE_BIN (parent);
  const GstStructure *s = gst_query_get_structure (query);
  gint64 luid;

  if (GST_QUERY_TYPE (query) != GST_QUERY_CUSTOM || s == NULL
      || !gst_structure_has_name (s, BACKEND_ADAPTER_QUERY))
    return gst_pad_query_default (pad, parent, query);
  GST_OBJECT_LOCK (self);
  luid = self->adapter_luid;
  GST_OBJECT_UNLOCK (self);
  gst_structure_set (
      gst_query_writable_structure (query), "luid", G_TYPE_INT64, luid, NULL);
  return TRUE;
}

static void
gst_pitbox_capture_bin_finalize (GObject *object)
{
  GstPitboxCaptureBin *self = GST_PITBOX_CAPTURE_BIN (object);

  g_hash_table_unref (self->failed);
  gst_object_unref (self->still);
  g_free (self->error);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (gst_pitbox_capture_bin_parent_class)->finalize (object);
}

#define AT(field) G_STRUCT_OFFSET (GstPitboxCaptureBin, field)
/* Of no place in the instance. */
#define PROP_MACHINE 1

static void
gst_pitbox_capture_bin_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (id == PROP_MACHINE)
    g_value_take_string (value,
        gst_pitbox_capture_bin_dup_machine (GST_PITBOX_CAPTURE_BIN (object)));
  else
    gst_pitbox_choice_bin_get_property (object, id, value, spec);
}

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
          "auto, or what to take it with: wgc, wgc12, dxgi, dxgi12, gdi, mf, "
          "ks "
          "(Windows), ximage, pipewire, v4l2, decklink",
          "auto", rw));
  g_object_class_install_property (klass, AT (settings.window_title),
      g_param_spec_string ("window-title", "Window title",
          "Whole title of the window to take, such as iRacing.com Simulator",
          NULL, rw));
  g_object_class_install_property (klass, AT (settings.window_handle),
      g_param_spec_uint64 ("window-handle", "Window handle",
          "HWND (Windows) or XID (X) of the window to take; 0: by its title", 0,
          G_MAXUINT64, 0, rw));
  g_object_class_install_property (klass, AT (settings.window_class),
      g_param_spec_string ("window-class", "Window class",
          "Class of the window to take (Windows, such as SimWinClass; on X its "
          "WM_CLASS)",
          NULL, rw));
  g_object_class_install_property (klass, AT (settings.window_process),
      g_param_spec_string ("window-process", "Window process",
          "File name of the program whose window to take", NULL, rw));
  g_object_class_install_property (klass, AT (recover_ms),
      g_param_spec_uint ("recover-timeout", "Recover time-out",
          "How long a capture that failed is tried again, a still picture in "
          "its place, in ms; 0: not at all",
          0, 3600000, 20000, rw));
  g_object_class_install_property (klass, AT (settings.monitor),
      g_param_spec_int ("monitor", "Monitor",
          "Number of the monitor from 0; -1: the primary one (on X: all of the "
          "display)",
          -1, 63, -1, rw));
  g_object_class_install_property (klass, AT (settings.device),
      g_param_spec_string ("device", "Device",
          "File (/dev/video0), name or path of a capture card (Windows), "
          "decklink:0 and so on, or number or name of a PipeWire node",
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
  g_object_class_install_property (klass, PROP_MACHINE,
      g_param_spec_string ("machine", "Machine",
          "Adapters, elements and kept tries of this machine as a key file, "
          "for "
          "reports",
          NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
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
  object_class->get_property = gst_pitbox_capture_bin_get_property;
  object_class->finalize = gst_pitbox_capture_bin_finalize;
  element_class->change_state = gst_pitbox_capture_bin_change_state;
  GST_BIN_CLASS (klass)->handle_message = gst_pitbox_capture_bin_handle_message;
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
  bin_class->stop = gst_pitbox_capture_bin_stop;
}

static void
gst_pitbox_capture_bin_init (GstPitboxCaptureBin *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->failed =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->srcpad = gst_pitbox_choice_bin_add_pad (
      GST_PITBOX_CHOICE_BIN (self), &src_template);
  gst_pad_set_query_function (self->srcpad, on_query);
  self->still = gst_object_ref_sink (
      g_object_new (GST_TYPE_PITBOX_STILL, "name", "still", NULL));
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}
