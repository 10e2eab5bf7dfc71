/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The graph loader: search path, comments, parts, clear errors. */
#include "pb-graph.h"

#include <glib/gstdio.h>
#include <string.h>

static gchar *dir;

static void
write_graph (const gchar *name, const gchar *text)
{
  g_autofree gchar *path = g_strdup_printf ("%s/%s.launch", dir, name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
test_comments_are_left_out (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) graph = NULL;
  g_autoptr (GstElement) sink = NULL;

  write_graph ("ok", "# a comment ! nonsense\nfakesrc ! # not one\n"
                     "  # one more\nfakesink name=end\n");
  graph = pb_graph_load ("ok", &error);
  g_assert_null (graph);
  g_assert_error (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_SYNTAX);
  g_clear_error (&error);

  write_graph ("ok", "# a comment ! nonsense\nfakesrc !\n"
                     "  # one more\nfakesink name=end\n");
  graph = pb_graph_load ("ok", &error);
  g_assert_no_error (error);
  sink = pb_graph_get (graph, "end", &error);
  g_assert_nonnull (sink);
  g_assert_null (pb_graph_get (graph, "nobody", &error));
  g_assert_error (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_MISSING);
}

static void
test_names_cannot_leave_the_folder (void)
{
  const gchar *names[] = { "../ok", "/etc/passwd", "", "A", "ok.launch" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (pb_graph_load (names[i], &error));
    g_assert_error (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_NOT_FOUND);
  }
}

static void
test_missing_plugin_is_named (void)
{
  g_autoptr (GError) error = NULL;

  write_graph ("gone", "fakesrc ! nosuchelement ! fakesink");
  g_assert_null (pb_graph_load ("gone", &error));
  g_assert_error (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_MISSING);
  g_assert_nonnull (strstr (error->message, "nosuchelement"));
}

static void
test_part_has_its_open_ends_as_pads (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) graph = NULL;
  GstElement *part;

  write_graph ("whole", "fakesrc name=a fakesink name=b");
  write_graph ("part", "identity ! identity");
  graph = pb_graph_load ("whole", &error);
  g_assert_no_error (error);
  part = pb_graph_load_part ("part", &error);
  g_assert_no_error (error);
  gst_object_set_name (GST_OBJECT (part), "middle");
  gst_bin_add (GST_BIN (graph), part);
  gst_object_unref (part);
  g_assert_true (pb_graph_link (graph, "a", "middle", &error));
  g_assert_true (pb_graph_link (graph, "middle", "b", &error));
  g_assert_false (pb_graph_link (graph, "middle", "b", &error));
  g_assert_error (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_MISSING);
}

/* Every graph that ships must parse with what a bare machine installs. */
static void
test_shipped_graphs_parse (void)
{
  g_autoptr (GError) error = NULL;
  const gchar *shipped = g_getenv ("PITBOX_SHIPPED_PIPELINES");
  g_autoptr (GDir) d = NULL;
  const gchar *file;

  if (shipped == NULL) {
    g_test_skip ("PITBOX_SHIPPED_PIPELINES is not set");
    return;
  }
  d = g_dir_open (shipped, 0, &error);
  g_assert_no_error (error);
  g_setenv ("PITBOX_PIPELINES", shipped, TRUE);
  while ((file = g_dir_read_name (d)) != NULL) {
    g_autofree gchar *name = NULL;
    g_autoptr (GstElement) graph = NULL;

    if (!g_str_has_suffix (file, ".launch"))
      continue;
    name = g_strndup (file, strlen (file) - strlen (".launch"));
    graph =
        g_str_has_prefix (name, "source-") || g_str_has_prefix (name, "uplink-")
            ? pb_graph_load_part (name, &error)
            : pb_graph_load (name, &error);
    g_assert_no_error (error);
    g_assert_nonnull (graph);
  }
  g_setenv ("PITBOX_PIPELINES", dir, TRUE);
}

int
main (int argc, char **argv)
{
  int rc;

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  dir = g_dir_make_tmp ("pb-graph-XXXXXX", NULL);
  g_setenv ("PITBOX_PIPELINES", dir, TRUE);
  g_test_add_func ("/graph/comments-are-left-out", test_comments_are_left_out);
  g_test_add_func ("/graph/names-cannot-leave-the-folder",
      test_names_cannot_leave_the_folder);
  g_test_add_func (
      "/graph/missing-plugin-is-named", test_missing_plugin_is_named);
  g_test_add_func ("/graph/part-has-its-open-ends-as-pads",
      test_part_has_its_open_ends_as_pads);
  g_test_add_func ("/graph/shipped-graphs-parse", test_shipped_graphs_parse);
  rc = g_test_run ();
  {
    g_autoptr (GDir) d = g_dir_open (dir, 0, NULL);
    const gchar *file;

    while (d != NULL && (file = g_dir_read_name (d)) != NULL) {
      g_autofree gchar *path = g_build_filename (dir, file, NULL);

      g_unlink (path);
    }
    g_rmdir (dir);
  }
  return rc;
}
