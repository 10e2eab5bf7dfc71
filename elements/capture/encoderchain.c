/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reads the registry, and puts together what encoder_choose() chose. */
#include "encoderchain.h"

#include <string.h>

/* Bits of EncoderMemory that caps have, ANY included. */
static guint
memories_of_caps (const GstCaps *caps)
{
  static const gchar *const features[ENCODER_N_MEMORIES] = {
    GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY, "memory:D3D11Memory",
    "memory:CUDAMemory", "memory:VAMemory", "memory:D3D12Memory"
  };
  guint memories = 0;

  for (guint i = 0; i < gst_caps_get_size (caps); i++) {
    GstCapsFeatures *f = gst_caps_get_features (caps, i);

    for (guint m = 0; m < ENCODER_N_MEMORIES; m++) {
      if (gst_caps_features_is_any (f)
          || gst_caps_features_contains (f, features[m]))
        memories |= 1u << m;
    }
  }
  return memories;
}

/**
 * encoder_memory_of_caps:
 * @caps: what comes, or what upstream can do, best first
 *
 * Returns: where the pictures are; system memory where that is left open
 */
EncoderMemory
encoder_memory_of_caps (const GstCaps *caps)
{
  for (guint i = 0; i < gst_caps_get_size (caps); i++) {
    g_autoptr (GstCaps) one = NULL;
    guint memories;

    if (gst_caps_features_is_any (gst_caps_get_features (caps, i)))
      return ENCODER_MEMORY_SYSTEM;
    one = gst_caps_copy_nth (caps, i);
    memories = memories_of_caps (one);
    for (guint m = 0; m < ENCODER_N_MEMORIES; m++) {
      if ((memories & (1u << m)) != 0)
        return (EncoderMemory) m;
    }
  }
  return ENCODER_MEMORY_SYSTEM;
}

static guint
sink_memories (GstElementFactory *factory)
{
  guint memories = 0;

  for (const GList *l = gst_element_factory_get_static_pad_templates (factory);
       l != NULL; l = l->next) {
    GstStaticPadTemplate *t = l->data;
    g_autoptr (GstCaps) caps = NULL;

    if (t->direction != GST_PAD_SINK)
      continue;
    caps = gst_static_pad_template_get_caps (t);
    memories |= memories_of_caps (caps);
  }
  return memories;
}

static gchar *
find_missing (EncoderMemory memory, guint memories)
{
  const gchar *const *way = encoder_way (memory, memories);

  for (guint i = 0; way[i] != NULL; i++) {
    g_autoptr (GstElementFactory) f = gst_element_factory_find (way[i]);

    if (f == NULL)
      return g_strdup (way[i]);
  }
  return NULL;
}

/* Its own word for where it works: read-only, and there without opening
 * anything (Windows). */
static gint64
get_adapter (GstElementFactory *factory)
{
  g_autoptr (GstElement) e = gst_element_factory_create (factory, NULL);
  GParamSpec *spec;
  gint64 luid = 0;

  if (e == NULL)
    return 0;
  gst_object_ref_sink (e);
  spec = g_object_class_find_property (G_OBJECT_GET_CLASS (e), "adapter-luid");
  if (spec != NULL && spec->value_type == G_TYPE_INT64)
    g_object_get (e, "adapter-luid", &luid, NULL);
  return luid;
}

static void
add_candidate (GArray *list, const EncoderKind *kind, const gchar *name,
    EncoderMemory memory)
{
  EncoderCandidate c = { kind, g_strdup (name) };
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  if (factory != NULL) {
    g_autoptr (GstPlugin) plugin =
        gst_plugin_feature_get_plugin (GST_PLUGIN_FEATURE (factory));

    c.present = TRUE;
    c.memories = sink_memories (factory);
    c.version =
        g_strdup (plugin != NULL ? gst_plugin_get_version (plugin) : "0");
    c.missing = find_missing (memory, c.memories);
    if (kind->hardware && encoder_platform_here () == ENCODER_PLATFORM_WINDOWS)
      c.adapter_luid = get_adapter (factory);
  }
  g_array_append_val (list, c);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (GST_OBJECT_NAME (a), GST_OBJECT_NAME (b));
}

static void
clear_candidate (gpointer data)
{
  EncoderCandidate *c = data;

  g_free (c->factory);
  g_free (c->version);
  g_free (c->missing);
  g_free (c->reason);
}

/**
 * encoder_list_candidates:
 * @codec: of the output
 * @memory: where the pictures are
 *
 * What the registry knows of each row of the table; the elements of further
 * GPUs follow that of the first.
 *
 * Returns: (transfer full) (element-type EncoderCandidate): in the table's
 *   order
 */
GArray *
encoder_list_candidates (EncoderCodec codec, EncoderMemory memory)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (EncoderCandidate));
  GList *all = gst_registry_get_feature_list (
      gst_registry_get (), GST_TYPE_ELEMENT_FACTORY);
  const EncoderKind *kinds;
  guint n;

  g_array_set_clear_func (list, clear_candidate);
  all = g_list_sort (all, compare_names);
  kinds = encoder_kinds (&n);
  for (guint i = 0; i < n; i++) {
    const gchar *pattern = kinds[i].pattern[codec];

    if (kinds[i].factory[codec] == NULL)
      continue;
    add_candidate (list, &kinds[i], kinds[i].factory[codec], memory);
    for (GList *l = all; pattern != NULL && l != NULL; l = l->next) {
      const gchar *name = GST_OBJECT_NAME (l->data);

      if (g_pattern_match_simple (pattern, name))
        add_candidate (list, &kinds[i], name, memory);
    }
  }
  gst_plugin_feature_list_free (all);
  return list;
}

