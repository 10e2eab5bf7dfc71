/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitbox-server: options in, exit code out. */
#include <gst/gst.h>

int
main (int argc, char **argv)
{
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, &version,
        "Print the version and exit", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("pitbox-server: %s. Try --help.\n", error->message);
    return 2;
  }
  if (version)
    g_print ("pitbox-server %s\n", PACKAGE_VERSION);
  return 0;
}
