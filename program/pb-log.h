/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How a program of ours writes its log. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbLogLevel:
 * @PB_LOG_ERROR: what cannot go on
 * @PB_LOG_WARNING: and what is degraded
 * @PB_LOG_MESSAGE: and what one wants to know; at the start
 * @PB_LOG_INFO: and each state
 * @PB_LOG_DEBUG: and how it came to be
 */
typedef enum {
  PB_LOG_ERROR,
  PB_LOG_WARNING,
  PB_LOG_MESSAGE,
  PB_LOG_INFO,
  PB_LOG_DEBUG,
} PbLogLevel;

void pb_log_init (void);
void pb_log_set_level (PbLogLevel level);
PbLogLevel pb_log_get_level (void);
gboolean pb_log_level_from_string (
    const gchar *word, PbLogLevel *level) G_GNUC_WARN_UNUSED_RESULT;
const gchar *pb_log_level_to_string (PbLogLevel level);
void pb_log_keep (guint n_lines);
gboolean pb_log_to_file (const gchar *path, gsize most_bytes,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gchar **pb_log_dup_kept (void) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_log_format (GLogLevelFlags level, const gchar *domain,
    const gchar *message, GDateTime *time) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
