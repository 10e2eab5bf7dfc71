/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Offer in, answer with all candidates out; each step in webrtcbin's thread. */
#include "webrtc/pb-peer-private.h"

#include <gst/sdp/sdp.h>
#include <string.h>

static void
drop_peer (gpointer peer)
{
  pb_peer_unref (peer);
}

/* webrtcbin drops what it has not begun when it closes, without a reply: the
 * promise, which holds the peer, is kept so that pb_peer_close() can end it. */
static GstPromise *
then (PbPeer *peer, GstPromiseChangeFunc next)
{
  GstPromise *promise =
      gst_promise_new_with_change_func (next, pb_peer_ref (peer), drop_peer);

  g_mutex_lock (&peer->lock);
  peer->promise = promise;
  g_mutex_unlock (&peer->lock);
  return promise;
}

static void
end_step (PbPeer *peer, GstPromise *promise)
{
  g_mutex_lock (&peer->lock);
  if (peer->promise == promise)
    peer->promise = NULL;
  g_cond_broadcast (&peer->step_ended);
  g_mutex_unlock (&peer->lock);
  gst_promise_unref (promise);
}

/* Of a reply with an error only that it is one matters to the client. */
static gboolean
is_refused (PbPeer *peer, GstPromise *promise)
{
  const GstStructure *reply;

  if (gst_promise_wait (promise) != GST_PROMISE_RESULT_REPLIED) {
    pb_peer_emit_closed (peer, "negotiation was interrupted");
    return TRUE;
  }
  reply = gst_promise_get_reply (promise);
  if (reply != NULL && gst_structure_has_field (reply, "error")) {
    pb_peer_emit_closed (peer, "webrtcbin refuses the offer");
    return TRUE;
  }
  return FALSE;
}

/* An address the machine does not know of itself, say of a NAT that passes the
 * ports through: each host candidate once more with it. */
static gchar *
add_public_candidates (const gchar *sdp, const gchar *address)
{
  g_auto (GStrv) lines = g_strsplit (sdp, "\r\n", -1);
  GString *out = g_string_new (NULL);

  for (gchar **line = lines; *line != NULL && (*line)[0] != '\0'; line++) {
    g_auto (GStrv) fields = NULL;

    g_string_append_printf (out, "%s\r\n", *line);
    if (!g_str_has_prefix (*line, "a=candidate:")
        || strstr (*line, " typ host") == NULL)
      continue;
    fields = g_strsplit (*line, " ", 7);
    if (g_strv_length (fields) == 7 && strchr (fields[4], ':') == NULL)
      g_string_append_printf (out, "a=candidate:90%s %s %s %s %s %s %s\r\n",
          fields[0] + strlen ("a=candidate:"), fields[1], fields[2], fields[3],
          address, fields[5], fields[6]);
  }
  return g_string_free (out, FALSE);
}

static void
emit_answer (PbPeer *peer)
{
  GstWebRTCSessionDescription *local = NULL;
  g_autofree gchar *text = NULL;
  gboolean first;

  g_mutex_lock (&peer->lock);
  first = !peer->answered && !peer->closed;
  peer->answered = TRUE;
  g_mutex_unlock (&peer->lock);
  if (!first)
    return;
  g_object_get (peer->webrtcbin, "local-description", &local, NULL);
  if (local == NULL) {
    pb_peer_emit_closed (peer, "webrtcbin has no answer");
    return;
  }
  text = gst_sdp_message_as_text (local->sdp);
  gst_webrtc_session_description_free (local);
  if (peer->config.public_address != NULL) {
    gchar *more = add_public_candidates (text, peer->config.public_address);

    g_free (text);
    text = more;
  }
  peer->func (peer, PB_PEER_ANSWERED, text, peer->user_data);
}

static void
on_gathering (GObject *object, GParamSpec *spec, gpointer user_data)
{
  GstWebRTCICEGatheringState state;

  g_object_get (object, "ice-gathering-state", &state, NULL);
  if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE)
    emit_answer (user_data);
}

static void
on_local_set (GstPromise *promise, gpointer user_data)
{
  is_refused (user_data, promise);
  end_step (user_data, promise);
}

static void
on_answer (GstPromise *promise, gpointer user_data)
{
  PbPeer *peer = user_data;
  GstWebRTCSessionDescription *answer = NULL;

  if (!is_refused (peer, promise)) {
    gst_structure_get (gst_promise_get_reply (promise), "answer",
        GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer, NULL);
    if (answer == NULL)
      pb_peer_emit_closed (peer, "webrtcbin makes no answer");
  }
  if (answer != NULL) {
    g_signal_emit_by_name (peer->webrtcbin, "set-local-description", answer,
        then (peer, on_local_set));
    gst_webrtc_session_description_free (answer);
  }
  end_step (peer, promise);
}

static void
on_remote_set (GstPromise *promise, gpointer user_data)
{
  PbPeer *peer = user_data;

  if (!is_refused (peer, promise))
    g_signal_emit_by_name (
        peer->webrtcbin, "create-answer", NULL, then (peer, on_answer));
  end_step (peer, promise);
}

static void
unref_closure (gpointer data, GClosure *closure)
{
  pb_peer_unref (data);
}

/* Called once, after the video's pad is linked. */
void
pb_peer_negotiate (PbPeer *peer)
{
  g_autofree gchar *text = pb_offer_to_sdp (&peer->offer);
  GstWebRTCSessionDescription *offer;
  GstSDPMessage *sdp;

  g_signal_connect_data (peer->webrtcbin, "notify::ice-gathering-state",
      G_CALLBACK (on_gathering), pb_peer_ref (peer), unref_closure,
      (GConnectFlags) 0);
  gst_sdp_message_new (&sdp);
  if (gst_sdp_message_parse_buffer ((const guint8 *) text, strlen (text), sdp)
      != GST_SDP_OK) {
    gst_sdp_message_free (sdp);
    pb_peer_emit_closed (peer, "the offer cannot be used");
    return;
  }
  offer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_OFFER, sdp);
  g_signal_emit_by_name (peer->webrtcbin, "set-remote-description", offer,
      then (peer, on_remote_set));
  gst_webrtc_session_description_free (offer);
}
