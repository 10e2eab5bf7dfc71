/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Facts of a machine in a key file: what is written here can be read again, so
 * that what a driver sends is a case for the tests. */
#include "machineprivate.h"

#include "capturechain.h"
#include "captureos.h"
#include "encoderchain.h"
#include "encoderprobe.h"

#include <string.h>

#define EXPECTED "expected"
/* A machine has some 20 groups of 200 bytes. */
#define MAX_BYTES (64 * 1024)

static Machine *
machine_new (void)
{
  Machine *self = g_new0 (Machine, 1);

  self->facts = g_key_file_new ();
  self->texts = g_ptr_array_new_with_free_func (g_free);
  return self;
}

/**
 * machine_free:
 * @machine: (transfer full): a machine
 */
void
machine_free (Machine *machine)
{
  g_key_file_unref (machine->facts);
  g_ptr_array_unref (machine->texts);
  g_free (machine);
}

/**
 * machine_load:
 * @path: a file that machine_dup_text() wrote, or a person
 * @error: what is wrong with it
 *
 * Returns: (transfer full) (nullable): the machine
 */
Machine *
machine_load (const gchar *path, GError **error)
{
  g_autoptr (Machine) self = machine_new ();
  g_autofree gchar *text = NULL;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, error))
    return NULL;
  if (size > MAX_BYTES) {
    g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE,
        "%s has more than %d bytes", path, MAX_BYTES);
    return NULL;
  }
  if (!g_key_file_load_from_data (
          self->facts, text, size, G_KEY_FILE_KEEP_COMMENTS, error)) {
    g_prefix_error (error, "%s: ", path);
    return NULL;
  }
  return g_steal_pointer (&self);
}

/* --- this machine --- */

static void
set_luid (Machine *self, const gchar *group, const gchar *key, gint64 luid)
{
  g_autofree gchar *text = g_strdup_printf ("0x%" G_GINT64_MODIFIER "x", luid);

  g_key_file_set_string (self->facts, group, key, text);
}

/**
 * machine_get_luid:
 * @self: a machine
 * @group: of its facts
 * @key: of a number
 *
 * Returns: what is there; 0 without it
 */
gint64
machine_get_luid (Machine *self, const gchar *group, const gchar *key)
{
  g_autofree gchar *text =
      g_key_file_get_string (self->facts, group, key, NULL);

  return text != NULL ? g_ascii_strtoll (text, NULL, 0) : 0;
}

static void
note_adapters (Machine *self)
{
  g_autoptr (GArray) list = capture_os_list_adapters ();

  for (guint i = 0; i < list->len; i++) {
    const CaptureAdapter *a = &g_array_index (list, CaptureAdapter, i);
    g_autofree gchar *group = g_strdup_printf (MACHINE_ADAPTER "%u", i);

    g_key_file_set_string (
        self->facts, group, "name", a->name != NULL ? a->name : "?");
    if (a->driver != NULL)
      g_key_file_set_string (self->facts, group, "driver", a->driver);
    if (a->luid != 0)
      set_luid (self, group, "luid", a->luid);
    g_key_file_set_integer (
        self->facts, group, "monitors", (gint) a->n_monitors);
    if (a->software)
      g_key_file_set_boolean (self->facts, group, "software", TRUE);
  }
}

/**
 * machine_element_group:
 * @factory: an element
 *
 * Returns: (transfer full): its group among the facts
 */
gchar *
machine_element_group (const gchar *factory)
{
  return g_strconcat (MACHINE_ELEMENT, factory, NULL);
}

static void
note_captures (Machine *self)
{
  guint n;
  const CaptureKind *kinds = capture_kinds (&n);

  for (guint i = 0; i < n; i++) {
    CaptureCandidate c = { FALSE };
    g_autofree gchar *group = machine_element_group (kinds[i].factory);

    if ((kinds[i].platforms & encoder_platform_here ()) == 0)
      continue;
    capture_look_at (&kinds[i], &c);
    if (c.present)
      g_key_file_set_boolean (self->facts, group,
          kinds[i].requires != NULL ? kinds[i].requires : "there",
          c.requires_met);
    if (c.missing != NULL)
      g_key_file_set_string (self->facts, group, "missing", c.missing);
    g_free (c.missing);
  }
}

static void
note_memories (Machine *self, const gchar *group, guint memories)
{
  const gchar *words[ENCODER_N_MEMORIES];
  gsize n = 0;

  for (guint m = 0; m < ENCODER_N_MEMORIES; m++) {
    if ((memories & (1u << m)) != 0)
      words[n++] = encoder_memory_to_string ((EncoderMemory) m);
  }
  g_key_file_set_string_list (self->facts, group, "takes", words, n);
}

