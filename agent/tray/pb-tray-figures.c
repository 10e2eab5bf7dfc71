/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The figures of the diagnostics: always the same ones in the same order, so
 * that eyes find them. */
#include "tray/pb-tray-figures.h"

#include "tray/pb-tray-model.h"
#include "tray/pb-tray-texts.h"

#include <string.h>

static void
figure_free (gpointer data)
{
  PbTrayFigure *figure = data;

  g_free (figure->value);
  g_free (figure);
}

static void
add (GPtrArray *list, const gchar *label, gchar *value)
{
  PbTrayFigure *figure = g_new (PbTrayFigure, 1);

  figure->label = label;
  figure->value = value != NULL && value[0] != '\0'
                      ? value
                      : g_strdup (pb_tray_text (PB_TEXT_VALUE_NONE));
  if (figure->value != value)
    g_free (value);
  g_ptr_array_add (list, figure);
}

static void
add_group (GPtrArray *list, PbTrayText name)
{
  add (list, NULL, g_strdup (pb_tray_text (name)));
}

static void
add_text (GPtrArray *list, PbTrayText label, const gchar *value)
{
  add (list, pb_tray_text (label), g_strdup (value));
}

/* Below 0 nobody knows it. */
static void
add_number (GPtrArray *list, PbTrayText label, PbTrayText unit, gdouble value,
    guint digits)
{
  g_autofree gchar *n = g_strdup_printf ("%.*f", (int) digits, value);

  add (list, pb_tray_text (label),
      value >= 0 ? pb_tray_text_fill (unit, "n", n, NULL) : NULL);
}

static const gchar *
get_step (const gchar *word)
{
  static const struct {
    const gchar *word;
    PbTrayText text;
  } table[] = {
    { "whole", PB_TEXT_VALUE_WHOLE },
    { "smaller", PB_TEXT_VALUE_SMALLER },
    { "smallest", PB_TEXT_VALUE_SMALLEST },
    { "telemetry", PB_TEXT_VALUE_TELEMETRY },
    { "main", PB_TEXT_VALUE_THINNED },
    { "key", PB_TEXT_VALUE_THINNED },
    { "least", PB_TEXT_VALUE_THINNED },
  };

  for (guint i = 0; word != NULL && i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].word, word) == 0)
      return pb_tray_text (table[i].text);
  return word;
}

static void
add_stream (GPtrArray *list, const PbTrayNow *now)
{
  const gboolean sends =
      now->state == PB_TRAY_LIVE || now->state == PB_TRAY_LESS;

  add_group (list, PB_TEXT_GROUP_STREAM);
  add_text (list, PB_TEXT_FIGURE_MODE,
      !sends                       ? NULL
      : now->mode == PB_MODE_VIDEO ? pb_tray_text (PB_TEXT_MODE_VIDEO)
                                   : pb_tray_text (PB_TEXT_MODE_TELEMETRY));
  add_text (list, PB_TEXT_FIGURE_SERVER, now->is_set_up ? now->server : NULL);
  add_text (list, PB_TEXT_FIGURE_WAY, now->transport);
  add_number (list, PB_TEXT_FIGURE_SEND, PB_TEXT_VALUE_KBPS, now->send_kbps, 0);
  add_number (list, PB_TEXT_FIGURE_RTT, PB_TEXT_VALUE_MS, now->rtt_ms, 1);
  add_number (list, PB_TEXT_FIGURE_LOST, PB_TEXT_VALUE_PACKETS,
      (gdouble) now->dropped, 0);
  add_text (list, PB_TEXT_FIGURE_CONTROL, now->control);
}

static void
add_picture (GPtrArray *list, const PbTrayNow *now)
{
  const gboolean has_picture = now->encoder != NULL;

  add_group (list, PB_TEXT_GROUP_PICTURE);
  add_text (list, PB_TEXT_FIGURE_SOURCE, now->source);
  add_text (list, PB_TEXT_FIGURE_ENCODER, now->encoder);
  add_number (list, PB_TEXT_FIGURE_BITRATE, PB_TEXT_VALUE_KBPS,
      has_picture ? now->bitrate_kbps : -1, 0);
  add_text (
      list, PB_TEXT_FIGURE_NETWORK, has_picture ? get_step (now->step) : NULL);
}

