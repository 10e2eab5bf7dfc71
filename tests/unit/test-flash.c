/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The sync flash: its bars, and what is said where nothing can be shown. */
#include "flash/pb-flash.h"

#include "flash/pb-flash-code.h"

#include <string.h>

/* As dashboard/tests/flash.test.ts has them. */
static const struct {
  gint64 tick;
  const gchar *modules; /* # is black */
} codes[] = {
  { 0, "  # ### #                 ## # ### # ### #  " },
  { 1, "  # ### #                ### #     # ### #  " },
  { 46255, "  # ### # # ## #  # # #####   #    # ### #  " },
  { 65535, "  # ### # ####################  ## # ### #  " },
};

static gchar *
to_text (guint64 modules)
{
  gchar *text = g_malloc0 (PB_FLASH_CODE_MODULES + 1);

  for (guint i = 0; i < PB_FLASH_CODE_MODULES; i++)
    text[i] = modules >> (PB_FLASH_CODE_MODULES - 1 - i) & 1 ? '#' : ' ';
  return text;
}

static void
test_a_tick_becomes_bars (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    g_autofree gchar *text = to_text (pb_flash_code_modules (codes[i].tick));

    g_assert_cmpstr (text, ==, codes[i].modules);
  }
}

/* Those that an offset can be between, each with bars of its own. */
static void
test_no_two_ticks_look_alike (void)
{
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (gint64 tick = 0; tick < 65536; tick++) {
    const gint64 modules = (gint64) pb_flash_code_modules (tick);

    g_assert_true (
        g_hash_table_add (seen, g_memdup2 (&modules, sizeof modules)));
  }
  g_assert_true (
      pb_flash_code_modules (65536 + 7) == pb_flash_code_modules (7));
}

static void
test_bars_are_wide_enough_for_a_small_picture (void)
{
  static const struct {
    gint height, module_px;
  } table[] = { { 0, 4 }, { 240, 4 }, { 720, 8 }, { 1080, 12 }, { 2160, 24 } };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpint (
        pb_flash_code_module_px (table[i].height), ==, table[i].module_px);
}

typedef struct {
  GMainLoop *loop;
  gchar *problem;
} Told;

static void
on_done (const PbFlashShown *shown, const gchar *problem, gpointer user_data)
{
  Told *told = user_data;

  g_assert_null (shown);
  told->problem = g_strdup (problem);
  g_main_loop_quit (told->loop);
}

/* No simulator is there, so nothing is opened on whatever screen there is. */
static void
test_why_nothing_is_shown_is_said (void)
{
  PbConfig config = { .sync_flash = (gchar *) "on",
    .display = (gchar *) "",
    .shm_name = (gchar *) "pitbox-test-flash-none" };
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Told told = { loop, NULL };
  g_autoptr (PbFlash) flash = pb_flash_new (&config, on_done, &told);
  const gint64 start_us = 5 * G_USEC_PER_SEC;
  const gint64 distance_us = PB_FLASH_DISTANCE_S * G_USEC_PER_SEC;
  g_autofree gchar *soon = NULL;
  g_autofree gchar *off = NULL;

  g_assert_null (pb_flash_start (flash, start_us));
  g_main_loop_run (loop);
  g_assert_nonnull (strstr (told.problem, "No simulator runs"));
  g_clear_pointer (&told.problem, g_free);
  /* One that could not be shown counts: nobody asks without end. */
  soon = pb_flash_start (flash, start_us + distance_us - 1);
  g_assert_nonnull (strstr (soon, "less than 10 s ago"));
  g_assert_null (pb_flash_start (flash, start_us + distance_us));
  g_main_loop_run (loop);
  g_clear_pointer (&told.problem, g_free);
  config.sync_flash = (gchar *) "off";
  off = pb_flash_start (flash, start_us + 9 * distance_us);
  g_assert_nonnull (strstr (off, "sync-flash = off"));
  /* Freed while it is on its way: nobody is called. */
  config.sync_flash = (gchar *) "on";
  g_assert_null (pb_flash_start (flash, start_us + 9 * distance_us));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flash/bars", test_a_tick_becomes_bars);
  g_test_add_func ("/flash/unique", test_no_two_ticks_look_alike);
  g_test_add_func (
      "/flash/width", test_bars_are_wide_enough_for_a_small_picture);
  g_test_add_func ("/flash/why-not", test_why_nothing_is_shown_is_said);
  return g_test_run ();
}
