/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxencodebin: chooses, builds and, once, replaces the encoder. */
#include "gstpitboxencodebinprivate.h"

/**
 * SECTION:element-pitboxencodebin
 * @title: pitboxencodebin
 * @short_description: H.264 or H.265 by the best encoder of this machine
 *
 * Takes pictures wherever they are (system memory, Direct3D 11, CUDA, VA) and
 * gives access units as a byte stream, with SPS and PPS before each key frame:
 * what mpegtsmux, rtph264pay and WebRTC want. NVENC, AMF, Quick Sync, VA-API,
 * Media Foundation, x264 and OpenH264 are looked at in this order; an encoder
 * that takes the pictures where they are comes before one that they must be
 * copied for, and hardware before software.
 *
 * Hardware is believed only after it has encoded some pictures in a process of
 * its own (`pitbox-encoder-probe`), because drivers hang and crash. The answer
 * is kept in the user's cache folder (pitbox/encoders.ini) until GStreamer, the
 * plugin, a GPU or its driver changes: 30 days if it was good, one day if it
 * was bad. Going from READY to PAUSED blocks while encoders are tried, at most
 * #GstPitboxEncodeBin:probe-timeout for each. An encoder that fails here
 * nevertheless, before it gave anything (all sessions of its card may be in use),
 * is replaced by the next one, six times at most, and no picture is lost.
 *
 * Which element it was, and why each better one was not taken, is in
 * #GstPitboxEncodeBin:active-backend and in the element message
 * `pitbox-backend` (gst-launch-1.0 -m shows it).
 *
 * |[
 * gst-launch-1.0 -m videotestsrc num-buffers=120 ! video/x-raw,width=1280,height=720,framerate=60/1 ! pitboxencodebin bitrate=3000 ! mpegtsmux ! filesink location=test.ts
 * ]|
 */

GST_DEBUG_CATEGORY (pitbox_encode_bin_debug);
#define GST_CAT_DEFAULT pitbox_encode_bin_debug

#define AT(field) G_STRUCT_OFFSET (GstPitboxEncodeBin, field)
/* Of no place in the instance. */
#define PROP_ENCODERS 1

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw(ANY)"));

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS ("video/x-h264, stream-format = (string) byte-stream, "
                         "alignment = (string) au; "
                         "video/x-h265, stream-format = (string) byte-stream, "
                         "alignment = (string) au"));

G_DEFINE_TYPE (
    GstPitboxEncodeBin, gst_pitbox_encode_bin, GST_TYPE_PITBOX_CHOICE_BIN)
GST_ELEMENT_REGISTER_DEFINE (pitboxencodebin, "pitboxencodebin", GST_RANK_NONE,
    GST_TYPE_PITBOX_ENCODE_BIN)

#define GST_TYPE_PITBOX_ENCODE_CODEC (gst_pitbox_encode_codec_get_type ())
static GType
gst_pitbox_encode_codec_get_type (void)
{
  static const GEnumValue values[] = {
    { ENCODER_CODEC_H264, "H.264 (AVC): every browser plays it", "h264" },
    { ENCODER_CODEC_H265, "H.265 (HEVC): a third fewer bits", "h265" },
    { 0, NULL, NULL },
  };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstPitboxEncodeCodec", values));
  return type;
}

#define GST_TYPE_PITBOX_ENCODE_SPEED (gst_pitbox_encode_speed_get_type ())
static GType
gst_pitbox_encode_speed_get_type (void)
{
  static const GEnumValue values[] = {
    { ENCODER_SPEED_FAST, "Least load, for beside a game", "fast" },
    { ENCODER_SPEED_BALANCED, "Between the two, for a machine of its own",
        "balanced" },
    { ENCODER_SPEED_QUALITY, "Best picture for the bits", "quality" },
    { 0, NULL, NULL },
  };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstPitboxEncodeSpeed", values));
  return type;
}

/* What an encoder says while another can take its place stays in here. */
static void
gst_pitbox_encode_bin_handle_message (GstBin *bin, GstMessage *message)
{
  GstPitboxEncodeBin *self = GST_PITBOX_ENCODE_BIN (bin);
  g_autoptr (GError) error = NULL;
  gboolean kept = FALSE;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR
      && GST_MESSAGE_SRC (message) != GST_OBJECT (self)) {
    gst_message_parse_error (message, &error, NULL);
    GST_OBJECT_LOCK (self);
    kept = self->building || (self->may_fall_back && !self->flowing);
    if (kept) {
      g_free (self->error);
      self->error = g_strdup (error->message);
    }
    GST_OBJECT_UNLOCK (self);
  }
  if (kept) {
    GST_DEBUG_OBJECT (self, "kept: %s", error->message);
    gst_message_unref (message);
    return;
  }
  GST_BIN_CLASS (gst_pitbox_encode_bin_parent_class)
      ->handle_message (bin, message);
}

