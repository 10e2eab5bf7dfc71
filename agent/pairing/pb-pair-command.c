/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `pitbox-agent pair`: its options, and what it says. */
#include "pairing/pb-pair-command.h"

#include "pairing/pb-api.h"
#include "pairing/pb-blocks.h"
#include "pairing/pb-pair.h"
#include "pairing/pb-pairing.h"
#include "pairing/pb-secrets.h"
#include "pb-signals.h"

#include <gstpitbox/gstpitbox.h>
#include <string.h>

/* White on black, whatever the terminal's colours are: readers of QR codes
 * want dark on light. */
#define QR_COLOURS "\033[97;40m"
#define NO_COLOURS "\033[0m"
#define STDOUT 1

typedef struct {
  gchar *server;
  gchar *name;
  gchar *certificate;
  gboolean insecure;
  gboolean forget;
  gchar **surplus;
} Options;

typedef struct {
  GMainLoop *loop;
  gchar *path;
  int code; /* of the process */
} Command;

static void
options_clear (Options *o)
{
  g_free (o->server);
  g_free (o->name);
  g_free (o->certificate);
  g_strfreev (o->surplus);
}

static const gchar description[] =
    "Shows a code. An engineer or admin types it on the server's page \"Pair a "
    "device\",\nsays which driver this PC is, and from then on pitbox-agent "
    "needs no setting: it\nsends to that server as that driver.\n\n"
    "Examples:\n"
    "  pitbox-agent pair --server https://relay.example.org:8080\n"
    "  pitbox-agent pair --forget\n";

static gboolean
parse (Options *o, gint *argc, gchar ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "server", 0, 0, G_OPTION_ARG_STRING, &o->server,
        "Address of the server's page", "URL" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &o->name,
        "What this PC is called there (its own name)", "NAME" },
    { "trust-certificate", 0, 0, G_OPTION_ARG_STRING, &o->certificate,
        "Trust the server by this fingerprint of its certificate, too",
        "SHA256" },
    { "insecure-lan", 0, 0, G_OPTION_ARG_NONE, &o->insecure,
        "Get the secrets over the network without TLS", NULL },
    { "forget", 0, 0, G_OPTION_ARG_NONE, &o->forget,
        "Forget what pairing gave, and leave", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->surplus, NULL,
        NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context =
      g_option_context_new ("- let a server take this PC's stream");

  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (o->surplus != NULL) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
        "Unexpected \"%s\"", o->surplus[0]);
    return FALSE;
  }
  if (o->server == NULL)
    o->server = pb_pairing_dup_wish ("server");
  if (o->server == NULL && !o->forget) {
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--server is missing: the address of the server's page");
    return FALSE;
  }
  return TRUE;
}

static gboolean
complete (Options *o, GError **error)
{
  gchar *parsed = pb_api_parse_url (o->server, o->insecure, error);

  if (parsed == NULL)
    return FALSE;
  g_free (o->server);
  o->server = parsed;
  parsed = o->certificate != NULL
               ? pb_api_parse_fingerprint (o->certificate, error)
               : g_strdup ("");
  if (parsed == NULL)
    return FALSE;
  g_free (o->certificate);
  o->certificate = parsed;
  if (o->name == NULL)
    o->name = pb_pair_dup_own_name ();
  if (gst_pitbox_id_is_valid (o->name))
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "--name must be 1 to 64 of A-Z a-z 0-9 . _ - and not begin with a dot");
  return FALSE;
}

static void
print_blocks (PbBlocks *blocks, gboolean coloured)
{
  gboolean colours = coloured && g_log_writer_supports_color (STDOUT);
  g_autofree gchar *text = pb_blocks_to_text (
      blocks, colours ? "  " QR_COLOURS : "  ", colours ? NO_COLOURS : "");

  g_print ("%s\n", text);
}

static void
show_code (const gchar *code, const gchar *link, gpointer user_data)
{
  g_autofree gchar *split = g_strdup_printf ("%.3s-%s", code, code + 3);
  g_autoptr (PbBlocks) letters = pb_blocks_new_letters (split);
  g_autoptr (PbBlocks) qr = pb_blocks_new_qr (link);
  gboolean is_utf8 = g_get_charset (NULL);

  g_print ("\n");
  if (is_utf8)
    print_blocks (letters, FALSE);
  g_print ("  Code %s, good for ten minutes. Type it on the server's page "
           "\"Pair a device\",\n  or open %s\n\n",
      split, link);
  if (is_utf8 && qr != NULL)
    print_blocks (qr, TRUE);
}

static void
say (const gchar *words, gpointer user_data)
{
  g_print ("%s\n", words);
}

static void
finish (const PbPairing *pairing, const gchar *words, gpointer user_data)
{
  Command *self = user_data;
  g_autoptr (GError) error = NULL;

  self->code = 1;
  if (pairing == NULL)
    g_printerr ("pitbox-agent: %s\n", words);
  else if (!pb_pairing_save (pairing, self->path, &error))
    g_printerr ("pitbox-agent: the pairing cannot be kept: %s. Let it be "
                "revoked on the server's page\n",
        error->message);
  else
    self->code = 0;
  if (self->code == 0)
    g_print ("Paired: this PC is %s and sends as %s to %s.\n"
             "Start it: pitbox-agent\n",
        pairing->device, pairing->driver, pairing->srt);
  g_main_loop_quit (self->loop);
}

static int
pair (const Options *o)
{
  static const PbPairEvents events = { show_code, say, finish };
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree gchar *path = pb_pairing_dup_path ();
  Command command = { loop, path, -1 };
  PbPair *pairing;

  pb_signals_quit (loop);
  g_print ("Asking %s to let this PC in as %s. Ctrl-C ends it.\n", o->server,
      o->name);
  pairing = pb_pair_new (o->server, o->certificate, o->name, &events, &command);
  g_main_loop_run (loop);
  pb_pair_free (pairing);
  if (command.code >= 0)
    return command.code;
  g_print ("Stopped: this PC is not paired.\n");
  return 1;
}

static int
forget (void)
{
  g_autofree gchar *path = pb_pairing_dup_path ();
  g_autoptr (PbPairing) pairing = pb_pairing_load (path, NULL);
  g_autoptr (GError) error = NULL;

  if (pb_secrets_remove (path, &error)) {
    g_print ("Forgotten.%s%s%s%s%s\n",
        pairing != NULL ? " The server still knows " : "",
        pairing != NULL ? pairing->device : "",
        pairing != NULL ? ": revoke it on the page " : "",
        pairing != NULL ? pairing->url : "",
        pairing != NULL ? "/#/devices" : "");
    return 0;
  }
  if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
    g_print ("This PC is not paired.\n");
    return 0;
  }
  g_printerr ("pitbox-agent: %s\n", error->message);
  return 1;
}

/**
 * pb_pair_command:
 * @argc: of what follows the program's name
 * @argv: "pair", then its options
 *
 * Main thread only, once.
 *
 * Returns: an exit code: 0 done, 1 failed, 2 not understood
 */
int
pb_pair_command (gint argc, gchar **argv)
{
  Options o = { 0 };
  g_autoptr (GError) error = NULL;
  int code;

  g_set_prgname ("pitbox-agent pair");
  if (!parse (&o, &argc, &argv, &error)
      || (!o.forget && !complete (&o, &error))) {
    g_printerr (
        "pitbox-agent: %s\nTry pitbox-agent pair --help\n", error->message);
    code = 2;
  } else {
    code = o.forget ? forget () : pair (&o);
  }
  options_clear (&o);
  return code;
}
