/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What pitboxcapturebin and pitboxencodebin have in common: when they choose,
 * how they say what they took, and how its pads become theirs. */
#include "gstpitboxchoicebin.h"

#include "backend.h"

G_DEFINE_ABSTRACT_TYPE (GstPitboxChoiceBin, gst_pitbox_choice_bin, GST_TYPE_BIN)

/**
 * gst_pitbox_choice_bin_add_pad:
 * @self: a bin that is being made
 * @template: of a pad that is always there
 *
 * Returns: (transfer none): its ghost pad, without a target
 */
GstPad *
gst_pitbox_choice_bin_add_pad (
    GstPitboxChoiceBin *self, GstStaticPadTemplate *template)
{
  g_autoptr (GstPadTemplate) t = gst_static_pad_template_get (template);
  GstPad *pad =
      gst_ghost_pad_new_no_target_from_template (template->name_template, t);

  gst_element_add_pad (GST_ELEMENT (self), pad);
  return pad;
}

static void
set_target (gpointer item, gpointer user_data)
{
  GstPad *pad = item;
  GstElement *chain = user_data;
  g_autoptr (GstPad) target = NULL;

  if (chain != NULL)
    target = gst_element_get_static_pad (chain, GST_PAD_NAME (pad));
  gst_ghost_pad_set_target (GST_GHOST_PAD (pad), target);
}

/* Pads are there always, so nobody changes the list. */
static void
set_targets (GstPitboxChoiceBin *self, GstElement *chain)
{
  g_list_foreach (GST_ELEMENT_PADS (self), set_target, chain)
    ;
}

/**
 * gst_pitbox_choice_bin_connect:
 * @self: a bin with a chain
 *
 * The chain's pads become the bin's.
 */
void
gst_pitbox_choice_bin_connect (GstPitboxChoiceBin *self)
{
  set_targets (self, self->chain);
}

/**
 * gst_pitbox_choice_bin_remove_chain:
 * @self: a bin
 *
 * Takes the chain out, if there is one. Streaming thread, or while nothing
 * streams.
 */
void
gst_pitbox_choice_bin_remove_chain (GstPitboxChoiceBin *self)
{
  if (self->chain == NULL)
    return;
  set_targets (self, NULL);
  gst_element_set_locked_state (self->chain, TRUE);
  gst_element_set_state (self->chain, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self), self->chain);
  self->chain = NULL;
}

/**
 * gst_pitbox_choice_bin_publish:
 * @self: a bin
 * @chosen: (transfer full): what was chosen, named %BACKEND_MESSAGE
 * @lacking: settings that it has no word for, or ""
 * @refused: each better one, and why not
 *
 * Into active-backend and onto the bus, unless both have it since the start.
 */
void
gst_pitbox_choice_bin_publish (GstPitboxChoiceBin *self, GstStructure *chosen,
    const gchar *lacking, const GstStructure *refused)
{
  g_autofree gchar *words = backend_describe_refused (refused);

  if (lacking[0] != '\0')
    gst_structure_set (chosen, "lacking", G_TYPE_STRING, lacking, NULL);
  gst_structure_set (chosen, "refused", G_TYPE_STRING, words, NULL);
  if (self->announced && gst_structure_is_equal (chosen, self->active)) {
    gst_structure_free (chosen);
    return;
  }
  GST_CAT_INFO_OBJECT (GST_PITBOX_CHOICE_BIN_GET_CLASS (self)->category, self,
      "%" GST_PTR_FORMAT, chosen);
  self->announced = TRUE;
  GST_OBJECT_LOCK (self);
  gst_clear_structure (&self->active);
  self->active = gst_structure_copy (chosen);
  GST_OBJECT_UNLOCK (self);
  g_object_notify (G_OBJECT (self), "active-backend");
  gst_element_post_message (
      GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), chosen));
}

static GstStateChangeReturn
gst_pitbox_choice_bin_change_state (
    GstElement *element, GstStateChange transition)
{
  GstPitboxChoiceBin *self = GST_PITBOX_CHOICE_BIN (element);
  GstPitboxChoiceBinClass *klass = GST_PITBOX_CHOICE_BIN_GET_CLASS (self);
  const GstStateChange up = klass->start_at;
  const GstStateChange down = GST_STATE_TRANSITION (
      GST_STATE_TRANSITION_NEXT (up), GST_STATE_TRANSITION_CURRENT (up));
  GstStateChangeReturn ret = GST_STATE_CHANGE_FAILURE;
  gboolean started = TRUE;

  if (transition == up) {
    self->announced = FALSE;
    started = klass->start (self);
  }
  if (started)
    ret = GST_ELEMENT_CLASS (gst_pitbox_choice_bin_parent_class)
              ->change_state (element, transition);
  if (transition == down
      || (transition == up && ret == GST_STATE_CHANGE_FAILURE))
    klass->stop (self);
  return ret;
}

