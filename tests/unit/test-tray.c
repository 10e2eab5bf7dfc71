/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The tray without a desktop: states, words, menu, what is told and how often,
 * figures, the icon's pixels. */
#include "json/pb-json.h"
#include "tray/pb-tray-figures.h"
#include "tray/pb-tray-icon.h"
#include "tray/pb-tray-model.h"
#include "tray/pb-tray-texts.h"

#include <math.h>
#include <string.h>

static const PbTrayOwn paired = {
  .is_set_up = TRUE,
  .can_autostart = TRUE,
  .can_picture = TRUE,
  .wanted = PB_MODE_VIDEO,
  .asked = PB_MODE_VIDEO,
  .preset = "medium",
  .most_kbps = 4000,
  .url = "https://relay.example.org:8080",
};

#define LIVE \
  "\"state\":\"streaming\",\"mode\":\"video\",\"driver\":\"car07\"," \
  "\"device\":\"rig\",\"server\":\"relay.example.org:9000\"," \
  "\"encoder\":\"nvh264enc\",\"bitrate_kbps\":3000,\"uptime_s\":10," \
  "\"link\":{\"bytes_sent\":1000000,\"rtt_ms\":12.25,\"packets_dropped\":3}," \
  "\"telemetry\":{\"rows\":600,\"lost_ticks\":0}"

static PbTrayNow *
look (const gchar *members, const PbTrayOwn *own)
{
  g_autofree gchar *json = g_strconcat ("{", members, "}", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) status =
      pb_json_parse_object (json, strlen (json), 8, &error);

  g_assert_no_error (error);
  return pb_tray_now_new (status, own);
}

static void
test_states (void)
{
  static const struct {
    const gchar *members;
    gboolean is_paused, is_set_up;
    PbTrayState state;
    PbTrayIcon icon;
  } rows[] = {
    { "", FALSE, TRUE, PB_TRAY_WAITING, PB_TRAY_ICON_WAITING },
    { "\"state\":7,\"link\":[],\"governor\":\"x\",\"notices\":{}", FALSE, TRUE,
        PB_TRAY_WAITING, PB_TRAY_ICON_WAITING },
    { "\"state\":\"waiting\"", FALSE, TRUE, PB_TRAY_WAITING,
        PB_TRAY_ICON_WAITING },
    { "\"state\":\"waiting\"", FALSE, FALSE, PB_TRAY_UNPAIRED,
        PB_TRAY_ICON_IDLE },
    { "\"state\":\"paused\"", TRUE, TRUE, PB_TRAY_PAUSED, PB_TRAY_ICON_IDLE },
    { "\"state\":\"connecting\"", FALSE, TRUE, PB_TRAY_CONNECTING,
        PB_TRAY_ICON_WAITING },
    { LIVE, FALSE, TRUE, PB_TRAY_LIVE, PB_TRAY_ICON_LIVE },
    { LIVE ",\"governor\":{\"level\":\"whole\"},\"adapt\":{\"step\":\"whole\"}",
        FALSE, TRUE, PB_TRAY_LIVE, PB_TRAY_ICON_LIVE },
    { LIVE ",\"governor\":{\"level\":\"smaller\"}", FALSE, TRUE, PB_TRAY_LESS,
        PB_TRAY_ICON_DEGRADED },
    { LIVE ",\"adapt\":{\"step\":\"smallest\"}", FALSE, TRUE, PB_TRAY_LESS,
        PB_TRAY_ICON_DEGRADED },
    /* A picture that has failed. */
    { "\"state\":\"streaming\",\"mode\":\"telemetry\"", FALSE, TRUE,
        PB_TRAY_LESS, PB_TRAY_ICON_DEGRADED },
    { "\"state\":\"backing-off\",\"refused\":false", FALSE, TRUE,
        PB_TRAY_RETRYING, PB_TRAY_ICON_DEGRADED },
    { "\"state\":\"backing-off\",\"refused\":true", FALSE, TRUE,
        PB_TRAY_REFUSED, PB_TRAY_ICON_ERROR },
    { "\"state\":\"revoked\"", TRUE, TRUE, PB_TRAY_REVOKED,
        PB_TRAY_ICON_ERROR },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    PbTrayOwn own = paired;
    g_autoptr (PbTrayNow) now = NULL;

    own.is_paused = rows[i].is_paused;
    own.is_set_up = rows[i].is_set_up;
    now = look (rows[i].members, &own);
    g_test_message ("%s", rows[i].members);
    g_assert_cmpint (now->state, ==, rows[i].state);
    g_assert_cmpint (pb_tray_model_get_icon (now->state), ==, rows[i].icon);
  }
}

