/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbCommand: what `pitbox-server VERB ACTION …` does beside serving. */
#pragma once

#include "auth/pb-principal.h"
#include "pb-data.h"

G_BEGIN_DECLS

/**
 * PbCommandLine:
 * @words: what is no option: verb, action and what follows, up to %NULL
 * @drivers: (nullable): of --driver, up to %NULL
 * @scopes: (nullable): of --scope, likewise
 * @team: (nullable): of --team
 * @role: (nullable): of --role
 * @full_name: (nullable): of --name
 * @password_file: (nullable): of --password-file; "-" is what is typed
 * @days: of --days; 0 = not given
 * @hours: of --hours; likewise
 * @print_passphrase: print nothing else than the secret
 * @data_dir: the server's folder
 * @bind: where the server listens, in numbers, for the addresses printed
 * @public_url: (nullable): where people open the page, without / at its end
 * @srt_port: likewise
 * @http_port: likewise
 * @tls: likewise
 */
typedef struct {
  gchar **words;
  gchar **drivers;
  gchar **scopes;
  const gchar *team;
  const gchar *role;
  const gchar *full_name;
  const gchar *password_file;
  gint days;
  gint hours;
  gboolean print_passphrase;
  const gchar *data_dir;
  const gchar *bind;
  const gchar *public_url;
  gint srt_port;
  gint http_port;
  gboolean tls;
} PbCommandLine;

gchar *pb_command_dup_help (const gchar *verb) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_command_print_help (gchar **argv);
int pb_command_run (const PbCommandLine *line);

/* For the table in pb-command.c; @name is that of %PB_COMMAND_NAME. */
typedef gboolean PbCommandFunc (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error);
PbCommandFunc pb_audit_command_list;
PbCommandFunc pb_device_command_add;
PbCommandFunc pb_device_command_list;
PbCommandFunc pb_device_command_remove;
PbCommandFunc pb_device_command_rotate;
PbCommandFunc pb_device_command_token;
PbCommandFunc pb_driver_command_list;
PbCommandFunc pb_driver_command_remove;
PbCommandFunc pb_reader_command_add;
PbCommandFunc pb_reader_command_list;
PbCommandFunc pb_reader_command_remove;
PbCommandFunc pb_invitation_command_list;
PbCommandFunc pb_invitation_command_remove;
PbCommandFunc pb_invite_command;
PbCommandFunc pb_key_command_add;
PbCommandFunc pb_key_command_list;
PbCommandFunc pb_key_command_remove;
PbCommandFunc pb_share_command_add;
PbCommandFunc pb_share_command_list;
PbCommandFunc pb_share_command_remove;
PbCommandFunc pb_team_command_add;
PbCommandFunc pb_team_command_list;
PbCommandFunc pb_team_command_remove;
PbCommandFunc pb_user_command_add;
PbCommandFunc pb_user_command_list;
PbCommandFunc pb_user_command_logins;
PbCommandFunc pb_user_command_logout;
PbCommandFunc pb_user_command_passwd;
PbCommandFunc pb_user_command_remove;
PbCommandFunc pb_user_command_role;

const gchar *pb_command_get_team (const PbCommandLine *line);
gboolean pb_command_read_role (
    const PbCommandLine *line, PbRole fallback, PbRole *role, GError **error);
gchar *pb_command_format_time (
    gint64 utc_us, const gchar *never) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_command_begin (PbData *data, GError **error);
gboolean pb_command_note (PbData *data, const gchar *team, const gchar *action,
    const gchar *target, const gchar *detail,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_command_end (PbData *data, gboolean keep, GError **error);
gchar *pb_command_dup_srt_host (
    const PbCommandLine *line) G_GNUC_WARN_UNUSED_RESULT;
void pb_command_print_srt (const PbCommandLine *line, const gchar *driver,
    const gchar *mode, const gchar *passphrase);
void pb_command_print_place (const PbCommandLine *line);
void pb_command_print_key (const gchar *name, const gchar *team,
    const gchar *label, const gchar *drivers, gint64 created_utc_us);

G_END_DECLS
