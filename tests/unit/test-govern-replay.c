/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Recordings of PbGovern's looks: what was decided then is decided now. */
#include "govern/pb-govern-record.h"

/* What was done over a whole recording: bits of pictures, then of rows. */
#define PICTURES 0x0f
#define ROWS 0xf0
#define ALL_ROWS 0x10

static const struct {
  const gchar *file;
  guint seen;
} recordings[] = {
  { "govern-load.csv", PICTURES | ROWS },
  { "govern-memory.csv", PICTURES | ALL_ROWS },
  { "govern-srt.csv", 0x01 | (ROWS & ~0x80) },
  { "govern-websocket.csv", 0x01 | ROWS },
};

/* A recording of real load, or of a real network, decides as it did then, and in
 * the end everything is back. */
static void
test_replay (gconstpointer data)
{
  const guint which = GPOINTER_TO_UINT (data);
  g_autofree gchar *file =
      g_test_build_filename (G_TEST_DIST, "unit", recordings[which].file, NULL);
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;
  PbGovern govern;
  PbGovernBudget budget;
  guint n = 0, seen = 0, last = 0;

  g_file_get_contents (file, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  g_assert_true (pb_govern_record_parse_head (lines[0], &budget));
  pb_govern_init (&govern, &budget);
  for (guint i = 2; lines[i] != NULL && lines[i][0] != '\0'; i++, n++) {
    PbGovernSample sample;
    PbGovernDecision then, now;
    g_autofree gchar *line = NULL;

    g_assert_true (pb_govern_record_parse_line (lines[i], &sample, &then));
    pb_govern_look (&govern, &sample, &now);
    line = pb_govern_record_dup_line (&sample, &now);
    if (g_strcmp0 (line, lines[i]) != 0)
      g_error ("line %u: %s, not %s", i + 1, line, lines[i]);
    last = 1u << now.picture | 1u << (4 + now.thin);
    seen |= last;
  }
  g_assert_cmpuint (n, >, 15);
  g_assert_cmphex (seen, ==, recordings[which].seen);
  g_assert_cmphex (last, ==, 0x11);
}

static void
test_bad_records (void)
{
  static const gchar *const lines[] = { "", "1", "# budget,1,2", "# band,1,2,3",
    "x,,,,,,,,,,0,1,whole,whole,all,calm",
    "1,,,,,,,,,,0,2,whole,whole,all,calm",
    "1,-5,,,,,,,,,0,1,whole,whole,all,calm",
    "1,5x,,,,,,,,,0,1,whole,whole,all,calm",
    "1,,,,,,,,,,0,1,half,whole,all,calm", "1,,,,,,,,,,0,1,whole,whole,all,moon",
    "1,,,,,,,,,,0,1,whole,whole,all,calm," };
  PbGovernBudget budget;
  PbGovernSample sample;
  PbGovernDecision decision;

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_assert_false (pb_govern_record_parse_head (lines[i], &budget));
    g_assert_false (pb_govern_record_parse_line (lines[i], &sample, &decision));
  }
  g_assert_true (pb_govern_record_parse_line (
      "1,,,,,,,,,,0,1,whole,whole,all,calm", &sample, &decision));
  g_assert_cmpfloat (sample.game_fps, ==, PB_GOVERN_UNKNOWN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/govern-replay/bad-records", test_bad_records);
  for (guint i = 0; i < G_N_ELEMENTS (recordings); i++) {
    g_autofree gchar *path =
        g_strconcat ("/govern-replay/", recordings[i].file, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_replay);
  }
  return g_test_run ();
}
