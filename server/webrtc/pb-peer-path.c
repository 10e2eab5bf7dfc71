/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where a viewer is: which of its addresses has answered, and is used. */
#include <gio/gio.h>

#include "webrtc/pb-peer-private.h"

static gsize
write_question (
    PbPeer *peer, PbPath *path, gint64 now_us, guint8 out[PB_STUN_MAX_QUESTION])
{
  return pb_stun_write_question (pb_consent_ask (&path->consent, now_us),
      peer->offer.ice_ufrag, peer->ice_ufrag, peer->offer.ice_pwd, out);
}

static void
use_path_locked (PbPeer *peer, PbPath *path)
{
  if (peer->path == path)
    return;
  g_clear_pointer (&peer->path, pb_path_unref);
  peer->path = pb_path_ref (path);
}

/* Takes note of a check from @path and answers it. The newest pair the viewer
 * nominates is the one it wants; it is used once it has answered a question.
 * That goes before our answer: the viewer's is here before its DTLS is. */
void
pb_peer_write_check_locked (
    PbPeer *peer, PbPath *path, const PbStunRequest *request, gint64 now_us)
{
  guint8 question[PB_STUN_MAX_QUESTION];
  guint8 response[PB_STUN_MAX_RESPONSE];
  GOutputVector vectors[2];
  PbConsent *consent = &path->consent;
  gsize size;
  guint n = 0;

  pb_consent_note_received (consent, request->size);
  if (request->use_candidate || peer->wanted == NULL) {
    g_clear_pointer (&peer->wanted, pb_path_unref);
    peer->wanted = pb_path_ref (path);
    if (pb_consent_is_given (consent, now_us))
      use_path_locked (peer, path);
  }
  if (!pb_consent_is_given (consent, now_us)) {
    size = write_question (peer, path, now_us, question);
    if (pb_consent_spend (consent, size, now_us))
      vectors[n++] = (GOutputVector){ question, size };
  }
  size = pb_stun_write_response (request, peer->ice_pwd,
      G_INET_SOCKET_ADDRESS (path->key.address), response);
  if (pb_consent_spend (consent, size, now_us))
    vectors[n++] = (GOutputVector){ response, size };
  if (n > 0)
    pb_path_send (path, vectors, n);
}

/* What @path says to our question. */
void
pb_peer_read_answer_locked (
    PbPeer *peer, PbPath *path, const guint8 *data, gsize size)
{
  gint64 now_us = g_get_monotonic_time ();
  guint8 id[PB_STUN_ID_BYTES];

  if (!pb_stun_read_answer (data, size, peer->offer.ice_pwd, id)
      || !pb_consent_answer (&path->consent, id, now_us))
    return;
  peer->is_authentic = TRUE;
  g_atomic_int_set (&path->has_answered, TRUE);
  if (peer->wanted == path || peer->path == NULL)
    use_path_locked (peer, path);
}

/* Asks the address in use again, and ends with one that answers no more. */
void
pb_peer_tick_consent_locked (PbPeer *peer, gint64 now_us)
{
  guint8 question[PB_STUN_MAX_QUESTION];
  GOutputVector vector = { question, 0 };

  if (!pb_consent_is_given (&peer->path->consent, now_us)) {
    pb_peer_end_locked (peer, "the viewer's address does not answer");
    return;
  }
  if (!pb_consent_is_due (&peer->path->consent, now_us))
    return;
  vector.size = write_question (peer, peer->path, now_us, question);
  pb_path_send (peer->path, &vector, 1);
}
