/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The agent's part of pairing that needs no server: addresses, fingerprints,
 * what is kept and how, pictures for a terminal, and who is asked after a
 * refusal. */
#include "pairing/pb-api.h"
#include "pairing/pb-blocks.h"
#include "pairing/pb-pairing.h"
#include "pairing/pb-secrets.h"
#include "pb-config.h"
#include "pb-refusal.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <string.h>

static void
test_urls (void)
{
  static const struct {
    const gchar *typed;
    gboolean insecure;
    const gchar *url;
  } rows[] = {
    { "https://relay.example.org:8080", FALSE,
        "https://relay.example.org:8080" },
    { "https://relay.example.org:8080/#/pair?code=ABC234", FALSE,
        "https://relay.example.org:8080" },
    { "relay.example.org:8080", FALSE, "https://relay.example.org:8080" },
    { "relay.example.org", FALSE, "https://relay.example.org" },
    { "https://relay.example.org:443/", FALSE, "https://relay.example.org" },
    { "HTTPS://user:word@relay.example.org/x?y", FALSE,
        "https://relay.example.org" },
    { "https://[2001:db8::1]:8080", FALSE, "https://[2001:db8::1]:8080" },
    { "http://127.0.0.1:8080/", FALSE, "http://127.0.0.1:8080" },
    { "http://localhost:8080", FALSE, "http://localhost:8080" },
    { "http://[::1]:8080", FALSE, "http://[::1]:8080" },
    { "http://192.0.2.7:8080", FALSE, NULL },
    { "http://192.0.2.7:8080", TRUE, "http://192.0.2.7:8080" },
    { "http://localhost.example.org", FALSE, NULL },
    { "ftp://relay.example.org", FALSE, NULL },
    { "https://", FALSE, NULL },
    { "https://relay:99999", FALSE, NULL },
    { "", FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *url =
        pb_api_parse_url (rows[i].typed, rows[i].insecure, &error);

    g_test_message ("%s", rows[i].typed);
    g_assert_cmpstr (url, ==, rows[i].url);
    g_assert_true ((error == NULL) == (url != NULL));
  }
}

static void
test_fingerprints (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *digits = g_strnfill (64, 'a');
  g_autofree gchar *capitals = g_strnfill (64, 'A');
  g_autofree gchar *taken = pb_api_parse_fingerprint (digits, &error);
  GString *shown = g_string_new ("AA");
  g_autofree gchar *same = NULL;

  g_assert_cmpstr (taken, ==, capitals);
  for (guint i = 1; i < 32; i++)
    g_string_append (shown, i % 2 ? ":aa" : " AA");
  same = pb_api_parse_fingerprint (shown->str, &error);
  g_assert_cmpstr (same, ==, capitals);
  g_string_free (shown, TRUE);
  digits[63] = '\0';
  g_assert_null (pb_api_parse_fingerprint (digits, &error));
  g_clear_error (&error);
  digits[62] = 'g';
  g_assert_null (pb_api_parse_fingerprint (digits, &error));
}

static void
test_srt_addresses (void)
{
  g_autofree gchar *name = pb_pairing_dup_srt ("https://relay:8080", 9000);
  g_autofree gchar *v6 = pb_pairing_dup_srt ("https://[2001:db8::1]", 9000);

  g_assert_cmpstr (name, ==, "relay:9000");
  g_assert_cmpstr (v6, ==, "[2001:db8::1]:9000");
  g_assert_null (pb_pairing_dup_srt ("https://relay", 0));
  g_assert_null (pb_pairing_dup_srt ("https://relay", 65536));
  g_assert_null (pb_pairing_dup_srt ("relay", 9000));
}

static const PbPairing example = { (gchar *) "https://relay:8080", (gchar *) "",
  (gchar *) "relay:9000", (gchar *) "car07", (gchar *) "rig",
  (gchar *) "pbd_token", (gchar *) "a passphrase; # = of = [signs]" };

/* Kept as it is, for this user alone, and taken only so. */
static void
test_kept (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("pitbox-XXXXXX", NULL);
  g_autofree gchar *below = g_build_filename (folder, "pitbox", NULL);
  g_autofree gchar *path = g_build_filename (below, "pairing", NULL);
  g_autoptr (PbPairing) copy = pb_pairing_copy (&example);
  g_autoptr (PbPairing) read = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf about;

  g_assert_null (pb_pairing_load (path, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);
  g_assert_true (pb_pairing_save (&example, path, &error));
  read = pb_pairing_load (path, &error);
  g_assert_no_error (error);
  g_assert_true (pb_pairing_equal (read, &example));
  g_assert_true (pb_pairing_equal (copy, &example));
  g_free (copy->passphrase);
  copy->passphrase = g_strdup ("another");
  g_assert_false (pb_pairing_equal (copy, &example));
#ifdef G_OS_UNIX
  g_assert_cmpint (g_chmod (path, 0640), ==, 0);
  g_assert_null (pb_pairing_load (path, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_PERM);
  g_clear_error (&error);
  /* The next one is new, whatever stood there. */
  g_assert_true (pb_pairing_save (copy, path, &error));
  g_assert_cmpint (g_stat (path, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 0777, ==, 0600);
#endif
  g_assert_true (pb_secrets_save (path, "[pairing]\nurl=x\n", &error));
  g_assert_null (pb_pairing_load (path, &error));
  g_assert_nonnull (strstr (error->message, "pitbox-agent pair"));
  g_clear_error (&error);
  g_assert_true (pb_secrets_remove (path, &error));
  g_assert_false (pb_secrets_remove (path, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_rmdir (below);
  g_rmdir (folder);
}

static void
test_blocks (void)
{
  g_autoptr (PbBlocks) blocks = pb_blocks_new (3, 3);
  g_autofree gchar *text = NULL;

  pb_blocks_set (blocks, 0, 0, TRUE);
  pb_blocks_set (blocks, 1, 1, TRUE);
  pb_blocks_set (blocks, 2, 0, TRUE);
  pb_blocks_set (blocks, 2, 1, TRUE);
  pb_blocks_set (blocks, 1, 2, TRUE);
  text = pb_blocks_to_text (blocks, "<", ">");
  g_assert_cmpstr (text, ==, "<▀▄█>\n< ▀ >\n");
}

/* Each letter that is in codes is drawn, and none is drawn as another. */
static void
test_letters (void)
{
  static const gchar letters[] = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (PbBlocks) gap = pb_blocks_new_letters ("-");
  g_autofree gchar *nothing = pb_blocks_to_text (gap, "", "");

  g_hash_table_add (seen, g_steal_pointer (&nothing));
  for (guint i = 0; letters[i]; i++) {
    const gchar letter[2] = { letters[i] };
    g_autoptr (PbBlocks) blocks = pb_blocks_new_letters (letter);

    g_assert_cmpuint (blocks->height, ==, 7);
    g_assert_true (g_hash_table_add (seen, pb_blocks_to_text (blocks, "", "")));
  }
}

/* The three marks by which a reader finds it, with light around; what it says
 * a reader reads in the browser's test. */
static void
test_qr (void)
{
  g_autoptr (PbBlocks) qr = pb_blocks_new_qr ("https://relay/#/pair?code=ABC");
  g_autoptr (PbBlocks) none = NULL;
  g_autofree gchar *long_text = g_strnfill (8000, 'x');

  none = pb_blocks_new_qr (long_text);
  g_assert_null (none);
  g_assert_cmpuint (qr->width, ==, qr->height);
  for (guint corner = 0; corner < 3; corner++) {
    const guint x0 = corner == 1 ? qr->width - 4 - 7 : 4;
    const guint y0 = corner == 2 ? qr->height - 4 - 7 : 4;

    for (guint y = 0; y < 9; y++) {
      for (guint x = 0; x < 9; x++) {
        const guint ring = MAX (x > 4 ? x - 4 : 4 - x, y > 4 ? y - 4 : 4 - y);

        g_assert_cmpint (qr->on[(y0 + y - 1) * qr->width + x0 + x - 1], ==,
            ring == 2 || ring == 4);
      }
    }
  }
}

/* Who was paired need not know what a passphrase is. */
static void
test_advice (void)
{
  static const gint changed[] = { 10, 11, 1401, 1403, 1404 };
  PbConfig config = { .pairing = (PbPairing *) &example };
  g_autoptr (GError) error =
      g_error_new_literal (GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY, "x");
  g_autofree gchar *full = pb_refusal_advise (&config, 1402, error);

  for (guint i = 0; i < G_N_ELEMENTS (changed); i++) {
    g_autofree gchar *advice = pb_refusal_advise (&config, changed[i], error);

    g_assert_cmpstr (
        advice, ==, "a paired agent asks the server what has changed");
  }
  g_assert_nonnull (strstr (full, "full"));
}

/* Settings come from the pairing unless one of them says where to send. */
static void
test_settings (void)
{
  static const struct {
    const gchar *option;
    const gchar *server;
    const gchar *device;
  } rows[] = {
    { "--mode=telemetry", "relay:9000", "rig" },
    { "--server=other:9000", "other:9000", "driver" },
    { "--driver=car1", "127.0.0.1:9000", "car1" },
    { "--device=pc", "127.0.0.1:9000", "pc" },
  };
  g_autofree gchar *path = pb_pairing_dup_path ();
  g_autoptr (GError) error = NULL;

  g_assert_true (pb_pairing_save (&example, path, &error));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    gchar *words[] = { (gchar *) "pitbox-agent", (gchar *) rows[i].option,
      NULL };
    gchar **argv = words;
    gint argc = 2;
    g_autoptr (PbConfig) config = pb_config_load (&argc, &argv, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (config->server, ==, rows[i].server);
    g_assert_cmpstr (config->device, ==, rows[i].device);
    g_assert_true ((config->pairing != NULL) == (i == 0));
    g_assert_cmpstr (config->passphrase, ==, i == 0 ? example.passphrase : "");
  }
  g_assert_true (pb_secrets_remove (path, &error));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/agent-pairing/urls", test_urls);
  g_test_add_func ("/agent-pairing/fingerprints", test_fingerprints);
  g_test_add_func ("/agent-pairing/srt-addresses", test_srt_addresses);
  g_test_add_func ("/agent-pairing/kept", test_kept);
  g_test_add_func ("/agent-pairing/blocks", test_blocks);
  g_test_add_func ("/agent-pairing/letters", test_letters);
  g_test_add_func ("/agent-pairing/qr", test_qr);
  g_test_add_func ("/agent-pairing/advice", test_advice);
  g_test_add_func ("/agent-pairing/settings", test_settings);
  return g_test_run ();
}
