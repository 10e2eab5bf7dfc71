/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which encoder, what its properties are called in which version, and which
 * answers of earlier tries hold. */
#include "encoderchain.h"
#include "../lib/pb-test-class.h"
#include "encoderprobe.h"
#include "encoders.h"
#include "encodersettings.h"
#include "probecache.h"
#include "probeos.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <string.h>

#define SYSTEM (1u << ENCODER_MEMORY_SYSTEM)
#define D3D11 (1u << ENCODER_MEMORY_D3D11)
#define CUDA (1u << ENCODER_MEMORY_CUDA)
#define VA (1u << ENCODER_MEMORY_VA)

/* A machine: what it has, and what tries say. */
typedef struct {
  const gchar *factory;
  guint memories;
  EncoderProbe probe;
  const gchar *missing;
} Has;

#define WORKS ENCODER_PROBE_WORKS
#define FAILED ENCODER_PROBE_FAILED
#define CRASHED ENCODER_PROBE_CRASHED
#define HUNG ENCODER_PROBE_HUNG
#define UNKNOWN ENCODER_PROBE_UNKNOWN

#define LINUX ENCODER_PLATFORM_LINUX
#define WINDOWS ENCODER_PLATFORM_WINDOWS

typedef struct {
  const gchar *what;
  EncoderPlatform platform;
  EncoderCodec codec;
  EncoderMemory memory;
  const gchar *name;
  const gchar *exclude[3];
  Has has[8];
  const gchar *chosen; /* "?x": try x; NULL: none */
  const gchar *refused; /* a part of all refusals, "a: why; b: why" */
} Row;

