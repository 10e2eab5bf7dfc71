/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The loop around encoder_choose(): it asks for tries one by one, so that none
 * is made for what will not be taken. */
#include "encoderpick.h"

#include "backend.h"
#include "encoderchain.h"
#include "encoderprobe.h"

/* What failed while it ran is known better than any try tells. */
static void
note_failed (GArray *candidates, GHashTable *failed)
{
  for (guint i = 0; i < candidates->len; i++) {
    EncoderCandidate *c = &g_array_index (candidates, EncoderCandidate, i);
    const gchar *reason = g_hash_table_lookup (failed, c->factory);

    if (reason == NULL)
      continue;
    c->probe = ENCODER_PROBE_FAILED;
    c->reason = g_strdup (reason);
  }
}

/**
 * encoder_pick:
 * @wish: what is wanted, and where
 * @failed: factory names, and why they failed here
 * @program: (nullable): pitbox-encoder-probe
 * @timeout_ms: for one try, ms
 * @pick: (out caller-allocates): the answer, for encoder_pick_clear()
 *
 * Blocks while encoders are tried that the cache has no answer for. Any thread.
 */
void
encoder_pick (const EncoderWish *wish, GHashTable *failed, const gchar *program,
    guint timeout_ms, EncoderPick *pick)
{
  g_autoptr (GArray) candidates =
      encoder_list_candidates (wish->codec, wish->memory);
  EncoderCandidate *list = (EncoderCandidate *) (void *) candidates->data;
  EncoderVerdict verdict;
  gboolean in_place;
  guint i = 0;

  *pick = (EncoderPick){ NULL };
  note_failed (candidates, failed);
  for (;;) {
    pick->refused = gst_structure_new_empty ("refused");
    verdict = encoder_choose (
        wish, list, candidates->len, &i, backend_refuse, pick->refused);
    if (verdict != ENCODER_ASK_PROBE)
      break;
    /* Out of another adapter's memory pictures come by way of the computer's. */
    in_place = encoder_takes_in_place (wish, list, candidates->len, i);
    encoder_probe_candidate (&list[i], wish->codec,
        in_place ? wish->memory : ENCODER_MEMORY_SYSTEM, program, timeout_ms);
    gst_clear_structure (&pick->refused);
  }
  if (verdict == ENCODER_NONE)
    return;
  pick->kind = list[i].kind;
  pick->factory = g_strdup (list[i].factory);
  pick->version = g_strdup (list[i].version);
  pick->adapter_luid = list[i].adapter_luid;
  pick->copied = !encoder_takes_in_place (wish, list, candidates->len, i);
}

/**
 * encoder_pick_clear:
 * @pick: an answer
 */
void
encoder_pick_clear (EncoderPick *pick)
{
  g_clear_pointer (&pick->factory, g_free);
  g_clear_pointer (&pick->version, g_free);
  gst_clear_structure (&pick->refused);
  pick->kind = NULL;
}