static gboolean
gst_pitbox_encode_bin_start (GstPitboxChoiceBin *bin)
{
  GstPitboxEncodeBin *self = GST_PITBOX_ENCODE_BIN (bin);
  g_autoptr (GstCaps) caps = NULL;

  if (gst_pad_is_linked (self->sinkpad))
    caps = gst_pad_peer_query_caps (self->sinkpad, NULL);
  self->memory =
      caps != NULL ? encoder_memory_of_caps (caps) : ENCODER_MEMORY_SYSTEM;
  GST_OBJECT_LOCK (self);
  self->flowing = FALSE;
  self->n_fall_backs = 0;
  self->may_fall_back = g_strcmp0 (self->name, "auto") == 0;
  GST_OBJECT_UNLOCK (self);
  gst_pitbox_encode_bin_take_framerate (self, caps);
  return gst_pitbox_encode_bin_build_chain (self);
}

static void
gst_pitbox_encode_bin_stop (GstPitboxChoiceBin *bin)
{
  GstPitboxEncodeBin *self = GST_PITBOX_ENCODE_BIN (bin);

  gst_pitbox_encode_bin_remove_chain (self);
  gst_pitbox_encode_bin_drop_pending (self);
  g_free (gst_pitbox_encode_bin_take_error (self, NULL));
  g_hash_table_remove_all (self->failed);
}

/* While it plays: the other settings hold from the next READY on. */
static void
apply_bitrate (GstPitboxEncodeBin *self)
{
  g_autoptr (GstElement) encoder = NULL;
  const EncoderKind *kind;
  EncoderSettings settings;

  GST_OBJECT_LOCK (self);
  settings = self->settings;
  kind = self->kind;
  if (self->encoder != NULL)
    encoder = gst_object_ref (self->encoder);
  GST_OBJECT_UNLOCK (self);
  if (encoder == NULL)
    return;
  if (encoder_settings_bitrate_is_live (kind, encoder)) {
    encoder_settings_apply_bitrate (&settings, kind, encoder);
    return;
  }
  /* Before the next picture; see gst_pitbox_encode_bin_chain(). */
  GST_OBJECT_LOCK (self);
  self->stale = TRUE;
  GST_OBJECT_UNLOCK (self);
}

static void
gst_pitbox_encode_bin_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  gst_pitbox_choice_bin_set_property (object, id, value, spec);
  if (id == AT (settings.bitrate_kbps))
    apply_bitrate (GST_PITBOX_ENCODE_BIN (object));
}

static gchar **
make_encoder_names (EncoderCodec codec)
{
  GPtrArray *names = g_ptr_array_new ();
  guint n;
  const EncoderKind *kinds = encoder_kinds (&n);

  for (guint i = 0; i < n; i++) {
    if (kinds[i].factory[codec] != NULL)
      g_ptr_array_add (names, g_strdup (kinds[i].factory[codec]));
    if (kinds[i].pattern[codec] != NULL)
      g_ptr_array_add (names, g_strdup (kinds[i].pattern[codec]));
  }
  g_ptr_array_add (names, NULL);
  return (gchar **) g_ptr_array_free (names, FALSE);
}

static void
gst_pitbox_encode_bin_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  EncoderCodec codec;

  if (id != PROP_ENCODERS) {
    gst_pitbox_choice_bin_get_property (object, id, value, spec);
    return;
  }
  GST_OBJECT_LOCK (object);
  codec = GST_PITBOX_ENCODE_BIN (object)->codec;
  GST_OBJECT_UNLOCK (object);
  g_value_take_boxed (value, make_encoder_names (codec));
}

