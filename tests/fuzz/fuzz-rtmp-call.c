/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Forms of somebody who pretends to be nginx: what is taken is bounded text. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "ingest/pb-rtmp-call.h"

static void
check (const gchar *text, gboolean is_needed)
{
  if (text == NULL ? is_needed
                   : strlen (text) > 255 || !g_utf8_validate (text, -1, NULL))
    abort ();
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (PbRtmpCall) call = { NULL };
  g_autoptr (GError) error = NULL;

  if (!pb_rtmp_call_parse (&call, (const gchar *) data, size, &error)) {
    if (error == NULL)
      abort ();
    return 0;
  }
  check (call.call, TRUE);
  check (call.name, TRUE);
  check (call.client, TRUE);
  check (call.key, FALSE);
  check (call.address, FALSE);
  return 0;
}

GBytes *
fuzz_get_seed (guint index)
{
  const gchar *const seeds[] = {
    "app=live&flashver=x&swfurl=&tcurl=rtmp://127.0.0.1/live&pageurl=&"
    "addr=192.0.2.7&clientid=1&call=publish&name=pc1&type=live&key=a%2Bb",
    "addr=192.0.2.7&clientid=1&call=update_publish&time=2&name=pc1&key=a",
    "clientid=1&call=publish_done&name=pc1&name=pc2",
    "call=%00&name=%ff&clientid=%",
  };

  if (index >= G_N_ELEMENTS (seeds))
    return NULL;
  return g_bytes_new_static (seeds[index], strlen (seeds[index]));
}