static GstElement *
add_element (GstBin *bin, const gchar *factory, const gchar *name,
    GstElement **last, GError **error)
{
  GstElement *e = gst_element_factory_make (factory, name);

  if (e == NULL) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "There is no element %s", factory);
    return NULL;
  }
  gst_bin_add (bin, e);
  if (*last != NULL && !gst_element_link (*last, e)) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION,
        "%s does not take what %s gives", factory,
        GST_OBJECT_NAME (gst_element_get_factory (*last)));
    return NULL;
  }
  *last = e;
  return e;
}

static gboolean
add_filter (GstBin *bin, const gchar *codec, const gchar *field,
    const gchar *value, GstElement **last, GError **error)
{
  GstElement *filter = add_element (bin, "capsfilter", NULL, last, error);
  g_autofree gchar *type = g_strconcat ("video/x-", codec, NULL);
  g_autoptr (GstCaps) caps = NULL;

  if (filter == NULL)
    return FALSE;
  caps = gst_caps_new_simple (type, field, G_TYPE_STRING, value, NULL);
  if (g_str_equal (field, "stream-format"))
    gst_caps_set_simple (caps, "alignment", G_TYPE_STRING, "au", NULL);
  g_object_set (filter, "caps", caps, NULL);
  return TRUE;
}

/* Encoders that take 4:4:4 or RGB would get it from a screen, and make a
 * profile of it that no browser plays. */
static gboolean
add_format (
    GstBin *bin, const gchar *profile, GstElement **last, GError **error)
{
  GstElement *filter;

  if (profile != NULL
      && (strstr (profile, "4:") != NULL || strstr (profile, "10") != NULL))
    return TRUE;
  filter = add_element (bin, "capsfilter", NULL, last, error);
  if (filter == NULL)
    return FALSE;
  gst_util_set_object_arg (G_OBJECT (filter), "caps",
      "video/x-raw(ANY), format = (string) { NV12, I420, YV12 }");
  return TRUE;
}

static void
add_ghost (GstElement *bin, GstElement *target, const gchar *name)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (target, name);

  gst_element_add_pad (bin, gst_ghost_pad_new (name, pad));
}

/**
 * encoder_chain_new:
 * @kind: the encoder's row
 * @factory: the encoder
 * @codec: what comes out
 * @memory: where the pictures are
 * @copied: they are copied into the computer's memory for it
 * @settings: how to encode
 * @profile: (nullable): the profile of the output; %NULL: the encoder's
 *   choice
 * @lacking: (nullable): as for encoder_settings_apply()
 * @error: what is missing
 *
 * Convert (to 4:2:0 of 8 bits unless @profile says more), encode, cut into access
 * units with a byte-stream header each.
 *
 * Returns: (transfer floating) (nullable): a bin with the pads sink and src
 */
GstElement *
encoder_chain_new (const EncoderKind *kind, const gchar *factory,
    EncoderCodec codec, EncoderMemory memory, gboolean copied,
    const EncoderSettings *settings, const gchar *profile, GString *lacking,
    GError **error)
{
  g_autoptr (GstElement) bin = gst_object_ref_sink (gst_bin_new (NULL));
  const gchar *word = encoder_codec_to_string (codec);
  g_autofree gchar *parser = g_strconcat (word, "parse", NULL);
  g_autoptr (GstElementFactory) f = gst_element_factory_find (factory);
  const gchar *const *way =
      encoder_way (memory, f != NULL && !copied ? sink_memories (f) : 0);
  GstElement *first = NULL, *last = NULL, *e;

  for (guint i = 0; way[i] != NULL; i++) {
    if ((e = add_element (GST_BIN (bin), way[i], NULL, &last, error)) == NULL)
      return NULL;
    if (first == NULL)
      first = e;
  }
  if (!add_format (GST_BIN (bin), profile, &last, error))
    return NULL;
  e = add_element (GST_BIN (bin), factory, ENCODER_CHAIN_ENCODER, &last, error);
  if (e == NULL)
    return NULL;
  encoder_settings_apply (settings, kind, e, lacking);
  if (profile != NULL
      && !add_filter (GST_BIN (bin), word, "profile", profile, &last, error))
    return NULL;
  e = add_element (GST_BIN (bin), parser, NULL, &last, error);
  if (e == NULL)
    return NULL;
  g_object_set (e, "config-interval", settings->repeat_headers ? -1 : 0, NULL);
  if (!add_filter (
          GST_BIN (bin), word, "stream-format", "byte-stream", &last, error))
    return NULL;
  add_ghost (bin, first, "sink");
  add_ghost (bin, last, "src");
  g_object_force_floating (G_OBJECT (bin));
  return g_steal_pointer (&bin);
}
