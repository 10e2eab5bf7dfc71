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

/* Numbers of the picture that the driver may leave to others. */
static const struct {
  const gchar *name; /* of the argument */
  const gchar *key; /* of the setting */
  gsize wish, own;
  gboolean is_even; /* half-size chroma planes */
} numbers[] = {
  { "width", "width", G_STRUCT_OFFSET (PbWishes, picture.width),
      G_STRUCT_OFFSET (PbConfig, width), TRUE },
  { "height", "height", G_STRUCT_OFFSET (PbWishes, picture.height),
      G_STRUCT_OFFSET (PbConfig, height), TRUE },
  { "framerate", "framerate", G_STRUCT_OFFSET (PbWishes, picture.framerate),
      G_STRUCT_OFFSET (PbConfig, framerate), FALSE },
  { "key_interval_ms", "key-interval-ms",
      G_STRUCT_OFFSET (PbWishes, picture.key_interval_ms),
      G_STRUCT_OFFSET (PbConfig, key_interval_ms), FALSE },
};

/**
 * pb_wishes_ask_number:
 * @wishes: updated if it is allowed
 * @config: what the driver has set
 * @name: "width", "height", "framerate" or "key_interval_ms"
 * @value: (inout): within the schema's range; what it becomes
 *
 * What the driver has set stays.
 *
 * Returns: (transfer full) (nullable): why not; %NULL if it is allowed
 */
gchar *
pb_wishes_ask_number (
    PbWishes *wishes, const PbConfig *config, const gchar *name, gint64 *value)
{
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    const gint own = *(const gint *) ((const gchar *) config + numbers[i].own);

    if (strcmp (numbers[i].name, name) != 0)
      continue;
    if (numbers[i].is_even)
      *value &= ~G_GINT64_CONSTANT (1);
    if (*value != own && pb_config_is_given (config, numbers[i].key))
      return g_strdup_printf (
          "The driver has set %s = %d", numbers[i].key, own);
    *(gint *) G_STRUCT_MEMBER_P (wishes, numbers[i].wish) = (gint) *value;
    return NULL;
  }
  return g_strdup_printf ("This agent does not know %s", name);
}

/**
 * pb_wishes_ask_encoder:
 * @wishes: updated if it is allowed
 * @config: what the driver has set
 * @encoder: "auto", or the factory's name of one that is here
 *
 * Returns: (transfer full) (nullable): why not; %NULL if it is allowed
 */
gchar *
pb_wishes_ask_encoder (
    PbWishes *wishes, const PbConfig *config, const gchar *encoder)
{
  if (strcmp (encoder, config->encoder) != 0
      && pb_config_is_given (config, "encoder"))
    return g_strdup_printf ("The driver has set encoder = %s", config->encoder);
  g_free (wishes->picture.encoder);
  wishes->picture.encoder = g_strdup (encoder);
  return NULL;
}

/**
 * pb_wishes_get_picture:
 * @wishes: what was asked for
 * @config: what the driver has set
 * @picture: (out): how it is to be; valid until either changes
 */
void
pb_wishes_get_picture (
    const PbWishes *wishes, const PbConfig *config, PbPicture *picture)
{
  pb_picture_from_config (picture, config);
  picture->bitrate_kbps = (gint) pb_wishes_get_bitrate (wishes, config);
  if (wishes->picture.width > 0)
    picture->width = wishes->picture.width;
  if (wishes->picture.height > 0)
    picture->height = wishes->picture.height;
  if (wishes->picture.framerate > 0)
    picture->framerate = wishes->picture.framerate;
  if (wishes->picture.key_interval_ms > 0)
    picture->key_interval_ms = wishes->picture.key_interval_ms;
  if (wishes->picture.encoder != NULL)
    picture->encoder = wishes->picture.encoder;
}

/**
 * pb_wishes_forget_picture:
 * @wishes: what was asked for
 *
 * A picture that was asked for and fails is not tried again and again. The
 * bitrate stays: no picture fails by less of it.
 *
 * Returns: %TRUE if there was something to forget
 */
gboolean
pb_wishes_forget_picture (PbWishes *wishes)
{
  const gboolean had = wishes->picture.width > 0 || wishes->picture.height > 0
                       || wishes->picture.framerate > 0
                       || wishes->picture.key_interval_ms > 0
                       || wishes->picture.encoder != NULL;

  pb_wishes_clear (wishes);
  return had;
}

/**
 * pb_wishes_clear:
 *
 * Frees what it holds of the picture.
 */
void
pb_wishes_clear (PbWishes *wishes)
{
  g_free (wishes->picture.encoder);
  memset (&wishes->picture, 0, sizeof wishes->picture);
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
