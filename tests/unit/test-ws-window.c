/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What pitboxwssink keeps and sends again: connections come and go, and a
 * server that begins anew with each of them understands every row once. */
#include "../../elements/net/pitboxwsreject.h"
#include "../../elements/net/pitboxwswindow.h"
#include "../lib/pb-test-rows.h"

#include <string.h>

#define N_ROWS 900
#define SEEDS 20

static const PitboxWsLimits wide = { 64, 1 << 20, 10000, 1 << 24,
  G_GINT64_CONSTANT (1) << 40 };

typedef struct {
  GstPitboxSchema *schema;
  GstPitboxEncoder *encoder;
  GstPitboxUnitCursor cursor;
  PitboxWsWindow *window;
  guint n; /* rows so far */
  gint64 now_us;

  /* The server. */
  GstPitboxDecoder *decoder; /* of this connection */
  GstPitboxUnitCursor there;
  guint32 run_id;
  guint32 next;
  guint n_taken;
  guint n_bad;
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  const GstPitboxEncoderConfig config = { .codec = GST_PITBOX_CODEC_DEFAULT,
    .key_interval = GST_SECOND,
    .rows_per_unit = 2,
    .run_id = 77,
    .rate_divisor = 1 };
  const PitboxWsLimits *limits = data != NULL ? data : &wide;

  f->schema = pb_test_schema_new ();
  f->encoder = gst_pitbox_encoder_new (&config);
  g_assert_true (gst_pitbox_encoder_set_schema (f->encoder, f->schema, NULL));
  f->window = pitbox_ws_window_new (limits);
  f->run_id = 77;
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->decoder, gst_pitbox_decoder_free);
  pitbox_ws_window_free (f->window);
  gst_pitbox_encoder_free (f->encoder);
  gst_pitbox_schema_unref (f->schema);
}

/* Two rows, a unit. */
static gboolean
push (Fixture *f)
{
  const gsize size = gst_pitbox_schema_get_row_bytes (f->schema);
  g_autofree guint8 *row = g_malloc (size);
  g_autoptr (GstBuffer) unit = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GstPitboxUnitSpan span;
  GstMapInfo map;
  gboolean whole;

  while (unit == NULL) {
    GstPitboxEncoderRow in = {
      .data = row, .tick = 5000 + f->n, .pts = PB_TEST_ROW_NS (f->n)
    };

    pb_test_row_fill (f->schema, f->n++, row);
    unit = gst_pitbox_encoder_push (f->encoder, &in);
  }
  gst_buffer_map (unit, &map, GST_MAP_READ);
  g_assert_true (gst_pitbox_unit_cursor_take (
      &f->cursor, map.data, map.size, &span, NULL));
  g_assert_cmpuint (span.sequence + span.n_rows, ==, f->n);
  bytes = g_bytes_new (map.data, map.size);
  gst_buffer_unmap (unit, &map);
  f->now_us += 33333;
  whole = pitbox_ws_window_push (
      f->window, bytes, &span, GST_BUFFER_PTS (unit), f->now_us);
  return whole;
}

/* A row that is not bit by bit what was pushed under its number is bad. */
static void
check_rows (Fixture *f, guint32 sequence, GstClockTime pts)
{
  const gsize size = gst_pitbox_schema_get_row_bytes (f->schema);
  g_autofree guint8 *row = g_malloc (size);
  GstPitboxDecoderItem item;

  while (gst_pitbox_decoder_next (f->decoder, &item)) {
    gint64 late;

    if (item.type != GST_PITBOX_DECODER_ROW)
      continue;
    pb_test_row_fill (f->schema, sequence, row);
    late = (gint64) pts + item.offset_ns - (gint64) PB_TEST_ROW_NS (sequence);
    if (memcmp (row, item.row, size) != 0 || item.times.tick != 5000 + sequence
        || ABS (late) > 12000)
      f->n_bad++;
    f->n_taken++;
    sequence++;
  }
}

