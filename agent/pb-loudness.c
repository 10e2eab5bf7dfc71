/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Our own elements' lines go into the program's log; nobody else's do, because
 * what other elements say a second, and of whom, is not known. */
#include "pb-loudness.h"

#include <gst/gst.h>

/* Names of debug categories. None of ours says anything per buffer above LOG,
 * which is never asked for. */
static const gchar *const ours[] = { "irsdk*", "telemetry*", "pitbox*" };

static void
on_line (GstDebugCategory *category, GstDebugLevel level, const gchar *file,
    const gchar *function, gint line, GObject *object, GstDebugMessage *message,
    gpointer user_data)
{
  static const GLogLevelFlags levels[] = { G_LOG_LEVEL_DEBUG,
    G_LOG_LEVEL_WARNING, G_LOG_LEVEL_WARNING, G_LOG_LEVEL_MESSAGE,
    G_LOG_LEVEL_INFO };

  g_log (NULL,
      level < G_N_ELEMENTS (levels) ? levels[level] : G_LOG_LEVEL_DEBUG,
      "%s: %s", gst_debug_category_get_name (category),
      gst_debug_message_get (message));
}

static void
set_elements (GstDebugLevel level)
{
  static gboolean is_heard = FALSE;

  if (!is_heard) {
    gst_debug_remove_log_function (gst_debug_log_default);
    gst_debug_add_log_function (on_line, NULL, NULL);
    is_heard = TRUE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (ours); i++) {
    if (level == GST_LEVEL_NONE)
      gst_debug_unset_threshold_for_name (ours[i]);
    else
      gst_debug_set_threshold_for_name (ours[i], level);
  }
}

/**
 * pb_loudness_set:
 * @level: the least important that is written until the program ends
 *
 * From %PB_LOG_INFO on our elements are heard, too. What the driver has set by
 * GST_DEBUG or G_MESSAGES_DEBUG stays. Main thread only.
 *
 * Returns: (transfer full) (nullable): why not; %NULL if it is done
 */
gchar *
pb_loudness_set (PbLogLevel level)
{
  static const gchar *const own[] = { "GST_DEBUG", "G_MESSAGES_DEBUG" };

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (g_getenv (own[i]) != NULL)
      return g_strdup_printf (
          "The driver has set the log level (%s); only the driver can change "
          "it",
          own[i]);
  pb_log_set_level (level);
  set_elements (level == PB_LOG_DEBUG  ? GST_LEVEL_DEBUG
                : level == PB_LOG_INFO ? GST_LEVEL_INFO
                                       : GST_LEVEL_NONE);
  return NULL;
}
