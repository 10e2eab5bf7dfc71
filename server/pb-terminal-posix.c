/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Asking somebody at a terminal for a secret. */
#include "pb-terminal.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2048

/**
 * pb_terminal_is_there:
 *
 * Returns: %TRUE if a person types what is read
 */
gboolean
pb_terminal_is_there (void)
{
  return isatty (STDIN_FILENO);
}

/**
 * pb_terminal_ask_secret:
 * @prompt: (nullable): what to ask; %NULL just reads a line
 *
 * What is typed is not shown.
 *
 * Returns: (transfer full): the line, for pb_secret_free(); %NULL with @error
 *   set if there is none
 */
gchar *
pb_terminal_ask_secret (const gchar *prompt, GError **error)
{
  gchar line[LINE_MAX_BYTES];
  struct termios shown, hidden;
  const gboolean hide =
      isatty (STDIN_FILENO) && tcgetattr (STDIN_FILENO, &shown) == 0;
  gboolean read;

  if (prompt)
    fprintf (stderr, "%s: ", prompt);
  if (hide) {
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t) ECHO;
    tcsetattr (STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  read = fgets (line, sizeof line, stdin) != NULL;
  if (hide) {
    tcsetattr (STDIN_FILENO, TCSAFLUSH, &shown);
    fputc ('\n', stderr);
  }
  if (!read) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "there is no password: type it, or give --password-file FILE");
    return NULL;
  }
  line[strcspn (line, "\r\n")] = '\0';
  return g_strdup (line);
}
