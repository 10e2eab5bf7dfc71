/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtShun: whose handshakes are not even read for a while.
 *
 * Only who really has an address is refused there: libsrt asks each caller for a
 * cookie first. So nobody gets somebody else shunned. */
#include "pitboxsrtshun.h"

#include <string.h>

typedef struct {
  PitboxSrtOrigin origin;
  gint64 since_us;
  guint n; /* since then */
} Count;

struct _PitboxSrtShun {
  GArray *counts; /* of Count */
  /* One for each, oldest first. */
  GArray *origins; /* of PitboxSrtOrigin */
  GArray *ends_us; /* of gint64 */
};

PitboxSrtOrigin
pitbox_srt_origin_of (const struct sockaddr *address)
{
  PitboxSrtOrigin origin = { 0 };
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) address;
  guint32 words[4];

  if (address->sa_family == AF_INET) {
    origin.words[0] =
        g_ntohl (((const struct sockaddr_in *) address)->sin_addr.s_addr);
    return origin;
  }
  memcpy (words, &v6->sin6_addr, sizeof words);
  origin.is_v6 = !IN6_IS_ADDR_V4MAPPED (&v6->sin6_addr);
  origin.words[0] = g_ntohl (words[origin.is_v6 ? 0 : 3]);
  origin.words[1] = origin.is_v6 ? g_ntohl (words[1]) : 0;
  return origin;
}

PitboxSrtShun *
pitbox_srt_shun_new (void)
{
  PitboxSrtShun *shun = g_new0 (PitboxSrtShun, 1);

  shun->counts = g_array_new (FALSE, TRUE, sizeof (Count));
  shun->origins = g_array_new (FALSE, TRUE, sizeof (PitboxSrtOrigin));
  shun->ends_us = g_array_new (FALSE, TRUE, sizeof (gint64));
  return shun;
}

void
pitbox_srt_shun_free (PitboxSrtShun *shun)
{
  g_array_unref (shun->counts);
  g_array_unref (shun->origins);
  g_array_unref (shun->ends_us);
  g_free (shun);
}

/* Everybody is heard again. */
void
pitbox_srt_shun_clear (PitboxSrtShun *shun)
{
  g_array_set_size (shun->counts, 0);
  g_array_set_size (shun->origins, 0);
  g_array_set_size (shun->ends_us, 0);
}

static gboolean
same_origin (const PitboxSrtOrigin *a, const PitboxSrtOrigin *b)
{
  return a->is_v6 == b->is_v6 && a->words[0] == b->words[0]
         && a->words[1] == b->words[1];
}

/* The count of @origin; a new one takes the place of the oldest. */
static Count *
find_count (PitboxSrtShun *shun, const PitboxSrtOrigin *origin)
{
  GArray *counts = shun->counts;
  guint oldest = 0;

  for (guint i = 0; i < counts->len; i++) {
    Count *count = &g_array_index (counts, Count, i);

    if (same_origin (&count->origin, origin))
      return count;
    if (count->since_us < g_array_index (counts, Count, oldest).since_us)
      oldest = i;
  }
  if (counts->len < PITBOX_SRT_SHUN_MAX_COUNTED) {
    oldest = counts->len;
    g_array_set_size (counts, oldest + 1);
  }
  g_array_index (counts, Count, oldest) = (Count){ .origin = *origin };
  return &g_array_index (counts, Count, oldest);
}

static void
hear_again (PitboxSrtShun *shun, guint i)
{
  g_array_remove_index (shun->origins, i);
  g_array_remove_index (shun->ends_us, i);
}

static void
stop_hearing (PitboxSrtShun *shun, const PitboxSrtOrigin *origin, gint64 now_us)
{
  const gint64 end_us = now_us + PITBOX_SRT_SHUN_US;

  for (guint i = 0; i < shun->origins->len; i++)
    if (same_origin (
            &g_array_index (shun->origins, PitboxSrtOrigin, i), origin))
      hear_again (shun, i);
  if (shun->origins->len == PITBOX_SRT_SHUN_MAX)
    hear_again (shun, 0);
  g_array_append_val (shun->origins, *origin);
  g_array_append_val (shun->ends_us, end_us);
}

/* One refusal more. TRUE where that changes pitbox_srt_shun_list(). */
gboolean
pitbox_srt_shun_refused (
    PitboxSrtShun *shun, const PitboxSrtOrigin *origin, gint64 now_us)
{
  Count *count = find_count (shun, origin);

  if (now_us - count->since_us >= G_USEC_PER_SEC || count->n == 0) {
    count->since_us = now_us;
    count->n = 0;
  }
  if (++count->n < PITBOX_SRT_SHUN_PER_S)
    return FALSE;
  count->n = 0;
  stop_hearing (shun, origin, now_us);
  return TRUE;
}

/* Hears again whose time is over. TRUE where that changes the list. */
gboolean
pitbox_srt_shun_expire (PitboxSrtShun *shun, gint64 now_us)
{
  const guint before = shun->origins->len;

  while (shun->ends_us->len > 0
         && g_array_index (shun->ends_us, gint64, 0) <= now_us)
    hear_again (shun, 0);
  return shun->origins->len != before;
}

/* When the first of them is heard again; 0 = there is none. */
gint64
pitbox_srt_shun_get_end_us (PitboxSrtShun *shun)
{
  return shun->ends_us->len > 0 ? g_array_index (shun->ends_us, gint64, 0) : 0;
}

/* Who is not heard now. */
const PitboxSrtOrigin *
pitbox_srt_shun_list (PitboxSrtShun *shun, guint *n)
{
  *n = shun->origins->len;
  return (const PitboxSrtOrigin *) shun->origins->data;
}
