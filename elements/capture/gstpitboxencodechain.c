/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The encoder within pitboxencodebin: chosen, opened, replaced. */
#include "backend.h"
#include "encoderpick.h"
#include "encoderprobe.h"
#include "gstpitboxencodebinprivate.h"

GST_DEBUG_CATEGORY_EXTERN (pitbox_encode_bin_debug);
#define GST_CAT_DEFAULT pitbox_encode_bin_debug

/* In one stream; each is passed over afterwards, so they end anyway. */
#define MAX_FALL_BACKS 6

static gboolean
is_auto (const gchar *name)
{
  return g_strcmp0 (name, "auto") == 0;
}

/* Baseline is what all software decoders and old browsers take, and all that
 * the fastest software encoders make; hardware knows best itself. */
static gchar *
dup_profile (GstPitboxEncodeBin *self, const EncoderKind *kind)
{
  g_autofree gchar *profile = NULL;

  GST_OBJECT_LOCK (self);
  profile = g_strdup (self->profile);
  GST_OBJECT_UNLOCK (self);
  if (!is_auto (profile))
    return g_steal_pointer (&profile);
  return kind->hardware || self->codec != ENCODER_CODEC_H264
             ? NULL
             : g_strdup ("constrained-baseline");
}

/**
 * gst_pitbox_encode_bin_drop_pending:
 * @self: a bin
 *
 * Lets go of the pictures that were kept for a second encoder. Any thread.
 */
void
gst_pitbox_encode_bin_drop_pending (GstPitboxEncodeBin *self)
{
  GQueue dropped;

  GST_OBJECT_LOCK (self);
  dropped = self->pending;
  g_queue_init (&self->pending);
  GST_OBJECT_UNLOCK (self);
  g_queue_clear_full (&dropped, (GDestroyNotify) gst_buffer_unref);
}

static GstPadProbeReturn
on_first_output (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstPitboxEncodeBin *self = user_data;

  GST_OBJECT_LOCK (self);
  self->flowing = TRUE;
  GST_OBJECT_UNLOCK (self);
  gst_pitbox_encode_bin_drop_pending (self);
  return GST_PAD_PROBE_REMOVE;
}

/**
 * gst_pitbox_encode_bin_remove_chain:
 * @self: a bin
 *
 * Takes the encoder out, if there is one. Streaming thread, or while nothing
 * streams.
 */
void
gst_pitbox_encode_bin_remove_chain (GstPitboxEncodeBin *self)
{
  GST_OBJECT_LOCK (self);
  gst_clear_object (&self->encoder);
  self->kind = NULL;
  self->building = TRUE; /* what it says on its way out interests nobody */
  GST_OBJECT_UNLOCK (self);
  gst_pitbox_choice_bin_remove_chain (GST_PITBOX_CHOICE_BIN (self));
  GST_OBJECT_LOCK (self);
  self->building = FALSE;
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&self->factory, g_free);
}

/**
 * gst_pitbox_encode_bin_take_error:
 * @self: a bin
 * @otherwise: (nullable): for an encoder that said nothing
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): what the encoder said that was kept from
 *   the bus; it is forgotten
 */
gchar *
gst_pitbox_encode_bin_take_error (
    GstPitboxEncodeBin *self, const gchar *otherwise)
{
  gchar *error;

  GST_OBJECT_LOCK (self);
  error = g_steal_pointer (&self->error);
  GST_OBJECT_UNLOCK (self);
  return error != NULL ? error : g_strdup (otherwise);
}

static void
publish (
    GstPitboxEncodeBin *self, const EncoderPick *pick, const gchar *lacking)
{
  GstStructure *s = gst_structure_new (BACKEND_MESSAGE, "element",
      G_TYPE_STRING, pick->factory, "version", G_TYPE_STRING, pick->version,
      "hardware", G_TYPE_BOOLEAN, pick->kind->hardware, "codec", G_TYPE_STRING,
      encoder_codec_to_string (self->codec), "memory", G_TYPE_STRING,
      encoder_memory_to_string (self->memory), "live-bitrate", G_TYPE_BOOLEAN,
      encoder_settings_bitrate_is_live (pick->kind, self->encoder), "copied",
      G_TYPE_BOOLEAN, pick->copied, NULL);

  if (pick->adapter_luid != 0)
    gst_structure_set (
        s, "adapter-luid", G_TYPE_INT64, pick->adapter_luid, NULL);
  gst_pitbox_choice_bin_publish (
      GST_PITBOX_CHOICE_BIN (self), s, lacking, pick->refused);
}

static GstElement *
make_chain (GstPitboxEncodeBin *self, const EncoderPick *pick, GString *lacking,
    GError **error)
{
  g_autofree gchar *profile = dup_profile (self, pick->kind);
  EncoderSettings settings;

  GST_OBJECT_LOCK (self);
  settings = self->settings;
  GST_OBJECT_UNLOCK (self);
  return encoder_chain_new (pick->kind, pick->factory, self->codec,
      self->memory, pick->copied, &settings, profile, lacking, error);
}

