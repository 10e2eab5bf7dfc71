/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The pacer as scripts: what comes in when, and what leaves. */
#include "../../elements/telemetry/pacer.h"

#define MS GST_MSECOND
#define NONE GST_CLOCK_TIME_NONE

/* A script is words: u10 = a unit of 10 ms comes, f20 = a frame of 20 ms comes,
 * g30 = no unit up to 30 ms, U = telemetry ends, V = video ends, x = telemetry
 * is flushed, y = video; @40 = it is 40 ms now; s1000 and l20 are the first
 * frame's wait (50 ms) and lead (0). After each word all that is to do is done and written: F20(10,15)
 * a frame at 20 ms with two units, A15(15) a unit alone, E the end of
 * telemetry, W60 = sleeps until 60 ms. */
typedef struct {
  const gchar *name;
  gboolean live;
  const gchar *in;
  const gchar *out;
} Case;

static const Case cases[] = {
  { "one-for-one", TRUE, "u10 f10 u20 f20", "W50 F10(10) W50 F20(20)" },
  { "two-rows-a-frame", TRUE, "u10 u20 f20", "W50 W50 F20(10,20)" },
  { "row-of-the-next-frame-stays", TRUE, "u10 u25 f20 f30",
      "W50 W50 F20(10) W50 F30(25)" },
  { "no-rows", TRUE, "f10 f20", "F10() F20()" },
  { "late-row-goes-with-next", TRUE, "f10 u10 f20", "F10() W50 F20(10)" },
  { "video-stops", TRUE, "@10 u10 f10 @20 u20 @60 u60 @70 u70 @80 f75 f80",
      "W60 F10(10) W60 A20(20) A60(60) A70(70) F75() F80()" },
  { "video-never-starts", TRUE, "@10 u10 @59 @60 u20",
      "W60 W60 A10(10) A20(20)" },
  { "old-frame-after-outage", TRUE, "@10 u50 @60 f20 u70 f70",
      "W60 A50(50) F50() W110 F70(70)" },
  { "video-eos", TRUE, "u10 f10 V u20 U", "W50 F10(10) A20(20) E" },
  { "telemetry-eos-waits-for-rows", TRUE, "u10 u20 U f10 f20 f30",
      "W50 W50 W50 F10(10) W50 F20(20) E" },
  { "file-frame-waits-for-rows", FALSE, "f20 u10 u20", "F20(10,20)" },
  { "file-gap-is-as-good", FALSE, "f20 u10 g20", "F20(10)" },
  { "file-rows-wait-for-frames", FALSE, "u10 u20 @99999 f10 f20",
      "F10(10) F20(20)" },
  { "file-without-telemetry", FALSE, "f10 f20 U f30", "F10() F20() E" },
  { "file-without-video", FALSE, "u10 V u20 U", "A10(10) A20(20) E" },
  { "start-waits-longer", TRUE, "s1000 @10 u10 @200 u200 f200 @210 u210 f210",
      "W1010 W1010 W1010 F200(10,200) W250 F210(210)" },
  { "start-frame-at-900", TRUE, "s1000 l20 @10 u10 @900 u900 f895 @920",
      "W1010 W1010 W1010 W920 F895(10) W950" },
  { "start-row-of-the-next-frame-stays", TRUE,
      "s1000 l20 u10 u27 f10 @17 f27 @20",
      "W1000 W1000 W20 W20 W20 F10(10) F27(27)" },
  { "start-lead-is-the-first-frame's", TRUE,
      "l20 @10 f10 @30 u44 f44 @60 u60 f60",
      "W30 F10() W60 F44(44) W80 F60(60)" },
  { "start-video-never-comes", TRUE, "s1000 @10 u10 u1009 @1010 @1020 u1020",
      "W1010 W1010 A1009(10,1009) A1020(1020)" },
  { "start-video-comes-too-late", TRUE, "s1000 l20 @10 u10 @1010 @1030 f1030",
      "W1010 A10(10) F1030()" },
  { "start-is-over", TRUE, "s1000 @10 u10 f10 @20 u20 @60 u60",
      "W1010 F10(10) W60 A20(20) A60(60)" },
  { "start-video-eos", TRUE, "s1000 u10 V u20", "W1000 A10(10) A20(20)" },
  { "start-telemetry-eos", TRUE, "s1000 l20 u10 U @300 f300 @320",
      "W1000 W1000 W1000 W320 F300(10) E" },
  { "start-telemetry-eos-alone", TRUE, "s1000 u10 U @1000",
      "W1000 W1000 A10(10) E" },
  { "start-telemetry-flush", TRUE, "s1000 @10 u10 x @500 u500 @1010 @1500",
      "W1010 W1500 W1500 A500(500)" },
  { "start-video-flush", TRUE, "s1000 l20 @10 u10 y @20 f20 y f21 @40",
      "W1010 W1010 W1010 W40 W40 F21(10)" },
  { "start-of-a-file", FALSE, "s1000 l20 f20 u10 @9999 u20", "F20(10,20)" },
};

