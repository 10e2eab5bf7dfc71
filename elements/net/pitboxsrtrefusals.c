/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtRefusals: a flood of refusals must not become one of messages. */
#include "pitboxsrtrefusals.h"

void
pitbox_srt_refusal_free (PitboxSrtRefusal *refusal)
{
  g_free (refusal->peer);
  g_free (refusal->user);
  g_free (refusal);
}

/* Nothing waits to be told any more; the count of all stays. */
void
pitbox_srt_refusals_clear (PitboxSrtRefusals *refusals)
{
  g_queue_clear_full (
      &refusals->queue, (GDestroyNotify) pitbox_srt_refusal_free);
  refusals->since_us = 0;
  refusals->n_told = refusals->n_untold = 0;
}

static const gchar *
words (const PitboxSrtVisitor *visitor, int code)
{
  /* libsrt says the same of both. */
  if (code == PITBOX_SRT_REJECT_SECRET)
    return "wrong or missing passphrase";
  return visitor->mode == GST_PITBOX_STREAM_REQUEST
             ? pitbox_srt_reader_reject_words (code, TRUE)
             : pitbox_srt_reject_words (code, TRUE);
}

static const gchar *
mode_name (const PitboxSrtVisitor *visitor)
{
  if (visitor->user == NULL)
    return "";
  return visitor->mode == GST_PITBOX_STREAM_REQUEST ? "request" : "publish";
}

/* One refusal more, to be told or only counted. */
void
pitbox_srt_refusals_add (PitboxSrtRefusals *refusals, const gchar *peer,
    const PitboxSrtVisitor *visitor, int code, gint64 now_us)
{
  PitboxSrtRefusal *refusal;

  refusals->n_all++;
  if (now_us - refusals->since_us >= G_USEC_PER_SEC) {
    refusals->since_us = now_us;
    refusals->n_told = 0;
  }
  if (refusals->n_told >= PITBOX_SRT_REFUSALS_PER_SECOND) {
    refusals->n_untold++;
    return;
  }
  refusals->n_told++;
  refusal = g_new0 (PitboxSrtRefusal, 1);
  refusal->peer = g_strdup (peer);
  refusal->mode = mode_name (visitor);
  refusal->user = g_strdup (visitor->user != NULL ? visitor->user : "");
  refusal->code = code;
  refusal->reason = words (visitor, code);
  refusal->others = refusals->n_untold;
  refusals->n_untold = 0;
  g_queue_push_tail (&refusals->queue, refusal);
}
