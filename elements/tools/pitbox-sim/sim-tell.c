/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The other end of the control socket: a command in words. */
#include "sim-tell.h"

#include <string.h>

#include "sim-control.h"

static gboolean
is_name (const gchar *word)
{
  for (const gchar *at = word; *at != '\0'; at++)
    if (!g_ascii_islower (*at) && *at != '-')
      return FALSE;
  return *word != '\0';
}

/* "tow", "car=7" becomes {"command": "tow", "car": 7}; what the numbers may be
 * is the other side's to say. NULL: no such words. (transfer full) */
static gchar *
line_of (const gchar *const *words)
{
  static const gchar *const fields[] = { "car", "value", "tick", NULL };
  g_autoptr (GString) line = NULL;

  if (words == NULL || !is_name (words[0]))
    return NULL;
  line = g_string_new (NULL);
  g_string_printf (line, "{\"command\": \"%s\"", words[0]);
  for (const gchar *const *word = words + 1; *word != NULL; word++) {
    g_auto (GStrv) parts = g_strsplit (*word, "=", 2);
    gchar *end = NULL;

    if (g_strv_length (parts) != 2 || !g_strv_contains (fields, parts[0]))
      return NULL;
    (void) g_ascii_strtod (parts[1], &end);
    if (end == parts[1] || *end != '\0')
      return NULL;
    g_string_append_printf (line, ", \"%s\": %s", parts[0], parts[1]);
  }
  g_string_append_c (line, '}');
  return g_string_free (g_steal_pointer (&line), FALSE);
}

/* Why it was refused: a text that holds no quotes. (transfer full) */
static gchar *
reason_of (const gchar *answer)
{
  const gchar *text = strstr (answer, "\"error\": \"");

  if (text == NULL)
    return g_strdup (answer);
  text += strlen ("\"error\": \"");
  return g_strndup (text, strcspn (text, "\""));
}

/*
 * Says it to the simulator at the path and prints its answer, a line of JSON.
 * Fails where there is no simulator, or it refuses: its reason is the error's.
 */
gboolean
sim_tell (const gchar *path, const gchar *const *words, GError **error)
{
  g_autofree gchar *line = line_of (words);
  g_autofree gchar *answer = NULL, *reason = NULL;

  if (line == NULL) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--tell %s wants COMMAND [car=N] [value=X] [tick=N]", path);
    return FALSE;
  }
  answer = sim_control_ask (path, line, error);
  if (answer == NULL)
    return FALSE;
  if (strstr (answer, "\"ok\": true") != NULL) {
    g_print ("%s\n", answer);
    return TRUE;
  }
  reason = reason_of (answer);
  g_set_error (error, SIM_CONTROL_ERROR, SIM_CONTROL_ERROR_REFUSED, "%s: %s",
      words[0], reason);
  return FALSE;
}
