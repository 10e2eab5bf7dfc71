/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `pitbox-server reader …`: who may read drivers' streams by SRT. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbReaderCommand:
 * @data_dir: the server's folder
 * @words: what follows "reader" on the command line
 * @drivers: (nullable): of --driver, any number of times
 * @print_passphrase: print nothing else than the passphrase
 * @bind, @srt_port: where the server listens, for the addresses printed
 */
typedef struct {
  const gchar *data_dir;
  gchar **words;
  gchar **drivers;
  gboolean print_passphrase;
  const gchar *bind;
  gint srt_port;
} PbReaderCommand;

int pb_reader_command (const PbReaderCommand *command);

G_END_DECLS
