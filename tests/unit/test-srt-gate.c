/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who may come in at an SRT port, without a port. */
#include <string.h>

#include <gstpitbox/gstpitboxcontest.h>
#include "../../elements/net/pitboxsrtguesses.h"
#include "../../elements/net/pitboxsrtrefusals.h"

#define PASS_1 "first-passphrase"
#define PASS_2 "other-passphrase"
#define PASS_ALL "everybody's-passphrase"
#define SECOND G_USEC_PER_SEC

/* A connection as the gate sees it. */
typedef struct {
  gint refs;
  gboolean connected;
  gboolean silent;
} Peer;

static gpointer
peer_ref (gpointer peer)
{
  ((Peer *) peer)->refs++;
  return peer;
}

static void
peer_unref (gpointer peer)
{
  g_assert_cmpint (((Peer *) peer)->refs--, >, 0);
}

static gboolean
peer_is_connected (gpointer peer)
{
  return ((Peer *) peer)->connected;
}

static gboolean
peer_is_silent (gpointer peer)
{
  return ((Peer *) peer)->silent;
}

static gboolean
is_live (const gchar *driver, gpointer user_data)
{
  return g_str_equal (driver, user_data);
}

/* Two devices of car01, one of car02, a reader of all and one of car02; car01
 * is live. */
static PitboxSrtGate *
gate_new (const PitboxSrtRules *rules)
{
  static const PitboxSrtGateFuncs funcs = { peer_ref, peer_unref,
    peer_is_connected, peer_is_silent, is_live };
  static const PitboxSrtRules usual = {
    .passphrase = PASS_ALL,
    .max_callers = 2,
    .max_readers = 3,
    .serves_readers = TRUE,
  };
  PitboxSrtGate *gate = pitbox_srt_gate_new (&funcs, (gpointer) "car01");

  g_assert_true (
      pitbox_srt_gate_add_device (gate, "pc1", "car01", PASS_1, NULL));
  g_assert_true (pitbox_srt_gate_add_device (gate, "pc3", "car01", NULL, NULL));
  g_assert_true (
      pitbox_srt_gate_add_device (gate, "pc2", "car02", PASS_2, NULL));
  g_assert_true (
      pitbox_srt_gate_add_device (gate, "gone", "car01", PASS_2, NULL));
  g_assert_true (pitbox_srt_gate_add_reader (gate, "all", NULL, PASS_1, NULL));
  g_assert_true (
      pitbox_srt_gate_add_reader (gate, "one", "car02,car09", "", NULL));
  g_assert_true (pitbox_srt_gate_add_reader (gate, "left", "", PASS_1, NULL));
  pitbox_srt_gate_remove_device (gate, "gone");
  pitbox_srt_gate_remove_reader (gate, "left");
  pitbox_srt_gate_open (gate, rules != NULL ? rules : &usual);
  pitbox_srt_gate_set_accepting (gate, TRUE);
  return gate;
}

/* 0, after which @passphrase is what it has to know, or the refusal. */
static int
ask (PitboxSrtGate *gate, const gchar *id, gint64 now_us,
    PitboxSrtVisitor *visitor, const gchar *passphrase)
{
  g_autofree gchar *expected = NULL;
  int code = pitbox_srt_gate_ask (gate, id, now_us, visitor, &expected);

  g_assert_cmpstr (expected, ==, code == 0 ? passphrase : NULL);
  return code;
}

/* It knows the passphrase, too. */
static int
come (PitboxSrtGate *gate, const gchar *id, gint64 now_us, Peer *peer,
    Peer **replaced)
{
  PitboxSrtVisitor visitor = { 0 };
  gchar *passphrase = NULL;
  int code = pitbox_srt_gate_ask (gate, id, now_us, &visitor, &passphrase);
  gboolean takes_over;
  gpointer old;

  g_free (passphrase);
  if (code == 0) {
    peer->connected = TRUE;
    g_assert_true (pitbox_srt_gate_enter (
        gate, &visitor, peer, now_us, &old, &takes_over));
    g_assert_true (takes_over == (old != NULL && peer_is_connected (old)));
    if (old != NULL)
      peer_unref (old);
    if (replaced != NULL)
      *replaced = old;
  }
  pitbox_srt_visitor_clear (&visitor);
  return code;
}

