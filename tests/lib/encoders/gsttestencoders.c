/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A plugin that only tests load: encoders under the names of hardware that hang,
 * crash, refuse and work (inside is x264enc), and a PipeWire camera that sends
 * MJPEG. */
#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>

/* What goes wrong. Those of the second half work in pitbox-encoder-probe and
 * fail in the process that believed it. */
typedef enum {
  WORKS,
  HANGS, /* in the first picture */
  CRASHES, /* when opened */
  SAYS_NO, /* at the first picture */
  SILENT, /* takes pictures, gives nothing */
  STIFF, /* takes no bitrate while it plays */
  LATER_SAYS_NO,
  LATER_REFUSES_CAPS,
  LATER_CANNOT_OPEN,
} Manner;

typedef struct {
  const gchar *factory;
  Manner manner;
} Fake;

static const Fake fakes[] = {
  { "nvcudah264enc", HANGS },
  { "nvautogpuh264enc", CRASHES },
  { "nvh264enc", SAYS_NO },
  { "amfh264enc", LATER_SAYS_NO },
  { "qsvh264enc", LATER_REFUSES_CAPS },
  { "vah264enc", WORKS },
  { "varenderD129h264enc", LATER_CANNOT_OPEN },
  { "vah264lpenc", SILENT },
  { "mfh264enc", STIFF },
};

typedef struct {
  GstBin parent;
  guint bitrate;
} TestEncoder;

typedef struct {
  GstBinClass parent_class;
  Manner manner;
} TestEncoderClass;

enum { PROP_BITRATE = 1 };

static GstBinClass *parent_class;

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS ("video/x-raw, format = (string) { NV12, I420 }"));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-h264"));

static Manner
manner_of (gpointer object)
{
  Manner manner = ((TestEncoderClass *) G_OBJECT_GET_CLASS (object))->manner;
  gboolean probed = g_strcmp0 (g_get_prgname (), "pitbox-encoder-probe") == 0;

  return manner >= LATER_SAYS_NO && probed ? WORKS : manner;
}

static GstPadProbeReturn
on_picture (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  switch (manner_of (user_data)) {
    case HANGS:
      for (;;)
        g_usleep (G_USEC_PER_SEC);
    case SAYS_NO:
    case LATER_SAYS_NO:
      GST_ELEMENT_ERROR (user_data, RESOURCE, BUSY,
          ("All sessions of the card are in use"), (NULL));
      gst_clear_mini_object ((GstMiniObject **) &info->data);
      GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_ERROR;
      return GST_PAD_PROBE_HANDLED;
    case SILENT:
      return GST_PAD_PROBE_DROP;
    default:
      return GST_PAD_PROBE_OK;
  }
}

static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS
      && manner_of (parent) == LATER_REFUSES_CAPS) {
    gst_event_unref (event);
    return FALSE;
  }
  return gst_pad_event_default (pad, parent, event);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_NULL_TO_READY) {
    Manner manner = manner_of (element);

    if (manner == CRASHES)
      abort ();
    if (manner == LATER_CANNOT_OPEN)
      return GST_STATE_CHANGE_FAILURE;
  }
  return GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  ((TestEncoder *) object)->bitrate = g_value_get_uint (value);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  g_value_set_uint (value, ((TestEncoder *) object)->bitrate);
}

static void
class_init (gpointer klass, gpointer data)
{
  GObjectClass *object_class = klass;
  GstElementClass *element_class = klass;

  parent_class = g_type_class_peek_parent (klass);
  ((TestEncoderClass *) klass)->manner = ((const Fake *) data)->manner;
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  g_object_class_install_property (object_class, PROP_BITRATE,
      g_param_spec_uint ("bitrate", "Bitrate", "kbit/s", 0, G_MAXUINT, 0,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | (((const Fake *) data)->manner == STIFF
                      ? 0
                      : GST_PARAM_MUTABLE_PLAYING)));
  element_class->change_state = change_state;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Test encoder",
      "Codec/Encoder/Video/Hardware", "Pretends", "PitBox Relay");
}

