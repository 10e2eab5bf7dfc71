/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbCommand: what `pitbox-server VERB ACTION …` does beside serving. */
#pragma once

#include "pb-data.h"

G_BEGIN_DECLS

/**
 * PbCommandLine:
 * @words: what is no option: verb, action and what follows, up to %NULL
 * @drivers: (nullable): of --driver, up to %NULL
 * @print_passphrase: print nothing else than the passphrase
 * @data_dir: the server's folder
 * @bind: where the server listens, in numbers, for the addresses printed
 * @srt_port: likewise
 */
typedef struct {
  gchar **words;
  gchar **drivers;
  gboolean print_passphrase;
  const gchar *data_dir;
  const gchar *bind;
  gint srt_port;
} PbCommandLine;

gchar *pb_command_dup_help (const gchar *verb) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_command_print_help (gchar **argv);
int pb_command_run (const PbCommandLine *line);

/* For the table in pb-command.c; @name is that of %PB_COMMAND_NAME. */
typedef gboolean PbCommandFunc (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error);
PbCommandFunc pb_device_command_add;
PbCommandFunc pb_device_command_list;
PbCommandFunc pb_device_command_remove;
PbCommandFunc pb_reader_command_add;
PbCommandFunc pb_reader_command_list;
PbCommandFunc pb_reader_command_remove;

void pb_command_print_key (const gchar *name, const gchar *label,
    const gchar *drivers, gint64 created_utc_us);

G_END_DECLS