static const struct {
  const gchar *id;
  int code;
  const gchar *passphrase;
} asks[] = {
  { "#!::r=car01,m=publish,u=pc1", 0, PASS_1 },
  { "#!::r=car01,m=publish,u=pc3", 0, PASS_ALL },
  { "#!::r=car02,m=publish,u=pc1", 1403, NULL },
  { "#!::r=car01,m=publish,u=nobody", 1404, NULL },
  { "#!::r=car01,m=publish,u=all", 1404, NULL },
  { "#!::r=car01,m=publish,u=gone", 1401, NULL },
  { "#!::r=car01,m=request,u=all", 0, PASS_1 },
  { "#!::r=car02,m=request,u=all", 1424, NULL },
  { "#!::r=car05,m=request,u=all", 1406, NULL },
  { "#!::r=car02,m=request,u=one", 1424, NULL },
  { "#!::r=car09,m=request,u=one", 1406, NULL },
  { "#!::r=car01,m=request,u=one", 1403, NULL },
  { "#!::r=car01,m=request,u=pc1", 1404, NULL },
  { "#!::r=car01,m=request,u=left", 1401, NULL },
  { "#!::r=car01,m=bidirectional,u=pc1", 1405, NULL },
  /* Who says nothing else wants to read. */
  { "#!::r=car01,u=pc1", 1404, NULL },
  { "#!::r=car01,m=publish,u=", 1400, NULL },
  { "#!::r=../x,m=publish,u=pc1", 1400, NULL },
  { "", 1400, NULL },
  { NULL, 1400, NULL },
};

static void
test_who_may_come (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (asks); i++) {
    PitboxSrtGate *gate = gate_new (NULL);
    PitboxSrtVisitor visitor = { 0 };

    g_test_message ("%s", asks[i].id);
    g_assert_cmpint (ask (gate, asks[i].id, 0, &visitor, asks[i].passphrase),
        ==, asks[i].code);
    pitbox_srt_visitor_clear (&visitor);
    /* Nobody, whoever it is, while the port is not ready. */
    pitbox_srt_gate_set_accepting (gate, FALSE);
    if (asks[i].code != 1400 && asks[i].code != 1405)
      g_assert_cmpint (ask (gate, asks[i].id, 0, &visitor, NULL), ==, 1503);
    pitbox_srt_visitor_clear (&visitor);
    pitbox_srt_gate_free (gate);
  }
}

static void
test_anybody_may_come_where_that_is_the_rule (void)
{
  const PitboxSrtRules rules = {
    .max_callers = 2, .max_readers = 1, .accept_any = TRUE
  };
  PitboxSrtGate *gate = gate_new (&rules);
  PitboxSrtVisitor visitor = { 0 };

  g_assert_cmpint (
      ask (gate, "#!::r=car07,m=publish,u=new", 0, &visitor, NULL), ==, 0);
  g_assert_cmpstr (visitor.driver, ==, "car07");
  g_assert_cmpstr (visitor.user, ==, "new");
  pitbox_srt_visitor_clear (&visitor);
  /* Who is in the table has still its own key and its own driver. */
  g_assert_cmpint (
      ask (gate, "#!::r=car01,m=publish,u=pc1", 0, &visitor, PASS_1), ==, 0);
  pitbox_srt_visitor_clear (&visitor);
  g_assert_cmpint (
      ask (gate, "#!::r=car02,m=publish,u=pc1", 0, &visitor, NULL), ==, 1403);
  pitbox_srt_visitor_clear (&visitor);
  /* Without a listener name nobody reads. */
  g_assert_cmpint (
      ask (gate, "#!::r=car01,m=request,u=any", 0, &visitor, NULL), ==, 1405);
  pitbox_srt_visitor_clear (&visitor);
  pitbox_srt_gate_free (gate);
}

