/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A program's settings: default < installed < file < environment < option, from one
 * table. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbSettingType:
 * @PB_SETTING_TEXT: a gchar *, UTF-8
 * @PB_SETTING_FILE: a gchar *, in the encoding of file names
 * @PB_SETTING_NUMBER: a gint
 * @PB_SETTING_FLAG: a gboolean; yes or no, as an option without a value
 * @PB_SETTING_LIST: a gchar **, texts separated by commas; an option may stand
 *   several times
 */
typedef enum {
  PB_SETTING_TEXT,
  PB_SETTING_FILE,
  PB_SETTING_NUMBER,
  PB_SETTING_FLAG,
  PB_SETTING_LIST,
} PbSettingType;

/**
 * PbSetting:
 * @key: in the file `key`, in the environment PITBOX_KEY, as option `--key`
 * @type: what its value is
 * @offset: of its field in the program's struct
 * @fallback: (nullable): its value where none is given; the field of a text
 *   may stay %NULL
 * @min: least number
 * @max: greatest number
 * @arg: what --help calls the value
 * @help: (nullable): line in --help, to which a fallback that is not "" is
 *   added; %NULL = there is no option, because process lists are public
 */
typedef struct {
  const gchar *key;
  PbSettingType type;
  gsize offset;
  const gchar *fallback;
  gint min, max;
  const gchar *arg;
  const gchar *help;
} PbSetting;

/**
 * PbSettings:
 * @program: name of the program, for messages
 * @group: of the settings file
 * @file: (nullable): settings file where none is named; need not be there
 * @table: settings, up to one whose key is %NULL
 * @given: offset of a guint64 in the program's struct, not its first field,
 *   whose bit n is set where file, environment or options say what the nth
 *   setting is; 0 = nobody wants to know
 * @kept: offset of a gchar * there that gets the path of the settings file;
 *   0 = likewise
 * @installed: (nullable): settings file of whoever installed the program: counts
 *   less than the user's, and is nothing that the user has set; need not be there
 */
typedef struct {
  const gchar *program;
  const gchar *group;
  const gchar *file;
  const PbSetting *table;
  gsize given;
  gsize kept;
  const gchar *installed;
} PbSettings;

gboolean pb_settings_load (const PbSettings *settings, gpointer fields,
    GOptionContext *context, const GOptionEntry *more, gint *argc,
    gchar ***argv, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_settings_change (const PbSettings *settings, gpointer fields,
    const gchar *key, const gchar *value,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_settings_is_given (
    const PbSettings *settings, gconstpointer fields, const gchar *key);
void pb_settings_clear (const PbSettings *settings, gpointer fields);

gboolean pb_settings_check_word (const gchar *key, const gchar *value,
    const gchar *const *allowed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