/* What the server gets. */
static void
take_units (Fixture *f, GBytes *units, guint32 sequence, GstClockTime pts)
{
  GstPitboxUnitSpan span;
  gsize size;
  const guint8 *data = g_bytes_get_data (units, &size);

  g_assert_true (
      gst_pitbox_unit_cursor_take (&f->there, data, size, &span, NULL));
  g_assert_cmpuint (span.run_id, ==, f->run_id);
  g_assert_cmpuint (span.sequence, ==, sequence);
  g_assert_cmpint ((gint32) (span.sequence - f->next), >=, 0);
  f->next = span.sequence + span.n_rows;
  gst_pitbox_decoder_push (f->decoder, data, size);
  check_rows (f, span.sequence, pts);
}

/* The server takes one message; FALSE where there is none. */
static gboolean
take (Fixture *f)
{
  PitboxWsMessage message;

  if (!pitbox_ws_window_next (f->window, f->now_us, &message))
    return FALSE;
  take_units (f, message.units, message.sequence, message.pts);
  return TRUE;
}

static void
connect_anew (Fixture *f)
{
  const GstPitboxUnitsAnswer welcome = { TRUE, f->next > 0, f->run_id,
    f->next };

  g_clear_pointer (&f->decoder, gst_pitbox_decoder_free);
  f->decoder = gst_pitbox_decoder_new ();
  f->there = (GstPitboxUnitCursor){ 0 };
  pitbox_ws_window_begin (f->window, &welcome);
}

static void
acknowledge (Fixture *f)
{
  const GstPitboxUnitsAnswer ack = { FALSE, TRUE, f->run_id, f->next };

  pitbox_ws_window_acknowledge (f->window, &ack);
}

static void
check_all_taken (Fixture *f)
{
  PitboxWsCounts counts;

  while (take (f) || f->next < f->n)
    acknowledge (f);
  acknowledge (f);
  pitbox_ws_window_get_counts (f->window, &counts);
  g_assert_cmpuint (counts.kept_units, ==, 0);
  g_assert_cmpuint (counts.flight_units, ==, 0);
  g_assert_cmpuint (counts.kept_bytes, ==, 0);
  g_assert_cmpuint (counts.dropped_rows, ==, 0);
  g_assert_cmpuint (f->next, ==, f->n);
  g_assert_cmpuint (f->n_taken, ==, f->n);
  g_assert_cmpuint (f->n_bad, ==, 0);
}

static void
test_one_connection (Fixture *f, gconstpointer data)
{
  PitboxWsCounts counts;

  connect_anew (f);
  for (guint i = 0; i < 200; i++) {
    g_assert_true (push (f));
    g_assert_true (take (f));
    if (i % 7 == 0)
      acknowledge (f);
  }
  check_all_taken (f);
  pitbox_ws_window_get_counts (f->window, &counts);
  g_assert_cmpuint (counts.acknowledged_rows, ==, 400);
  g_assert_cmpuint (counts.sent_again, ==, 0);
}

/* Connections end after any unit, with any number of them on their way and of
 * them taken; what was taken is known by the next one. */
static void
test_any_losses (Fixture *f, gconstpointer data)
{
  for (guint seed = 0; seed < SEEDS; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    Fixture each = { 0 };

    setup (&each, NULL);
    connect_anew (&each);
    while (each.n < N_ROWS) {
      PitboxWsMessage lost;

      if (g_rand_int_range (rand, 0, 3) > 0)
        push (&each);
      if (g_rand_int_range (rand, 0, 3) > 0)
        take (&each);
      if (g_rand_int_range (rand, 0, 9) == 0)
        acknowledge (&each);
      if (g_rand_int_range (rand, 0, 40) == 0) {
        for (gint i = g_rand_int_range (rand, 0, 5); i > 0; i--)
          pitbox_ws_window_next (each.window, each.now_us, &lost);
        connect_anew (&each);
        /* And at once again. */
        if (g_rand_int_range (rand, 0, 3) == 0)
          connect_anew (&each);
      }
    }
    check_all_taken (&each);
    teardown (&each, NULL);
  }
}

/* What was acknowledged before the server forgot everything is not sent. */
static void
test_a_server_that_forgot (Fixture *f, gconstpointer data)
{
  const GstPitboxUnitsAnswer nothing = { TRUE, FALSE, 0, 0 };

  connect_anew (f);
  for (guint i = 0; i < 40; i++) {
    push (f);
    take (f);
  }
  acknowledge (f);
  for (guint i = 0; i < 5; i++)
    push (f);
  g_clear_pointer (&f->decoder, gst_pitbox_decoder_free);
  f->decoder = gst_pitbox_decoder_new ();
  f->there = (GstPitboxUnitCursor){ 0 };
  pitbox_ws_window_begin (f->window, &nothing);
  for (guint i = 0; i < 60; i++)
    push (f);
  check_all_taken (f);
}

