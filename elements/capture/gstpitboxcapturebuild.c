/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The capture within pitboxcapturebin: chosen, put in, taken out. */
#include "backend.h"
#include "captureos.h"
#include "gstpitboxcapturebinprivate.h"
#include "machine.h"

#define GST_CAT_DEFAULT pitbox_capture_bin_debug

static const gchar *
source_word (CaptureSource source)
{
  static const gchar *const words[] = { "auto", "screen", "window", "device" };

  return words[source];
}

/* One element is several rows, for screens and windows. */
static gchar *
key_of (const CaptureKind *kind)
{
  return g_strdup_printf ("%s %s", kind->backend, kind->factory);
}

static const CaptureKind *
choose (GstPitboxCaptureBin *self, const CaptureSettings *settings,
    GstStructure *refused)
{
  const CaptureKind *kinds, *chosen;
  CaptureCandidate *candidates;
  guint n;

  kinds = capture_kinds (&n);
  candidates = g_new0 (CaptureCandidate, n);
  for (guint i = 0; i < n; i++) {
    g_autofree gchar *key = key_of (&kinds[i]);

    if ((kinds[i].platforms & encoder_platform_here ()) != 0)
      capture_look_at (&kinds[i], &candidates[i]);
    candidates[i].failed = g_hash_table_lookup (self->failed, key);
  }
  chosen = capture_choose (encoder_platform_here (), settings,
      capture_os_has_display (settings->display), candidates, backend_refuse,
      refused);
  for (guint i = 0; i < n; i++)
    g_free (candidates[i].missing);
  g_free (candidates);
  return chosen;
}

static void
publish (GstPitboxCaptureBin *self, const CaptureSettings *settings,
    const gchar *lacking, const GstStructure *refused)
{
  g_autoptr (GstElementFactory) factory =
      gst_element_factory_find (self->kind->factory);
  g_autoptr (GstPlugin) plugin =
      gst_plugin_feature_get_plugin (GST_PLUGIN_FEATURE (factory));
  GstStructure *s = gst_structure_new (BACKEND_MESSAGE, "backend",
      G_TYPE_STRING, self->kind->backend, "element", G_TYPE_STRING,
      self->kind->factory, "version", G_TYPE_STRING,
      plugin != NULL ? gst_plugin_get_version (plugin) : "0", "source",
      G_TYPE_STRING, source_word (capture_source (settings)), "memory",
      G_TYPE_STRING, encoder_memory_to_string (self->memory), NULL);

  if (settings->window_handle != 0)
    gst_structure_set (
        s, "window", G_TYPE_UINT64, settings->window_handle, NULL);
  if (settings->spot.adapter_luid != 0)
    gst_structure_set (s, "adapter-luid", G_TYPE_INT64,
        settings->spot.adapter_luid, "hdr", G_TYPE_BOOLEAN, settings->spot.hdr,
        NULL);
  gst_pitbox_choice_bin_publish (
      GST_PITBOX_CHOICE_BIN (self), s, lacking, refused);
}

/**
 * gst_pitbox_capture_bin_take_error:
 * @self: a bin
 * @otherwise: (nullable): for a capture that said nothing
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): what the capture said that was kept from
 *   the bus; it is forgotten
 */
gchar *
gst_pitbox_capture_bin_take_error (
    GstPitboxCaptureBin *self, const gchar *otherwise)
{
  gchar *error;

  GST_OBJECT_LOCK (self);
  error = g_steal_pointer (&self->error);
  GST_OBJECT_UNLOCK (self);
  return error != NULL ? error : g_strdup (otherwise);
}

/**
 * gst_pitbox_capture_bin_note_failed:
 * @self: a bin with a front that gave nothing
 * @why: in words
 *
 * The next choice passes it over.
 */
void
gst_pitbox_capture_bin_note_failed (GstPitboxCaptureBin *self, const gchar *why)
{
  GST_WARNING_OBJECT (self, "%s failed: %s", self->kind->backend, why);
  g_hash_table_replace (self->failed, key_of (self->kind), g_strdup (why));
}

static void
remove_part (GstPitboxCaptureBin *self, GstElement **part)
{
  if (*part == NULL)
    return;
  gst_element_set_locked_state (*part, TRUE);
  gst_element_set_state (*part, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self), *part);
  *part = NULL;
}

/**
 * gst_pitbox_capture_bin_take_down:
 * @self: a bin
 *
 * Takes the capture out, if there is one; what is behind it stays.
 */
void
gst_pitbox_capture_bin_take_down (GstPitboxCaptureBin *self)
{
  gst_pitbox_still_expect_another (self->still);
  remove_part (self, &self->front);
  self->kind = NULL;
  capture_settings_clear (&self->now);
}

/**
 * gst_pitbox_capture_bin_take_back:
 * @self: a bin without a front
 *
 * Takes out what is behind the still picture.
 */
void
gst_pitbox_capture_bin_take_back (GstPitboxCaptureBin *self)
{
  gst_ghost_pad_set_target (GST_GHOST_PAD (self->srcpad), NULL);
  remove_part (self, &self->back);
}