static void
add_telemetry (GPtrArray *list, const PbTrayNow *now)
{
  g_autofree gchar *rate = g_strdup_printf ("%.0f", now->rows_s);
  g_autofree gchar *all = g_strdup_printf ("%" G_GINT64_FORMAT, now->rows);

  add_group (list, PB_TEXT_GROUP_TELEMETRY);
  add (list, pb_tray_text (PB_TEXT_FIGURE_ROWS),
      now->rows_s >= 0 ? pb_tray_text_fill (
          PB_TEXT_VALUE_ROWS_S, "n", rate, "all", all, NULL)
                       : NULL);
  add_number (list, PB_TEXT_FIGURE_LOST_TICKS, PB_TEXT_VALUE_ROWS,
      (gdouble) now->lost_ticks, 0);
  add_number (list, PB_TEXT_FIGURE_KEPT, PB_TEXT_VALUE_ROWS,
      (gdouble) now->kept_rows, 0);
}

static void
add_pc (GPtrArray *list, const PbTrayNow *now)
{
  add_group (list, PB_TEXT_GROUP_PC);
  add_number (list, PB_TEXT_FIGURE_AGENT_CPU, PB_TEXT_VALUE_PERCENT,
      now->agent_cpu_pct, 1);
  add_number (
      list, PB_TEXT_FIGURE_PC_CPU, PB_TEXT_VALUE_PERCENT, now->pc_cpu_pct, 0);
  add_number (list, PB_TEXT_FIGURE_GPU, PB_TEXT_VALUE_PERCENT, now->gpu_pct, 0);
  add_number (list, PB_TEXT_FIGURE_GAME, PB_TEXT_VALUE_FPS, now->game_fps, 0);
  add_number (list, PB_TEXT_FIGURE_MEMORY, PB_TEXT_VALUE_MB, now->memory_mb, 0);
  add_text (list, PB_TEXT_FIGURE_PC_BEARS, get_step (now->level));
}

static gchar *
dup_uptime (gdouble uptime_s)
{
  const gint64 s = (gint64) uptime_s;
  g_autofree gchar *h = g_strdup_printf ("%" G_GINT64_FORMAT, s / 3600);
  g_autofree gchar *m = g_strdup_printf ("%" G_GINT64_FORMAT, s / 60 % 60);
  g_autofree gchar *rest = g_strdup_printf ("%" G_GINT64_FORMAT, s % 60);

  if (uptime_s < 0)
    return NULL;
  return s >= 3600
             ? pb_tray_text_fill (PB_TEXT_VALUE_HOURS, "h", h, "m", m, NULL)
             : pb_tray_text_fill (
                 PB_TEXT_VALUE_MINUTES, "m", m, "s", rest, NULL);
}

static void
add_program (GPtrArray *list, const PbTrayNow *now)
{
  add_group (list, PB_TEXT_GROUP_PROGRAM);
  add_text (list, PB_TEXT_FIGURE_VERSION, PACKAGE_VERSION);
  add (list, pb_tray_text (PB_TEXT_FIGURE_UPTIME), dup_uptime (now->uptime_s));
  add_text (list, PB_TEXT_FIGURE_DEVICE, now->is_set_up ? now->device : NULL);
}

/**
 * pb_tray_figures_new:
 *
 * Returns: (transfer full) (element-type PbTrayFigure): as many for whatever
 *   @now, in the same order
 */
GPtrArray *
pb_tray_figures_new (const PbTrayNow *now)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (figure_free);

  add_stream (list, now);
  add_telemetry (list, now);
  add_program (list, now);
  add_picture (list, now);
  add_pc (list, now);
  return list;
}

/**
 * pb_tray_figures_to_text:
 *
 * Returns: (transfer full): lines to paste into a message
 */
gchar *
pb_tray_figures_to_text (const PbTrayNow *now)
{
  g_autoptr (GPtrArray) list = pb_tray_figures_new (now);
  g_autofree gchar *state = pb_tray_model_dup_state (now);
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "%s: %s\n", pb_tray_text (PB_TEXT_NAME), state);
  if (now->reason != NULL)
    g_string_append_printf (out, "%s\n", now->reason);
  for (guint i = 0; i < list->len; i++) {
    const PbTrayFigure *f = g_ptr_array_index (list, i);

    if (f->label == NULL)
      g_string_append_printf (out, "\n%s\n", f->value);
    else
      g_string_append_printf (out, "  %s: %s\n", f->label, f->value);
  }
  return g_string_free (out, FALSE);
}
