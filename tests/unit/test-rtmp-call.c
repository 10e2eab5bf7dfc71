/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What nginx tells of a publisher, and what somebody else would like it to. */
#include "ingest/pb-rtmp-call.h"

#include <string.h>

/* As nginx 1.22 with its RTMP module 1.2.2 writes it. */
#define NGINX \
  "app=live&flashver=FMLE/3.0%20(compatible%3B%20Lavf59.27&swfurl=&" \
  "tcurl=rtmp://127.0.0.1:11935/live&pageurl=&addr=192.0.2.7&clientid=12&" \
  "call=publish&name=pc1&type=live"

static void
test_real_call (void)
{
  const gchar form[] = NGINX "&key=secret%2Bx";
  g_auto (PbRtmpCall) call = { NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (pb_rtmp_call_parse (&call, form, strlen (form), &error));
  g_assert_no_error (error);
  g_assert_cmpstr (call.call, ==, "publish");
  g_assert_cmpstr (call.name, ==, "pc1");
  g_assert_cmpstr (call.key, ==, "secret+x");
  g_assert_cmpstr (call.address, ==, "192.0.2.7");
  g_assert_cmpstr (call.client, ==, "12");
}

static void
test_without_key (void)
{
  g_auto (PbRtmpCall) call = { NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (pb_rtmp_call_parse (&call, NGINX, strlen (NGINX), &error));
  g_assert_null (call.key);
}

static void
assert_refused (const gchar *form, gsize size, const gchar *words)
{
  g_auto (PbRtmpCall) call = { NULL };
  g_autoptr (GError) error = NULL;

  g_assert_false (pb_rtmp_call_parse (&call, form, size, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_refused (void)
{
  const struct {
    const gchar *form;
    const gchar *words;
  } cases[] = {
    { "", "missing" },
    { "&&&=&", "missing" },
    { "call=publish&name=pc1", "missing" },
    { "call&name=pc1&clientid=1", "missing" },
    /* Behind nginx's own words stand the publisher's. */
    { NGINX "&key=k&name=pc2", "name stands in it twice" },
    { NGINX "&key=k&clientid=13", "clientid stands in it twice" },
    { NGINX "&call=publish_done", "call stands in it twice" },
    { NGINX "&addr=127.0.0.1", "addr stands in it twice" },
    { NGINX "&key=a&key=b", "key stands in it twice" },
    { NGINX "&key=%zz", "key is no text" },
    { NGINX "&key=%00", "key is no text" },
    { NGINX "&key=%ff", "key is no text" },
    { NGINX "&key=%4", "key is no text" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_refused (cases[i].form, strlen (cases[i].form), cases[i].words);
  assert_refused ("call=a&name=b\0&clientid=1", 25, "no form");
}

static void
test_bounds (void)
{
  g_autofree gchar *longest = g_strnfill (255, 'x');
  g_autofree gchar *good =
      g_strdup_printf ("call=a&name=%s&clientid=1", longest);
  g_autofree gchar *bad =
      g_strdup_printf ("call=a&name=%sx&clientid=1", longest);
  g_autofree gchar *rest = g_strnfill (PB_RTMP_CALL_MAX_BYTES, 'y');
  g_auto (PbRtmpCall) call = { NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (pb_rtmp_call_parse (&call, good, strlen (good), &error));
  g_assert_cmpstr (call.name, ==, longest);
  assert_refused (bad, strlen (bad), "at most 255");
  memcpy (rest, "call=a&name=b&clientid=1&z=", 27);
  pb_rtmp_call_clear (&call);
  g_assert_true (
      pb_rtmp_call_parse (&call, rest, PB_RTMP_CALL_MAX_BYTES, &error));
  assert_refused (rest, PB_RTMP_CALL_MAX_BYTES + 1, "no form");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtmp-call/real", test_real_call);
  g_test_add_func ("/rtmp-call/without-key", test_without_key);
  g_test_add_func ("/rtmp-call/refused", test_refused);
  g_test_add_func ("/rtmp-call/bounds", test_bounds);
  return g_test_run ();
}