static void
test_places_are_limited (void)
{
  PitboxSrtGate *gate = gate_new (NULL);
  Peer one = { 0 }, two = { 0 }, again = { 0 };
  Peer *replaced;

  g_assert_cmpint (
      come (gate, "#!::r=car01,m=publish,u=pc1", 0, &one, NULL), ==, 0);
  g_assert_cmpint (
      come (gate, "#!::r=car02,m=publish,u=pc2", 0, &two, NULL), ==, 0);
  g_assert_cmpuint (pitbox_srt_gate_count (gate), ==, 2);
  g_assert_cmpint (
      come (gate, "#!::r=car01,m=publish,u=pc3", 0, &again, NULL), ==, 1402);
  /* Who takes its own place over needs no further one. */
  g_assert_cmpint (
      come (gate, "#!::r=car01,m=publish,u=pc1", 0, &again, &replaced), ==, 0);
  g_assert_true (replaced == &one);
  g_assert_cmpint (one.refs, ==, 0);
  /* One that was replaced leaves nobody's place. */
  pitbox_srt_gate_leave (gate, "pc1", &one);
  g_assert_cmpuint (pitbox_srt_gate_count (gate), ==, 2);
  pitbox_srt_gate_leave (gate, "pc1", &again);
  g_assert_cmpint (again.refs, ==, 0);
  g_assert_cmpint (
      come (gate, "#!::r=car01,m=publish,u=pc3", 0, &one, NULL), ==, 0);
  pitbox_srt_gate_close (gate);
  g_assert_cmpint (one.refs + two.refs, ==, 0);
  pitbox_srt_gate_free (gate);
}

/* Handshakes that are not through have places, and give them back. */
static void
test_the_expected_count (void)
{
  const PitboxSrtRules rules = { .max_callers = 1000,
    .max_readers = 1000,
    .accept_any = TRUE,
    .serves_readers = TRUE };
  PitboxSrtVisitor visitors[PITBOX_SRT_MAX_EXPECTED] = { 0 };
  PitboxSrtVisitor late = { 0 };
  PitboxSrtGate *gate = gate_new (&rules);

  for (guint i = 0; i < PITBOX_SRT_MAX_EXPECTED; i++) {
    g_autofree gchar *id = g_strdup_printf (
        "#!::r=car01,m=%s,u=new%u", i % 2 ? "publish" : "request", i);

    g_assert_cmpint (ask (gate, id, 0, &visitors[i], NULL), ==, 0);
  }
  g_assert_cmpint (
      ask (gate, "#!::r=car01,m=publish,u=late", 0, &late, NULL), ==, 1402);
  pitbox_srt_visitor_clear (&late);
  g_assert_cmpint (
      ask (gate, "#!::r=car01,m=request,u=late", 0, &late, NULL), ==, 1402);
  pitbox_srt_visitor_clear (&late);
  pitbox_srt_gate_give_up (gate, &visitors[0]);
  g_assert_cmpint (
      ask (gate, "#!::r=car01,m=publish,u=late", 0, &late, NULL), ==, 0);
  pitbox_srt_visitor_clear (&late);
  for (guint i = 0; i < PITBOX_SRT_MAX_EXPECTED; i++)
    pitbox_srt_visitor_clear (&visitors[i]);
  pitbox_srt_gate_free (gate);
}

/* Of one driver's devices one has the place, or each its own. */
static void
test_one_per_driver (void)
{
  for (guint one = 0; one < 2; one++) {
    const PitboxSrtRules rules = { .max_callers = 2, .one_per_driver = one };
    PitboxSrtGate *gate = gate_new (&rules);
    Peer first = { 0 }, second = { 0 }, third = { 0 };
    Peer *replaced;

    come (gate, "#!::r=car01,m=publish,u=pc1", 0, &first, NULL);
    g_assert_cmpint (
        come (gate, "#!::r=car01,m=publish,u=pc3", 0, &second, &replaced), ==,
        0);
    g_assert_true (replaced == (one ? &first : NULL));
    /* Another driver's place is nobody else's. */
    first.connected = !one;
    if (one)
      pitbox_srt_gate_leave (gate, "pc1", &first);
    g_assert_cmpint (
        come (gate, "#!::r=car02,m=publish,u=pc2", 0, &third, &replaced), ==,
        one ? 0 : 1402);
    if (one)
      g_assert_null (replaced);
    pitbox_srt_gate_free (gate);
  }
}