/* Opens what was chosen; FALSE, with the reason in @why, if it cannot be. */
static gboolean
try_chain (GstPitboxEncodeBin *self, const EncoderPick *pick, gchar **why)
{
  g_autoptr (GString) lacking = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  GstElement *chain = make_chain (self, pick, lacking, &error);
  GstStateChangeReturn opened;

  if (chain == NULL) {
    *why = g_strdup (error->message);
    return FALSE;
  }
  self->parent.chain = chain;
  self->factory = g_strdup (pick->factory);
  GST_OBJECT_LOCK (self);
  self->building = TRUE;
  self->stale = FALSE;
  self->encoder = gst_bin_get_by_name (GST_BIN (chain), ENCODER_CHAIN_ENCODER);
  self->kind = pick->kind;
  GST_OBJECT_UNLOCK (self);
  gst_element_set_locked_state (chain, TRUE);
  gst_bin_add (GST_BIN (self), chain);
  opened = gst_element_set_state (chain, GST_STATE_READY);
  GST_OBJECT_LOCK (self);
  self->building = FALSE;
  GST_OBJECT_UNLOCK (self);
  if (opened == GST_STATE_CHANGE_FAILURE) {
    gst_pitbox_encode_bin_remove_chain (self);
    *why = gst_pitbox_encode_bin_take_error (self, "it cannot be opened");
    return FALSE;
  }
  g_free (gst_pitbox_encode_bin_take_error (self, NULL));
  publish (self, pick, lacking->str);
  return TRUE;
}

static void
connect_chain (GstPitboxEncodeBin *self)
{
  GstPitboxChoiceBin *bin = GST_PITBOX_CHOICE_BIN (self);
  g_autoptr (GstPad) src = gst_element_get_static_pad (bin->chain, "src");

  gst_pad_add_probe (
      src, GST_PAD_PROBE_TYPE_BUFFER, on_first_output, self, NULL);
  gst_pitbox_choice_bin_connect (bin);
  gst_element_set_locked_state (bin->chain, FALSE);
  gst_element_sync_state_with_parent (bin->chain);
}

static void
post_none (GstPitboxEncodeBin *self, const gchar *name, const gchar *refused)
{
  const gchar *codec = encoder_codec_to_string (self->codec);

  if (is_auto (name))
    GST_ELEMENT_ERROR (self, STREAM, ENCODE,
        ("No encoder for %s works here (%s)", codec, refused), (NULL));
  else
    GST_ELEMENT_ERROR (self, STREAM, ENCODE,
        ("The encoder that was asked for cannot make %s here (%s)", codec,
            refused),
        ("encoder=%s", name));
}

/* 0 where nobody upstream knows. */
static gint64
ask_adapter (GstPitboxEncodeBin *self)
{
  g_autoptr (GstQuery) query = gst_query_new_custom (
      GST_QUERY_CUSTOM, gst_structure_new_empty (BACKEND_ADAPTER_QUERY));
  gint64 luid = 0;

  if (gst_pad_peer_query (self->sinkpad, query))
    gst_structure_get_int64 (gst_query_get_structure (query), "luid", &luid);
  return luid;
}

/**
 * gst_pitbox_encode_bin_build_chain:
 * @self: a bin without an encoder
 *
 * Chooses and opens, until one can be opened; posts what is wrong if none can.
 * Streaming thread, or while nothing streams.
 *
 * Returns: %TRUE if there is an encoder now
 */
gboolean
gst_pitbox_encode_bin_build_chain (GstPitboxEncodeBin *self)
{
  g_autoptr (GstElementFactory) factory =
      gst_element_factory_find ("pitboxencodebin");
  g_autoptr (GstPlugin) plugin =
      factory != NULL
          ? gst_plugin_feature_get_plugin (GST_PLUGIN_FEATURE (factory))
          : NULL;
  g_autofree gchar *program = encoder_probe_find_program (
      plugin != NULL ? gst_plugin_get_filename (plugin) : NULL);
  g_autofree gchar *name = NULL;
  g_auto (GStrv) exclude = NULL;
  g_autofree gchar *refused = NULL;
  EncoderWish wish = { encoder_platform_here (), self->codec, self->memory };
  EncoderPick pick;
  gboolean built = FALSE;

  wish.adapter_luid = ask_adapter (self);
  GST_OBJECT_LOCK (self);
  wish.name = name = g_strdup (self->name);
  exclude = g_strsplit_set (self->exclude, ", ", -1);
  wish.exclude = (const gchar *const *) exclude;
  GST_OBJECT_UNLOCK (self);
  for (;;) {
    gchar *why = NULL;

    encoder_pick (&wish, self->failed, program, self->probe_timeout_ms, &pick);
    if (pick.kind == NULL || (built = try_chain (self, &pick, &why)))
      break;
    backend_refuse (pick.factory, why, pick.refused);
    g_hash_table_replace (self->failed, g_strdup (pick.factory), why);
    if (!is_auto (name))
      break;
    encoder_pick_clear (&pick);
  }
  if (built) {
    connect_chain (self);
  } else {
    refused = backend_describe_refused (pick.refused);
    post_none (self, name, refused);
  }
  encoder_pick_clear (&pick);
  return built;
}

/**
 * gst_pitbox_encode_bin_fall_back:
 * @self: a bin whose encoder failed
 *
 * The next encoder takes over, if nothing came out yet, %MAX_FALL_BACKS times
 * at most. Streaming thread.
 *
 * Returns: %TRUE if another encoder is there now
 */
gboolean
gst_pitbox_encode_bin_fall_back (GstPitboxEncodeBin *self)
{
  gboolean may;
  gchar *why;

  GST_OBJECT_LOCK (self);
  may = self->may_fall_back && !self->flowing;
  /* All sessions of a card in use: the card's other elements say so, too. */
  if (may && ++self->n_fall_backs == MAX_FALL_BACKS)
    self->may_fall_back = FALSE;
  GST_OBJECT_UNLOCK (self);
  if (!may)
    return FALSE;
  why =
      gst_pitbox_encode_bin_take_error (self, "it does not take such pictures");
  GST_WARNING_OBJECT (self, "%s failed: %s", self->factory, why);
  g_hash_table_replace (self->failed, g_strdup (self->factory), why);
  gst_pitbox_encode_bin_remove_chain (self);
  return gst_pitbox_encode_bin_build_chain (self);
}