static const Row rows[] = {
  { "software where there is nothing else", LINUX, ENCODER_CODEC_H264,
      ENCODER_MEMORY_SYSTEM, "auto", { NULL },
      { { "x264enc", SYSTEM }, { "openh264enc", SYSTEM } }, "x264enc",
      "vah264enc: not installed" },
  { "openh264 where x264 is not", WINDOWS, ENCODER_CODEC_H264,
      ENCODER_MEMORY_SYSTEM, "auto", { NULL }, { { "openh264enc", SYSTEM } },
      "openh264enc", "mfh264enc: not installed" },
  { "hardware is tried first", LINUX, ENCODER_CODEC_H264, ENCODER_MEMORY_SYSTEM,
      "auto", { NULL }, { { "x264enc", SYSTEM }, { "vah264enc", SYSTEM | VA } },
      "?vah264enc", NULL },
  { "and taken when it works", LINUX, ENCODER_CODEC_H264, ENCODER_MEMORY_SYSTEM,
      "auto", { NULL },
      { { "x264enc", SYSTEM }, { "vah264enc", SYSTEM | VA, WORKS } },
      "vah264enc", NULL },
  { "one after the other", LINUX, ENCODER_CODEC_H264, ENCODER_MEMORY_SYSTEM,
      "auto", { NULL },
      { { "nvh264enc", SYSTEM | CUDA, HUNG },
          { "qsvh264enc", SYSTEM | VA, CRASHED },
          { "vah264enc", SYSTEM | VA, FAILED }, { "vah264lpenc", SYSTEM | VA },
          { "x264enc", SYSTEM } },
      "?vah264lpenc", "nvh264enc: hung" },
  { "software after all hardware failed", LINUX, ENCODER_CODEC_H264,
      ENCODER_MEMORY_SYSTEM, "auto", { NULL },
      { { "nvh264enc", SYSTEM | CUDA, HUNG },
          { "vah264enc", SYSTEM | VA, FAILED }, { "x264enc", SYSTEM } },
      "x264enc", "vah264enc: failed" },
  { "Windows, a game's texture: NVENC in Direct3D", WINDOWS, ENCODER_CODEC_H264,
      ENCODER_MEMORY_D3D11, "auto", { NULL },
      { { "nvcudah264enc", SYSTEM | CUDA, WORKS },
          { "nvd3d11h264enc", SYSTEM | D3D11, WORKS },
          { "mfh264enc", SYSTEM | D3D11, WORKS } },
      "nvd3d11h264enc", NULL },
  { "no copy beats the better row", WINDOWS, ENCODER_CODEC_H264,
      ENCODER_MEMORY_D3D11, "auto", { NULL },
      { { "nvcudah264enc", SYSTEM | CUDA, WORKS },
          { "qsvh264enc", SYSTEM | D3D11, WORKS },
          { "openh264enc", SYSTEM, UNKNOWN } },
      "qsvh264enc", NULL },
  { "a copy beats software", WINDOWS, ENCODER_CODEC_H264, ENCODER_MEMORY_D3D11,
      "auto", { NULL },
      { { "nvcudah264enc", SYSTEM | CUDA, WORKS },
          { "openh264enc", SYSTEM, UNKNOWN } },
      "nvcudah264enc", NULL },
  { "1.26: nvh264enc takes CUDA memory", LINUX, ENCODER_CODEC_H264,
      ENCODER_MEMORY_CUDA, "auto", { NULL },
      { { "nvh264enc", SYSTEM | CUDA, WORKS },
          { "vah264enc", SYSTEM | VA, WORKS } },
      "nvh264enc", NULL },
  { "AMD on Windows", WINDOWS, ENCODER_CODEC_H264, ENCODER_MEMORY_D3D11, "auto",
      { NULL },
      { { "amfh264enc", SYSTEM | D3D11, WORKS },
          { "mfh264enc", SYSTEM | D3D11, WORKS } },
      "amfh264enc", "nvd3d11h264enc: not installed" },
  { "Media Foundation before software", WINDOWS, ENCODER_CODEC_H264,
      ENCODER_MEMORY_D3D11, "auto", { NULL },
      { { "mfh264enc", SYSTEM, WORKS }, { "openh264enc", SYSTEM } },
      "mfh264enc", NULL },
  { "without a way into its memory there is none", WINDOWS, ENCODER_CODEC_H264,
      ENCODER_MEMORY_D3D11, "auto", { NULL },
      { { "amfh264enc", SYSTEM | D3D11, WORKS, "d3d11convert" },
          { "openh264enc", SYSTEM } },
      "openh264enc", "amfh264enc: needs d3d11convert, which is not here" },
  { "no Direct3D outside Windows", LINUX, ENCODER_CODEC_H264,
      ENCODER_MEMORY_SYSTEM, "auto", { NULL },
      { { "nvd3d11h264enc", SYSTEM | D3D11, WORKS }, { "x264enc", SYSTEM } },
      "x264enc", NULL },
  { "nothing but software elsewhere", ENCODER_PLATFORM_OTHER,
      ENCODER_CODEC_H264, ENCODER_MEMORY_SYSTEM, "auto", { NULL },
      { { "vah264enc", SYSTEM | VA, WORKS }, { "x264enc", SYSTEM } }, "x264enc",
      NULL },
  { "what is excluded is passed over", LINUX, ENCODER_CODEC_H264,
      ENCODER_MEMORY_SYSTEM, "auto", { "vah264enc", "x264enc" },
      { { "vah264enc", SYSTEM | VA, WORKS }, { "x264enc", SYSTEM },
          { "openh264enc", SYSTEM } },
      "openh264enc",
      "vah264enc: excluded; vah264lpenc: not installed, or no "
      "such hardware; x264enc: excluded" },
  { "a second GPU", LINUX, ENCODER_CODEC_H264, ENCODER_MEMORY_SYSTEM, "auto",
      { NULL },
      { { "nvh264enc", SYSTEM | CUDA, FAILED },
          { "nvh264device1enc", SYSTEM | CUDA, WORKS }, { "x264enc", SYSTEM } },
      "nvh264device1enc", "nvh264enc: failed" },
  { "H.265", LINUX, ENCODER_CODEC_H265, ENCODER_MEMORY_SYSTEM, "auto", { NULL },
      { { "x264enc", SYSTEM }, { "x265enc", SYSTEM } }, "x265enc",
      "vah265enc: not installed" },
  { "no H.265", LINUX, ENCODER_CODEC_H265, ENCODER_MEMORY_SYSTEM, "auto",
      { NULL }, { { "x264enc", SYSTEM }, { "openh264enc", SYSTEM } }, NULL,
      "x265enc: not installed" },
  { "a name is taken untried", LINUX, ENCODER_CODEC_H264, ENCODER_MEMORY_SYSTEM,
      "nvh264enc", { "nvh264enc" },
      { { "nvh264enc", SYSTEM | CUDA }, { "x264enc", SYSTEM } }, "nvh264enc",
      NULL },
  { "a name that is not here", LINUX, ENCODER_CODEC_H264, ENCODER_MEMORY_SYSTEM,
      "nvh264enc", { NULL }, { { "x264enc", SYSTEM } }, NULL,
      "nvh264enc: not installed" },
  { "a name that is none", LINUX, ENCODER_CODEC_H264, ENCODER_MEMORY_SYSTEM,
      "x265enc", { NULL }, { { "x264enc", SYSTEM } }, NULL,
      "x265enc: not an encoder" },
  { "none", LINUX, ENCODER_CODEC_H264, ENCODER_MEMORY_SYSTEM, "auto", { NULL },
      { { NULL } }, NULL, "openh264enc: not installed" },
};

