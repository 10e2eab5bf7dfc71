/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The table of encoders and the choice from it. */
#include "encoders.h"

#include <string.h>

#define LINUX ENCODER_PLATFORM_LINUX
#define WINDOWS ENCODER_PLATFORM_WINDOWS
#define ANYWHERE (LINUX | WINDOWS | ENCODER_PLATFORM_OTHER)

/* The card that most likely renders the game first, the general one of the
 * system after the vendors' own, software last, the better one before the
 * permissive one. nvcuda… is 1.22 and 1.24; since 1.26 the same is nv…. */
static const EncoderKind table[] = {
  { "nvenc", { "nvd3d11h264enc", "nvd3d11h265enc" },
      { "nvd3d11h264device*enc", "nvd3d11h265device*enc" }, WINDOWS, TRUE },
  { "nvenc", { "nvcudah264enc", "nvcudah265enc" },
      { "nvcudah264device*enc", "nvcudah265device*enc" }, LINUX | WINDOWS,
      TRUE },
  { "nvenc", { "nvautogpuh264enc", "nvautogpuh265enc" }, { NULL, NULL },
      LINUX | WINDOWS, TRUE },
  { "nvenc", { "nvh264enc", "nvh265enc" },
      { "nvh264device*enc", "nvh265device*enc" }, LINUX | WINDOWS, TRUE },
  { "amf", { "amfh264enc", "amfh265enc" },
      { "amfh264device*enc", "amfh265device*enc" }, LINUX | WINDOWS, TRUE },
  { "qsv", { "qsvh264enc", "qsvh265enc" },
      { "qsvh264device*enc", "qsvh265device*enc" }, LINUX | WINDOWS, TRUE },
  { "va", { "vah264enc", "vah265enc" },
      { "varender*h264enc", "varender*h265enc" }, LINUX | WINDOWS, TRUE },
  { "va", { "vah264lpenc", "vah265lpenc" },
      { "varender*h264lpenc", "varender*h265lpenc" }, LINUX | WINDOWS, TRUE },
  { "mf", { "mfh264enc", "mfh265enc" },
      { "mfh264device*enc", "mfh265device*enc" }, WINDOWS, TRUE },
  { "d3d12", { "d3d12h264enc", NULL }, { "d3d12h264device*enc", NULL }, WINDOWS,
      TRUE },
  { "x264", { "x264enc", NULL }, { NULL, NULL }, ANYWHERE, FALSE },
  { "x265", { NULL, "x265enc" }, { NULL, NULL }, ANYWHERE, FALSE },
  { "openh264", { "openh264enc", NULL }, { NULL, NULL }, ANYWHERE, FALSE },
};

/**
 * encoder_kinds:
 * @n: (out): how many
 *
 * Returns: (transfer none) (array length=n): the table, best first
 */
const EncoderKind *
encoder_kinds (guint *n)
{
  *n = G_N_ELEMENTS (table);
  return table;
}

/**
 * encoder_find:
 * @factory: an element's name
 * @codec: of the output
 *
 * Returns: (transfer none) (nullable): the row that the element belongs to
 */
const EncoderKind *
encoder_find (const gchar *factory, EncoderCodec codec)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    const gchar *pattern = table[i].pattern[codec];

    if (g_strcmp0 (factory, table[i].factory[codec]) == 0
        || (pattern != NULL && g_pattern_match_simple (pattern, factory)))
      return &table[i];
  }
  return NULL;
}

/**
 * encoder_platform_here:
 *
 * Returns: the platform that this was built for
 */
EncoderPlatform
encoder_platform_here (void)
{
#if defined(G_OS_WIN32)
  return ENCODER_PLATFORM_WINDOWS;
#elif defined(__linux__)
  return ENCODER_PLATFORM_LINUX;
#else
  return ENCODER_PLATFORM_OTHER;
#endif
}

/**
 * encoder_codec_to_string:
 * @codec: a codec
 *
 * Returns: (transfer none): "h264" or "h265"
 */
const gchar *
encoder_codec_to_string (EncoderCodec codec)
{
  return codec == ENCODER_CODEC_H265 ? "h265" : "h264";
}

static const gchar *const memory_words[ENCODER_N_MEMORIES] = { "system",
  "d3d11", "cuda", "va", "d3d12" };

