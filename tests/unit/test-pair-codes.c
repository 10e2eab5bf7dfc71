/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The codes that agents show: their life, that they are good once, and who puts
 * out whom. */
#include <string.h>

#include "auth/pb-pair-codes.h"
#include "auth/pb-token.h"

#define NOW_US G_GINT64_CONSTANT (1700000000000000)

static const PbPairRequest rig = { .device = (gchar *) "rig",
  .version = (gchar *) "1.0",
  .platform = (gchar *) "Linux",
  .address = (gchar *) "192.0.2.7" };

static const PbPairRequest given = { .device = (gchar *) "rig-1",
  .driver = (gchar *) "car07",
  .token = (gchar *) "pbd_token",
  .passphrase = (gchar *) "passphrase" };

/* Returns: (transfer full): its code; @poll is by what it asks. */
static gchar *
add (PbPairCodes *codes, const gchar *key, gint64 now_us, gchar **poll)
{
  return g_strdup (pb_pair_codes_add (codes, &rig, key, now_us, poll)->code);
}

static PbPairState
poll_state (PbPairCodes *codes, const gchar *token, gint64 now_us)
{
  PbPairRequest *answer;
  PbPairState state = pb_pair_codes_poll (codes, token, now_us, &answer);

  g_assert_null (answer);
  return state;
}

/* Shown, typed in any case, approved; then neither it nor its token is worth
 * anything. */
static void
test_approved (void)
{
  g_autoptr (PbPairCodes) codes = pb_pair_codes_new ();
  g_autofree gchar *poll = NULL;
  g_autofree gchar *code = add (codes, "a", NOW_US, &poll);
  g_autofree gchar *lower = g_ascii_strdown (code, -1);
  g_autofree gchar *forged = g_strdup (poll);
  const PbPairRequest *found = pb_pair_codes_find (codes, lower, NOW_US);
  g_autoptr (PbPairRequest) answer = NULL;

  g_assert_cmpstr (found->device, ==, "rig");
  g_assert_cmpstr (found->address, ==, "192.0.2.7");
  g_assert_cmpint (found->expires_us, ==, NOW_US + PB_PAIR_CODE_LIFE_US);
  g_assert_cmpint (poll_state (codes, poll, NOW_US), ==, PB_PAIR_WAITING);
  g_assert_true (pb_pair_codes_approve (codes, lower, &given, NOW_US));
  g_assert_false (pb_pair_codes_approve (codes, code, &given, NOW_US));
  g_assert_false (pb_pair_codes_refuse (codes, code, NOW_US));
  g_assert_null (pb_pair_codes_find (codes, code, NOW_US));
  forged[20] = forged[20] == 'x' ? 'y' : 'x';
  g_assert_cmpint (poll_state (codes, forged, NOW_US), ==, PB_PAIR_UNKNOWN);
  g_assert_cmpint (
      pb_pair_codes_poll (codes, poll, NOW_US, &answer), ==, PB_PAIR_APPROVED);
  g_assert_cmpstr (answer->device, ==, "rig-1");
  g_assert_cmpstr (answer->driver, ==, "car07");
  g_assert_cmpstr (answer->token, ==, "pbd_token");
  g_assert_cmpstr (answer->passphrase, ==, "passphrase");
  g_assert_cmpint (poll_state (codes, poll, NOW_US), ==, PB_PAIR_UNKNOWN);
}

static void
test_refused (void)
{
  g_autoptr (PbPairCodes) codes = pb_pair_codes_new ();
  g_autofree gchar *poll = NULL;
  g_autofree gchar *code = add (codes, "a", NOW_US, &poll);

  g_assert_true (pb_pair_codes_refuse (codes, code, NOW_US));
  g_assert_null (pb_pair_codes_find (codes, code, NOW_US));
  g_assert_false (pb_pair_codes_approve (codes, code, &given, NOW_US));
  g_assert_cmpint (poll_state (codes, poll, NOW_US), ==, PB_PAIR_REFUSED);
  g_assert_cmpint (poll_state (codes, poll, NOW_US), ==, PB_PAIR_UNKNOWN);
}

