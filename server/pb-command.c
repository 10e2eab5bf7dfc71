/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbCommand: what `pitbox-server VERB ACTION …` does beside serving. */
#include "pb-command.h"

#include <gio/gio.h>
#include <string.h>

#include "store/pb-audit.h"

/* A running server may write just now. */
#define WAIT_MS 5000

/* Of SRT, where none is set. */
#define DEFAULT_PORT 9000

/* What an action takes; anything else on the line is a usage error. */
typedef enum {
  NAME = 1 << 0, /* must be there */
  DRIVER = 1 << 1,
  DRIVERS = 1 << 2, /* the same, any number of times */
  PASSPHRASE = 1 << 3,
  TEAM = 1 << 4,
  ROLE = 1 << 5,
  FULL_NAME = 1 << 6,
  PASSWORD = 1 << 7,
  SCOPES = 1 << 8,
  DAYS = 1 << 9,
  HOURS = 1 << 10,
} Takes;

typedef struct {
  const gchar *verb;
  const gchar *action;
  guint takes;
  PbCommandFunc *func;
  const gchar *help;
} Command;

static const Command commands[] = {
  { "device", "add", NAME | DRIVER | TEAM | PASSPHRASE, pb_device_command_add,
      "Let a device publish for driver ID (NAME); prints its passphrase once" },
  { "device", "list", TEAM, pb_device_command_list,
      "Show all devices (of a team)" },
  { "device", "remove", NAME, pb_device_command_remove,
      "Take it back; its stream ends" },
  { "device", "revoke", NAME, pb_device_command_remove, "The same" },
  { "device", "rotate", NAME | PASSPHRASE, pb_device_command_rotate,
      "Make a new passphrase; a stream that runs goes on" },
  { "device", "token", NAME | PASSPHRASE, pb_device_command_token,
      "Make the token by which a paired agent asks the API, in place of the "
      "old one" },
  { "driver", "list", TEAM, pb_driver_command_list,
      "Show all drivers (of a team), and how many devices each has" },
  { "driver", "remove", NAME, pb_driver_command_remove,
      "Forget a driver that has no device, and DELETE ITS RECORDINGS; the "
      "server\n      must be stopped" },
  { "reader", "add", NAME | DRIVERS | TEAM | PASSPHRASE, pb_reader_command_add,
      "Let OBS, ffmpeg or GStreamer read these drivers (all) by SRT; prints "
      "the\n      address once" },
  { "reader", "list", TEAM, pb_reader_command_list,
      "Show all readers (of a team)" },
  { "reader", "remove", NAME, pb_reader_command_remove,
      "Take it back; its connections are cut off" },
  { "user", "add", NAME | ROLE | TEAM | FULL_NAME | PASSWORD,
      pb_user_command_add,
      "Make an account (viewer of team default); asks for the password" },
  { "user", "list", TEAM, pb_user_command_list, "Show who is in which team" },
  { "user", "passwd", NAME | PASSWORD, pb_user_command_passwd,
      "Set a password; ends all logins and takes the second factor away" },
  { "user", "role", NAME | ROLE | TEAM, pb_user_command_role,
      "Put somebody into a team, or change what they are there" },
  { "user", "remove", NAME, pb_user_command_remove,
      "Delete the account, in all teams" },
  { "user", "logins", NAME, pb_user_command_logins,
      "Show where somebody is logged in" },
  { "user", "logout", NAME, pb_user_command_logout, "End all these logins" },
  { "team", "add", NAME | FULL_NAME, pb_team_command_add,
      "Make a team that sees no other's drivers, people or recordings" },
  { "team", "list", 0, pb_team_command_list, "Show all teams" },
  { "team", "remove", NAME, pb_team_command_remove, "Delete an empty team" },
  { "key", "add", NAME | SCOPES | TEAM | DAYS | PASSPHRASE, pb_key_command_add,
      "Let a program in; prints its key once" },
  { "key", "list", TEAM, pb_key_command_list, "Show all keys" },
  { "key", "remove", NAME, pb_key_command_remove,
      "Take a key back; NAME is its id, as key list shows it" },
  { "invite", "", ROLE | TEAM | HOURS | PASSPHRASE, pb_invite_command,
      "Print a link by which one person joins (viewer, 72 hours)" },
  { "invitation", "list", TEAM, pb_invitation_command_list,
      "Show the invitations that nobody has taken yet" },
  { "invitation", "remove", NAME, pb_invitation_command_remove,
      "Withdraw one; NAME is its id, as invitation list shows it" },
  { "share", "add", DRIVER | HOURS | PASSPHRASE, pb_share_command_add,
      "Print a link by which whoever has it sees a driver live (24 hours)" },
  { "share", "list", TEAM, pb_share_command_list, "Show all links" },
  { "share", "remove", NAME, pb_share_command_remove,
      "Withdraw one; NAME is its id, as share list shows it" },
  { "audit", "list", TEAM, pb_audit_command_list,
      "Show the newest of what was done to accounts, keys and devices" },
};