static void
on_refuse (const gchar *factory, const gchar *why, gpointer user_data)
{
  GString *text = user_data;

  g_string_append_printf (
      text, "%s%s: %s", text->len > 0 ? "; " : "", factory, why);
}

static void
add_candidate (GArray *list, const Row *row, const EncoderKind *kind,
    const gchar *name, const Has *has)
{
  EncoderCandidate c = { kind, (gchar *) name };

  for (guint i = 0; i < G_N_ELEMENTS (row->has); i++) {
    if (g_strcmp0 (row->has[i].factory, name) == 0)
      has = &row->has[i];
  }
  if (has != NULL) {
    c.present = TRUE;
    c.memories = has->memories;
    c.probe = has->probe;
    c.missing = (gchar *) has->missing;
  }
  g_array_append_val (list, c);
}

/* In the table's order, as encoder_list_candidates() lists them. */
static GArray *
list_of (const Row *row)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (EncoderCandidate));
  const EncoderKind *kinds;
  guint n;

  kinds = encoder_kinds (&n);
  for (guint i = 0; i < n; i++) {
    const gchar *name = kinds[i].factory[row->codec];

    if (name == NULL)
      continue;
    add_candidate (list, row, &kinds[i], name, NULL);
    for (guint k = 0; k < G_N_ELEMENTS (row->has); k++) {
      const gchar *other = row->has[k].factory;

      if (other != NULL && g_strcmp0 (other, name) != 0
          && encoder_find (other, row->codec) == &kinds[i])
        add_candidate (list, row, &kinds[i], other, NULL);
    }
  }
  return list;
}

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const Row *row = &rows[i];
    g_autoptr (GArray) list = list_of (row);
    g_autoptr (GString) refused = g_string_new (NULL);
    const EncoderWish wish = { row->platform, row->codec, row->memory,
      row->name, row->exclude };
    g_autofree gchar *answer = NULL;
    guint chosen = 0;
    EncoderVerdict v = encoder_choose (&wish,
        (const EncoderCandidate *) (gconstpointer) list->data, list->len,
        &chosen, on_refuse, refused);

    g_test_message ("%s", row->what);
    if (v != ENCODER_NONE)
      answer = g_strdup_printf ("%s%s", v == ENCODER_ASK_PROBE ? "?" : "",
          g_array_index (list, EncoderCandidate, chosen).factory);
    g_assert_cmpstr (answer, ==, row->chosen);
    if (row->refused == NULL || strstr (refused->str, row->refused) != NULL)
      continue;
    g_error (
        "%s: \"%s\" is not in \"%s\"", row->what, row->refused, refused->str);
  }
}

static void
test_way (void)
{
  static const struct {
    EncoderMemory memory;
    guint memories;
    const gchar *way;
  } table[] = {
    { ENCODER_MEMORY_SYSTEM, SYSTEM, "videoconvert" },
    { ENCODER_MEMORY_D3D11, SYSTEM | D3D11, "d3d11convert" },
    { ENCODER_MEMORY_D3D11, SYSTEM, "d3d11download videoconvert" },
    { ENCODER_MEMORY_CUDA, SYSTEM | CUDA, "cudaconvert" },
    { ENCODER_MEMORY_CUDA, SYSTEM, "cudadownload videoconvert" },
    { ENCODER_MEMORY_VA, SYSTEM | VA, "vapostproc" },
    { ENCODER_MEMORY_VA, SYSTEM, "vapostproc videoconvert" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree gchar *way = g_strjoinv (
        " ", (gchar **) encoder_way (table[i].memory, table[i].memories));

    g_assert_cmpstr (way, ==, table[i].way);
  }
}

static void
test_memory_of_caps (void)
{
  static const struct {
    const gchar *caps;
    EncoderMemory memory;
  } table[] = {
    { "video/x-raw,format=NV12", ENCODER_MEMORY_SYSTEM },
    { "video/x-raw(memory:D3D11Memory),format=BGRA; video/x-raw",
        ENCODER_MEMORY_D3D11 },
    { "video/x-raw; video/x-raw(memory:D3D11Memory)", ENCODER_MEMORY_SYSTEM },
    { "video/x-raw(memory:CUDAMemory)", ENCODER_MEMORY_CUDA },
    { "video/x-raw(memory:VAMemory)", ENCODER_MEMORY_VA },
    { "video/x-raw(memory:GLMemory); video/x-raw(memory:VAMemory)",
        ENCODER_MEMORY_VA },
    { "video/x-raw(ANY)", ENCODER_MEMORY_SYSTEM },
    { "ANY", ENCODER_MEMORY_SYSTEM },
    { "EMPTY", ENCODER_MEMORY_SYSTEM },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GstCaps) caps = gst_caps_from_string (table[i].caps);

    g_assert_cmpint (encoder_memory_of_caps (caps), ==, table[i].memory);
  }
}