/* Ten minutes, to the microsecond; the agent is told so. */
static void
test_expired (void)
{
  const gint64 end_us = NOW_US + PB_PAIR_CODE_LIFE_US;
  g_autoptr (PbPairCodes) codes = pb_pair_codes_new ();
  g_autofree gchar *poll = NULL, *poll2 = NULL, *poll3 = NULL;
  g_autofree gchar *code = add (codes, "a", NOW_US, &poll);
  g_autofree gchar *code2 = add (codes, "a", NOW_US, &poll2);
  g_autofree gchar *code3 = add (codes, "a", NOW_US, &poll3);
  g_autoptr (PbPairRequest) answer = NULL;

  g_assert_nonnull (pb_pair_codes_find (codes, code, end_us - 1));
  g_assert_cmpint (poll_state (codes, poll, end_us - 1), ==, PB_PAIR_WAITING);
  /* What was approved in time may be fetched later. */
  g_assert_true (pb_pair_codes_approve (codes, code2, &given, end_us - 1));
  g_assert_null (pb_pair_codes_find (codes, code, end_us));
  g_assert_false (pb_pair_codes_approve (codes, code, &given, end_us));
  g_assert_cmpint (
      pb_pair_codes_poll (codes, poll2, end_us, &answer), ==, PB_PAIR_APPROVED);
  g_assert_cmpint (poll_state (codes, poll, end_us), ==, PB_PAIR_EXPIRED);
  g_assert_cmpint (poll_state (codes, poll, end_us), ==, PB_PAIR_UNKNOWN);
  /* Who does not ask for so long is forgotten. */
  g_assert_cmpint (poll_state (codes, poll3, end_us + G_TIME_SPAN_MINUTE), ==,
      PB_PAIR_UNKNOWN);
}

/* Each address has eight; all of them have room, but for who has most. */
static void
test_many (void)
{
  g_autoptr (PbPairCodes) codes = pb_pair_codes_new ();
  g_autofree gchar *poll = NULL, *own = NULL, *late_poll = NULL, *late = NULL;
  g_autofree gchar *code = add (codes, "me", NOW_US, &own);

  for (guint i = 0; i < 3 * PB_PAIR_CODES_MAX; i++) {
    g_autofree gchar *key =
        g_strdup_printf ("%u", i / (2 * PB_PAIR_CODES_MAX_EACH));
    g_autofree gchar *token = NULL;
    g_autofree gchar *stranger = add (codes, key, NOW_US + 1, &token);

    g_assert_cmpstr (stranger, !=, code);
    g_assert_nonnull (pb_pair_codes_find (codes, stranger, NOW_US + 1));
    if (i == 0)
      poll = g_steal_pointer (&token);
  }
  g_assert_cmpint (poll_state (codes, poll, NOW_US + 1), ==, PB_PAIR_UNKNOWN);
  /* The oldest of all, and still there. */
  g_assert_nonnull (pb_pair_codes_find (codes, code, NOW_US + 1));
  late = add (codes, "late", NOW_US + 1, &late_poll);
  g_assert_nonnull (pb_pair_codes_find (codes, late, NOW_US + 1));
  g_assert_cmpint (poll_state (codes, own, NOW_US + 1), ==, PB_PAIR_WAITING);
}

static void
test_form (void)
{
  static const struct {
    const gchar *typed;
    gboolean good;
  } rows[] = {
    { "ABC234", TRUE },
    { "abc234", TRUE },
    { "", FALSE },
    { "ABC23", FALSE },
    { "ABC2345", FALSE },
    { "ABC-23", FALSE },
    { "ABCI23", FALSE },
    { "ABCL23", FALSE },
    { "ABCO23", FALSE },
    { "ABC023", FALSE },
    { "ABC123", FALSE },
    { "\303\204BC234", FALSE },
  };
  g_autoptr (PbPairCodes) codes = pb_pair_codes_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (pb_pair_code_is_valid (rows[i].typed), ==, rows[i].good);
  for (guint i = 0; i < 200; i++) {
    g_autofree gchar *poll = NULL;
    g_autofree gchar *code = add (codes, "a", NOW_US, &poll);

    g_assert_true (pb_pair_code_is_valid (code));
  }
  g_assert_cmpint (
      poll_state (codes, "pbp_nothing", NOW_US), ==, PB_PAIR_UNKNOWN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pair-codes/approved", test_approved);
  g_test_add_func ("/pair-codes/refused", test_refused);
  g_test_add_func ("/pair-codes/expired", test_expired);
  g_test_add_func ("/pair-codes/many", test_many);
  g_test_add_func ("/pair-codes/form", test_form);
  return g_test_run ();
}