static const struct {
  guint takes;
  const gchar *usage;
} arguments[] = {
  { NAME, " NAME" },
  { DRIVER, " [--driver ID]" },
  { DRIVERS, " [--driver ID]…" },
  { SCOPES, " --scope SCOPE…" },
  { ROLE, " [--role ROLE]" },
  { TEAM, " [--team ID]" },
  { FULL_NAME, " [--name TEXT]" },
  { PASSWORD, " [--password-file FILE]" },
  { DAYS, " [--days N]" },
  { HOURS, " [--hours N]" },
  { PASSPHRASE, " [--print-passphrase]" },
};

/* @action: NULL stands for any. */
static const Command *
find (const gchar *verb, const gchar *action)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].verb, verb)
        && (!action || g_str_equal (commands[i].action, action)))
      return &commands[i];
  return NULL;
}

/**
 * pb_command_dup_help:
 * @verb: (nullable): one of ours; %NULL for all
 *
 * Returns: (transfer full): how to call its actions, and what they do
 */
gchar *
pb_command_dup_help (const gchar *verb)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++) {
    const Command *command = &commands[i];

    if (verb && !g_str_equal (command->verb, verb))
      continue;
    g_string_append_printf (out, "  pitbox-server %s%s%s", command->verb,
        command->action[0] ? " " : "", command->action);
    for (guint k = 0; k < G_N_ELEMENTS (arguments); k++)
      if (command->takes & arguments[k].takes)
        g_string_append (out, arguments[k].usage);
    g_string_append_printf (out, "\n      %s\n", command->help);
  }
  return g_string_free (out, FALSE);
}

/**
 * pb_command_print_help:
 * @argv: main()'s, before GOption, which knows only the whole program's help
 *
 * Returns: whether help was wanted for one of our verbs
 */
gboolean
pb_command_print_help (gchar **argv)
{
  const gchar *verb = NULL;
  gboolean wanted = FALSE;
  g_autofree gchar *help = NULL;

  for (guint i = 1; argv[i]; i++) {
    if (!verb && find (argv[i], NULL))
      verb = argv[i];
    wanted |= g_str_equal (argv[i], "--help") || g_str_equal (argv[i], "-h");
  }
  if (!verb || !wanted)
    return FALSE;
  help = pb_command_dup_help (verb);
  g_print ("Usage:\n%s\n"
           "With --print-passphrase nothing else is printed; --data-dir DIR "
           "and --config FILE\nare those of the server, which takes a change "
           "over within a second. Exit codes:\n0 done, 1 failed, 2 not "
           "understood.\n",
      help);
  return TRUE;
}

/* An option of the line that the command does not take. */
static const gchar *
find_stranger (guint takes, const PbCommandLine *line)
{
  const struct {
    gboolean given;
    guint taken;
    const gchar *misuse;
  } rows[] = {
    { line->drivers != NULL, DRIVER | DRIVERS, "it takes no --driver" },
    { line->print_passphrase, PASSPHRASE, "it takes no --print-passphrase" },
    { line->scopes != NULL, SCOPES, "it takes no --scope" },
    { line->team != NULL, TEAM, "it takes no --team" },
    { line->role != NULL, ROLE, "it takes no --role" },
    { line->full_name != NULL, FULL_NAME, "it takes no --name" },
    { line->password_file != NULL, PASSWORD, "it takes no --password-file" },
    { line->days != 0, DAYS, "it takes no --days" },
    { line->hours != 0, HOURS, "it takes no --hours" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].given && !(takes & rows[i].taken))
      return rows[i].misuse;
  return NULL;
}

