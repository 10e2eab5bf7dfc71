/* SPDX-License-Identifier: LGPL-2.1-or-later
 * States of a connection that comes back by itself, and how they are told. */
#include "pitboxsrtstate.h"

const gchar *
pitbox_srt_state_name (PitboxSrtState state)
{
  static const gchar *names[] = { "idle", "connecting", "connected", "waiting",
    "failed" };

  return state < G_N_ELEMENTS (names) ? names[state] : "idle";
}

static void
post (GstElement *element, GstMessageType type, const GError *error,
    const gchar *more)
{
  gst_element_message_full (element, type, error->domain, error->code,
      g_strconcat (error->message, more, NULL), NULL, __FILE__, GST_FUNCTION,
      __LINE__);
}

/* Posts the element message @message. gst-launch shows none of those,
 * so the first failure of its kind is a warning, too, and the one that ends it
 * an error. @warned_code is the code of the failure that was told last; the
 * element sets it back when it is connected. The rest is as in
 * #PitboxSrtStateFunc. */
void
pitbox_srt_state_post (GstElement *element, const gchar *message,
    PitboxSrtState state, const GError *error, int code, guint retry_ms,
    gint *warned_code)
{
  gst_element_post_message (
      element, gst_message_new_element (GST_OBJECT (element),
                   gst_structure_new (message, "state", G_TYPE_STRING,
                       pitbox_srt_state_name (state), "reason", G_TYPE_STRING,
                       error != NULL ? error->message : "", "code", G_TYPE_INT,
                       code, "retry-ms", G_TYPE_UINT, retry_ms, NULL)));
  if (error == NULL)
    return;
  if (state == PITBOX_SRT_WAITING && code != *warned_code) {
    *warned_code = code;
    post (element, GST_MESSAGE_WARNING, error, "; trying again");
  }
  if (state == PITBOX_SRT_FAILED)
    post (element, GST_MESSAGE_ERROR, error, "");
}
