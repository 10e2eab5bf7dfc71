/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which source and which encoder the sound beside a picture has. */
#include "pb-pickup.h"

static const gchar *const *here;

static gboolean
has (const gchar *name)
{
  return g_strv_contains (here, name);
}

static void
test_source (void)
{
  static const gchar *const all[] = { "pulsesrc", "pipewiresrc",
    "telemetrysound", NULL };
  static const gchar *const pipewire[] = { "pipewiresrc", "telemetrysound",
    NULL };
  static const gchar *const none[] = { NULL };
  const struct {
    const gchar *const *here;
    const gchar *setting;
    gboolean scene;
    const gchar *wanted;
  } cases[] = {
    { all, "auto", FALSE, "pulsesrc" },
    { all, "auto", TRUE, "telemetrysound" },
    { all, "pipewire", TRUE, "pipewiresrc" },
    { all, "scene", FALSE, "telemetrysound" },
    { all, "marks", FALSE, "telemetrysound" },
    { pipewire, "auto", FALSE, "pipewiresrc" },
    { pipewire, "pulse", FALSE, NULL },
    { none, "auto", FALSE, NULL },
    { none, "auto", TRUE, NULL },
    { none, "marks", TRUE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    here = cases[i].here;
    g_assert_cmpstr (
        pb_pickup_choose_source (cases[i].setting, cases[i].scene, has), ==,
        cases[i].wanted);
  }
}

static void
test_coder (void)
{
  static const gchar *const all[] = { "voaacenc", "avenc_aac", NULL };
  static const gchar *const one[] = { "voaacenc", NULL };
  static const gchar *const none[] = { "lamemp3enc", NULL };

  here = all;
  g_assert_cmpstr (pb_pickup_choose_coder (has)->name, ==, "avenc_aac");
  g_assert_cmpuint (pb_pickup_choose_coder (has)->delay_samples, ==, 1024);
  here = one;
  g_assert_cmpstr (pb_pickup_choose_coder (has)->name, ==, "voaacenc");
  g_assert_cmpuint (pb_pickup_choose_coder (has)->delay_samples, ==, 1600);
  here = none;
  g_assert_null (pb_pickup_choose_coder (has));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pickup/source", test_source);
  g_test_add_func ("/pickup/coder", test_coder);
  return g_test_run ();
}