/* --- elements of versions that are not here, by their properties --- */

/* For pb_test_class_new(). From the sources of GStreamer 1.22.0, 1.24.0 and
 * 1.28.0. */
#define NV_PRESETS_OLD \
  "preset:default,hp,hq,low-latency,low-latency-hq,low-latency-hp,lossless," \
  "lossless-hp"
#define NV_PRESETS NV_PRESETS_OLD ",p1,p2,p3,p4,p5,p6,p7"
#define NV_TUNE "tune:default,high-quality,low-latency,ultra-low-latency"

typedef struct {
  const gchar *what;
  const gchar *factory;
  const gchar *properties;
  const gchar *low; /* what is set with low latency, fast, sorted */
  const gchar *smooth; /* without, quality, 2 B-frames, sorted */
  const gchar *lacking; /* then */
} Version;

static const Version versions[] = {
  { "1.22", "nvd3d11h264enc",
      NV_PRESETS_OLD " rate-control:cqp,vbr,cbr,cbr-ld-hq gop-size:i bitrate:u "
                     "b-frames:u zero-reorder-delay:b rc-lookahead:u "
                     "repeat-sequence-header:b",
      "b-frames=0 bitrate=4000 gop-size=120 preset=low-latency-hp "
      "rate-control=cbr rc-lookahead=0 repeat-sequence-header=TRUE "
      "zero-reorder-delay=TRUE",
      "b-frames=2 bitrate=4000 gop-size=120 preset=hq rate-control=cbr", "" },
  { "1.24", "nvcudah264enc",
      NV_PRESETS " " NV_TUNE
                 " rate-control:cqp,vbr,cbr gop-size:i bitrate:u b-frames:u "
                 "zero-reorder-delay:b repeat-sequence-header:b",
      "b-frames=0 bitrate=4000 gop-size=120 preset=p2 rate-control=cbr "
      "repeat-sequence-header=TRUE tune=ultra-low-latency "
      "zero-reorder-delay=TRUE",
      "b-frames=2 bitrate=4000 gop-size=120 preset=p6 rate-control=cbr", "" },
  { "1.28, a card without B-frames", "nvh264enc",
      NV_PRESETS " " NV_TUNE " rc-mode:default,constqp,cbr,vbr gop-size:i "
                 "bitrate:u zerolatency:b repeat-sequence-header:b",
      "bitrate=4000 gop-size=120 preset=p2 rc-mode=cbr "
      "repeat-sequence-header=TRUE tune=ultra-low-latency zerolatency=TRUE",
      "bitrate=4000 gop-size=120 preset=p6 rc-mode=cbr", "b-frames|bframes=2" },
  { "1.22, the old one", "nvh264enc",
      NV_PRESETS_OLD " rc-mode:default,constqp,cbr,vbr gop-size:i bitrate:u "
                     "bframes:u zerolatency:b",
      "bframes=0 bitrate=4000 gop-size=120 preset=low-latency-hp rc-mode=cbr "
      "zerolatency=TRUE",
      "bframes=2 bitrate=4000 gop-size=120 preset=hq rc-mode=cbr", "" },
  { "1.22", "amfh264enc",
      "usage:transcoding,ultra-low-latency,low-latency,webcam "
      "rate-control:default,cqp,cbr,vbr preset:default,balanced,speed,quality "
      "bitrate:u gop-size:i",
      "bitrate=4000 gop-size=120 preset=speed rate-control=cbr "
      "usage=ultra-low-latency",
      "bitrate=4000 gop-size=120 preset=quality rate-control=cbr "
      "usage=transcoding",
      "b-frames|bframes=2" },
  { "1.24", "amfh264enc",
      "usage:transcoding,ultra-low-latency,low-latency,webcam b-frames:u "
      "rate-control:default,cqp,cbr,vbr preset:default,balanced,speed,quality "
      "bitrate:u gop-size:i",
      "b-frames=0 bitrate=4000 gop-size=120 preset=speed rate-control=cbr "
      "usage=ultra-low-latency",
      "b-frames=2 bitrate=4000 gop-size=120 preset=quality rate-control=cbr "
      "usage=transcoding",
      "" },
  { "1.22 to 1.28", "qsvh264enc",
      "low-latency:b target-usage:u rate-control:cbr,vbr,cqp bitrate:u "
      "gop-size:u b-frames:u",
      "b-frames=0 bitrate=4000 gop-size=120 low-latency=TRUE rate-control=cbr "
      "target-usage=7",
      "b-frames=2 bitrate=4000 gop-size=120 rate-control=cbr target-usage=2",
      "" },
  { "a driver with constant QP only", "vah264lpenc",
      "rate-control:cqp key-int-max:u bitrate:u b-frames:u target-usage:u",
      "b-frames=0 bitrate=4000 key-int-max=120 target-usage=7",
      "b-frames=2 bitrate=4000 key-int-max=120 target-usage=2",
      "rate-control=cbr" },
  { "1.22 to 1.28", "mfh264enc",
      "rc-mode:cbr,pcvbr,uvbr,qvbr low-latency:b bitrate:u gop-size:i "
      "bframes:u quality-vs-speed:u",
      "bframes=0 bitrate=4000 gop-size=120 low-latency=TRUE "
      "quality-vs-speed=16 rc-mode=cbr",
      "bframes=2 bitrate=4000 gop-size=120 quality-vs-speed=83 rc-mode=cbr",
      "" },
  { "a transform without choices", "mfh264enc", "bitrate:u", "bitrate=4000",
      "bitrate=4000",
      "rc-mode=cbr quality-vs-speed=83 gop-size|key-int-max=120 "
      "b-frames|bframes=2" },
};

