/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is chosen of a machine's facts, by the same pure functions that choose on
 * a driver's PC, and why, in words. */
#include "machineprivate.h"

#include <string.h>

static EncoderPlatform
platform_of (Machine *self)
{
  g_autofree gchar *word =
      g_key_file_get_string (self->facts, MACHINE_HEAD, "system", NULL);

  if (g_strcmp0 (word, "windows") == 0)
    return ENCODER_PLATFORM_WINDOWS;
  return g_strcmp0 (word, "linux") == 0 ? ENCODER_PLATFORM_LINUX
                                        : ENCODER_PLATFORM_OTHER;
}

static CaptureSettings
settings_of (Machine *self)
{
  g_autofree gchar *source =
      g_key_file_get_string (self->facts, MACHINE_TARGET, "source", NULL);
  CaptureSettings s = { .monitor = -1, .source = CAPTURE_SOURCE_SCREEN };

  if (g_strcmp0 (source, "window") == 0)
    s.source = CAPTURE_SOURCE_WINDOW;
  else if (g_strcmp0 (source, "device") == 0)
    s.source = CAPTURE_SOURCE_DEVICE;
  s.backend =
      g_key_file_get_string (self->facts, MACHINE_TARGET, "backend", NULL);
  if (s.backend == NULL)
    s.backend = g_strdup ("auto");
  s.device =
      g_key_file_get_string (self->facts, MACHINE_TARGET, "device", NULL);
  s.spot.width =
      g_key_file_get_integer (self->facts, MACHINE_TARGET, "width", NULL);
  s.spot.height =
      g_key_file_get_integer (self->facts, MACHINE_TARGET, "height", NULL);
  s.spot.adapter_luid = machine_get_luid (self, MACHINE_TARGET, "adapter");
  return s;
}

static CaptureCandidate
capture_candidate (Machine *self, const CaptureKind *kind)
{
  g_autofree gchar *group = machine_element_group (kind->factory);
  CaptureCandidate c = { FALSE };

  c.present = g_key_file_has_group (self->facts, group);
  c.requires_met =
      kind->requires == NULL
      || g_key_file_get_boolean (self->facts, group, kind->requires, NULL);
  c.missing = g_key_file_get_string (self->facts, group, "missing", NULL);
  c.failed = g_key_file_get_string (self->facts, group, kind->backend, NULL);
  return c;
}

static void
add_line (const gchar *what, const gchar *why, gpointer lines)
{
  g_string_append_printf (lines, "%s: %s\n", what, why);
}

static const CaptureKind *
choose_capture (
    Machine *self, const CaptureSettings *settings, GString *refused)
{
  guint n;
  const CaptureKind *kinds = capture_kinds (&n);
  g_autofree CaptureCandidate *candidates = g_new0 (CaptureCandidate, n);
  const CaptureKind *chosen;

  for (guint i = 0; i < n; i++)
    candidates[i] = capture_candidate (self, &kinds[i]);
  chosen = capture_choose (platform_of (self), settings,
      g_key_file_get_boolean (self->facts, MACHINE_TARGET, "x-display", NULL),
      candidates, add_line, refused);
  for (guint i = 0; i < n; i++) {
    g_free (candidates[i].missing);
    g_free (candidates[i].failed);
  }
  return chosen;
}

/* Where the capture's pictures are. */
static EncoderMemory
memory_of_capture (const CaptureKind *kind)
{
  if (kind == NULL)
    return ENCODER_MEMORY_SYSTEM;
  if (strcmp (kind->factory, "d3d11screencapturesrc") == 0)
    return ENCODER_MEMORY_D3D11;
  return strcmp (kind->factory, "d3d12screencapturesrc") == 0
             ? ENCODER_MEMORY_D3D12
             : ENCODER_MEMORY_SYSTEM;
}

static EncoderProbe
parse_probe (const gchar *word)
{
  for (gint p = ENCODER_PROBE_WORKS; p <= ENCODER_PROBE_IMPOSSIBLE; p++) {
    if (g_strcmp0 (word, encoder_probe_to_string ((EncoderProbe) p)) == 0)
      return (EncoderProbe) p;
  }
  return ENCODER_PROBE_UNKNOWN;
}

static void
add_candidate (
    Machine *self, GArray *list, const EncoderKind *kind, const gchar *factory)
{
  g_autofree gchar *group = machine_element_group (factory);
  g_auto (GStrv) takes =
      g_key_file_get_string_list (self->facts, group, "takes", NULL, NULL);
  g_autofree gchar *probe =
      g_key_file_get_string (self->facts, group, "try", NULL);
  EncoderCandidate c = { kind, g_strdup (factory) };

  for (guint i = 0; takes != NULL && takes[i] != NULL; i++) {
    EncoderMemory memory;

    c.present = TRUE;
    if (encoder_memory_from_string (takes[i], &memory))
      c.memories |= 1u << memory;
  }
  c.probe = parse_probe (probe);
  c.reason = g_key_file_get_string (self->facts, group, "reason", NULL);
  c.missing = g_key_file_get_string (self->facts, group, "missing", NULL);
  c.adapter_luid = machine_get_luid (self, group, "luid");
  g_array_append_val (list, c);
}

static void
clear_candidate (gpointer data)
{
  EncoderCandidate *c = data;

  g_free (c->factory);
  g_free (c->missing);
  g_free (c->reason);
}