static GstBuffer *
make_unit (GstClockTime time)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 100, NULL);

  GST_BUFFER_PTS (buffer) = time;
  return buffer;
}

static void
write_action (GString *out, const PacerAction *action)
{
  if (out->len > 0)
    g_string_append_c (out, ' ');
  if (action->verdict == PACER_WAIT)
    g_string_append_printf (out, "W%u", (guint) (action->until / MS));
  else if (action->verdict == PACER_EOS)
    g_string_append_c (out, 'E');
  else {
    g_string_append_printf (out, "%c%u(",
        action->verdict == PACER_FRAME ? 'F' : 'A', (guint) (action->pts / MS));
    for (guint i = 0; i < action->units->len; i++)
      g_string_append_printf (out, "%s%u", i > 0 ? "," : "",
          (guint) (GST_BUFFER_PTS (g_ptr_array_index (action->units, i)) / MS));
    g_string_append_c (out, ')');
  }
}

static void
do_all (Pacer *pacer, GstClockTime now, GString *out)
{
  for (;;) {
    PacerAction action;
    PacerVerdict verdict;

    pacer_next (pacer, now, &action);
    verdict = action.verdict;
    if (verdict != PACER_IDLE)
      write_action (out, &action);
    g_ptr_array_unref (action.units);
    if (verdict == PACER_IDLE || verdict == PACER_WAIT)
      return;
  }
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  PacerConfig config = { c->live, 50 * MS, 50 * MS, 0 };
  Pacer *pacer = pacer_new ();
  g_auto (GStrv) words = g_strsplit (c->in, " ", -1);
  GString *out = g_string_new (NULL);
  GstClockTime now = 0;

  pacer_configure (pacer, &config);
  for (guint i = 0; words[i] != NULL; i++) {
    GstClockTime t = g_ascii_strtoull (words[i] + 1, NULL, 10) * MS;

    switch (words[i][0]) {
      case 'u':
        pacer_add_unit (pacer, make_unit (t), t, now);
        break;
      case 'f':
        pacer_add_frame (pacer, t, now);
        break;
      case 'g':
        pacer_add_telemetry_gap (pacer, t);
        break;
      case 'U':
        pacer_set_telemetry_eos (pacer);
        break;
      case 'V':
        pacer_set_video_eos (pacer);
        break;
      case 'x':
        pacer_reset_telemetry (pacer);
        break;
      case 'y':
        pacer_reset_video (pacer);
        break;
      case 's':
        config.start_wait = t;
        pacer_configure (pacer, &config);
        break;
      case 'l':
        config.lead = t;
        pacer_configure (pacer, &config);
        break;
      default:
        now = t;
        break;
    }
    do_all (pacer, now, out);
  }
  g_assert_cmpstr (out->str, ==, c->out);
  g_string_free (out, TRUE);
  pacer_free (pacer);
}

static void
test_bounds (void)
{
  PacerConfig config = { TRUE, NONE, NONE, 0 };
  Pacer *pacer = pacer_new ();
  PacerAction action;
  guint dropped = 0;
  gsize bytes = 0;

  pacer_configure (pacer, &config);
  for (guint i = 0; i < PACER_MAX_UNITS + 5; i++)
    dropped += pacer_add_unit (pacer, make_unit (i), i, NONE);
  g_assert_cmpuint (dropped, ==, 5);
  g_assert_cmpuint (pacer_get_n_units (pacer), ==, PACER_MAX_UNITS);
  for (guint i = 0; i < PACER_MAX_FRAMES + 5; i++)
    pacer_add_frame (pacer, 1000 + i, NONE);
  /* What does not fit one buffer comes in several, all with the frame. */
  do {
    pacer_next (pacer, NONE, &action);
    g_assert_cmpint (action.verdict, ==, PACER_FRAME);
    g_assert_cmpuint (action.pts, ==, 1005);
    g_assert_cmpuint (action.units->len * 100, <=, PACER_MAX_BYTES);
    bytes += action.units->len * 100;
    g_ptr_array_unref (action.units);
  } while (pacer_get_n_units (pacer) > 0);
  g_assert_cmpuint (bytes, ==, PACER_MAX_UNITS * 100);
  pacer_free (pacer);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path = g_strdup_printf ("/pacer/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/pacer/bounds", test_bounds);
  return g_test_run ();
}
