/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A message of the control channel from anywhere. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "pb-control-message.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  JsonObject *message =
      pb_control_message_parse ((const gchar *) data, size, NULL);
  JsonNode *copy;
  gchar *text;

  if (message == NULL)
    return 0;
  /* What is handed on must be taken again. */
  copy = pb_control_message_copy_known (message);
  text = json_to_string (copy, FALSE);
  json_node_unref (copy);
  json_object_unref (message);
  message = pb_control_message_parse (text, strlen (text), NULL);
  if (message == NULL)
    abort ();
  json_object_unref (message);
  g_free (text);
  return 0;
}

GBytes *
fuzz_get_seed (guint index)
{
  static const gchar *const seeds[] = {
    "{\"type\":\"hello\",\"protocol_min\":1,\"protocol_max\":2,\"version\":"
    "\"0.1.0\",\"platform\":\"linux\",\"run\":\"abcdefgh\",\"capabilities\":"
    "[\"mode\",\"key_frame\"]}",
    "{\"type\":\"status\",\"state\":\"streaming\",\"mode\":\"video\","
    "\"wanted_mode\":\"video\",\"reason\":null,\"encoder\":\"x264enc\","
    "\"cpu_pct\":1.5,\"memory_bytes\":20000000,\"clock\":{\"offset_us\":-5,"
    "\"error_us\":1,\"bound_us\":2,\"rtt_us\":3,\"drift_ppm\":1e1}}",
    "{\"type\":\"agents\",\"agents\":[{\"device\":\"d\",\"driver\":\"x\","
    "\"online\":true,\"status\":null}]}",
    "{\"type\":\"clock_reply\",\"t1_us\":1,\"t2_us\":2,\"t3_us\":3}",
  };

  if (index >= G_N_ELEMENTS (seeds))
    return NULL;
  return g_bytes_new_static (seeds[index], strlen (seeds[index]));
}