/* However long others go on, who came last keeps the place until it leaves. */
static void
test_a_fight_for_a_place (void)
{
  PitboxSrtGate *gate = gate_new (NULL);
  Peer peers[GST_PITBOX_MAX_TAKE_OVERS + 1] = { 0 }, late = { 0 };
  const gchar *id = "#!::r=car01,m=publish,u=pc1";
  gint64 now_us = 0;

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++) {
    Peer *replaced;

    now_us += SECOND;
    g_assert_cmpint (come (gate, id, now_us, &peers[i], &replaced), ==, 0);
    g_assert_true (replaced == (i > 0 ? &peers[i - 1] : NULL));
  }
  for (guint i = 0; i < 100; i++) {
    now_us += SECOND;
    g_assert_cmpint (come (gate, id, now_us, &late, NULL), ==, 1409);
  }
  /* Lost, it holds nothing. */
  peers[GST_PITBOX_MAX_TAKE_OVERS].connected = FALSE;
  g_assert_cmpint (come (gate, id, now_us, &late, NULL), ==, 0);
  pitbox_srt_gate_free (gate);
}

/* Who has stopped sending is cut off, and most likely calls again itself. That
 * neither ends a fight nor begins one. */
static void
test_a_silent_one_is_not_fought (void)
{
  PitboxSrtGate *gate = gate_new (NULL);
  Peer peers[5 * GST_PITBOX_MAX_TAKE_OVERS] = { 0 };
  Peer loud[GST_PITBOX_MAX_TAKE_OVERS] = { 0 }, late = { 0 };
  const gchar *id = "#!::r=car01,m=publish,u=pc1";
  gint64 now_us = 0;

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++) {
    now_us += SECOND;
    g_assert_cmpint (come (gate, id, now_us, &peers[i], NULL), ==, 0);
    peers[i].silent = TRUE;
  }
  peers[G_N_ELEMENTS (peers) - 1].silent = FALSE;
  /* None of these was one of the few that it is allowed. */
  for (guint i = 0; i < GST_PITBOX_MAX_TAKE_OVERS; i++)
    g_assert_cmpint (come (gate, id, ++now_us, &loud[i], NULL), ==, 0);
  g_assert_cmpint (come (gate, id, ++now_us, &late, NULL), ==, 1409);
  pitbox_srt_gate_free (gate);
}

/* Refused for a while, whatever place it had; other devices of its driver and
 * its own way back later are not touched. */
/* Its owner knows whose place a device wants, and when that one has left. */
static void
test_contested_elsewhere (void)
{
  const PitboxSrtRules rules = { .passphrase = PASS_ALL, .max_callers = 3 };
  PitboxSrtGate *gate = gate_new (&rules);
  Peer own = { 0 }, other = { 0 };
  const gchar *id = "#!::r=car01,m=publish,u=pc1";

  pitbox_srt_gate_contest_device (gate, "pc1", 60 * SECOND);
  g_assert_cmpint (come (gate, id, SECOND, &own, NULL), ==, 1409);
  g_assert_cmpint (
      come (gate, "#!::r=car01,m=publish,u=pc3", SECOND, &other, NULL), ==, 0);
  g_assert_true (
      pitbox_srt_gate_add_device (gate, "pc1", "car01", PASS_2, NULL));
  g_assert_cmpint (come (gate, id, 59 * SECOND, &own, NULL), ==, 1409);
  pitbox_srt_gate_contest_device (gate, "pc1", 2 * SECOND);
  g_assert_cmpint (come (gate, id, 2 * SECOND, &own, NULL), ==, 0);
  pitbox_srt_gate_free (gate);
}

