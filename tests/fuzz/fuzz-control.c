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
    "{\"type\":\"welcome\",\"protocol\":1,\"version\":\"0.1.0\",\"utc_us\":5,"
    "\"status_interval_ms\":1000,\"device\":\"d\",\"driver\":\"x\","
    "\"may_control\":true}",
    "{\"type\":\"command\",\"id\":\"abcdefgh\",\"name\":\"configure\","
    "\"device\":\"d\",\"by\":\"ann\",\"args\":{\"width\":1280,\"height\":720,"
    "\"framerate\":30,\"key_interval_ms\":2000,\"bitrate_kbps\":4000,"
    "\"encoder\":\"x264enc\"}}",
    "{\"type\":\"command\",\"id\":\"abcdefgh\",\"name\":\"log_level\","
    "\"args\":{\"log_level\":\"debug\"}}",
    "{\"type\":\"command\",\"id\":\"abcdefgh\",\"name\":\"notice\",\"args\":"
    "{\"text\":\"Box \\u202e\xc3\xa4\\ud83c\\udfc1\\n now\"}}",
    "{\"type\":\"receipt\",\"id\":\"abcdefgh\",\"state\":\"executed\","
    "\"applied\":{\"framerate\":30,\"text\":\"Box\",\"mode\":\"video\"},"
    "\"refused\":[{\"name\":\"width\",\"reason\":\"set\"}],\"device\":\"d\"}",
    "{\"type\":\"diagnostics\",\"id\":\"abcdefgh\",\"part\":4,\"last\":true,"
    "\"text\":\"a\\nb\\t\\u0000\"}",
    "{\"type\":\"status\",\"state\":\"backing-off\",\"mode\":\"telemetry\","
    "\"wanted_mode\":\"video\",\"asked_mode\":\"telemetry\",\"driver_set\":"
    "[\"mode\",\"width\"],\"log_level\":\"info\",\"wanted_encoder\":\"auto\","
    "\"width\":1280,\"height\":720,\"framerate\":60,\"key_interval_ms\":2000,"
    "\"bitrate_kbps\":0,\"clock\":null}",
    /* More than a double, and less than a character. */
    "{\"type\":\"status\",\"state\":\"waiting\",\"mode\":\"video\","
    "\"wanted_mode\":\"video\",\"rtt_ms\":1e999,\"cpu_pct\":1e-5}",
    "{\"type\":\"command\",\"id\":\"abcdefgh\",\"name\":\"notice\",\"args\":"
    "{\"text\":\"\\ud83\\cudfc1\"}}",
    "{\"type\":\"error\",\"code\":\"too_old\",\"message\":\"update\","
    "\"about\":\"hello\",\"fatal\":true}",
  };

  if (index >= G_N_ELEMENTS (seeds))
    return NULL;
  return g_bytes_new_static (seeds[index], strlen (seeds[index]));
}