static const gchar *
find_misuse (const Command *command, const PbCommandLine *line)
{
  const guint n_words =
      1 + (command->action[0] != '\0') + ((command->takes & NAME) != 0);
  const guint n_drivers = line->drivers ? g_strv_length (line->drivers) : 0;

  if (g_strv_length (line->words) < n_words)
    return "its NAME is missing";
  if (g_strv_length (line->words) > n_words)
    return "there is a word too many";
  if (n_drivers > 1 && !(command->takes & DRIVERS) && (command->takes & DRIVER))
    return "it takes one --driver";
  if (line->days < 0 || line->hours < 0 || line->days > 36500
      || line->hours > 720)
    return "--days is 1 to 36500, --hours 1 to 720";
  return find_stranger (command->takes, line);
}

/* Returns: (nullable): what the line asks for, as it should; else said why. */
static const Command *
understand (const PbCommandLine *line)
{
  const gchar *verb = line->words[0];
  const gchar *action = line->words[1];
  const Command *command = find (verb, action ? action : "");
  const gchar *misuse;
  g_autofree gchar *help = NULL;

  /* One without an action. */
  if (!command)
    command = find (verb, "");
  misuse = command ? find_misuse (command, line) : "there is no such command";
  if (!misuse)
    return command;
  if (find (verb, NULL))
    help = pb_command_dup_help (verb);
  g_printerr ("pitbox-server: %s%s%s: %s. %s\n%s", verb, action ? " " : "",
      action ? action : "", misuse, help ? "Use" : "Try --help",
      help ? help : "");
  return NULL;
}

/* What to type about a device, a driver or a reader; the store only says what
 * is. */
static void
print_advice (const PbCommandLine *line, const GError *error)
{
  const gchar *verb = line->words[0];
  const gboolean device = g_str_equal (verb, "device");

  if (!device && !g_str_equal (verb, "driver") && !g_str_equal (verb, "reader"))
    return;
  if (g_error_matches (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND))
    g_printerr (". pitbox-server %s list shows all", verb);
  if (!g_error_matches (error, PB_STORE_ERROR, PB_STORE_ERROR_EXISTS))
    return;
  g_printerr (". For a new passphrase: pitbox-server ");
  if (device)
    g_printerr (
        "device rotate %s; to begin anew: pitbox-server ", line->words[2]);
  g_printerr ("%s remove %s", verb, line->words[2]);
}

/**
 * pb_command_run:
 * @line: with a word at least
 *
 * A running server takes what a command changes over within a second.
 *
 * Returns: an exit code: 0, 1 if it failed, 2 if the line cannot be understood
 */
int
pb_command_run (const PbCommandLine *line)
{
  const Command *command = understand (line);
  g_autoptr (PbData) data = NULL;
  g_autoptr (GError) error = NULL;

  if (!command)
    return 2;
  data = pb_data_open (line->data_dir, &error);
  if (data
      && command->func (
          line, command->takes & NAME ? line->words[2] : NULL, data, &error))
    return 0;
  g_printerr ("pitbox-server: %s", error->message);
  print_advice (line, error);
  g_printerr ("\n");
  return g_error_matches (error, PB_STORE_ERROR, PB_STORE_ERROR_INVALID) ? 2
                                                                         : 1;
}

/**
 * pb_command_begin:
 *
 * Begins what a command changes; it holds up a running server, so nothing may
 * be asked or hashed before pb_command_end().
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_command_begin (PbData *data, GError **error)
{
  return pb_store_begin_change (data->store, WAIT_MS, error);
}

/**
 * pb_command_note:
 * @team: whose log has the line
 * @action: what is done, e.g. "device.revoke"
 * @target: to what
 * @detail: (nullable): in words; never a secret
 *
 * After pb_command_begin(): a line of the audit log, kept with the change.
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_command_note (PbData *data, const gchar *team, const gchar *action,
    const gchar *target, const gchar *detail, GError **error)
{
  g_autoptr (PbPrincipal) who =
      pb_principal_new (PB_PRINCIPAL_LOCAL, NULL, "command line", team);

  return pb_audit_write (data->store, who, action, target, NULL, detail, error);
}

/**
 * pb_command_end:
 * @keep: %FALSE, with @error set, takes all of it back
 *
 * Returns: %TRUE if it stands in the database now; else @error is set
 */
