/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Session string as a sticky event, UTC as a reference timestamp. */
#include "gstpitboxsession.h"

#include "gstpitboxcaps.h"

/**
 * gst_pitbox_session_event_new:
 * @text: the session string, 8-bit as the simulator wrote it, no NUL
 * @update: the simulator's sessionInfoUpdate counter
 *
 * Returns: (transfer full): a sticky downstream event
 */
GstEvent *
gst_pitbox_session_event_new (GBytes *text, guint update)
{
  GstStructure *s = gst_structure_new (GST_PITBOX_SESSION_EVENT, "text",
      G_TYPE_BYTES, text, "update", G_TYPE_UINT, update, NULL);

  return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, s);
}

/**
 * gst_pitbox_session_event_parse:
 * @event: any event
 * @text: (out) (transfer full) (optional): the session string
 * @update: (out) (optional): its counter
 *
 * Returns: %TRUE if @event is a session event
 */
gboolean
gst_pitbox_session_event_parse (GstEvent *event, GBytes **text, guint *update)
{
  const GstStructure *s;
  const GValue *value;

  if (!gst_event_has_name (event, GST_PITBOX_SESSION_EVENT))
    return FALSE;
  s = gst_event_get_structure (event);
  value = gst_structure_get_value (s, "text");
  if (value == NULL || !G_VALUE_HOLDS (value, G_TYPE_BYTES)
      || g_value_get_boxed (value) == NULL)
    return FALSE;
  if (update != NULL && !gst_structure_get_uint (s, "update", update))
    return FALSE;
  if (text != NULL)
    *text = g_value_dup_boxed (value);
  return TRUE;
}

/* One immortal caps for each quality: comparing by pointer finds our own, and a
 * foreign timestamp/x-unix meta reads as "quality unknown". */
static GstCaps *
utc_caps (GstPitboxClockQuality quality)
{
  static GstCaps *caps[4];
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    for (guint i = 0; i < G_N_ELEMENTS (caps); i++) {
      caps[i] = gst_caps_new_simple (
          "timestamp/x-unix", "pitbox-clock-quality", G_TYPE_UINT, i, NULL);
      GST_MINI_OBJECT_FLAG_SET (caps[i], GST_MINI_OBJECT_FLAG_MAY_BE_LEAKED);
    }
    g_once_init_leave (&once, 1);
  }
  return caps[MIN (quality, GST_PITBOX_CLOCK_SYNCED)];
}

/**
 * gst_pitbox_buffer_set_utc:
 * @buffer: a writable buffer
 * @utc_us: microseconds since 1970-01-01 00:00 UTC, > 0
 * @quality: how far it can be trusted
 *
 * Attaches a #GstReferenceTimestampMeta of caps timestamp/x-unix.
 */
void
gst_pitbox_buffer_set_utc (
    GstBuffer *buffer, gint64 utc_us, GstPitboxClockQuality quality)
{
  g_return_if_fail (utc_us > 0);

  gst_buffer_add_reference_timestamp_meta (buffer, utc_caps (quality),
      (GstClockTime) utc_us * 1000, GST_CLOCK_TIME_NONE);
}

/**
 * gst_pitbox_buffer_get_utc:
 * @buffer: a buffer
 * @quality: (out) (optional): how far it can be trusted
 *
 * Returns: microseconds since 1970-01-01 00:00 UTC, or 0 if none is attached
 */
gint64
gst_pitbox_buffer_get_utc (GstBuffer *buffer, GstPitboxClockQuality *quality)
{
  gpointer state = NULL;
  GstMeta *meta;

  if (quality != NULL)
    *quality = GST_PITBOX_CLOCK_UNKNOWN;
  while ((meta = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_REFERENCE_TIMESTAMP_META_API_TYPE))
         != NULL) {
    GstReferenceTimestampMeta *ref = (GstReferenceTimestampMeta *) meta;
    const GstStructure *s = gst_caps_get_structure (ref->reference, 0);
    guint q = 0;

    /* Our own need no look into hash tables. */
    while (q <= GST_PITBOX_CLOCK_SYNCED && ref->reference != utc_caps (q))
      q++;
    if (q > GST_PITBOX_CLOCK_SYNCED) {
      if (!gst_structure_has_name (s, "timestamp/x-unix"))
        continue;
      q = GST_PITBOX_CLOCK_UNKNOWN;
      gst_structure_get_uint (s, "pitbox-clock-quality", &q);
    }
    if (quality != NULL)
      *quality = MIN (q, GST_PITBOX_CLOCK_SYNCED);
    return (gint64) (ref->timestamp / 1000);
  }
  return 0;
}