static const PitboxWsLimits few_units = { 8, 1 << 20, 50, 1 << 24,
  G_GINT64_CONSTANT (1) << 40 };
static const PitboxWsLimits few_bytes = { 8, 1 << 20, 10000, 20000,
  G_GINT64_CONSTANT (1) << 40 };
static const PitboxWsLimits short_time = { 8, 1 << 20, 10000, 1 << 24,
  2 * G_USEC_PER_SEC };

/* Nobody is there: the oldest go, and what is left can be understood. */
static void
test_limits (Fixture *f, gconstpointer data)
{
  PitboxWsCounts counts;
  gboolean whole = TRUE;

  for (guint i = 0; i < 400; i++)
    whole = push (f) && whole;
  g_assert_false (whole);
  pitbox_ws_window_get_counts (f->window, &counts);
  g_assert_cmpuint (counts.dropped_rows, >, 0);
  g_assert_cmpuint (counts.dropped_rows + counts.kept_units * 2, ==, f->n);
  if (data == &few_units)
    g_assert_cmpuint (counts.kept_units, <=, few_units.kept_units);
  if (data == &few_bytes)
    g_assert_cmpuint (counts.kept_bytes, <=, few_bytes.kept_bytes);
  if (data == &short_time)
    g_assert_cmpuint (counts.kept_units, <=, 61);
  connect_anew (f);
  while (take (f))
    acknowledge (f);
  g_assert_cmpuint (f->next, ==, f->n);
  g_assert_cmpuint (f->n_taken + counts.dropped_rows, ==, f->n);
  g_assert_cmpuint (f->n_bad, ==, 0);
}

/* A server that reads and says nothing gets so many and no more. */
static void
test_flight (Fixture *f, gconstpointer data)
{
  guint n = 0;

  connect_anew (f);
  for (guint i = 0; i < 40; i++)
    push (f);
  while (take (f))
    n++;
  g_assert_cmpuint (n, ==, few_units.flight_units);
  g_assert_cmpint (
      pitbox_ws_window_get_waiting_since (f->window), ==, f->now_us);
  acknowledge (f);
  g_assert_cmpint (pitbox_ws_window_get_waiting_since (f->window), ==, 0);
  g_assert_true (take (f));
}

static const PitboxWsLimits impatient = { 1000, 1 << 20, 10000, 1 << 24,
  2 * G_USEC_PER_SEC, G_USEC_PER_SEC };

/* What is in a socket arrives in its turn, of @every units one meanwhile. */
static void
go_slowly (Fixture *f, GQueue *socket, guint n_units, guint every)
{
  for (guint i = 0; i < n_units; i++) {
    PitboxWsMessage message;

    push (f);
    while (pitbox_ws_window_next (f->window, f->now_us, &message)) {
      g_queue_push_tail (socket, GUINT_TO_POINTER (message.sequence));
      g_queue_push_tail (socket, GSIZE_TO_POINTER (message.pts));
      g_queue_push_tail (socket, g_bytes_ref (message.units));
    }
    for (guint n = i % every == 0 ? 1 : 0; n > 0 || every == 1; n--) {
      g_autoptr (GBytes) units = NULL;
      guint32 sequence;
      GstClockTime pts;

      if (g_queue_is_empty (socket))
        break;
      sequence = GPOINTER_TO_UINT (g_queue_pop_head (socket));
      pts = GPOINTER_TO_SIZE (g_queue_pop_head (socket));
      units = g_queue_pop_head (socket);
      take_units (f, units, sequence, pts);
      acknowledge (f);
    }
  }
}

/* A network that takes a quarter: what has waited for too long goes, nothing
 * that is sent does, and never much of it is in the socket. */
