/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A table with commas: budgets, the names of the columns, a line a look. */
#include "govern/pb-govern-record.h"

#include <string.h>

#include "adapt/pb-cell.h"

#define BUDGET "# budget,"
#define COLUMNS \
  "now_us,agent_cpu_pct,machine_cpu_pct,gpu_pct,game_fps,game_fg_pct," \
  "game_bg_pct,memory_mb,free_memory_mb,late_ms,lost,has_picture,step," \
  "picture,thin,reason"
#define N_BUDGETS 8
#define N_NUMBERS 9 /* that may be unknown, behind the time */
#define N_COLUMNS 16

static gdouble *
get_number (PbGovernSample *s, guint i)
{
  gdouble *const numbers[N_NUMBERS] = { &s->agent_cpu_pct, &s->machine_cpu_pct,
    &s->gpu_pct, &s->game_fps, &s->game_fg_pct, &s->game_bg_pct, &s->memory_mb,
    &s->free_memory_mb, &s->late_ms };

  return numbers[i];
}

static void
append_number (GString *line, gdouble value)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (line, ',');
  if (value >= 0)
    g_string_append (line, g_ascii_formatd (text, sizeof text, "%.2f", value));
}

/* An empty cell is not known. */
static gboolean
parse_known (const gchar *text, gdouble *value)
{
  *value = PB_GOVERN_UNKNOWN;
  return text[0] == '\0' || pb_cell_parse_number (text, value);
}

/**
 * pb_govern_record_dup_head:
 * @budget: that holds from here on
 *
 * Returns: (transfer full): two lines, without the end of the second
 */
gchar *
pb_govern_record_dup_head (const PbGovernBudget *budget)
{
  GString *head = g_string_new ("# budget");

  append_number (head, budget->agent_cpu_pct);
  append_number (head, budget->machine_cpu_pct);
  append_number (head, budget->game_fps);
  append_number (head, budget->game_load_pct);
  append_number (head, budget->memory_mb);
  append_number (head, budget->free_memory_mb);
  append_number (head, budget->late_ms);
  g_string_append_printf (head, ",%u\n" COLUMNS, budget->wait_s);
  return g_string_free (head, FALSE);
}

/**
 * pb_govern_record_dup_line:
 * @sample: what was seen
 * @decision: what followed
 *
 * Numbers lose what is below a hundredth.
 *
 * Returns: (transfer full): a line without its end
 */
gchar *
pb_govern_record_dup_line (
    const PbGovernSample *sample, const PbGovernDecision *decision)
{
  GString *line = g_string_new (NULL);
  PbGovernSample s = *sample;

  g_string_append_printf (line, "%" G_GINT64_FORMAT, s.now_us);
  for (guint i = 0; i < N_NUMBERS; i++)
    append_number (line, *get_number (&s, i));
  g_string_append_printf (line, ",%u,%d,%s,%s,%s,%s", s.n_lost, s.has_picture,
      pb_adapt_step_to_string (s.step),
      pb_adapt_step_to_string (decision->picture),
      pb_thin_to_string (decision->thin),
      pb_govern_reason_to_string (decision->reason));
  return g_string_free (line, FALSE);
}

/**
 * pb_govern_record_parse_head:
 * @line: of a table
 * @budget: (out): that holds from here on
 *
 * Returns: %FALSE if it is none
 */
gboolean
pb_govern_record_parse_head (const gchar *line, PbGovernBudget *budget)
{
  gdouble *const numbers[] = { &budget->agent_cpu_pct, &budget->machine_cpu_pct,
    &budget->game_fps, &budget->game_load_pct, &budget->memory_mb,
    &budget->free_memory_mb, &budget->late_ms };
  g_auto (GStrv) cells = NULL;
  guint64 wait_s;

  if (!g_str_has_prefix (line, BUDGET))
    return FALSE;
  cells = g_strsplit (line + strlen (BUDGET), ",", -1);
  if (g_strv_length (cells) != N_BUDGETS)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (!parse_known (cells[i], numbers[i]))
      return FALSE;
  if (!pb_cell_parse_count (cells[N_BUDGETS - 1], G_MAXINT, &wait_s))
    return FALSE;
  budget->wait_s = (guint) wait_s;
  return TRUE;
}

static const gchar *
thin_word (guint thin)
{
  return pb_thin_to_string ((PbThin) thin);
}

static const gchar *
reason_word (guint reason)
{
  return pb_govern_reason_to_string ((PbGovernReason) reason);
}

/**
 * pb_govern_record_parse_line:
 * @line: of a table
 * @sample: (out): what was seen
 * @decision: (out): what followed
 *
 * Returns: %FALSE if it is no look
 */
gboolean
pb_govern_record_parse_line (
    const gchar *line, PbGovernSample *sample, PbGovernDecision *decision)
{
  const guint n_steps = PB_ADAPT_TELEMETRY + 1, n_thins = PB_THIN_LEAST + 1;
  g_auto (GStrv) cells = g_strsplit (line, ",", -1);
  gchar **rest = cells + 1 + N_NUMBERS;
  guint64 now_us, n_lost, has_picture;
  guint step, picture, thin, reason;

  if (g_strv_length (cells) != N_COLUMNS
      || !pb_cell_parse_count (cells[0], G_MAXINT64, &now_us))
    return FALSE;
  for (guint i = 0; i < N_NUMBERS; i++)
    if (!parse_known (cells[1 + i], get_number (sample, i)))
      return FALSE;
  if (!pb_cell_parse_count (rest[0], G_MAXUINT, &n_lost)
      || !pb_cell_parse_count (rest[1], 1, &has_picture)
      || !pb_cell_parse_word (rest[2], pb_cell_step_word, n_steps, &step)
      || !pb_cell_parse_word (rest[3], pb_cell_step_word, n_steps, &picture)
      || !pb_cell_parse_word (rest[4], thin_word, n_thins, &thin)
      || !pb_cell_parse_word (
          rest[5], reason_word, PB_GOVERN_N_REASONS, &reason))
    return FALSE;
  sample->now_us = (gint64) now_us;
  sample->n_lost = (guint) n_lost;
  sample->has_picture = has_picture == 1;
  sample->step = (PbAdaptStep) step;
  *decision = (PbGovernDecision){ (PbAdaptStep) picture, (PbThin) thin,
    (PbGovernReason) reason };
  return TRUE;
}