/* A property's id is the place of its value in the instance. */
static gpointer
place (GObject *object, guint id)
{
  return (guint8 *) object + id;
}

/**
 * gst_pitbox_choice_bin_set_property:
 * @object: a bin
 * @id: the place of the value in the instance
 * @value: text, a number, a choice or a fraction (two gint)
 * @spec: its default is what a text of %NULL stands for
 *
 * For a subclass's set_property; the object lock is taken. Any thread.
 */
void
gst_pitbox_choice_bin_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  gpointer at = place (object, id);
  gint *numbers = at;
  gchar *text = NULL;

  GST_OBJECT_LOCK (object);
  if (G_VALUE_HOLDS_STRING (value)) {
    text = g_value_dup_string (value);
    if (text == NULL)
      text = g_strdup (G_PARAM_SPEC_STRING (spec)->default_value);
    g_free (*(gchar **) at);
    *(gchar **) at = text;
  } else if (G_VALUE_HOLDS_UINT64 (value)) {
    *(guint64 *) at = g_value_get_uint64 (value);
  } else if (G_VALUE_HOLDS_UINT (value)) {
    *(guint *) at = g_value_get_uint (value);
  } else if (GST_VALUE_HOLDS_FRACTION (value)) {
    numbers[0] = gst_value_get_fraction_numerator (value);
    numbers[1] = gst_value_get_fraction_denominator (value);
  } else if (G_VALUE_HOLDS_ENUM (value)) {
    numbers[0] = g_value_get_enum (value);
  } else if (G_VALUE_HOLDS_BOOLEAN (value)) {
    numbers[0] = g_value_get_boolean (value);
  } else {
    numbers[0] = g_value_get_int (value);
  }
  GST_OBJECT_UNLOCK (object);
}

/**
 * gst_pitbox_choice_bin_get_property:
 * @object: a bin
 * @id: the place of the value in the instance
 * @value: also active-backend
 * @spec: the property
 *
 * For a subclass's get_property; the object lock is taken. Any thread.
 */
void
gst_pitbox_choice_bin_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  gpointer at = place (object, id);
  const gint *numbers = at;

  GST_OBJECT_LOCK (object);
  if (G_VALUE_HOLDS_STRING (value))
    g_value_set_string (value, *(gchar **) at);
  else if (G_VALUE_HOLDS_BOXED (value))
    g_value_set_boxed (value, *(GstStructure **) at);
  else if (G_VALUE_HOLDS_UINT64 (value))
    g_value_set_uint64 (value, *(guint64 *) at);
  else if (G_VALUE_HOLDS_UINT (value))
    g_value_set_uint (value, *(guint *) at);
  else if (GST_VALUE_HOLDS_FRACTION (value))
    gst_value_set_fraction (value, numbers[0], numbers[1]);
  else if (G_VALUE_HOLDS_ENUM (value))
    g_value_set_enum (value, numbers[0]);
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    g_value_set_boolean (value, numbers[0]);
  else
    g_value_set_int (value, numbers[0]);
  GST_OBJECT_UNLOCK (object);
}

static void
gst_pitbox_choice_bin_finalize (GObject *object)
{
  g_autofree GParamSpec **specs = NULL;
  guint n;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);
  for (guint i = 0; i < n; i++) {
    if (g_type_is_a (specs[i]->owner_type, GST_TYPE_PITBOX_CHOICE_BIN)
        && specs[i]->value_type == G_TYPE_STRING
        && (specs[i]->flags & G_PARAM_WRITABLE) != 0)
      g_free (*(gchar **) place (object, specs[i]->param_id));
  }
  gst_clear_structure (&GST_PITBOX_CHOICE_BIN (object)->active);
  G_OBJECT_CLASS (gst_pitbox_choice_bin_parent_class)->finalize (object);
}

static void
gst_pitbox_choice_bin_class_init (GstPitboxChoiceBinClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_pitbox_choice_bin_finalize;
  GST_ELEMENT_CLASS (klass)->change_state = gst_pitbox_choice_bin_change_state;
  gst_type_mark_as_plugin_api (GST_TYPE_PITBOX_CHOICE_BIN, 0);
}

static void
gst_pitbox_choice_bin_init (GstPitboxChoiceBin *self)
{
}