static void
test_held_for_a_while (void)
{
  const PitboxSrtRules rules = {
    .passphrase = PASS_ALL, .max_callers = 2, .one_per_driver = TRUE
  };
  PitboxSrtGate *gate = gate_new (&rules);
  PitboxSrtVisitor visitor = { 0 };
  Peer first = { 0 }, other = { 0 }, late = { 0 };
  const gchar *id = "#!::r=car01,m=publish,u=pc1";
  gboolean takes_over;
  gpointer old;

  /* One that nobody knows is not remembered. */
  pitbox_srt_gate_hold_device (gate, "nobody", 30 * SECOND);
  g_assert_cmpint (come (gate, id, 0, &first, NULL), ==, 0);
  /* While it shook hands. */
  g_assert_cmpint (ask (gate, id, SECOND, &visitor, PASS_1), ==, 0);
  pitbox_srt_gate_hold_device (gate, "pc1", 30 * SECOND);
  g_assert_false (
      pitbox_srt_gate_enter (gate, &visitor, &late, SECOND, &old, &takes_over));
  g_assert_null (old);
  pitbox_srt_visitor_clear (&visitor);
  g_assert_cmpint (pitbox_srt_gate_count (gate), ==, 1);
  first.connected = FALSE;
  pitbox_srt_gate_leave (gate, "pc1", &first);
  for (guint i = 1; i < 30; i++)
    g_assert_cmpint (come (gate, id, i * SECOND, &late, NULL), ==, 1413);
  /* Another passphrase is no way around. */
  g_assert_true (
      pitbox_srt_gate_add_device (gate, "pc1", "car01", PASS_2, NULL));
  g_assert_cmpint (come (gate, id, 29 * SECOND, &late, NULL), ==, 1413);
  g_assert_cmpint (
      come (gate, "#!::r=car01,m=publish,u=pc3", 29 * SECOND, &other, NULL), ==,
      0);
  g_assert_cmpint (come (gate, id, 30 * SECOND, &late, NULL), ==, 0);
  pitbox_srt_gate_free (gate);
}

/* What changed between question and answer. */
static void
test_removed_while_it_shook_hands (void)
{
  PitboxSrtGate *gate = gate_new (NULL);
  PitboxSrtVisitor device = { 0 }, reader = { 0 };
  Peer peer = { 0 };
  gboolean takes_over;
  gpointer old;

  g_assert_cmpint (
      ask (gate, "#!::r=car01,m=publish,u=pc1", 0, &device, PASS_1), ==, 0);
  g_assert_cmpint (
      ask (gate, "#!::r=car01,m=request,u=all", 0, &reader, PASS_1), ==, 0);
  pitbox_srt_gate_remove_device (gate, "pc1");
  pitbox_srt_gate_remove_reader (gate, "all");
  g_assert_false (
      pitbox_srt_gate_enter (gate, &device, &peer, 0, &old, &takes_over));
  g_assert_null (old);
  g_assert_cmpint (peer.refs, ==, 0);
  g_assert_false (pitbox_srt_gate_enter_reader (gate, &reader));
  pitbox_srt_visitor_clear (&device);
  pitbox_srt_visitor_clear (&reader);
  pitbox_srt_gate_free (gate);
}