static void
instance_init (GTypeInstance *instance, gpointer klass)
{
  GstElement *self = GST_ELEMENT (instance);
  GstElement *x264 = gst_element_factory_make ("x264enc", NULL);
  g_autoptr (GstPad) sink = gst_element_get_static_pad (x264, "sink");
  g_autoptr (GstPad) src = gst_element_get_static_pad (x264, "src");
  GstPad *ghost;

  gst_util_set_object_arg (G_OBJECT (x264), "tune", "zerolatency");
  gst_util_set_object_arg (G_OBJECT (x264), "speed-preset", "ultrafast");
  gst_bin_add (GST_BIN (self), x264);
  ghost = gst_ghost_pad_new ("sink", sink);
  gst_pad_add_probe (ghost, GST_PAD_PROBE_TYPE_BUFFER, on_picture, self, NULL);
  gst_pad_set_event_function (ghost, on_event);
  gst_element_add_pad (self, ghost);
  gst_element_add_pad (self, gst_ghost_pad_new ("src", src));
}

/* --- pipewiresrc --- */

typedef struct {
  GstBin parent;
  gchar *path;
  gboolean do_timestamp;
} TestCamera;

enum { PROP_PATH = 1, PROP_DO_TIMESTAMP };

static GstStaticPadTemplate camera_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void
camera_set (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  TestCamera *self = (TestCamera *) object;

  if (id == PROP_PATH) {
    g_free (self->path);
    self->path = g_value_dup_string (value);
  } else {
    self->do_timestamp = g_value_get_boolean (value);
  }
}

static void
camera_get (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  TestCamera *self = (TestCamera *) object;

  if (id == PROP_PATH)
    g_value_set_string (value, self->path);
  else
    g_value_set_boolean (value, self->do_timestamp);
}

static void
camera_finalize (GObject *object)
{
  g_free (((TestCamera *) object)->path);
  G_OBJECT_CLASS (g_type_class_peek (GST_TYPE_BIN))->finalize (object);
}

static void
camera_class_init (gpointer klass, gpointer data)
{
  GObjectClass *object_class = klass;
  GstElementClass *element_class = klass;
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->set_property = camera_set;
  object_class->get_property = camera_get;
  object_class->finalize = camera_finalize;
  g_object_class_install_property (object_class, PROP_PATH,
      g_param_spec_string ("path", "Path", "Node", NULL, flags));
  g_object_class_install_property (object_class, PROP_DO_TIMESTAMP,
      g_param_spec_boolean (
          "do-timestamp", "Do timestamp", "Arrival", FALSE, flags));
  gst_element_class_add_static_pad_template (element_class, &camera_template);
  gst_element_class_set_static_metadata (
      element_class, "Test camera", "Source/Video", "Pretends", "PitBox Relay");
}

static void
camera_init (GTypeInstance *instance, gpointer klass)
{
  GstElement *inside = gst_parse_bin_from_description (
      "videotestsrc is-live=true ! video/x-raw,format=I420,width=320,"
      "height=240,framerate=30/1 ! jpegenc",
      TRUE, NULL);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (inside, "src");

  gst_bin_add (GST_BIN (instance), inside);
  gst_element_add_pad (GST_ELEMENT (instance), gst_ghost_pad_new ("src", pad));
}

static gboolean
register_camera (GstPlugin *plugin)
{
  static const GTypeInfo info = { sizeof (GstBinClass), NULL, NULL,
    camera_class_init, NULL, NULL, sizeof (TestCamera), 0, camera_init, NULL };
  GType type = g_type_from_name ("PbTest_pipewiresrc");

  if (type == 0)
    type =
        g_type_register_static (GST_TYPE_BIN, "PbTest_pipewiresrc", &info, 0);
  return gst_element_register (plugin, "pipewiresrc", GST_RANK_NONE, type);
}

static gboolean
plugin_init (GstPlugin *plugin)
{
  const gchar *only = g_getenv ("PITBOX_TEST_ENCODERS_ONLY");

  for (guint i = 0; i < G_N_ELEMENTS (fakes); i++) {
    const GTypeInfo info = { sizeof (TestEncoderClass), NULL, NULL, class_init,
      NULL, &fakes[i], sizeof (TestEncoder), 0, instance_init, NULL };
    g_autofree gchar *name = g_strdup_printf ("PbTest_%s", fakes[i].factory);
    GType type = g_type_from_name (name);

    if (only != NULL && strcmp (only, fakes[i].factory) != 0)
      continue;
    if (type == 0)
      type = g_type_register_static (GST_TYPE_BIN, name, &info, 0);
    if (!gst_element_register (plugin, fakes[i].factory, GST_RANK_NONE, type))
      return FALSE;
  }
  return register_camera (plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, testencoders,
    "Hardware that fails in all ways", plugin_init, PACKAGE_VERSION, "LGPL",
    "PitBox Relay", "pitbox-relay")