static void
gst_pitbox_encode_bin_finalize (GObject *object)
{
  GstPitboxEncodeBin *self = GST_PITBOX_ENCODE_BIN (object);

  gst_pitbox_encode_bin_drop_pending (self);
  g_free (self->error);
  g_hash_table_unref (self->failed);
  G_OBJECT_CLASS (gst_pitbox_encode_bin_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags rw = G_PARAM_READWRITE | G_PARAM_CONSTRUCT
                         | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  g_object_class_install_property (klass, AT (codec),
      g_param_spec_enum ("codec", "Codec", "What comes out",
          GST_TYPE_PITBOX_ENCODE_CODEC, ENCODER_CODEC_H264, rw));
  g_object_class_install_property (klass, AT (name),
      g_param_spec_string ("encoder", "Encoder",
          "auto, or the element to take without trying it first, such as "
          "nvh264enc or x264enc",
          "auto", rw));
  g_object_class_install_property (klass, PROP_ENCODERS,
      g_param_spec_boxed ("encoders", "Encoders",
          "Elements of this codec that are known, best first; * stands for the "
          "number of a further GPU",
          G_TYPE_STRV, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (klass, AT (exclude),
      g_param_spec_string ("exclude", "Exclude",
          "Elements that auto passes over, with commas between", "", rw));
  g_object_class_install_property (klass, AT (settings.bitrate_kbps),
      g_param_spec_uint ("bitrate", "Bitrate",
          "Constant bitrate in kbit/s; may change on air where active-backend "
          "says live-bitrate",
          50, 500000, 3000,
          G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (klass, AT (settings.key_interval_ms),
      g_param_spec_uint ("key-interval", "Key interval",
          "Time between key frames in ms; a force-key-unit event makes one at "
          "any time",
          10, 3600000, 2000, rw));
  g_object_class_install_property (klass, AT (settings.b_frames),
      g_param_spec_uint ("b-frames", "B-frames",
          "Pictures between two others that look forward too: fewer bits, one "
          "more picture of delay each; WebRTC takes none",
          0, 16, 0, rw));
  g_object_class_install_property (klass, AT (settings.low_latency),
      g_param_spec_boolean ("low-latency", "Low latency",
          "Each picture leaves as it comes: no look-ahead", TRUE, rw));
  g_object_class_install_property (klass, AT (settings.repeat_headers),
      g_param_spec_boolean ("repeat-headers", "Repeat headers",
          "SPS and PPS before each key frame, so that anybody can join there",
          TRUE, rw));
  g_object_class_install_property (klass, AT (settings.speed),
      g_param_spec_enum ("speed", "Speed", "Load against quality",
          GST_TYPE_PITBOX_ENCODE_SPEED, ENCODER_SPEED_FAST, rw));
  g_object_class_install_property (klass, AT (profile),
      g_param_spec_string ("profile", "Profile",
          "auto (software H.264: constrained-baseline; else the encoder's "
          "own), or a profile's name in caps such as main or high; 4:2:0 of 8 "
          "bits unless it says otherwise",
          "auto", rw));
  g_object_class_install_property (klass, AT (probe_timeout_ms),
      g_param_spec_uint ("probe-timeout", "Probe time-out",
          "How long a try of one hardware encoder may take, in ms", 100, 60000,
          5000, rw));
  g_object_class_install_property (klass, AT (parent.active),
      g_param_spec_boxed ("active-backend", "Active backend",
          "The element that was chosen (element, version, hardware, memory, "
          "live-bitrate, lacking: settings it has no word for) and why each "
          "better one was not (refused); NULL before PAUSED",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_pitbox_encode_bin_class_init (GstPitboxEncodeBinClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstPitboxChoiceBinClass *bin_class = GST_PITBOX_CHOICE_BIN_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (
      pitbox_encode_bin_debug, "pitboxencodebin", 0, "encoder choice");
  object_class->set_property = gst_pitbox_encode_bin_set_property;
  object_class->get_property = gst_pitbox_encode_bin_get_property;
  object_class->finalize = gst_pitbox_encode_bin_finalize;
  install_properties (object_class);
  gst_type_mark_as_plugin_api (GST_TYPE_PITBOX_ENCODE_CODEC, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_PITBOX_ENCODE_SPEED, 0);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "PitBox encode bin",
      "Codec/Encoder/Video/Hardware",
      "Encodes H.264 or H.265 by the best encoder that works on this machine",
      "PitBox Relay");
  bin_class->category = pitbox_encode_bin_debug;
  bin_class->start_at = GST_STATE_CHANGE_READY_TO_PAUSED;
  bin_class->start = gst_pitbox_encode_bin_start;
  bin_class->stop = gst_pitbox_encode_bin_stop;
  GST_BIN_CLASS (klass)->handle_message = gst_pitbox_encode_bin_handle_message;
}

static void
gst_pitbox_encode_bin_init (GstPitboxEncodeBin *self)
{
  GstPitboxChoiceBin *bin = GST_PITBOX_CHOICE_BIN (self);

  self->settings.fps_d = 1;
  self->failed =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_queue_init (&self->pending);
  self->sinkpad = gst_pitbox_choice_bin_add_pad (bin, &sink_template);
  gst_pitbox_choice_bin_add_pad (bin, &src_template);
  gst_pad_set_chain_function (self->sinkpad, gst_pitbox_encode_bin_chain);
  gst_pad_set_chain_list_function (
      self->sinkpad, gst_pitbox_encode_bin_chain_list);
  gst_pad_set_event_function (self->sinkpad, gst_pitbox_encode_bin_event);
}