/* What is behind the still picture, for another memory. */
static gboolean
put_back (GstPitboxCaptureBin *self, EncoderMemory memory)
{
  g_autoptr (GstPad) src = NULL;
  gint n, d;

  if (self->back != NULL && self->memory == memory)
    return TRUE;
  gst_pitbox_still_forget (self->still);
  gst_pitbox_capture_bin_take_back (self);
  GST_OBJECT_LOCK (self);
  n = self->fps_n;
  d = self->fps_d;
  GST_OBJECT_UNLOCK (self);
  self->back = capture_back_new (memory, n, d);
  if (self->back == NULL)
    return FALSE;
  self->memory = memory;
  gst_bin_add (GST_BIN (self), self->back);
  gst_element_link (GST_ELEMENT (self->still), self->back);
  src = gst_element_get_static_pad (self->back, "src");
  gst_ghost_pad_set_target (GST_GHOST_PAD (self->srcpad), src);
  gst_element_sync_state_with_parent (self->back);
  return TRUE;
}

static gboolean
put_front (GstPitboxCaptureBin *self, CaptureSettings *settings,
    const GstStructure *refused, gchar **why)
{
  g_autoptr (GString) lacking = g_string_new (NULL);
  EncoderMemory memory = ENCODER_MEMORY_SYSTEM;

  GST_OBJECT_LOCK (self);
  self->starting = TRUE;
  self->lost = FALSE;
  GST_OBJECT_UNLOCK (self);
  g_free (gst_pitbox_capture_bin_take_error (self, NULL));
  self->front = capture_front_new (self->kind, settings, &memory, lacking);
  if (self->front == NULL || !put_back (self, memory)) {
    *why = g_strdup_printf (
        "The capture by %s cannot be put together: videorate, videoscale, "
        "videoconvert or decodebin is missing",
        self->kind->factory);
    g_clear_pointer (&self->front, gst_object_unref);
    return FALSE;
  }
  gst_element_set_locked_state (self->front, TRUE);
  gst_bin_add (GST_BIN (self), self->front);
  gst_element_link (self->front, GST_ELEMENT (self->still));
  self->now = capture_settings_copy (settings);
  GST_OBJECT_LOCK (self);
  self->adapter_luid = settings->spot.adapter_luid;
  GST_OBJECT_UNLOCK (self);
  publish (self, settings, lacking->str, refused);
  return TRUE;
}

/* PipeWire's windows are nodes, which the desktop's portal gives. */
static gboolean
find_target (CaptureSettings *settings, gchar **why)
{
  g_autoptr (GError) error = NULL;
  const gboolean has_device =
      settings->device != NULL && settings->device[0] != '\0';

  settings->spot = (CaptureSpot){ .monitor_index = -1, .adapter_index = -1 };
  if (capture_source (settings) == CAPTURE_SOURCE_SCREEN)
    capture_os_find_monitor (settings);
  if (capture_source (settings) != CAPTURE_SOURCE_WINDOW || has_device)
    return TRUE;
  if (!capture_names_window (settings)) {
    *why = g_strdup ("Which window? Neither window-title nor window-handle, "
                     "window-class or window-process is set");
    return FALSE;
  }
  if (capture_os_find_window (settings, &error))
    return TRUE;
  *why = g_strdup (error->message);
  return FALSE;
}

/**
 * gst_pitbox_capture_bin_build:
 * @self: a bin without a front
 * @why: (out) (transfer full): why there is still none
 *
 * Chooses and puts in. Its state is locked: see gst_pitbox_capture_bin_open().
 *
 * Returns: %TRUE if there is a front
 */
gboolean
gst_pitbox_capture_bin_build (GstPitboxCaptureBin *self, gchar **why)
{
  g_autoptr (GstStructure) refused = gst_structure_new_empty ("refused");
  g_autofree gchar *words = NULL;
  CaptureSettings settings;
  gboolean ok = FALSE;

  GST_OBJECT_LOCK (self);
  settings = capture_settings_copy (&self->settings);
  GST_OBJECT_UNLOCK (self);
  if (find_target (&settings, why)) {
    self->kind = choose (self, &settings, refused);
    if (self->kind != NULL) {
      ok = put_front (self, &settings, refused, why);
    } else {
      words = backend_describe_refused (refused);
      *why = g_strdup_printf ("Nothing here can take the picture of a %s (%s)",
          source_word (capture_source (&settings)),
          words[0] != '\0' ? words : "this system has no such source");
    }
  }
  capture_settings_clear (&settings);
  return ok;
}

/**
 * gst_pitbox_capture_bin_dup_machine:
 * @self: a bin
 *
 * Any thread; opens nothing.
 *
 * Returns: (transfer full): this machine's facts for what is set
 */
gchar *
gst_pitbox_capture_bin_dup_machine (GstPitboxCaptureBin *self)
{
  g_autoptr (Machine) machine = NULL;
  g_autofree gchar *why = NULL;
  CaptureSettings settings;

  GST_OBJECT_LOCK (self);
  settings = capture_settings_copy (&self->settings);
  GST_OBJECT_UNLOCK (self);
  if (!find_target (&settings, &why))
    GST_INFO_OBJECT (self, "%s", why);
  machine = machine_look (&settings);
  capture_settings_clear (&settings);
  return machine_dup_text (machine);
}

/**
 * gst_pitbox_capture_bin_open:
 * @self: a bin with a front
 *
 * Brings it to the bin's own state.
 *
 * Returns: %FALSE if it cannot be opened
 */
gboolean
gst_pitbox_capture_bin_open (GstPitboxCaptureBin *self)
{
  gboolean opened;

  gst_element_set_locked_state (self->front, FALSE);
  opened = gst_element_sync_state_with_parent (self->front);
  GST_OBJECT_LOCK (self);
  self->starting = FALSE;
  if (self->error != NULL)
    self->lost = TRUE;
  GST_OBJECT_UNLOCK (self);
  return opened;
}