/* In the table's order, as encoder_list_candidates() lists them. */
static GArray *
list_encoders (Machine *self, EncoderCodec codec)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (EncoderCandidate));
  g_auto (GStrv) groups = g_key_file_get_groups (self->facts, NULL);
  guint n;
  const EncoderKind *kinds = encoder_kinds (&n);

  g_array_set_clear_func (list, clear_candidate);
  for (guint i = 0; i < n; i++) {
    const gchar *first = kinds[i].factory[codec];

    if (first == NULL)
      continue;
    add_candidate (self, list, &kinds[i], first);
    for (guint k = 0; groups[k] != NULL; k++) {
      const gchar *name = g_str_has_prefix (groups[k], MACHINE_ELEMENT)
                              ? groups[k] + strlen (MACHINE_ELEMENT)
                              : "";

      if (strcmp (name, first) != 0 && encoder_find (name, codec) == &kinds[i])
        add_candidate (self, list, &kinds[i], name);
    }
  }
  return list;
}

static gchar *
dup_adapter (Machine *self, gint64 luid)
{
  g_auto (GStrv) groups = g_key_file_get_groups (self->facts, NULL);

  for (guint i = 0; luid != 0 && groups[i] != NULL; i++) {
    if (g_str_has_prefix (groups[i], MACHINE_ADAPTER)
        && machine_get_luid (self, groups[i], "luid") == luid)
      return g_key_file_get_string (self->facts, groups[i], "name", NULL);
  }
  return NULL;
}

static const gchar *
describe_capture (const CaptureKind *kind)
{
  static const struct {
    const gchar *backend, *words;
  } table[] = {
    { "wgc", "by Windows Graphics Capture" },
    { "wgc12", "by Windows Graphics Capture in Direct3D 12" },
    { "dxgi", "by desktop duplication" },
    { "dxgi12", "by desktop duplication in Direct3D 12" },
    { "gdi", "by GDI, which costs processor time" },
    { "mf", "by Media Foundation" },
    { "ks", "by kernel streaming" },
    { "decklink", "by Blackmagic's driver" },
    { "ximage", "from X" },
    { "pipewire", "by PipeWire" },
    { "v4l2", "by V4L2" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    if (strcmp (kind->backend, table[i].backend) == 0)
      return table[i].words;
  }
  return kind->backend;
}

static void
say_capture (GString *words, const CaptureKind *kind, CaptureSource source)
{
  static const gchar *const sources[] = { "picture", "screen", "game's window",
    "capture card's picture" };

  if (kind != NULL)
    g_string_append_printf (
        words, "The %s is taken %s", sources[source], describe_capture (kind));
  else
    g_string_append_printf (
        words, "Nothing here takes the %s", sources[source]);
  if (kind != NULL && source == CAPTURE_SOURCE_WINDOW
      && capture_cuts_out (kind))
    g_string_append (words, " as a part of its monitor");
}

static void
say_encoder (GString *words, const EncoderCandidate *c, EncoderMemory memory,
    const gchar *adapter, gboolean copied)
{
  g_string_append_printf (words, "; %s encodes it", c->factory);
  if (adapter != NULL)
    g_string_append_printf (words, " on %s", adapter);
  if (!c->kind->hardware)
    g_string_append (words, ", which costs processor time");
  else if (memory == ENCODER_MEMORY_SYSTEM)
    g_string_append (words, ", out of the computer's memory");
  else if (copied)
    g_string_append (words, ", after a copy");
  else
    g_string_append (words, ", where the picture is");
}

/**
 * machine_choose:
 * @machine: a machine
 * @codec: of the output
 * @choice: (out caller-allocates): what is taken of it
 *
 * Pure: the same facts give the same choice. An encoder whose try is not told is
 * taken as one that was not tried, and ends the choice with its name and a "?".
 */
void
machine_choose (Machine *machine, EncoderCodec codec, MachineChoice *choice)
{
  CaptureSettings settings = settings_of (machine);
  GString *refused = g_string_new (NULL);
  GString *words = g_string_new (NULL);
  const CaptureKind *kind = choose_capture (machine, &settings, refused);
  const EncoderMemory memory = memory_of_capture (kind);
  g_autoptr (GArray) list = list_encoders (machine, codec);
  const EncoderWish wish = { platform_of (machine), codec, memory, "auto", NULL,
    settings.spot.adapter_luid };
  EncoderVerdict verdict;
  guint chosen = 0;

  *choice = (MachineChoice){ NULL };
  say_capture (words, kind, capture_source (&settings));
  verdict = encoder_choose (&wish,
      (const EncoderCandidate *) (gconstpointer) list->data, list->len, &chosen,
      add_line, refused);
  if (verdict == ENCODER_NONE) {
    g_string_append (words, "; no encoder works here");
  } else {
    const EncoderCandidate *c = &g_array_index (list, EncoderCandidate, chosen);

    choice->encoder = g_strdup_printf (
        "%s%s", c->factory, verdict == ENCODER_ASK_PROBE ? "?" : "");
    choice->adapter = dup_adapter (machine, c->adapter_luid);
    choice->copied = !encoder_takes_in_place (&wish,
        (const EncoderCandidate *) (gconstpointer) list->data, list->len,
        chosen);
    say_encoder (words, c, memory, choice->adapter, choice->copied);
  }
  g_string_append_c (words, '.');
  choice->capture = g_strdup (kind != NULL ? kind->backend : NULL);
  choice->words = g_string_free (words, FALSE);
  choice->refused = g_string_free (refused, FALSE);
  capture_settings_clear (&settings);
}

/**
 * machine_choice_clear:
 * @choice: a choice
 */
void
machine_choice_clear (MachineChoice *choice)
{
  g_clear_pointer (&choice->capture, g_free);
  g_clear_pointer (&choice->encoder, g_free);
  g_clear_pointer (&choice->adapter, g_free);
  g_clear_pointer (&choice->words, g_free);
  g_clear_pointer (&choice->refused, g_free);
}