/* What an engineer has turned off is as it should be. */
static void
test_what_is_asked_from_afar_is_no_fault (void)
{
  PbTrayOwn own = paired;
  g_autoptr (PbTrayNow) now = NULL;

  own.asked = PB_MODE_TELEMETRY;
  now = look ("\"state\":\"streaming\",\"mode\":\"telemetry\"", &own);
  g_assert_cmpint (now->state, ==, PB_TRAY_LIVE);
}

static void
test_tip (void)
{
  g_autoptr (PbTrayNow) before = look (LIVE, &paired);
  g_autoptr (PbTrayNow) now = look (LIVE, &paired);
  g_autofree gchar *long_name = g_strnfill (300, 'x');
  g_autofree gchar *tip = NULL, *cut = NULL;

  now->uptime_s = before->uptime_s + 2;
  now->bytes_sent = before->bytes_sent + 975000;
  pb_tray_now_follow (now, before);
  tip = pb_tray_model_dup_tip (now);
  g_assert_cmpstr (
      tip, ==, "PitBox Relay: Live\ncar07 · video + telemetry · 3.9 Mbit/s");
  g_free (now->driver);
  now->driver = g_steal_pointer (&long_name);
  cut = pb_tray_model_dup_tip (now);
  g_assert_cmpint (g_utf8_strlen (cut, -1), ==, PB_TRAY_TIP_CHARS);
  g_assert_true (g_str_has_suffix (cut, "…"));
}

static void
test_rates (void)
{
  g_autoptr (PbTrayNow) before = look (LIVE, &paired);
  g_autoptr (PbTrayNow) now = look (LIVE, &paired);
  g_autoptr (PbTrayNow) soon = look (LIVE, &paired);
  g_autoptr (PbTrayNow) other = look (LIVE, &paired);

  pb_tray_now_follow (now, NULL);
  g_assert_cmpfloat (now->send_kbps, <, 0);
  now->uptime_s += 1;
  now->rows += 60;
  now->bytes_sent += 125000;
  pb_tray_now_follow (now, before);
  g_assert_cmpfloat (now->send_kbps, ==, 1000);
  g_assert_cmpfloat (now->rows_s, ==, 60);
  /* Another look at once: the rate stays. */
  soon->uptime_s = now->uptime_s + 0.05;
  pb_tray_now_follow (soon, now);
  g_assert_cmpfloat (soon->rows_s, ==, 60);
  /* Another stream. */
  other->uptime_s = now->uptime_s + 1;
  other->rows = 5;
  pb_tray_now_follow (other, now);
  g_assert_cmpfloat (other->rows_s, <, 0);
}