static gchar *
written_by (const Version *v, const EncoderSettings *settings, GString *lacking)
{
  g_autoptr (GObject) object = pb_test_class_new (v->properties);

  encoder_settings_apply (
      settings, encoder_find (v->factory, ENCODER_CODEC_H264), object, lacking);
  return pb_test_class_written (object);
}

static void
test_properties_of_versions (void)
{
  const EncoderSettings low = { 4000, 2000, 0, TRUE, TRUE, ENCODER_SPEED_FAST,
    60, 1 };
  const EncoderSettings smooth = { 4000, 2000, 2, FALSE, FALSE,
    ENCODER_SPEED_QUALITY, 60, 1 };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++) {
    const Version *v = &versions[i];
    g_autoptr (GString) lacking = g_string_new (NULL);
    g_autofree gchar *a = written_by (v, &low, NULL);
    g_autofree gchar *b = written_by (v, &smooth, lacking);

    g_test_message ("%s of %s", v->factory, v->what);
    g_assert_cmpstr (a, ==, v->low);
    g_assert_cmpstr (b, ==, v->smooth);
    g_assert_cmpstr (lacking->str, ==, v->lacking);
  }
}

/* What is installed here has a word for everything. */
static void
test_properties_of_installed (void)
{
  const EncoderSettings settings = { 4000, 2000, 0, TRUE, TRUE,
    ENCODER_SPEED_FAST, 60, 1 };
  guint n;
  const EncoderKind *kinds = encoder_kinds (&n);
  guint found = 0;

  for (guint i = 0; i < n; i++) {
    for (guint codec = 0; codec < ENCODER_N_CODECS; codec++) {
      const gchar *name = kinds[i].factory[codec];
      g_autoptr (GString) lacking = g_string_new (NULL);
      g_autoptr (GstElement) e =
          name != NULL ? gst_element_factory_make (name, NULL) : NULL;

      if (e == NULL)
        continue;
      found++;
      gst_object_ref_sink (e);
      encoder_settings_apply (&settings, &kinds[i], e, lacking);
      g_test_message ("%s lacks \"%s\"", name, lacking->str);
      g_assert_cmpstr (lacking->str, ==, "");
    }
  }
  if (found == 0)
    g_test_skip ("no encoder is installed");
}