static void
test_readers_are_limited (void)
{
  const PitboxSrtRules rules = { .max_callers = 1,
    .max_readers = PITBOX_SRT_MAX_PER_READER + 1,
    .serves_readers = TRUE };
  PitboxSrtGate *gate = gate_new (&rules);
  PitboxSrtVisitor visitor = { 0 };

  g_assert_true (pitbox_srt_gate_add_reader (gate, "two", NULL, PASS_1, NULL));
  for (guint i = 0; i < PITBOX_SRT_MAX_PER_READER; i++) {
    g_assert_cmpint (
        ask (gate, "#!::r=car01,m=request,u=all", 0, &visitor, PASS_1), ==, 0);
    g_assert_true (pitbox_srt_gate_enter_reader (gate, &visitor));
    pitbox_srt_visitor_clear (&visitor);
  }
  g_assert_cmpint (
      ask (gate, "#!::r=car01,m=request,u=all", 0, &visitor, NULL), ==, 1402);
  pitbox_srt_visitor_clear (&visitor);
  g_assert_cmpint (
      ask (gate, "#!::r=car01,m=request,u=two", 0, &visitor, PASS_1), ==, 0);
  g_assert_true (pitbox_srt_gate_enter_reader (gate, &visitor));
  pitbox_srt_visitor_clear (&visitor);
  g_assert_cmpint (
      ask (gate, "#!::r=car01,m=request,u=two", 0, &visitor, NULL), ==, 1402);
  pitbox_srt_visitor_clear (&visitor);
  pitbox_srt_gate_leave_reader (gate, "all");
  pitbox_srt_gate_leave_reader (gate, "nobody");
  g_assert_cmpuint (
      pitbox_srt_gate_count_readers (gate), ==, PITBOX_SRT_MAX_PER_READER);
  g_assert_cmpint (
      ask (gate, "#!::r=car01,m=request,u=two", 0, &visitor, PASS_1), ==, 0);
  pitbox_srt_visitor_clear (&visitor);
  pitbox_srt_gate_free (gate);
}

static void
test_names_and_keys_that_cannot_be (void)
{
  static const gchar *const rows[][3] = {
    { "", "car01", PASS_1 },
    { "pc/1", "car01", PASS_1 },
    { "pc1", "", PASS_1 },
    { "pc1", "..", PASS_1 },
    { "pc1", "car01", "short" },
    { NULL, "car01", PASS_1 },
  };
  PitboxSrtGate *gate = gate_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) device = NULL, reader = NULL;

    g_assert_false (pitbox_srt_gate_add_device (
        gate, rows[i][0], rows[i][1], rows[i][2], &device));
    g_assert_nonnull (device);
    /* No driver is every driver. */
    if (rows[i][1][0] == '\0')
      continue;
    g_assert_false (pitbox_srt_gate_add_reader (
        gate, rows[i][0], rows[i][1], rows[i][2], &reader));
    g_assert_nonnull (reader);
  }
  pitbox_srt_gate_free (gate);
}

static void
test_a_flood_of_refusals_is_told_of_in_parts (void)
{
  PitboxSrtVisitor visitor = { GST_PITBOX_STREAM_REQUEST, NULL,
    (gchar *) "all" };
  PitboxSrtRefusals refusals = { 0 };
  PitboxSrtRefusal *last;
  gint64 now_us = 5 * SECOND;

  for (guint i = 0; i < 100; i++)
    pitbox_srt_refusals_add (
        &refusals, "192.0.2.1:9", &visitor, 1402, now_us + i);
  g_assert_cmpuint (refusals.queue.length, ==, PITBOX_SRT_REFUSALS_PER_SECOND);
  visitor.user = NULL;
  pitbox_srt_refusals_add (
      &refusals, "192.0.2.1:9", &visitor, 1400, now_us + SECOND);
  last = g_queue_peek_tail (&refusals.queue);
  g_assert_cmpuint (last->others, ==, 100 - PITBOX_SRT_REFUSALS_PER_SECOND);
  g_assert_cmpstr (last->mode, ==, "");
  g_assert_cmpstr (last->user, ==, "");
  g_assert_cmpstr (
      ((PitboxSrtRefusal *) g_queue_peek_head (&refusals.queue))->mode, ==,
      "request");
  g_assert_cmpuint (refusals.n_all, ==, 101);
  pitbox_srt_refusals_clear (&refusals);
  g_assert_cmpuint (refusals.queue.length, ==, 0);
}