static void
test_shorten (void)
{
  static const struct {
    const gchar *text;
    gsize max;
    const gchar *want;
  } rows[] = {
    { "", 1, "" },
    { "ab", 2, "ab" },
    { "abc", 2, "a…" },
    { "abc def", 5, "abc…" },
    { "öäü", 2, "ö…" },
    { "\360\237\217\216\360\237\217\216", 4,
        "\360\237\217\216\360\237\217\216" },
    { "\360\237\217\216\360\237\217\216", 3, "\360\237\217\216…" },
    { "\360\237\217\216\360\237\217\216", 2, "…" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *got = pb_tray_model_shorten (rows[i].text, rows[i].max);

    g_assert_cmpstr (got, ==, rows[i].want);
  }
}

static const PbTrayItem *
find (GPtrArray *menu, PbTrayAction action)
{
  for (guint i = 0; i < menu->len; i++) {
    const PbTrayItem *item = g_ptr_array_index (menu, i);

    if (item->action == action)
      return item;
  }
  return NULL;
}

static void
test_menu (void)
{
  PbTrayOwn own = paired;
  g_autoptr (PbTrayNow) now = NULL, paused = NULL, unpaired = NULL,
                        measuring = NULL;
  g_autoptr (GPtrArray) menu = NULL, menu_paused = NULL, menu_unpaired = NULL,
                        menu_measuring = NULL;

  own.has_autostart = TRUE;
  now = look (LIVE, &own);
  menu = pb_tray_model_get_menu (now);
  g_assert_true (find (menu, PB_TRAY_VIDEO)->is_on);
  g_assert_false (find (menu, PB_TRAY_TELEMETRY)->is_on);
  g_assert_true (find (menu, PB_TRAY_PRESET_MEDIUM)->is_on);
  g_assert_false (find (menu, PB_TRAY_PRESET_HIGH)->is_on);
  g_assert_true (find (menu, PB_TRAY_AUTOSTART_OFF)->is_on);
  g_assert_null (find (menu, PB_TRAY_AUTOSTART_ON));
  g_assert_true (find (menu, PB_TRAY_PAUSE)->is_enabled);
  g_assert_null (find (menu, PB_TRAY_RESUME));
  g_assert_true (find (menu, PB_TRAY_OPEN_FIGURES)->is_default);
  g_assert_true (find (menu, PB_TRAY_OPEN_DASHBOARD)->is_enabled);

  g_assert_true (find (menu, PB_TRAY_MEASURE)->is_enabled);
  g_assert_null (find (menu, PB_TRAY_STOP_MEASURING));
  measuring = look ("\"state\":\"waiting\",\"harm\":{\"on\":true}", &own);
  menu_measuring = pb_tray_model_get_menu (measuring);
  g_assert_true (find (menu_measuring, PB_TRAY_STOP_MEASURING)->is_enabled);
  g_assert_null (find (menu_measuring, PB_TRAY_MEASURE));

  own.is_paused = TRUE;
  paused = look ("\"state\":\"paused\"", &own);
  menu_paused = pb_tray_model_get_menu (paused);
  g_assert_nonnull (find (menu_paused, PB_TRAY_RESUME));
  g_assert_null (find (menu_paused, PB_TRAY_PAUSE));

  own = (PbTrayOwn){ .preset = "medium", .url = "" };
  unpaired = look ("\"state\":\"waiting\"", &own);
  menu_unpaired = pb_tray_model_get_menu (unpaired);
  g_assert_true (find (menu_unpaired, PB_TRAY_OPEN_PAIRING)->is_default);
  g_assert_false (find (menu_unpaired, PB_TRAY_OPEN_DASHBOARD)->is_enabled);
  g_assert_false (find (menu_unpaired, PB_TRAY_PAUSE)->is_enabled);
  g_assert_false (find (menu_unpaired, PB_TRAY_MEASURE)->is_enabled);
  g_assert_false (find (menu_unpaired, PB_TRAY_VIDEO)->is_enabled);
}

/* The letter behind a single &; 0 without one. */
static gchar
get_letter (const gchar *label)
{
  for (const gchar *c = label; *c != '\0'; c++)
    if (*c == '&' && *++c != '&')
      return g_ascii_toupper (*c);
  return 0;
}

/* Each entry of the menu, and each button of a window, by a letter of its own. */
static void
test_letters (void)
{
  static const PbTrayText windows[][6] = {
    { PB_TEXT_PAIR_GET, PB_TEXT_PAIR_COPY, PB_TEXT_PAIR_OPEN,
        PB_TEXT_PAIR_TRUST, PB_TEXT_CLOSE, PB_TEXT_LAST },
    { PB_TEXT_FIGURES_COPY, PB_TEXT_FIGURES_SAVE, PB_TEXT_FIGURES_CLOSE,
        PB_TEXT_LAST },
  };
  g_autoptr (PbTrayNow) now = look (LIVE, &paired);
  g_autoptr (GPtrArray) menu = pb_tray_model_get_menu (now);
  gboolean seen[2][128] = { 0 };

  for (guint i = 0; i < menu->len; i++) {
    const PbTrayItem *item = g_ptr_array_index (menu, i);
    gchar letter;

    if (item->kind == PB_TRAY_ITEM_LINE || item->kind == PB_TRAY_ITEM_WORDS)
      continue;
    letter = get_letter (item->label);
    g_assert_cmpint (letter, !=, 0);
    g_assert_false (seen[item->depth][(guint8) letter]);
    seen[item->depth][(guint8) letter] = TRUE;
  }
  for (guint w = 0; w < G_N_ELEMENTS (windows); w++) {
    gboolean taken[128] = { 0 };

    for (guint i = 0; windows[w][i] != PB_TEXT_LAST; i++) {
      const gchar letter = get_letter (pb_tray_text (windows[w][i]));

      g_assert_cmpint (letter, !=, 0);
      g_assert_false (taken[(guint8) letter]);
      taken[(guint8) letter] = TRUE;
    }
  }
}

/* A stranger's words underline nothing and fill nothing in. */
static void
test_strangers_words (void)
{
  g_autoptr (PbTrayNow) now =
      look ("\"state\":\"backing-off\",\"reason\":\"a & b {name}\"", &paired);
  g_autoptr (GPtrArray) menu = pb_tray_model_get_menu (now);
  g_autofree gchar *filled = pb_tray_text_fill (
      PB_TEXT_STATUS_AS, "state", "{driver}", "driver", "x", NULL);
  const PbTrayItem *reason = g_ptr_array_index (menu, 2);

  g_assert_cmpstr (reason->label, ==, "a && b {name}");
  g_assert_false (reason->is_enabled);
  g_assert_cmpstr (filled, ==, "{driver} as x");
}

static gboolean
is_told (PbTrayTold *told, const gchar *members, const PbTrayOwn *own,
    const gchar *part)
{
  g_autoptr (PbTrayNow) now = look (members, own);

  pb_tray_model_tell (told, now);
  if (part != NULL)
    g_assert_nonnull (strstr (now->balloon, part));
  return now->balloon != NULL;
}

static void
test_told_once (void)
{
  static const gchar refused[] = "\"state\":\"backing-off\",\"refused\":true,"
                                 "\"reason\":\"no such device\"";
  PbTrayOwn none = { .preset = "medium", .url = "" };
  PbTrayTold told = { 0 };

  g_assert_true (is_told (&told, "\"state\":\"waiting\"", &none, "code"));
  g_assert_false (is_told (&told, "\"state\":\"waiting\"", &none, NULL));
  g_assert_false (is_told (&told, "\"state\":\"waiting\"", &paired, NULL));
  g_assert_false (is_told (&told, LIVE, &paired, NULL));
  g_assert_true (is_told (&told, refused, &paired, "no such device"));
  g_assert_false (is_told (&told, "\"state\":\"connecting\"", &paired, NULL));
  g_assert_false (is_told (&told, refused, &paired, NULL));
  g_assert_false (is_told (&told, LIVE, &paired, NULL));
  g_assert_true (is_told (&told, refused, &paired, NULL));
  g_assert_true (is_told (&told, "\"state\":\"revoked\"", &paired, "again"));
}

static void
test_notices (void)
{
  static const gchar first[] =
      LIVE ",\"notices\":[{\"number\":1,\"by\":\"ann\",\"text\":\"box now\"}]";
  static const gchar second[] =
      LIVE ",\"notices\":[{\"number\":1,\"by\":\"ann\",\"text\":\"box now\"},"
           "{\"number\":2,\"by\":\"ann\",\"text\":\"stay out\"}]";
  PbTrayTold told = { 0 };
  g_autoptr (PbTrayNow) now = look (first, &paired);

  pb_tray_model_tell (&told, now);
  g_assert_cmpstr (now->balloon_title, ==, "ann says");
  g_assert_cmpstr (now->balloon, ==, "box now");
  g_assert_false (is_told (&told, first, &paired, NULL));
  g_assert_true (is_told (&told, second, &paired, "stay out"));
}

static void
test_figures (void)
{
  g_autoptr (PbTrayNow) live = look (LIVE, &paired);
  g_autoptr (PbTrayNow) nothing = look ("", &paired);
  g_autoptr (GPtrArray) a = pb_tray_figures_new (live);
  g_autoptr (GPtrArray) b = pb_tray_figures_new (nothing);
  g_autofree gchar *text = pb_tray_figures_to_text (live);

  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++) {
    const PbTrayFigure *x = g_ptr_array_index (a, i);
    const PbTrayFigure *y = g_ptr_array_index (b, i);

    g_assert_cmpstr (x->label, ==, y->label);
    g_assert_cmpint (strlen (y->value), >, 0);
  }
  g_assert_nonnull (strstr (text, "Live as car07"));
  g_assert_nonnull (strstr (text, "Round trip: 12."));
  g_assert_nonnull (strstr (text, "Encoder: nvh264enc"));
  g_assert_nonnull (strstr (text, "Given up, too late: 3 packets"));
}

