/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is chosen on machines that are not here: their facts are the files of
 * tests/unit/machines, which also say what is expected and why. A driver's report
 * of `pitbox-agent --selftest video` is such a file. */
#include "machine.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <string.h>

static gchar *
folder (void)
{
  return g_test_build_filename (G_TEST_DIST, "unit", "machines", NULL);
}

/* Each of @lines, by "; ", is said. */
static void
assert_says (const gchar *file, const gchar *lines, const gchar *text)
{
  g_auto (GStrv) list = lines != NULL ? g_strsplit (lines, "; ", -1) : NULL;

  for (guint i = 0; list != NULL && list[i] != NULL; i++) {
    if (strstr (text, list[i]) == NULL)
      g_error ("%s: \"%s\" is not in\n%s", file, list[i], text);
  }
}

static void
assert_choice (const gchar *file, Machine *machine, EncoderCodec codec)
{
  const gchar *suffix = codec == ENCODER_CODEC_H265 ? "-h265" : "";
  g_autofree gchar *encoder_key = g_strconcat ("encoder", suffix, NULL);
  g_autofree gchar *words_key = g_strconcat ("words", suffix, NULL);
  g_autofree gchar *refused_key = g_strconcat ("refused", suffix, NULL);
  const gchar *encoder = machine_get_expected (machine, encoder_key);
  MachineChoice choice;

  machine_choose (machine, codec, &choice);
  g_test_message ("%s: %s\n%s", file, choice.words, choice.refused);
  g_assert_cmpstr (
      choice.capture, ==, machine_get_expected (machine, "capture"));
  g_assert_cmpstr (
      choice.encoder != NULL ? choice.encoder : "none", ==, encoder);
  g_assert_cmpstr (choice.words, ==, machine_get_expected (machine, words_key));
  if (codec == ENCODER_CODEC_H264)
    g_assert_cmpstr (
        choice.adapter, ==, machine_get_expected (machine, "adapter"));
  assert_says (
      file, machine_get_expected (machine, refused_key), choice.refused);
  machine_choice_clear (&choice);
}

static void
test_machine (gconstpointer data)
{
  const gchar *file = data;
  g_autofree gchar *dir = folder ();
  g_autofree gchar *path = g_build_filename (dir, file, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (Machine) machine = machine_load (path, &error);

  g_assert_no_error (error);
  g_assert_nonnull (machine_get_expected (machine, "encoder"));
  assert_choice (file, machine, ENCODER_CODEC_H264);
  if (machine_get_expected (machine, "encoder-h265") != NULL)
    assert_choice (file, machine, ENCODER_CODEC_H265);
}

/* What is written of a machine is that machine: of this one, too. */
static void
test_a_report_can_be_read (void)
{
  CaptureSettings settings = { .backend = (gchar *) "auto", .monitor = -1 };
  g_autoptr (Machine) here = machine_look (&settings);
  g_autofree gchar *text = NULL;
  g_autofree gchar *path = NULL;
  g_autofree gchar *again = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (Machine) there = NULL;
  MachineChoice a, b;
  gint fd;

  machine_note_probe (
      here, "x264enc", ENCODER_PROBE_WORKS, "a = [reason]\nof two lines");
  text = machine_dup_text (here);
  fd = g_file_open_tmp ("pb-machine-XXXXXX", &path, &error);
  g_assert_no_error (error);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  there = machine_load (path, &error);
  g_assert_no_error (error);
  again = machine_dup_text (there);
  g_assert_cmpstr (again, ==, text);
  machine_choose (here, ENCODER_CODEC_H264, &a);
  machine_choose (there, ENCODER_CODEC_H264, &b);
  g_test_message ("%s\n%s", a.words, a.refused);
  g_assert_cmpstr (a.words, ==, b.words);
  g_assert_cmpstr (a.refused, ==, b.refused);
  machine_choice_clear (&a);
  machine_choice_clear (&b);
  g_unlink (path);
}

static void
test_what_is_no_machine (void)
{
  static const gchar *const texts[] = { "[machine", "nothing",
    "\x7f"
    "ELF" };
  g_autofree gchar *path = NULL;
  g_autofree gchar *huge = g_strnfill (70000, '\n');
  gint fd = g_file_open_tmp ("pb-machine-XXXXXX", &path, NULL);

  g_close (fd, NULL);
  for (guint i = 0; i <= G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_true (g_file_set_contents (
        path, i < G_N_ELEMENTS (texts) ? texts[i] : huge, -1, NULL));
    g_assert_null (machine_load (path, &error));
    g_assert_nonnull (error);
  }
  g_unlink (path);
}

/* Of nothing, nothing is chosen. */
static void
test_an_empty_machine (void)
{
  g_autofree gchar *path = NULL;
  gint fd = g_file_open_tmp ("pb-machine-XXXXXX", &path, NULL);
  g_autoptr (Machine) machine = NULL;
  MachineChoice choice;

  g_close (fd, NULL);
  machine = machine_load (path, NULL);
  g_assert_nonnull (machine);
  machine_choose (machine, ENCODER_CODEC_H264, &choice);
  g_assert_null (choice.capture);
  g_assert_null (choice.encoder);
  g_assert_cmpstr (choice.words, ==,
      "Nothing here takes the screen; no encoder works here.");
  machine_choice_clear (&choice);
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *dir = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GDir *d;
  const gchar *name;

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  dir = folder ();
  d = g_dir_open (dir, 0, NULL);
  g_assert_nonnull (d);
  while ((name = g_dir_read_name (d)) != NULL) {
    g_autofree gchar *path = NULL;

    if (!g_str_has_suffix (name, ".ini"))
      continue;
    path = g_strconcat ("/machines/", name, NULL);
    g_ptr_array_add (names, g_strdup (name));
    g_test_add_data_func (
        path, g_ptr_array_index (names, names->len - 1), test_machine);
  }
  g_dir_close (d);
  /* The kinds that there must be at least. */
  g_assert_cmpuint (names->len, >=, 8);
  g_test_add_func ("/report/can-be-read", test_a_report_can_be_read);
  g_test_add_func ("/report/what-is-none", test_what_is_no_machine);
  g_test_add_func ("/report/empty", test_an_empty_machine);
  return g_test_run ();
}
