/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbWishes: the driver always wins. */
#include "control/pb-wishes.h"

#include <string.h>

/**
 * pb_wishes_get_mode:
 * @wishes: what was asked for
 * @config: what the driver has set
 *
 * Returns: what is to be sent
 */
PbMode
pb_wishes_get_mode (const PbWishes *wishes, const PbConfig *config)
{
  const PbMode own = pb_config_get_mode (config);

  return wishes->has_mode && own == PB_MODE_VIDEO ? wishes->mode : own;
}

/**
 * pb_wishes_get_bitrate:
 * @wishes: what was asked for
 * @config: what the driver has set
 *
 * Returns: the picture's, kbit/s; never more than the driver has set
 */
guint
pb_wishes_get_bitrate (const PbWishes *wishes, const PbConfig *config)
{
  const guint own = (guint) config->bitrate_kbps;

  return wishes->bitrate_kbps > 0 ? MIN (wishes->bitrate_kbps, own) : own;
}

/**
 * pb_wishes_ask_mode:
 * @wishes: updated if it is allowed
 * @config: what the driver has set
 * @mode: (nullable): "video" or "telemetry"
 *
 * Returns: (transfer full) (nullable): why not; %NULL if it is allowed
 */
gchar *
pb_wishes_ask_mode (PbWishes *wishes, const PbConfig *config, const gchar *mode)
{
  if (mode == NULL)
    return g_strdup ("It does not say which mode");
  if (strcmp (mode, "video") == 0
      && pb_config_get_mode (config) != PB_MODE_VIDEO)
    return g_strdup ("The driver has turned the picture off (mode = "
                     "telemetry); only the driver can turn it on");
  wishes->has_mode = TRUE;
  wishes->mode =
      strcmp (mode, "video") == 0 ? PB_MODE_VIDEO : PB_MODE_TELEMETRY;
  return NULL;
}

/**
 * pb_wishes_ask_bitrate:
 * @wishes: updated if it is allowed
 * @config: what the driver has set
 * @kbps: of the picture
 *
 * Returns: (transfer full) (nullable): why not; %NULL if it is allowed
 */
gchar *
pb_wishes_ask_bitrate (PbWishes *wishes, const PbConfig *config, gint64 kbps)
{
  if (kbps > config->bitrate_kbps)
    return g_strdup_printf ("The driver allows %d kbit/s at most "
                            "(bitrate-kbps)",
        config->bitrate_kbps);
  wishes->bitrate_kbps = (guint) kbps;
  return NULL;
}

/**
 * pb_wishes_ask_key:
 * @wishes: updated if it is allowed
 * @now_us: monotonic
 *
 * Returns: (transfer full) (nullable): why not; %NULL if it is allowed
 */
gchar *
pb_wishes_ask_key (PbWishes *wishes, gint64 now_us)
{
  if (wishes->key_us > 0 && now_us - wishes->key_us < PB_WISHES_KEY_MS * 1000)
    return g_strdup_printf (
        "There was a key frame less than %d ms ago", PB_WISHES_KEY_MS);
  wishes->key_us = now_us;
  return NULL;
}
