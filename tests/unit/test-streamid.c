/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Ids and stream ids as tables; back-off as a table. */
#include <gstpitbox/gstpitbox.h>

typedef struct {
  const gchar *id;
  const gchar *driver; /* NULL = refused */
  const gchar *user;
  GstPitboxStreamMode mode;
  gint code;
} Case;

#define INVALID 0, GST_PITBOX_ERROR_INVALID
#define UNSUPPORTED 0, GST_PITBOX_ERROR_UNSUPPORTED
#define REQUEST GST_PITBOX_STREAM_REQUEST
#define LONG_ID \
  "0123456789012345678901234567890123456789012345678901234567890123"

static const Case cases[] = {
  { "#!::r=car01,m=publish,u=pc1", "car01", "pc1" },
  { "#!::u=pc1,x=9,m=publish,r=car01", "car01", "pc1" },
  { "#!::r=" LONG_ID ",m=publish,u=p", LONG_ID, "p" },
  { NULL, NULL, NULL, INVALID },
  { "", NULL, NULL, INVALID },
  { "#!::", NULL, NULL, INVALID },
  { "r=car01,m=publish,u=pc1", NULL, NULL, INVALID },
  { "#!::r=car01,m=publish", NULL, NULL, INVALID },
  { "#!::r=,m=publish,u=pc1", NULL, NULL, INVALID },
  { "#!::r=../etc,m=publish,u=pc1", NULL, NULL, INVALID },
  { "#!::r=a b,m=publish,u=pc1", NULL, NULL, INVALID },
  { "#!::r=a\xc3\xa9,m=publish,u=pc1", NULL, NULL, INVALID },
  { "#!::r=" LONG_ID "4,m=publish,u=p", NULL, NULL, INVALID },
  { "#!::r=car01,u=pc1", "car01", "pc1", REQUEST },
  { "#!::r=car01,m=request,u=pc1", "car01", "pc1", REQUEST },
  { "%23!::r=car01,m=request,u=pc1", "car01", "pc1", REQUEST },
  { "%23%21%3A%3Ar%3Dcar01%2Cm%3Dpublish%2Cu%3Dpc1", "car01", "pc1" },
  { "%23!::r=car%2F01,m=request,u=pc1", NULL, NULL, INVALID },
  { "%23!::r=car%zz,m=request,u=pc1", NULL, NULL, INVALID },
  { "%23!::r=car01%00,m=request,u=pc1", NULL, NULL, INVALID },
  { "%2", NULL, NULL, INVALID },
  { "#!::r=car%2E01,m=request,u=pc1", NULL, NULL, INVALID },
  { "#!::r=car01,m=bidirectional,u=pc1", NULL, NULL, UNSUPPORTED },
  { "#!::r=car01,m=,u=pc1", NULL, NULL, UNSUPPORTED },
};

static void
test_ids (void)
{
  g_autofree gchar *longest = g_strnfill (GST_PITBOX_MAX_ID_BYTES, 'a');
  g_autofree gchar *longer = g_strnfill (GST_PITBOX_MAX_ID_BYTES + 1, 'a');

  g_assert_true (gst_pitbox_id_is_valid ("a"));
  g_assert_true (gst_pitbox_id_is_valid ("car.Pit-Wall_7"));
  g_assert_true (gst_pitbox_id_is_valid (longest));
  g_assert_false (gst_pitbox_id_is_valid (longer));
  g_assert_false (gst_pitbox_id_is_valid (NULL));
  g_assert_false (gst_pitbox_id_is_valid (""));
  g_assert_false (gst_pitbox_id_is_valid (".."));
  g_assert_false (gst_pitbox_id_is_valid (".a"));
  g_assert_false (gst_pitbox_id_is_valid ("a/b"));
  g_assert_false (gst_pitbox_id_is_valid ("a\nb"));
  g_assert_false (gst_pitbox_id_is_valid ("\xc3\xa9"));
}

static void
test_stream_ids (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Case *c = &cases[i];
    g_autofree gchar *driver = NULL, *user = NULL;
    g_autoptr (GError) error = NULL;
    GstPitboxStreamMode mode = GST_PITBOX_STREAM_PUBLISH;
    gboolean ok =
        gst_pitbox_stream_id_parse (c->id, &mode, &driver, &user, &error);

    g_test_message ("%s", c->id != NULL ? c->id : "(null)");
    g_assert_cmpint (ok, ==, c->driver != NULL);
    g_assert_cmpstr (driver, ==, c->driver);
    g_assert_cmpstr (user, ==, c->user);
    g_assert_cmpint (mode, ==, c->mode);
    if (!ok)
      g_assert_error (error, GST_PITBOX_ERROR, c->code);
  }
}

static void
test_written_ids_are_read (void)
{
  const GstPitboxStreamMode publish = GST_PITBOX_STREAM_PUBLISH;
  g_autofree gchar *id = gst_pitbox_stream_id_new (publish, "car01", "pc1");
  g_autofree gchar *request = gst_pitbox_stream_id_new (REQUEST, "a", "b");

  g_assert_cmpstr (id, ==, "#!::r=car01,m=publish,u=pc1");
  g_assert_cmpstr (request, ==, "#!::r=a,m=request,u=b");
  g_assert_null (gst_pitbox_stream_id_new (publish, "car,01", "pc1"));
  g_assert_null (gst_pitbox_stream_id_new (publish, "car01", NULL));
}

static void
test_backoff (void)
{
  static const struct {
    guint attempt;
    gdouble jitter;
    guint ms;
  } table[] = {
    { 0, 0.5, 0 },
    { 1, 0.5, 250 },
    { 2, 0.5, 500 },
    { 3, 0.5, 1000 },
    { 6, 0.5, 8000 },
    { 7, 0.5, 10000 },
    { 1000, 0.5, 10000 },
    { 1, 0.0, 187 },
    { 1, 1.0, 312 },
    { 7, 0.0, 7500 },
    { 7, 1.0, 12500 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpuint (
        gst_pitbox_backoff_ms (table[i].attempt, 250, 10000, table[i].jitter),
        ==, table[i].ms);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-id/ids", test_ids);
  g_test_add_func ("/stream-id/table", test_stream_ids);
  g_test_add_func ("/stream-id/written", test_written_ids_are_read);
  g_test_add_func ("/backoff/table", test_backoff);
  return g_test_run ();
}
