/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What PbGovern did and why, for people. */
#include "govern/pb-govern.h"

/**
 * pb_govern_get_level:
 * @decision: what may be sent
 *
 * Returns: (transfer none): one word for it, in the order in which things give
 *   way: whole, smaller, smallest, telemetry, main, key, least
 */
const gchar *
pb_govern_get_level (const PbGovernDecision *decision)
{
  return decision->thin != PB_THIN_NONE
             ? pb_thin_to_string (decision->thin)
             : pb_adapt_step_to_string (decision->picture);
}

/**
 * pb_govern_reason_to_string:
 * @reason: a reason
 *
 * Returns: (transfer none): its word in recordings
 */
const gchar *
pb_govern_reason_to_string (PbGovernReason reason)
{
  static const gchar *const words[] = { "calm", "agent-cpu", "machine-cpu",
    "game", "game-load", "memory", "free-memory", "link" };

  return words[reason];
}

/**
 * pb_govern_dup_reason:
 * @govern: what looks left
 *
 * Returns: (transfer full) (nullable): why less is sent, and which setting says
 *   so; %NULL if all is
 */
gchar *
pb_govern_dup_reason (const PbGovern *govern)
{
  const PbGovernBudget *b = &govern->budget;

  switch (govern->decision.reason) {
    case PB_GOVERN_AGENT_CPU:
      return g_strdup_printf ("the agent took %.0f %% of this PC's processors, "
                              "and may take %.0f (budget-cpu-pct)",
          govern->value, b->agent_cpu_pct);
    case PB_GOVERN_MACHINE_CPU:
      return g_strdup_printf ("this PC's processors were %.0f %% busy, and "
                              "shall not be more than %.0f (budget-pc-pct)",
          govern->value, b->machine_cpu_pct);
    case PB_GOVERN_GAME:
      return g_strdup_printf ("the game drew %.0f frames a second, and shall "
                              "draw %.0f (budget-game-fps)",
          govern->value, b->game_fps);
    case PB_GOVERN_GAME_LOAD:
      return g_strdup_printf ("the game or the GPU was %.0f %% busy, and shall "
                              "not be more than %.0f (budget-game-pct)",
          govern->value, b->game_load_pct);
    case PB_GOVERN_MEMORY:
      return g_strdup_printf ("the agent had %.0f MB of memory, and may have "
                              "%.0f (budget-memory-mb)",
          govern->value, b->memory_mb);
    case PB_GOVERN_FREE_MEMORY:
      return g_strdup_printf (
          "only %.0f MB of memory were left, and %.0f shall "
          "be (budget-free-mb)",
          govern->value, b->free_memory_mb);
    case PB_GOVERN_LINK:
      return g_strdup ("the network does not take all rows as they come");
    default:
      return NULL;
  }
}

/**
 * pb_govern_get_words:
 * @decision: what may be sent
 *
 * Returns: (transfer none): that, as a line in a log has it
 */
const gchar *
pb_govern_get_words (const PbGovernDecision *decision)
{
  static const gchar *const pictures[] = { "all is sent", "a smaller picture",
    "the smallest picture", "no picture" };
  static const gchar *const rows[] = { NULL, "of the rows what the pages show",
    "of the rows inputs, position, lap and fuel, 20 a second",
    "of the rows inputs, position, lap and fuel, 10 a second" };

  return decision->thin != PB_THIN_NONE ? rows[decision->thin]
                                        : pictures[decision->picture];
}