static guint
try_wrong (PitboxSrtGuesses *guesses, const gchar *peer, const gchar *user,
    gint64 now_us, guint most)
{
  guint n = 0;

  while (n < most && pitbox_srt_guesses_may (guesses, peer, user, now_us)) {
    pitbox_srt_guesses_wrong (guesses, peer, user, now_us);
    n++;
  }
  return n;
}

/* Of one name from one address; nobody else is in its way. */
static void
test_guesses (void)
{
  g_autoptr (PitboxSrtGuesses) guesses = pitbox_srt_guesses_new ();
  const gint64 now_us = 7 * SECOND;
  const gint64 step_us = PITBOX_SRT_GUESSES_INTERVAL_US;
  const guint burst = PITBOX_SRT_GUESSES_BURST;

  g_assert_cmpuint (
      try_wrong (guesses, "192.0.2.1:9", "pc1", now_us, 99), ==, burst);
  /* Another port is no other address. */
  g_assert_false (
      pitbox_srt_guesses_may (guesses, "192.0.2.1:10", "pc1", now_us));
  g_assert_true (
      pitbox_srt_guesses_may (guesses, "192.0.2.2:9", "pc1", now_us));
  g_assert_true (
      pitbox_srt_guesses_may (guesses, "192.0.2.1:9", "pc2", now_us));
  g_assert_true (pitbox_srt_guesses_may (guesses, "[::1]:9", "pc1", now_us));
  g_assert_false (pitbox_srt_guesses_may (
      guesses, "192.0.2.1:9", "pc1", now_us + step_us - 1));
  g_assert_cmpuint (
      try_wrong (guesses, "192.0.2.1:9", "pc1", now_us + step_us, 99), ==, 1);
  g_assert_cmpuint (try_wrong (guesses, "192.0.2.1:9", "pc1",
                        now_us + (burst + 1) * step_us, 99),
      ==, burst);
}

static void
test_guesses_of_everybody_are_bounded (void)
{
  g_autoptr (PitboxSrtGuesses) guesses = pitbox_srt_guesses_new ();
  const guint n_pairs = PITBOX_SRT_GUESSES_MAX_PAIRS;
  gint64 now_us = 7 * SECOND;

  for (guint i = 0; i < 2 * n_pairs; i++) {
    g_autofree gchar *peer = g_strdup_printf ("[2001:db8::%x]:9", i);

    pitbox_srt_guesses_wrong (guesses, peer, "pc1", now_us);
    g_assert_cmpuint (
        pitbox_srt_guesses_count (guesses), ==, MIN (i + 1, n_pairs));
  }
  /* Who has all again is forgotten first. */
  now_us += PITBOX_SRT_GUESSES_INTERVAL_US;
  pitbox_srt_guesses_wrong (guesses, "192.0.2.1:9", "pc1", now_us);
  g_assert_cmpuint (pitbox_srt_guesses_count (guesses), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gate/who-may-come", test_who_may_come);
  g_test_add_func (
      "/gate/accept-any", test_anybody_may_come_where_that_is_the_rule);
  g_test_add_func ("/gate/places", test_places_are_limited);
  g_test_add_func ("/gate/expected", test_the_expected_count);
  g_test_add_func ("/gate/one-per-driver", test_one_per_driver);
  g_test_add_func ("/gate/fight", test_a_fight_for_a_place);
  g_test_add_func ("/gate/silent", test_a_silent_one_is_not_fought);
  g_test_add_func ("/gate/contested-elsewhere", test_contested_elsewhere);
  g_test_add_func ("/gate/held", test_held_for_a_while);
  g_test_add_func ("/gate/removed", test_removed_while_it_shook_hands);
  g_test_add_func ("/gate/readers", test_readers_are_limited);
  g_test_add_func ("/gate/names", test_names_and_keys_that_cannot_be);
  g_test_add_func ("/guesses/pair", test_guesses);
  g_test_add_func ("/guesses/bounded", test_guesses_of_everybody_are_bounded);
  g_test_add_func (
      "/refusals/flood", test_a_flood_of_refusals_is_told_of_in_parts);
  return g_test_run ();
}