static void
test_copy (void)
{
  PbTrayOwn own = paired;
  g_autoptr (PbTrayNow) copy = NULL;

  own.code = "ABC234";
  own.seen = "AB:CD";
  {
    g_autoptr (PbTrayNow) now = look (LIVE, &own);

    copy = pb_tray_now_copy (now);
  }
  g_assert_cmpstr (copy->driver, ==, "car07");
  g_assert_cmpstr (copy->code, ==, "ABC234");
  g_assert_cmpstr (copy->seen, ==, "AB:CD");
}

/* WCAG 2's. */
static gdouble
get_luminance (guint32 rgb)
{
  gdouble part[3];

  for (guint i = 0; i < 3; i++) {
    const gdouble c = (rgb >> (16 - 8 * i) & 0xff) / 255.0;

    part[i] = c <= 0.04045 ? c / 12.92 : pow ((c + 0.055) / 1.055, 2.4);
  }
  return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
}

static gdouble
get_contrast (guint32 a, guint32 b)
{
  const gdouble x = get_luminance (a), y = get_luminance (b);

  return (MAX (x, y) + 0.05) / (MIN (x, y) + 0.05);
}

/* On Windows 11's taskbars, and its own sign on it. */
static void
test_icons_are_seen_on_light_and_dark (void)
{
  for (guint icon = 0; icon <= PB_TRAY_ICON_ERROR; icon++) {
    const guint32 rgb = pb_tray_icon_get_colour (icon);

    g_test_message ("%u: %.1f %.1f %.1f", icon, get_contrast (rgb, 0xf3f3f3),
        get_contrast (rgb, 0x1c1c1c), get_contrast (rgb, 0xffffff));
    g_assert_cmpfloat (get_contrast (rgb, 0xf3f3f3), >=, 3);
    g_assert_cmpfloat (get_contrast (rgb, 0x1c1c1c), >=, 3);
  }
}

