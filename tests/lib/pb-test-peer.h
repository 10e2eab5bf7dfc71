/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A WebRTC client that does only what it is told: checks, answers and DTLS from
 * any of its two addresses, honest or not. */
#pragma once

#include <gio/gio.h>

#define PB_TEST_PEER_ENDS 2

/**
 * PbTestEnd:
 * @answers: it answers the server's questions
 * @sent, @received: bytes
 * @questions, @responses, @records, @media: datagrams that came
 * @question, @question_bytes: the newest question
 *
 * One address of a client. Where @answers is not set it is somebody who has
 * nothing to do with it, whose address was forged.
 */
typedef struct {
  GSocket *socket;
  gboolean answers;
  guint64 sent;
  guint64 received;
  guint questions;
  guint responses;
  guint records;
  guint media;
  guint8 question[512];
  gsize question_bytes;
} PbTestEnd;

typedef struct _PbTestPeer PbTestPeer;

PbTestPeer *pb_test_peer_new (const gchar *address);
void pb_test_peer_free (PbTestPeer *peer);
PbTestEnd *pb_test_peer_get_end (PbTestPeer *peer, guint end);
gchar *pb_test_peer_make_offer (PbTestPeer *peer);
void pb_test_peer_take_answer (PbTestPeer *peer, const gchar *answer);
void pb_test_peer_aim (PbTestPeer *peer, const gchar *address);
void pb_test_peer_send (
    PbTestPeer *peer, guint end, gconstpointer data, gsize size);
void pb_test_peer_check (PbTestPeer *peer, guint end, gboolean nominate);
void pb_test_peer_answer (PbTestPeer *peer, guint end, guint of_end);
void pb_test_peer_shake_hands (PbTestPeer *peer, guint end);
gboolean pb_test_peer_is_connected (PbTestPeer *peer);
gsize pb_test_peer_write_rtcp (PbTestPeer *peer, const guint8 *rtcp, gsize size,
    guint8 *packet, gsize capacity);
gsize pb_test_peer_write_rtp (PbTestPeer *peer, const guint8 *rtp, gsize size,
    guint8 *packet, gsize capacity);
gsize pb_test_peer_write_report (
    PbTestPeer *peer, guint8 *packet, gsize capacity);
void pb_test_peer_read (PbTestPeer *peer, guint wait_ms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbTestPeer, pb_test_peer_free)