static void
test_key_interval (void)
{
  static const struct {
    guint ms;
    gint n, d;
    guint frames;
  } table[] = {
    { 2000, 60, 1, 120 },
    { 500, 30, 1, 15 },
    { 2000, 60000, 1001, 119 },
    { 10, 5, 1, 1 },
    { 1000, 0, 1, 60 },
    { 1000, -1, 0, 60 },
    { 3600000, G_MAXINT, 1, G_MAXINT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    const EncoderSettings s = {
      .key_interval_ms = table[i].ms, .fps_n = table[i].n, .fps_d = table[i].d
    };

    g_assert_cmpuint (encoder_settings_key_frames (&s), ==, table[i].frames);
  }
}

/* --- answers of earlier tries --- */

typedef struct {
  gchar *dir, *path;
} Cache;

static void
set_up (Cache *c, gconstpointer data)
{
  c->dir = g_dir_make_tmp ("pb-probes-XXXXXX", NULL);
  c->path = g_build_filename (c->dir, "encoders.ini", NULL);
}

static void
tear_down (Cache *c, gconstpointer data)
{
  g_unlink (c->path);
  g_rmdir (c->dir);
  g_free (c->path);
  g_free (c->dir);
}

static const ProbeKey key = { "vah264enc", "system", "GStreamer 1.22.0",
  "1.22.0", "abc" };
#define NOW 1800000000
#define DAY (24 * 3600)

static EncoderProbe
ask (const Cache *c, const ProbeKey *k, gint64 now)
{
  g_autofree gchar *reason = NULL;

  return probe_cache_read (c->path, k, now, &reason);
}

static void
test_cache_holds (Cache *c, gconstpointer data)
{
  ProbeKey other = key;
  g_autofree gchar *reason = NULL;

  g_assert_cmpint (ask (c, &key, NOW), ==, UNKNOWN);
  g_assert_true (
      probe_cache_write (c->path, &key, NOW, FAILED, "no = [x]\nline", NULL));
  g_assert_cmpint (probe_cache_read (c->path, &key, NOW, &reason), ==, FAILED);
  g_assert_cmpstr (reason, ==, "no = [x]\nline");
  other.encoder = "nvh264enc";
  g_assert_true (probe_cache_write (c->path, &other, NOW, WORKS, NULL, NULL));
  g_assert_cmpint (ask (c, &other, NOW), ==, WORKS);
  g_assert_cmpint (ask (c, &key, NOW), ==, FAILED);
  /* A refusal for minutes, a crash for a day, good news for a month, nothing
   * from the future. */
  g_assert_cmpint (ask (c, &key, NOW + 10 * 60), ==, FAILED);
  g_assert_cmpint (ask (c, &key, NOW + 10 * 60 + 1), ==, UNKNOWN);
  g_assert_true (probe_cache_write (c->path, &key, NOW, HUNG, NULL, NULL));
  g_assert_cmpint (ask (c, &key, NOW + DAY), ==, HUNG);
  g_assert_cmpint (ask (c, &key, NOW + DAY + 1), ==, UNKNOWN);
  g_assert_cmpint (ask (c, &other, NOW + 30 * DAY), ==, WORKS);
  g_assert_cmpint (ask (c, &other, NOW + 30 * DAY + 1), ==, UNKNOWN);
  g_assert_cmpint (ask (c, &other, NOW - 1), ==, UNKNOWN);
}

static void
test_cache_belongs_to_its_key (Cache *c, gconstpointer data)
{
  ProbeKey k;

  g_assert_true (probe_cache_write (c->path, &key, NOW, WORKS, NULL, NULL));
  k = key, k.memory = "va";
  g_assert_cmpint (ask (c, &k, NOW), ==, UNKNOWN);
  k = key, k.gstreamer = "GStreamer 1.26.0";
  g_assert_cmpint (ask (c, &k, NOW), ==, UNKNOWN);
  k = key, k.plugin = "1.22.1";
  g_assert_cmpint (ask (c, &k, NOW), ==, UNKNOWN);
  k = key, k.machine = "abd";
  g_assert_cmpint (ask (c, &k, NOW), ==, UNKNOWN);
  /* Another machine's answers go when this one's come. */
  g_assert_true (probe_cache_write (c->path, &k, NOW, HUNG, "why", NULL));
  g_assert_cmpint (ask (c, &k, NOW), ==, HUNG);
  g_assert_cmpint (ask (c, &key, NOW), ==, UNKNOWN);
}

static void
test_cache_that_is_none (Cache *c, gconstpointer data)
{
  static const struct {
    const gchar *text;
    gssize size;
  } table[] = {
    { "", 0 },
    { "\x7f"
      "ELF\0\0\0",
        7 },
    { "[vah264enc system]\nresult=works\nwhen=1800000000\n", -1 },
    { "[pitbox encoder probes]\nformat=99\nmachine=abc\n[vah264enc system]\n"
      "gstreamer=GStreamer 1.22.0\nplugin=1.22.0\nwhen=1800000000\n"
      "result=works\n",
        -1 },
    { "[pitbox encoder probes]\nformat=1\nmachine=abc\n[vah264enc system]\n"
      "gstreamer=GStreamer 1.22.0\nplugin=1.22.0\nwhen=1800000000\n"
      "result=splendid\n",
        -1 },
    { "[pitbox encoder probes]\nformat=1\nmachine=abc\n[vah264enc system]\n"
      "gstreamer=GStreamer 1.22.0\nplugin=1.22.0\nwhen=soon\nresult=works\n",
        -1 },
    { "[pitbox encoder probes]\nformat=1\nmachine=abc\n[vah264enc system]\n"
      "gstreamer=GStreamer 1.22.0\nplugin=1.22.0\nresult=works\n"
      "when=-9223372036854775808\n",
        -1 },
    { "[pitbox encoder probes]\nformat=1\nmachine=abc\n[vah264enc sys", -1 },
  };
  g_autofree gchar *huge = g_strnfill (70000, '\n');

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_assert_true (
        g_file_set_contents (c->path, table[i].text, table[i].size, NULL));
    g_assert_cmpint (ask (c, &key, NOW), ==, UNKNOWN);
    g_assert_true (probe_cache_write (c->path, &key, NOW, WORKS, NULL, NULL));
    g_assert_cmpint (ask (c, &key, NOW), ==, WORKS);
  }
  g_assert_true (g_file_set_contents (c->path, huge, -1, NULL));
  g_assert_cmpint (ask (c, &key, NOW), ==, UNKNOWN);
}