/**
 * encoder_memory_to_string:
 * @memory: a kind of memory
 *
 * Returns: (transfer none): its word in reports and options
 */
const gchar *
encoder_memory_to_string (EncoderMemory memory)
{
  return memory_words[memory];
}

/**
 * encoder_memory_from_string:
 * @word: what encoder_memory_to_string() said
 * @memory: (out): the kind of memory
 *
 * Returns: %FALSE if there is no such word
 */
gboolean
encoder_memory_from_string (const gchar *word, EncoderMemory *memory)
{
  for (guint i = 0; i < ENCODER_N_MEMORIES; i++) {
    if (g_strcmp0 (word, memory_words[i]) != 0)
      continue;
    *memory = (EncoderMemory) i;
    return TRUE;
  }
  return FALSE;
}

/**
 * encoder_probe_to_string:
 * @probe: the outcome of a try
 *
 * Returns: (transfer none): its word in reports and in the cache
 */
const gchar *
encoder_probe_to_string (EncoderProbe probe)
{
  static const gchar *const words[] = { "unknown", "works", "failed", "crashed",
    "hung", "impossible" };

  return words[probe];
}

/**
 * encoder_way:
 * @memory: where the pictures are
 * @memories: #EncoderMemory bits that the encoder takes
 *
 * Returns: (transfer none) (array zero-terminated=1): the elements that bring
 *   pictures into a form for the encoder: on the GPU where it takes them there
 */
const gchar *const *
encoder_way (EncoderMemory memory, guint memories)
{
  static const gchar *const direct[ENCODER_N_MEMORIES][2] = {
    { "videoconvert", NULL },
    { "d3d11convert", NULL },
    { "cudaconvert", NULL },
    { "vapostproc", NULL },
    { "d3d12convert", NULL },
  };
  static const gchar *const copied[ENCODER_N_MEMORIES][3] = {
    { "videoconvert", NULL },
    { "d3d11download", "videoconvert", NULL },
    { "cudadownload", "videoconvert", NULL },
    { "vapostproc", "videoconvert", NULL },
    { "d3d12download", "videoconvert", NULL },
  };

  return (memories & (1u << memory)) != 0 ? direct[memory] : copied[memory];
}

/* Who chooses its adapter itself (nvautogpuh264enc) has those of its family. */
static gboolean
is_elsewhere (const EncoderWish *wish, const EncoderCandidate *candidates,
    guint n, const EncoderCandidate *c)
{
  gboolean told = FALSE;

  if (wish->memory == ENCODER_MEMORY_SYSTEM || wish->adapter_luid == 0
      || !c->kind->hardware)
    return FALSE;
  if (c->adapter_luid != 0)
    return c->adapter_luid != wish->adapter_luid;
  for (guint i = 0; i < n; i++) {
    const EncoderCandidate *other = &candidates[i];

    if (other->adapter_luid == 0
        || strcmp (other->kind->family, c->kind->family) != 0)
      continue;
    if (other->adapter_luid == wish->adapter_luid)
      return FALSE;
    told = TRUE;
  }
  return told;
}

/**
 * encoder_takes_in_place:
 * @wish: what is wanted, and where
 * @candidates: (array length=n): what there is
 * @n: how many
 * @at: which one
 *
 * Pure. What is not told about the adapters is taken for the same one.
 *
 * Returns: %TRUE if it takes the pictures where they are, %FALSE if they are
 *   copied for it
 */
gboolean
encoder_takes_in_place (const EncoderWish *wish,
    const EncoderCandidate *candidates, guint n, guint at)
{
  return (candidates[at].memories & (1u << wish->memory)) != 0
         && !is_elsewhere (wish, candidates, n, &candidates[at]);
}

/* 0: takes the pictures where they are (as far as is known: one that is not
 * here might), 1: after a copy, 2: computes itself */
static guint
cost (const EncoderWish *wish, const EncoderCandidate *candidates, guint n,
    guint at)
{
  const EncoderCandidate *c = &candidates[at];

  if (!c->kind->hardware)
    return 2;
  return !c->present || encoder_takes_in_place (wish, candidates, n, at) ? 0
                                                                         : 1;
}

