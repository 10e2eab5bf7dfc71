/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A viewer's port: which datagram is a check, an answer, DTLS or RTCP, and what
 * of each is behind the integrity that an attacker with an offer can make. */
#include "fuzz.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/pb-test-offers.h"
#include "webrtc/pb-peer-private.h"
#include "webrtc/pb-port.h"

#define MAX_STEPS 64
#define OWN_PWD "abcdefghijklmnopqrstuvwx"

/* What a step does; its bytes follow. */
enum {
  STEP_RAW,
  STEP_CHECK,
  STEP_NOMINATE,
  STEP_ANSWER,
  STEP_SIGNED,
  STEP_TICK,
  N_STEPS,
};
/* From the other address. */
#define FROM_B 0x80

typedef struct {
  PbPort *port;
  PbDtlsIdentity *identity;
  PbLive *live;
  PbOffer offer;
  GSocket *socket;
  GSocketAddress *addresses[2];
} World;

static void
on_closed (PbPeer *peer, const gchar *why, gpointer user_data)
{
}

/* One for all inputs; what it sends comes to sockets that nobody reads. */
static World *
get_world (void)
{
  static World world;
  PbPortOptions options = { .loopback = "127.0.0.1" };
  g_autoptr (GInetAddress) address = NULL;

  if (world.port != NULL)
    return &world;
  /* Buffers, no plugins. */
  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  gst_init (NULL, NULL);
  world.port = pb_port_new (&options, NULL);
  world.identity = pb_dtls_identity_new (NULL);
  world.live = pb_live_new ("car07", NULL);
  if (!pb_offer_parse (&world.offer, pb_test_offer_chrome,
          strlen (pb_test_offer_chrome), NULL))
    abort ();
  address = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GSocketAddress) any = g_inet_socket_address_new (address, 0);

    world.socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
        G_SOCKET_PROTOCOL_UDP, NULL);
    if (!g_socket_bind (world.socket, any, FALSE, NULL))
      abort ();
    g_socket_set_blocking (world.socket, FALSE);
    world.addresses[i] = g_socket_get_local_address (world.socket, NULL);
  }
  return &world;
}

/* With attributes of any kind before a right integrity and fingerprint: those
 * of a question, 32 bytes, are cut off and made anew. */
static gsize
write_check (PbPeer *peer, const guint8 *more, gsize size, guint8 *out)
{
  static const guint8 id[PB_STUN_ID_BYTES] = { 1, 2, 3 };
  gsize n =
      pb_stun_write_question (id, peer->ice_ufrag, "Xy12", peer->ice_pwd, out);

  size = MIN (size, 512) & ~(gsize) 3;
  if (size > 0)
    memcpy (out + n - 32, more, size);
  return pb_stun_finish (out, n - 32 + size, peer->ice_pwd);
}

static gsize
write_step (
    PbPeer *peer, guint8 step, const guint8 *data, gsize size, guint8 out[2048])
{
  static const guint8 nominate[] = { 0, 0x25, 0, 0 };
  static const guint8 answer[] = { 1, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42 };

  switch (step) {
    case STEP_CHECK:
      return write_check (peer, NULL, 0, out);
    case STEP_NOMINATE:
      return write_check (peer, nominate, sizeof nominate, out);
    case STEP_SIGNED:
      return write_check (peer, data, size, out);
    case STEP_ANSWER:
      memcpy (out, answer, sizeof answer);
      memset (out + 8, 0, PB_STUN_ID_BYTES);
      if (peer->wanted != NULL)
        memcpy (out + 8, peer->wanted->consent.id, PB_STUN_ID_BYTES);
      return pb_stun_finish (out, 20, OWN_PWD);
    default:
      if (size > 0)
        memcpy (out, data, size);
      return size;
  }
}

