/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxChoiceBin: a bin that chooses the elements it consists of. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_PITBOX_CHOICE_BIN (gst_pitbox_choice_bin_get_type ())
#define GST_PITBOX_CHOICE_BIN(obj) \
  (G_TYPE_CHECK_INSTANCE_CAST ( \
      (obj), GST_TYPE_PITBOX_CHOICE_BIN, GstPitboxChoiceBin))
#define GST_PITBOX_CHOICE_BIN_CLASS(klass) \
  (G_TYPE_CHECK_CLASS_CAST ( \
      (klass), GST_TYPE_PITBOX_CHOICE_BIN, GstPitboxChoiceBinClass))
#define GST_PITBOX_CHOICE_BIN_GET_CLASS(obj) \
  (G_TYPE_INSTANCE_GET_CLASS ( \
      (obj), GST_TYPE_PITBOX_CHOICE_BIN, GstPitboxChoiceBinClass))

/**
 * GstPitboxChoiceBin:
 * @active: what was chosen, for the property active-backend; under the object
 *   lock
 * @chain: the chosen elements, with ghost pads named as the bin's own; by state
 *   changes, or the streaming thread while it streams
 */
typedef struct {
  GstBin parent;

  GstStructure *active;
  GstElement *chain;
  gboolean announced; /* @active, since the start */
} GstPitboxChoiceBin;

/**
 * GstPitboxChoiceBinClass:
 * @category: the element's own, for what is said on its behalf
 * @start_at: the transition upwards that begins with @start; its way back ends
 *   with @stop
 * @start: chooses, builds and publishes; says on the bus why it cannot
 * @stop: lets go of everything since @start, which may have failed halfway
 *
 * Properties of the subclasses are installed with the place of their value in
 * the instance as their id; text is freed here. Those with %G_PARAM_CONSTRUCT
 * begin with their default.
 */
typedef struct {
  GstBinClass parent_class;

  GstDebugCategory *category;
  GstStateChange start_at;
  gboolean (*start) (GstPitboxChoiceBin *bin);
  void (*stop) (GstPitboxChoiceBin *bin);
} GstPitboxChoiceBinClass;

GType gst_pitbox_choice_bin_get_type (void);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstPitboxChoiceBin, gst_object_unref)

GstPad *gst_pitbox_choice_bin_add_pad (
    GstPitboxChoiceBin *self, GstStaticPadTemplate *template);
void gst_pitbox_choice_bin_connect (GstPitboxChoiceBin *self);
void gst_pitbox_choice_bin_remove_chain (GstPitboxChoiceBin *self);
void gst_pitbox_choice_bin_publish (GstPitboxChoiceBin *self,
    GstStructure *chosen, const gchar *lacking, const GstStructure *refused);
void gst_pitbox_choice_bin_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *spec);
void gst_pitbox_choice_bin_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *spec);

G_END_DECLS