static void
test_cache_that_cannot_be_written (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_cache_write (
      "/dev/null/pitbox/encoders.ini", &key, NOW, WORKS, NULL, &error));
  g_assert_nonnull (error);
}

static void
test_identity_is_stable (void)
{
  g_autofree gchar *a = probe_os_identity ();
  g_autofree gchar *b = probe_os_identity ();

  g_assert_cmpstr (a, ==, b);
  g_assert_cmpuint (strlen (a), ==, 64);
}

static void
test_no_program (void)
{
  static const gchar *const none[] = { NULL };
  g_autofree gchar *reason = NULL;

  g_assert_cmpint (
      encoder_probe_run ("/nonexistent/program", none, 100, &reason), ==,
      ENCODER_PROBE_IMPOSSIBLE);
  g_assert_nonnull (reason);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/encoders/table", test_table);
  g_test_add_func ("/encoders/way", test_way);
  g_test_add_func ("/encoders/memory-of-caps", test_memory_of_caps);
  g_test_add_func (
      "/settings/properties-of-versions", test_properties_of_versions);
  g_test_add_func (
      "/settings/properties-of-installed", test_properties_of_installed);
  g_test_add_func ("/settings/key-interval", test_key_interval);
  g_test_add ("/cache/holds", Cache, NULL, set_up, test_cache_holds, tear_down);
  g_test_add ("/cache/belongs-to-its-key", Cache, NULL, set_up,
      test_cache_belongs_to_its_key, tear_down);
  g_test_add ("/cache/that-is-none", Cache, NULL, set_up,
      test_cache_that_is_none, tear_down);
  g_test_add_func (
      "/cache/that-cannot-be-written", test_cache_that_cannot_be_written);
  g_test_add_func ("/probe/identity-is-stable", test_identity_is_stable);
  g_test_add_func ("/probe/no-program", test_no_program);
  return g_test_run ();
}