static void
test_slow_network (Fixture *f, gconstpointer data)
{
  g_autoptr (GQueue) socket = g_queue_new ();
  PitboxWsCounts counts;

  connect_anew (f);
  go_slowly (f, socket, 100, 1);
  g_assert_cmpuint (f->n_taken, ==, f->n);
  go_slowly (f, socket, 1200, 4);
  pitbox_ws_window_get_counts (f->window, &counts);
  g_assert_cmpuint (counts.dropped_rows, >, 1000);
  g_assert_cmpint (f->now_us - counts.kept_since_us, <, 10 * G_USEC_PER_SEC);
  g_assert_cmpuint (counts.flight_units, <, 60);
  g_assert_cmpuint (g_queue_get_length (socket) / 3, ==, counts.flight_units);
  go_slowly (f, socket, 100, 1);
  pitbox_ws_window_get_counts (f->window, &counts);
  g_assert_cmpuint (f->next, ==, f->n);
  g_assert_cmpuint (f->n_taken + counts.dropped_rows, ==, f->n);
  g_assert_cmpuint (f->n_bad, ==, 0);
}

/* The encoder began anew: its rows have numbers of their own. */
static void
test_another_run (Fixture *f, gconstpointer data)
{
  const GstPitboxUnitSpan span = { 78, 0, 2, 1, TRUE };
  g_autoptr (GBytes) units = g_bytes_new_static ("x", 1);
  const GstPitboxUnitsAnswer ack = { FALSE, TRUE, 77, 1000 };
  PitboxWsCounts counts;

  push (f);
  push (f);
  g_assert_false (pitbox_ws_window_push (f->window, units, &span, 0, 1));
  pitbox_ws_window_acknowledge (f->window, &ack);
  pitbox_ws_window_get_counts (f->window, &counts);
  g_assert_cmpuint (counts.dropped_rows, ==, 4);
  g_assert_cmpuint (counts.kept_units, ==, 1);
}

/* Whatever a server acknowledges. */
static void
test_odd_answers (Fixture *f, gconstpointer data)
{
  static const guint32 nexts[] = { 0, 1, 3, 7, 1u << 31, G_MAXUINT32 };

  for (guint i = 0; i < G_N_ELEMENTS (nexts); i++) {
    const GstPitboxUnitsAnswer welcome = { TRUE, TRUE, 77, nexts[i] };
    const GstPitboxUnitsAnswer ack = { FALSE, TRUE, 77, nexts[i] };
    PitboxWsMessage message;

    push (f);
    pitbox_ws_window_begin (f->window, &welcome);
    pitbox_ws_window_next (f->window, 1, &message);
    pitbox_ws_window_acknowledge (f->window, &ack);
    pitbox_ws_window_acknowledge (f->window, &ack);
  }
}

static void
test_messages (void)
{
  const GstPitboxUnitsHead head = { 0x01020304, G_MAXUINT32, 5,
    G_GUINT64_CONSTANT (0x1122334455667788) };
  const GstPitboxUnitsAnswer answer = { TRUE, TRUE, 9, 10 };
  guint8 bytes[GST_PITBOX_UNITS_HEAD_BYTES + 1] = { 0 };
  GstPitboxUnitsHead head2;
  GstPitboxUnitsAnswer answer2;

  gst_pitbox_units_head_write (&head, bytes);
  g_assert_true (gst_pitbox_units_head_parse (bytes, sizeof bytes, &head2));
  g_assert_cmpuint (head2.run_id, ==, head.run_id);
  g_assert_cmpuint (head2.sequence, ==, head.sequence);
  g_assert_cmpuint (head2.age_us, ==, head.age_us);
  g_assert_cmpuint (head2.pts, ==, head.pts);
  g_assert_false (
      gst_pitbox_units_head_parse (bytes, sizeof bytes - 1, &head2));
  bytes[1] = 1;
  g_assert_false (gst_pitbox_units_head_parse (bytes, sizeof bytes, &head2));
  gst_pitbox_units_answer_write (&answer, bytes);
  g_assert_true (gst_pitbox_units_answer_parse (
      bytes, GST_PITBOX_UNITS_ANSWER_BYTES, &answer2));
  g_assert_true (answer2.is_welcome && answer2.is_known);
  g_assert_cmpuint (answer2.run_id, ==, 9);
  g_assert_cmpuint (answer2.next, ==, 10);
  bytes[0] = 3;
  g_assert_false (gst_pitbox_units_answer_parse (
      bytes, GST_PITBOX_UNITS_ANSWER_BYTES, &answer2));
  g_assert_false (gst_pitbox_units_answer_parse (bytes, 11, &answer2));
}

