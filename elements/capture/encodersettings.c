/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One table of properties for all families of encoders, 1.22 to 1.28. */
#include "encodersettings.h"

#include "properties.h"

/* When a row of the table holds. */
typedef enum {
  ALWAYS,
  LOW_LATENCY,
  SMOOTH, /* not low latency */
  REPEAT,
} When;

/* "a|b": what it is called in different versions, best first. The values are
 * for fast, balanced and quality; where there is one it holds for all. */
typedef struct {
  const gchar *family;
  When when;
  const gchar *names;
  const gchar *values[3];
} Rule;

static const Rule rules[] = {
  /* 1.22 has presets that mean low latency; since 1.24 p1 to p7 and tune. The
   * old implementation of nvh264enc (until 1.24) has rc-mode, bframes and
   * zerolatency, the other elements rate-control, b-frames, zero-reorder-delay;
   * since 1.26 all have the old names. */
  { "nvenc", ALWAYS, "rc-mode|rate-control", { "cbr" } },
  { "nvenc", LOW_LATENCY, "preset",
      { "p2|low-latency-hp|hp", "p4|low-latency|default",
          "p6|low-latency-hq|hq" } },
  { "nvenc", SMOOTH, "preset", { "p2|hp", "p4|default", "p6|hq" } },
  { "nvenc", LOW_LATENCY, "tune", { "ultra-low-latency" } },
  { "nvenc", LOW_LATENCY, "zerolatency|zero-reorder-delay", { "true" } },
  { "nvenc", LOW_LATENCY, "rc-lookahead", { "0" } },
  { "nvenc", REPEAT, "repeat-sequence-header", { "true" } },

  { "amf", LOW_LATENCY, "usage", { "ultra-low-latency" } },
  { "amf", SMOOTH, "usage", { "transcoding" } },
  { "amf", ALWAYS, "rate-control", { "cbr" } },
  { "amf", ALWAYS, "preset", { "speed", "balanced", "quality" } },

  { "qsv", LOW_LATENCY, "low-latency", { "true" } },
  { "qsv", ALWAYS, "rate-control", { "cbr" } },
  { "qsv", ALWAYS, "target-usage", { "7", "4", "2" } },

  { "va", ALWAYS, "rate-control", { "cbr" } },
  { "va", ALWAYS, "target-usage", { "7", "4", "2" } },

  /* 0 to 33 is low complexity, 67 to 100 high. */
  { "mf", LOW_LATENCY, "low-latency", { "true" } },
  { "mf", ALWAYS, "rc-mode", { "cbr" } },
  { "mf", ALWAYS, "quality-vs-speed", { "16", "50", "83" } },

  { "d3d12", ALWAYS, "rate-control", { "cbr" } },

  /* The VBV is what a burst may take longer than its share: ms. */
  { "x264", LOW_LATENCY, "tune", { "zerolatency" } },
  { "x264", LOW_LATENCY, "vbv-buf-capacity", { "150" } },
  { "x264", ALWAYS, "speed-preset", { "ultrafast", "veryfast", "medium" } },
  { "x264", ALWAYS, "byte-stream", { "true" } },

  { "x265", LOW_LATENCY, "tune", { "zerolatency" } },
  { "x265", ALWAYS, "speed-preset", { "ultrafast", "veryfast", "medium" } },

  { "openh264", ALWAYS, "rate-control", { "bitrate" } },
  { "openh264", ALWAYS, "usage-type", { "screen" } },
  { "openh264", ALWAYS, "complexity", { "low", "medium", "high" } },
};

/* All but openh264 count in kbit/s. */
static const gchar bitrate_names[] = "bitrate";
static const gchar key_names[] = "gop-size|key-int-max";
static const gchar b_frame_names[] = "b-frames|bframes";

/* Where caps do not say; a simulator's. */
#define DEFAULT_FPS 60

static gboolean
holds (When when, const EncoderSettings *settings)
{
  switch (when) {
    case LOW_LATENCY:
      return settings->low_latency;
    case SMOOTH:
      return !settings->low_latency;
    case REPEAT:
      return settings->repeat_headers;
    default:
      return TRUE;
  }
}

static void
lacks (GString *lacking, const gchar *names, const gchar *value)
{
  if (lacking != NULL)
    g_string_append_printf (
        lacking, "%s%s=%s", lacking->len > 0 ? " " : "", names, value);
}

/**
 * encoder_settings_key_frames:
 * @settings: settings
 *
 * All encoders count key frames in pictures.
 *
 * Returns: the distance of key frames in pictures, 1 at least
 */
guint
encoder_settings_key_frames (const EncoderSettings *settings)
{
  gboolean known = settings->fps_n > 0 && settings->fps_d > 0;
  guint64 n = known ? (guint64) settings->fps_n : DEFAULT_FPS;
  guint64 d = known ? (guint64) settings->fps_d : 1;

  return (guint) CLAMP (
      gst_util_uint64_scale (settings->key_interval_ms, n, d * 1000), 1,
      G_MAXINT);
}

static void
set_number (
    gpointer encoder, const gchar *names, guint64 value, GString *lacking)
{
  g_autofree gchar *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

  if (!properties_set (encoder, names, text))
    lacks (lacking, names, text);
}

static void
set_bitrate (const EncoderSettings *settings, const EncoderKind *kind,
    gpointer encoder, GString *lacking)
{
  guint64 unit = g_str_equal (kind->family, "openh264") ? 1000 : 1;

  set_number (encoder, bitrate_names, settings->bitrate_kbps * unit, lacking);
}

/**
 * encoder_settings_apply_bitrate:
 * @settings: settings
 * @kind: the encoder's row
 * @encoder: the element
 *
 * Any time, any thread.
 */
void
encoder_settings_apply_bitrate (
    const EncoderSettings *settings, const EncoderKind *kind, gpointer encoder)
{
  set_bitrate (settings, kind, encoder, NULL);
}

/**
 * encoder_settings_bitrate_is_live:
 * @kind: the encoder's row
 * @encoder: the element
 *
 * qsv takes a new bitrate while it plays (its set_property marks it and the
 * next picture resets the encoder) without saying so in its flags.
 *
 * Returns: %TRUE if a bitrate that is set while it plays is taken
 */
gboolean
encoder_settings_bitrate_is_live (const EncoderKind *kind, gpointer encoder)
{
  return g_str_equal (kind->family, "qsv")
         || properties_are_live (encoder, bitrate_names);
}

/**
 * encoder_settings_apply:
 * @settings: settings
 * @kind: the encoder's row
 * @encoder: a new element of that row: some take no more once they left READY
 * @lacking: (nullable): gets what this version of the element has no word for,
 *   "names=values" with blanks between
 */
void
encoder_settings_apply (const EncoderSettings *settings,
    const EncoderKind *kind, gpointer encoder, GString *lacking)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++) {
    const Rule *r = &rules[i];
    const gchar *values =
        r->values[1] != NULL ? r->values[settings->speed] : r->values[0];

    if (!g_str_equal (r->family, kind->family) || !holds (r->when, settings))
      continue;
    if (!properties_set (encoder, r->names, values))
      lacks (lacking, r->names, values);
  }
  set_bitrate (settings, kind, encoder, lacking);
  set_number (
      encoder, key_names, encoder_settings_key_frames (settings), lacking);
  /* Where there is no such property there are none anyway. */
  set_number (encoder, b_frame_names, settings->b_frames,
      settings->b_frames > 0 ? lacking : NULL);
}