/* Out of that memory, or out of the computer's. */
static void
note_try (Machine *self, const EncoderCandidate *c, EncoderCodec codec,
    EncoderMemory memory)
{
  EncoderCandidate copy = *c;

  copy.reason = NULL;
  encoder_probe_recall (&copy, codec, memory);
  if (copy.probe == ENCODER_PROBE_UNKNOWN)
    encoder_probe_recall (&copy, codec, ENCODER_MEMORY_SYSTEM);
  if (copy.probe != ENCODER_PROBE_UNKNOWN)
    machine_note_probe (self, c->factory, copy.probe, copy.reason);
  g_free (copy.reason);
}

static void
note_encoders (Machine *self, EncoderCodec codec, EncoderMemory memory)
{
  g_autoptr (GArray) list = encoder_list_candidates (codec, memory);

  for (guint i = 0; i < list->len; i++) {
    const EncoderCandidate *c = &g_array_index (list, EncoderCandidate, i);
    g_autofree gchar *group = machine_element_group (c->factory);

    if (!c->present)
      continue;
    note_memories (self, group, c->memories);
    g_key_file_set_string (
        self->facts, group, "version", c->version != NULL ? c->version : "?");
    if (c->adapter_luid != 0)
      set_luid (self, group, "luid", c->adapter_luid);
    if (c->missing != NULL)
      g_key_file_set_string (self->facts, group, "missing", c->missing);
    if (c->kind->hardware)
      note_try (self, c, codec, memory);
  }
}

static void
note_target (Machine *self, const CaptureSettings *s)
{
  static const gchar *const sources[] = { "auto", "screen", "window",
    "device" };
  const CaptureSpot *spot = &s->spot;

  g_key_file_set_string (
      self->facts, MACHINE_TARGET, "source", sources[capture_source (s)]);
  if (s->backend != NULL && strcmp (s->backend, "auto") != 0)
    g_key_file_set_string (self->facts, MACHINE_TARGET, "backend", s->backend);
  if (s->device != NULL && s->device[0] != '\0')
    g_key_file_set_string (self->facts, MACHINE_TARGET, "device", s->device);
  if (spot->width > 0) {
    g_key_file_set_integer (self->facts, MACHINE_TARGET, "width", spot->width);
    g_key_file_set_integer (
        self->facts, MACHINE_TARGET, "height", spot->height);
  }
  if (spot->adapter_luid != 0)
    set_luid (self, MACHINE_TARGET, "adapter", spot->adapter_luid);
  if (spot->hdr)
    g_key_file_set_boolean (self->facts, MACHINE_TARGET, "hdr", TRUE);
  g_key_file_set_boolean (self->facts, MACHINE_TARGET, "x-display",
      capture_os_has_display (s->display));
}

/**
 * machine_look:
 * @settings: what is to be captured, with its spot
 *
 * Nothing is opened, and no encoder tried: what is kept of tries is told. Any
 * thread.
 *
 * Returns: (transfer full): this machine
 */
Machine *
machine_look (const CaptureSettings *settings)
{
  static const gchar *const systems[] = { NULL, "linux", "windows", NULL,
    "other" };
  Machine *self = machine_new ();
  g_autofree gchar *system = capture_os_describe ();
  g_autofree gchar *gstreamer = gst_version_string ();
  const EncoderMemory memory =
      encoder_platform_here () == ENCODER_PLATFORM_WINDOWS
          ? ENCODER_MEMORY_D3D11
          : ENCODER_MEMORY_SYSTEM;

  g_key_file_set_string (
      self->facts, MACHINE_HEAD, "system", systems[encoder_platform_here ()]);
  g_key_file_set_string (self->facts, MACHINE_HEAD, "version", system);
  g_key_file_set_string (self->facts, MACHINE_HEAD, "gstreamer", gstreamer);
  note_adapters (self);
  note_target (self, settings);
  note_captures (self);
  for (guint codec = 0; codec < ENCODER_N_CODECS; codec++)
    note_encoders (self, (EncoderCodec) codec, memory);
  return self;
}

/**
 * machine_dup_text:
 * @machine: a machine
 *
 * Returns: (transfer full): its file
 */
gchar *
machine_dup_text (Machine *machine)
{
  return g_key_file_to_data (machine->facts, NULL, NULL);
}

/**
 * machine_get_expected:
 * @machine: one from a file
 * @key: what of the choice
 *
 * Returns: (transfer none) (nullable): what a person expects there
 */
const gchar *
machine_get_expected (Machine *machine, const gchar *key)
{
  gchar *text = g_key_file_get_string (machine->facts, EXPECTED, key, NULL);

  if (text != NULL)
    g_ptr_array_add (machine->texts, text);
  return text;
}

/**
 * machine_note_probe:
 * @machine: a machine
 * @encoder: an element of it
 * @probe: what a try of it said
 * @reason: (nullable): in words
 */
void
machine_note_probe (Machine *machine, const gchar *encoder, EncoderProbe probe,
    const gchar *reason)
{
  g_autofree gchar *group = machine_element_group (encoder);

  g_key_file_set_string (
      machine->facts, group, "try", encoder_probe_to_string (probe));
  if (reason != NULL)
    g_key_file_set_string (machine->facts, group, "reason", reason);
}