gboolean
pb_command_end (PbData *data, gboolean keep, GError **error)
{
  return pb_store_end_change (data->store, keep, keep ? error : NULL);
}

/**
 * pb_command_get_team:
 *
 * Returns: (transfer none): of --team, or the one that is always there
 */
const gchar *
pb_command_get_team (const PbCommandLine *line)
{
  return line->team ? line->team : PB_TEAM_DEFAULT;
}

/**
 * pb_command_read_role:
 * @fallback: without --role; %PB_ROLE_NONE if it must be there
 * @role: (out): of --role
 *
 * Returns: %FALSE with @error set if that is none
 */
gboolean
pb_command_read_role (
    const PbCommandLine *line, PbRole fallback, PbRole *role, GError **error)
{
  *role = line->role ? pb_role_from_string (line->role) : fallback;
  if (*role != PB_ROLE_NONE)
    return TRUE;
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_INVALID,
      "--role must be viewer, coach, engineer or admin");
  return FALSE;
}

/**
 * pb_command_format_time:
 * @utc_us: microseconds since 1970
 * @never: what stands for 0
 *
 * Returns: (transfer full): e.g. 2026-11-22T20:01:50Z
 */
gchar *
pb_command_format_time (gint64 utc_us, const gchar *never)
{
  g_autoptr (GDateTime) date =
      g_date_time_new_from_unix_utc (utc_us / G_USEC_PER_SEC);

  return utc_us == 0 ? g_strdup (never) : g_date_time_format_iso8601 (date);
}

/**
 * pb_command_print_key:
 * @name: of a device or a reader
 * @team: whose it is
 * @label: what @drivers are called
 * @drivers: whom it is for
 * @created_utc_us: when it was added
 *
 * Prints a line of a list.
 */
void
pb_command_print_key (const gchar *name, const gchar *team, const gchar *label,
    const gchar *drivers, gint64 created_utc_us)
{
  g_autofree gchar *added = pb_command_format_time (created_utc_us, "");

  g_print ("%-24s %s %-*s team %-16s added %s\n", name, label,
      (int) (30 - strlen (label)), drivers, team, added);
}

/**
 * pb_command_dup_srt_host:
 *
 * Returns: (transfer full): where the server's SRT port is to be reached;
 *   "HOST:…" where only the administrator knows
 */
gchar *
pb_command_dup_srt_host (const PbCommandLine *line)
{
  g_autoptr (GInetAddress) address =
      g_inet_address_new_from_string (line->bind);
  const gint port = line->srt_port > 0 ? line->srt_port : DEFAULT_PORT;

  if (!address || g_inet_address_get_is_any (address))
    return g_strdup_printf ("HOST:%d", port);
  return g_strdup_printf (
      g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6 ? "[%s]:%d"
                                                                  : "%s:%d",
      line->bind, port);
}

/**
 * pb_command_print_srt:
 * @mode: "publish" or "request"
 *
 * Prints the address at which the device or reader of @line does that. Only the
 * hash must be escaped; nothing else in it needs quoting within an address, as
 * names and passphrases are plain.
 */
void
pb_command_print_srt (const PbCommandLine *line, const gchar *driver,
    const gchar *mode, const gchar *passphrase)
{
  g_autofree gchar *host = pb_command_dup_srt_host (line);

  g_print ("  srt://%s?mode=caller&streamid=%%23!::r=%s,m=%s,u=%s"
           "&passphrase=%s\n",
      host, driver, mode, line->words[2], passphrase);
}

/**
 * pb_command_print_place:
 *
 * Says for whom the addresses printed are none: commands do not know the
 * options of a server that runs.
 */
void
pb_command_print_place (const PbCommandLine *line)
{
  g_autoptr (GInetAddress) address =
      g_inet_address_new_from_string (line->bind);

  if (address && g_inet_address_get_is_loopback (address))
    g_print ("\nFrom another machine this one's address stands in the place of "
             "%s.\n",
        line->bind);
}