/* Without colours, at the least size: each differs from each by many pixels. */
static void
test_icons_differ_by_shape (void)
{
  for (guint a = 0; a <= PB_TRAY_ICON_ERROR; a++) {
    g_autofree guint32 *x = pb_tray_icon_draw (a, 16);

    g_assert_cmphex (x[0] >> 24, <, 0x40);
    g_assert_cmphex (x[8 * 16] >> 24, ==, 0xff);
    for (guint b = 0; b < a; b++) {
      g_autofree guint32 *y = pb_tray_icon_draw (b, 16);
      guint n = 0;

      for (guint i = 0; i < 256; i++) {
        const gdouble p = get_luminance (x[i] & 0xffffff);
        const gdouble q = get_luminance (y[i] & 0xffffff);

        n += fabs (p - q) > 0.3;
      }
      g_test_message ("%u and %u: %u pixels", a, b, n);
      g_assert_cmpuint (n, >=, 20);
    }
  }
}

static void
test_icon_sizes (void)
{
  static const guint sizes[] = { 1, 16, 20, 24, 32, 48 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree guint32 *pixels =
        pb_tray_icon_draw (PB_TRAY_ICON_LIVE, sizes[i]);

    g_assert_cmphex (
        pixels[sizes[i] * (sizes[i] / 2) + sizes[i] / 2] >> 24, >, 0xc0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tray/states", test_states);
  g_test_add_func ("/tray/what-is-asked-from-afar-is-no-fault",
      test_what_is_asked_from_afar_is_no_fault);
  g_test_add_func ("/tray/tip", test_tip);
  g_test_add_func ("/tray/rates", test_rates);
  g_test_add_func ("/tray/shorten", test_shorten);
  g_test_add_func ("/tray/menu", test_menu);
  g_test_add_func ("/tray/letters", test_letters);
  g_test_add_func ("/tray/strangers-words", test_strangers_words);
  g_test_add_func ("/tray/told-once", test_told_once);
  g_test_add_func ("/tray/notices", test_notices);
  g_test_add_func ("/tray/figures", test_figures);
  g_test_add_func ("/tray/copy", test_copy);
  g_test_add_func ("/tray/icons-are-seen-on-light-and-dark",
      test_icons_are_seen_on_light_and_dark);
  g_test_add_func ("/tray/icons-differ-by-shape", test_icons_differ_by_shape);
  g_test_add_func ("/tray/icon-sizes", test_icon_sizes);
  return g_test_run ();
}
