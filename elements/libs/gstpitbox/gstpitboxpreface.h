/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxPreface: what a reader that joins a stream of units late has missed.
 */
#pragma once

#include <gst/gst.h>
#include <gstpitbox/gstpitboxapi.h>

G_BEGIN_DECLS

/**
 * GstPitboxPreface: (skip)
 *
 * The newest session string and schema of a stream of units. One thread at a
 * time.
 */
typedef struct _GstPitboxPreface GstPitboxPreface;

GST_PITBOX_API GstPitboxPreface *gst_pitbox_preface_new (void);
GST_PITBOX_API void gst_pitbox_preface_free (GstPitboxPreface *self);
GST_PITBOX_API void gst_pitbox_preface_push (
    GstPitboxPreface *self, const guint8 *data, gsize size);
GST_PITBOX_API GPtrArray *gst_pitbox_preface_write (GstPitboxPreface *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstPitboxPreface, gst_pitbox_preface_free)

G_END_DECLS
