/* SPDX-License-Identifier: LGPL-2.1-or-later
 * check-control: holds messages of the control channel, one a line, against
 * control.schema.json; answers each with "ok" or with what is wrong. What no
 * schema names is wrong here, too: we say nothing that nobody wrote down. */
#include "pb-control-message.h"

#include <stdio.h>
#include <string.h>

static gchar *
find_problem (const gchar *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) message =
      pb_control_message_parse (line, strlen (line), &error);
  g_autoptr (JsonNode) whole = NULL;
  g_autoptr (JsonNode) known = NULL;

  if (message == NULL)
    return g_strdup (error->message);
  whole = json_from_string (line, NULL);
  known = pb_control_message_copy_known (message);
  return json_node_equal (whole, known)
             ? NULL
             : g_strdup ("there are members that the schema does not have");
}

int
main (void)
{
  g_autoptr (GIOChannel) in = g_io_channel_unix_new (fileno (stdin));
  gchar *line;
  gsize end;

  while (g_io_channel_read_line (in, &line, NULL, &end, NULL)
         == G_IO_STATUS_NORMAL) {
    g_autofree gchar *problem = NULL;

    line[end] = '\0';
    problem = find_problem (line);
    printf ("%s\n", problem != NULL ? problem : "ok");
    fflush (stdout);
    g_free (line);
  }
  return 0;
}
