/* SPDX-License-Identifier: LGPL-2.1-or-later
 * WHEP offers: what is taken is bounded, and is answered in text. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../lib/pb-test-offers.h"
#include "webrtc/pb-answer.h"

static void
check (const PbOffer *offer)
{
  const PbAnswer answer = { "ufrag", "password", "sha-256 00", "", 2, 3 };
  g_autofree gchar *sdp = NULL;

  if (offer->n_media > PB_OFFER_MAX_MEDIA || offer->pt > 127
      || offer->rtx_pt > 127 || (offer->has_video && offer->pt < 0)
      || (offer->publishes && !offer->has_video))
    abort ();
  sdp = pb_answer_to_sdp (&answer, offer);
  if (!g_utf8_validate (sdp, -1, NULL))
    abort ();
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  PbOffer offer;

  if (pb_offer_parse (&offer, (const gchar *) data, size, NULL))
    check (&offer);
  if (pb_offer_parse_publisher (&offer, (const gchar *) data, size, NULL))
    check (&offer);
  return 0;
}

GBytes *
fuzz_get_seed (guint index)
{
  const gchar *const seeds[] = { pb_test_offer_chrome, pb_test_offer_data };

  if (index == G_N_ELEMENTS (seeds)) {
    gchar *publisher =
        pb_test_replace (pb_test_offer_chrome, "a=recvonly", "a=sendonly");

    return g_bytes_new_take (publisher, strlen (publisher));
  }
  if (index >= G_N_ELEMENTS (seeds))
    return NULL;
  return g_bytes_new_static (seeds[index], strlen (seeds[index]));
}