static gboolean
is_possible (const EncoderCandidate *c, const EncoderWish *wish)
{
  return c->kind->factory[wish->codec] != NULL
         && (c->kind->platforms & wish->platform) != 0;
}

/* Better ones that were not asked because pictures are copied for them. */
static void
refuse_copies (const EncoderWish *wish, const EncoderCandidate *candidates,
    guint n, guint chosen, EncoderRefuse refuse, gpointer user_data)
{
  for (guint i = 0; i < chosen; i++) {
    const EncoderCandidate *c = &candidates[i];

    if (c->present && is_possible (c, wish)
        && cost (wish, candidates, n, i) == 1)
      refuse (c->factory,
          is_elsewhere (wish, candidates, n, c)
              ? "on another adapter than the picture, which would be copied"
              : "the picture would be copied for it",
          user_data);
  }
}

/* NULL: nothing speaks against it, so far as is known. */
static gchar *
why_not (const EncoderCandidate *c, const EncoderWish *wish)
{
  if (!c->present)
    return g_strdup ("not installed, or no such hardware");
  if (c->missing != NULL)
    return g_strdup_printf ("needs %s, which is not here", c->missing);
  if (wish->exclude != NULL && g_strv_contains (wish->exclude, c->factory))
    return g_strdup ("excluded");
  switch (c->probe) {
    case ENCODER_PROBE_UNKNOWN:
    case ENCODER_PROBE_WORKS:
      return NULL;
    default:
      return g_strdup_printf ("%s%s%s", encoder_probe_to_string (c->probe),
          c->reason != NULL ? ": " : "", c->reason != NULL ? c->reason : "");
  }
}

/* A name that was asked for is taken untried, or refused with a reason. */
static EncoderVerdict
take_named (const EncoderWish *wish, const EncoderCandidate *candidates,
    guint n, guint *chosen, EncoderRefuse refuse, gpointer user_data)
{
  const EncoderWish alone = { wish->platform, wish->codec, wish->memory,
    wish->name, NULL };

  for (guint i = 0; i < n; i++) {
    g_autofree gchar *why = NULL;

    if (g_strcmp0 (candidates[i].factory, wish->name) != 0)
      continue;
    why = why_not (&candidates[i], &alone);
    if (why == NULL) {
      *chosen = i;
      return ENCODER_CHOSEN;
    }
    refuse (candidates[i].factory, why, user_data);
    return ENCODER_NONE;
  }
  refuse (wish->name, "not an encoder that is known here", user_data);
  return ENCODER_NONE;
}

/**
 * encoder_choose:
 * @wish: what is wanted, and where
 * @candidates: (array length=n): what there is, in the table's order
 * @n: how many
 * @chosen: (out): index of the one meant by the answer
 * @refuse: called for each better one that was refused
 * @user_data: for @refuse
 *
 * Hardware that takes the pictures where they are comes before hardware that
 * they must be copied for (out of another memory, or of another adapter's), and
 * that before software; within each the table decides. Pure: the answer depends on the arguments alone. Any thread.
 *
 * Returns: which one, or which one to try before asking again
 */
EncoderVerdict
encoder_choose (const EncoderWish *wish, const EncoderCandidate *candidates,
    guint n, guint *chosen, EncoderRefuse refuse, gpointer user_data)
{
  if (g_strcmp0 (wish->name, "auto") != 0)
    return take_named (wish, candidates, n, chosen, refuse, user_data);
  for (guint pass = 0; pass <= 2; pass++) {
    for (guint i = 0; i < n; i++) {
      const EncoderCandidate *c = &candidates[i];
      g_autofree gchar *why = NULL;

      /* What this platform never has is no loss to report. */
      if (cost (wish, candidates, n, i) != pass || !is_possible (c, wish))
        continue;
      why = why_not (c, wish);
      if (why != NULL) {
        refuse (c->factory, why, user_data);
        continue;
      }
      *chosen = i;
      if (c->kind->hardware && c->probe == ENCODER_PROBE_UNKNOWN)
        return ENCODER_ASK_PROBE;
      if (pass == 0)
        refuse_copies (wish, candidates, n, i, refuse, user_data);
      return ENCODER_CHOSEN;
    }
  }
  return ENCODER_NONE;
}
