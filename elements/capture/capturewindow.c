/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is wanted, as text: copies of it, and that it is not there. */
#include "captureos.h"

/**
 * capture_settings_copy:
 * @settings: settings
 *
 * Returns: (transfer full): for capture_settings_clear()
 */
CaptureSettings
capture_settings_copy (const CaptureSettings *settings)
{
  CaptureSettings s = *settings;

  s.backend = g_strdup (s.backend);
  s.window_title = g_strdup (s.window_title);
  s.window_class = g_strdup (s.window_class);
  s.window_process = g_strdup (s.window_process);
  s.device = g_strdup (s.device);
  s.display = g_strdup (s.display);
  return s;
}

/**
 * capture_settings_clear:
 * @settings: a copy
 */
void
capture_settings_clear (CaptureSettings *settings)
{
  g_clear_pointer (&settings->backend, g_free);
  g_clear_pointer (&settings->window_title, g_free);
  g_clear_pointer (&settings->window_class, g_free);
  g_clear_pointer (&settings->window_process, g_free);
  g_clear_pointer (&settings->device, g_free);
  g_clear_pointer (&settings->display, g_free);
}

static void
add_word (GString *text, const gchar *what, const gchar *value)
{
  if (value != NULL && value[0] != '\0')
    g_string_append_printf (
        text, " %s the %s \"%s\"", text->len > 0 ? "and" : "with", what, value);
}

/**
 * capture_set_no_window:
 * @settings: which window is meant
 * @error: (out): says that it is not there
 *
 * For capture_os_find_window().
 */
void
capture_set_no_window (const CaptureSettings *settings, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (settings->window_handle != 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "There is no window 0x%" G_GINT64_MODIFIER "x",
        settings->window_handle);
    return;
  }
  add_word (text, "title", settings->window_title);
  add_word (text, "class", settings->window_class);
  add_word (text, "process", settings->window_process);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no window%s",
      text->str);
}

/**
 * capture_adapter_clear:
 * @adapter: a #CaptureAdapter
 */
void
capture_adapter_clear (gpointer adapter)
{
  CaptureAdapter *a = adapter;

  g_clear_pointer (&a->name, g_free);
  g_clear_pointer (&a->driver, g_free);
}