static void
test_words (void)
{
  static const struct {
    guint code;
    gint error;
    const gchar *words;
  } table[] = {
    { 401, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "revoked" },
    { 403, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "may not send" },
    { 404, GST_RESOURCE_ERROR_NOT_FOUND, "too old" },
    { 400, GST_RESOURCE_ERROR_SETTINGS, "update" },
    { 409, GST_RESOURCE_ERROR_BUSY, "another sender" },
    { 4003, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "withdrawn" },
    { 502, GST_RESOURCE_ERROR_OPEN_WRITE, "502" },
    { 1006, GST_RESOURCE_ERROR_WRITE, "lost: why" },
    { 0, GST_RESOURCE_ERROR_WRITE, "lost" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GError) error =
        pitbox_ws_reject_error (table[i].code, "there", "why");

    g_assert_error (error, GST_RESOURCE_ERROR, table[i].error);
    g_assert_nonnull (strstr (error->message, table[i].words));
    g_assert_cmpint (pitbox_ws_is_refusal (table[i].code), ==,
        table[i].code >= 400 && table[i].code != 502 && table[i].code != 1006);
  }
}

static void
test_cursor (Fixture *f, gconstpointer data)
{
  GstPitboxUnitCursor cursor = { 0 };
  PitboxWsMessage key, delta;
  GstPitboxUnitSpan span;
  g_autoptr (GByteArray) both = g_byte_array_new ();
  const guint8 *bytes;
  gsize size;

  push (f);
  push (f);
  connect_anew (f);
  g_assert_true (pitbox_ws_window_next (f->window, 1, &key));
  bytes = g_bytes_get_data (key.units, &size);
  g_byte_array_append (both, bytes, size);
  g_assert_true (pitbox_ws_window_next (f->window, 1, &delta));
  bytes = g_bytes_get_data (delta.units, &size);
  g_byte_array_append (both, bytes, size);
  g_assert_false (
      gst_pitbox_unit_cursor_take (&cursor, bytes, size, &span, NULL));
  g_assert_true (gst_pitbox_unit_cursor_take (
      &cursor, both->data, both->len, &span, NULL));
  g_assert_cmpuint (span.n_rows, ==, 4);
  g_assert_cmpuint (span.n_units, ==, 2);
  g_assert_true (span.begins_with_key);
  /* Each damaged byte of a delta unit is noticed. */
  for (gsize i = both->len - size; i < both->len; i++) {
    both->data[i] ^= 0x10;
    g_assert_false (gst_pitbox_unit_cursor_take (
        &cursor, both->data, both->len, &span, NULL));
    both->data[i] ^= 0x10;
  }
  g_assert_false (gst_pitbox_unit_cursor_take (&cursor, bytes, 0, &span, NULL));
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/ws/one-connection", Fixture, NULL, setup, test_one_connection,
      teardown);
  g_test_add (
      "/ws/any-losses", Fixture, NULL, setup, test_any_losses, teardown);
  g_test_add ("/ws/a-server-that-forgot", Fixture, NULL, setup,
      test_a_server_that_forgot, teardown);
  g_test_add (
      "/ws/limits/units", Fixture, &few_units, setup, test_limits, teardown);
  g_test_add (
      "/ws/limits/bytes", Fixture, &few_bytes, setup, test_limits, teardown);
  g_test_add (
      "/ws/limits/time", Fixture, &short_time, setup, test_limits, teardown);
  g_test_add ("/ws/slow-network", Fixture, &impatient, setup, test_slow_network,
      teardown);
  g_test_add ("/ws/flight", Fixture, &few_units, setup, test_flight, teardown);
  g_test_add (
      "/ws/another-run", Fixture, NULL, setup, test_another_run, teardown);
  g_test_add (
      "/ws/odd-answers", Fixture, NULL, setup, test_odd_answers, teardown);
  g_test_add ("/ws/cursor", Fixture, NULL, setup, test_cursor, teardown);
  g_test_add_func ("/ws/messages", test_messages);
  g_test_add_func ("/ws/words", test_words);
  return g_test_run ();
}
