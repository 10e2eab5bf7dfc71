/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Graph texts (*.launch) become pipelines; nothing is ever pasted into them. */
#include "pb-graph.h"

#include <string.h>

/* clang-format off */
G_DEFINE_QUARK (pb-graph-error-quark, pb_graph_error)
/* clang-format on */

/* A graph is a page of text; a megabyte is somebody else's file. */
#define MAX_GRAPH_BYTES (1024 * 1024)

static gboolean
name_is_ok (const gchar *name)
{
  return name[0] != '\0'
         && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-")
                == strlen (name);
}

/* On Windows beside bin/, wherever somebody put that. */
static gchar *
installed_folder (void)
{
#ifdef G_OS_WIN32
  g_autofree gchar *root =
      g_win32_get_package_installation_directory_of_module (NULL);

  return g_build_filename (root, PB_PIPELINES_DIR, NULL);
#else
  return g_strdup (PB_PIPELINES_DIR);
#endif
}

static gchar *
find_file (const gchar *name, GError **error)
{
  const gchar *env = g_getenv ("PITBOX_PIPELINES");
  g_autofree gchar *installed = installed_folder ();
  const gchar *dirs[] = { env, installed };
  g_autofree gchar *file = g_strconcat (name, ".launch", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (dirs) && name_is_ok (name); i++) {
    g_autofree gchar *path = NULL;

    if (dirs[i] == NULL || dirs[i][0] == '\0')
      continue;
    path = g_build_filename (dirs[i], file, NULL);
    if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
      return g_steal_pointer (&path);
  }
  g_set_error (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_NOT_FOUND,
      "No graph \"%s\" in %s%s%s (set PITBOX_PIPELINES to the folder with the "
      "*.launch files)",
      name, env != NULL ? env : "", env != NULL ? " or " : "", installed);
  return NULL;
}

/* A line whose first letter is '#' is a comment. */
static gchar *
strip_comments (const gchar *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++) {
    if (g_strchug (lines[i])[0] == '#')
      continue;
    g_string_append (out, lines[i]);
    g_string_append_c (out, '\n');
  }
  return g_string_free (out, FALSE);
}

static gchar *
read_graph (const gchar *name, GError **error)
{
  g_autofree gchar *path = find_file (name, error);
  g_autofree gchar *text = NULL;
  gsize size;

  if (path == NULL)
    return NULL;
  if (!g_file_get_contents (path, &text, &size, error))
    return NULL;
  if (size > MAX_GRAPH_BYTES || strlen (text) != size) {
    g_set_error (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_SYNTAX,
        "%s is not a graph text", path);
    return NULL;
  }
  return strip_comments (text);
}

/* GstParseError says what is wrong; which file it was in says this. */
static void
propagate (GError **dest, GError *parse, const gchar *name)
{
  gboolean missing =
      g_error_matches (parse, GST_PARSE_ERROR, GST_PARSE_ERROR_NO_SUCH_ELEMENT)
      || g_error_matches (parse, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN);

  g_set_error (dest, PB_GRAPH_ERROR,
      missing ? PB_GRAPH_ERROR_MISSING : PB_GRAPH_ERROR_SYNTAX,
      "Graph \"%s\": %s", name, parse->message);
  g_error_free (parse);
}

/**
 * pb_graph_load:
 * @name: a graph's name: the file's without ".launch"; lower-case letters,
 *   digits and "-"
 * @error: #PbGraphError, or #GFileError
 *
 * Looks in the folder named by the environment variable PITBOX_PIPELINES, then
 * in the installed one. Values go in afterwards with g_object_set() on what
 * pb_graph_get() returns. Any thread.
 *
 * Returns: (transfer full) (nullable): a pipeline in state NULL
 */
GstElement *
pb_graph_load (const gchar *name, GError **error)
{
  g_autofree gchar *text = read_graph (name, error);
  GError *parse = NULL;
  GstElement *graph;

  if (text == NULL)
    return NULL;
  graph =
      gst_parse_launch_full (text, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &parse);
  if (graph == NULL) {
    propagate (error, parse, name);
    return NULL;
  }
  g_clear_error (&parse);
  gst_object_ref_sink (graph);
  if (!GST_IS_PIPELINE (graph)) {
    g_set_error (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_SYNTAX,
        "Graph \"%s\" is a single element, not a pipeline", name);
    gst_object_unref (graph);
    return NULL;
  }
  return graph;
}

/**
 * pb_graph_load_part:
 * @name: as for pb_graph_load()
 * @error: as for pb_graph_load()
 *
 * A part is a piece of a graph that one of several can stand for, such as a
 * source or an encoder. Its open ends become the pads "sink" and "src".
 *
 * Returns: (transfer full) (nullable): a bin in state NULL
 */
GstElement *
pb_graph_load_part (const gchar *name, GError **error)
{
  g_autofree gchar *text = read_graph (name, error);
  GError *parse = NULL;
  GstElement *part;

  if (text == NULL)
    return NULL;
  part = gst_parse_bin_from_description_full (
      text, TRUE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &parse);
  if (part == NULL) {
    propagate (error, parse, name);
    return NULL;
  }
  g_clear_error (&parse);
  return gst_object_ref_sink (part);
}

/**
 * pb_graph_get:
 * @graph: a graph or part
 * @element: an element's name in its text
 * @error: %PB_GRAPH_ERROR_MISSING
 *
 * Returns: (transfer full) (nullable): the element
 */
GstElement *
pb_graph_get (GstElement *graph, const gchar *element, GError **error)
{
  GstElement *found = gst_bin_get_by_name (GST_BIN (graph), element);

  if (found == NULL)
    g_set_error (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_MISSING,
        "The graph has no element named \"%s\"", element);
  return found;
}

/**
 * pb_graph_link:
 * @graph: a graph
 * @from: name of an element with a free source pad
 * @to: name of an element with a free sink pad
 * @error: %PB_GRAPH_ERROR_MISSING
 *
 * Joins a part that was added with gst_bin_add() to the rest.
 *
 * Returns: %TRUE if both were there and could be linked
 */
gboolean
pb_graph_link (
    GstElement *graph, const gchar *from, const gchar *to, GError **error)
{
  GstElement *a = pb_graph_get (graph, from, error);
  GstElement *b = a != NULL ? pb_graph_get (graph, to, error) : NULL;
  gboolean ok = FALSE;

  if (b != NULL) {
    ok = gst_element_link (a, b);
    if (!ok)
      g_set_error (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_MISSING,
          "\"%s\" and \"%s\" cannot be linked", from, to);
  }
  gst_clear_object (&a);
  gst_clear_object (&b);
  return ok;
}