static void
play_step (
    World *world, PbPeer *peer, guint8 kind, const guint8 *data, gsize size)
{
  guint8 packet[2048];
  guint8 step = (kind & ~FROM_B) % N_STEPS;
  PbPathKey from;

  if (step == STEP_TICK) {
    pb_peer_tick (peer,
        g_get_monotonic_time () + (size > 0 ? data[0] : 0) * G_USEC_PER_SEC);
    return;
  }
  size = write_step (peer, step, data, MIN (size, sizeof packet), packet);
  pb_path_key_init (
      &from, world->socket, world->addresses[(kind & FROM_B) != 0]);
  pb_paths_receive (pb_port_get_paths (world->port), &from, packet, size);
  /* The invariant that keeps pictures from who has not answered. */
  if (peer->path != NULL && peer->path->consent.answered_us == 0)
    abort ();
}

/* Steps, each with two bytes of length and its kind before it. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  World *world = get_world ();
  PbPeer *peer = pb_peer_new (world->port, world->identity, world->live,
      &world->offer, on_closed, NULL, NULL);

  if (peer == NULL)
    abort ();
  for (guint i = 0; i < MAX_STEPS && size >= 3; i++) {
    gsize n = MIN ((gsize) (data[0] << 8 | data[1]), size - 3);

    play_step (world, peer, data[2], data + 3, n);
    data += 3 + n;
    size -= 3 + n;
  }
  pb_peer_close (peer);
  pb_peer_unref (peer);
  return 0;
}

/* A hello that offers what a browser's does, as OpenSSL writes it. */
static const guint8 hello[] = { 0x16, 0xfe, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00, 0x63, 0x01, 0x00, 0x00, 0x57, 0x00, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x57, 0xfe, 0xfd, 0xca, 0x54, 0x1e, 0x72, 0x4f, 0x92, 0x94,
  0xa2, 0x6f, 0x23, 0x73, 0x8d, 0xaf, 0xd5, 0xe0, 0x4b, 0xcd, 0x2c, 0x1c, 0xfb,
  0xf6, 0x68, 0x12, 0x8d, 0x46, 0xe6, 0x81, 0xba, 0x56, 0xc3, 0xd0, 0xa7, 0x00,
  0x00, 0x00, 0x04, 0xc0, 0x2b, 0x00, 0xff, 0x01, 0x00, 0x00, 0x29, 0x00, 0x0b,
  0x00, 0x04, 0x03, 0x00, 0x01, 0x02, 0x00, 0x0a, 0x00, 0x04, 0x00, 0x02, 0x00,
  0x17, 0x00, 0x0e, 0x00, 0x05, 0x00, 0x02, 0x00, 0x07, 0x00, 0x00, 0x16, 0x00,
  0x00, 0x00, 0x17, 0x00, 0x00, 0x00, 0x0d, 0x00, 0x04, 0x00, 0x02, 0x04,
  0x03 };

/* A viewer that is there: check, answer, hello; then noise of each kind. */
static GBytes *
viewer_seed (void)
{
  static const guint8 before[] = { 0, 0, STEP_NOMINATE, 0, 0, STEP_ANSWER };
  static const guint8 after[] = { 0, 8, STEP_RAW, 0x80, 201, 0, 1, 0, 0, 0, 1,
    0, 15, STEP_RAW, 21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40, 0, 1,
    STEP_TICK, 1, 0, 0, FROM_B | STEP_CHECK, 0, 4, STEP_RAW, 1, 1, 0, 0, 0, 1,
    STEP_TICK, 40 };
  const guint8 length[] = { sizeof hello >> 8, sizeof hello & 0xff, STEP_RAW };
  GByteArray *seed = g_byte_array_new ();

  g_byte_array_append (seed, before, sizeof before);
  g_byte_array_append (seed, length, sizeof length);
  g_byte_array_append (seed, hello, sizeof hello);
  g_byte_array_append (seed, after, sizeof after);
  return g_byte_array_free_to_bytes (seed);
}

GBytes *
fuzz_get_seed (guint index)
{
  /* A check with a priority, a role, and one that is too long. */
  static const guint8 attributes[] = { 0, 24, STEP_SIGNED, 0, 0x24, 0, 4, 0x6e,
    0, 1, 0xff, 0x80, 0x2a, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0x7f, 0xff, 0, 9 };

  switch (index) {
    case 0:
      return viewer_seed ();
    case 1:
      return g_bytes_new_static (attributes, sizeof attributes);
    default:
      return NULL;
  }
}
