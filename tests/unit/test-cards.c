/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which devices are capture cards, which of two entries of one is taken, and that
 * the driver is asked once. */
#include "cards/pb-cards.h"

#include <glib/gstdio.h>
#include <gst/gst.h>

static void
test_makers (void)
{
  static const struct {
    const gchar *path, *name, *maker;
  } table[] = {
    { "\\\\?\\usb#vid_0fd9&pid_0066&mi_00#8&1c9&0&0000#{e5323777-f976-4f5b-"
      "9b55-b94699c46e44}\\global",
        "Game Capture HD60 S+", "Elgato" },
    { "\\\\?\\USB#VID_07CA&PID_0570#5&3#{65e8773d-8f56-11d0-a3b9-00a0c9223196}"
      "\\global",
        "Live Gamer Portable 2", "AVerMedia" },
    { "\\\\?\\usb#vid_2935&pid_0006", "USB Capture HDMI 4K+", "Magewell" },
    { "\\\\?\\pci#ven_1461&dev_0054", "AVerMedia HD Capture GC573",
        "AVerMedia" },
    { "\\\\?\\pci#ven_1cd7&dev_0010", "Pro Capture HDMI 4K", "Magewell" },
    { NULL, "DeckLink Mini Recorder", "Blackmagic" },
    { NULL, "Elgato 4K X", "Elgato" },
    { "/dev/video0", "Cam Link 4K: Cam Link 4K", "Elgato" },
    { "\\\\?\\usb#vid_534d&pid_2109", "USB Video", "MacroSilicon" },
    /* Cameras, and what only looks like a number. */
    { "\\\\?\\usb#vid_0fd9&pid_0078", "Elgato Facecam", NULL },
    { "\\\\?\\usb#vid_046d&pid_085e", "Logitech BRIO", NULL },
    { "\\\\?\\usb#vid_1234&pid_0fd9", "Integrated Camera", NULL },
    { NULL, "OBS Virtual Camera", NULL },
    { "/dev/video0", "USB Video: Webcam", NULL },
    { "vid_", "", NULL },
    { NULL, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpstr (
        pb_card_find_maker (table[i].path, table[i].name), ==, table[i].maker);
}

static PbCard
card_of (const gchar *path, const gchar *name, const gchar *api, gint number)
{
  PbCard card = { (gchar *) name, (gchar *) path, (gchar *) api, number };

  return card;
}

static void
test_one_card_of_two_entries (void)
{
  const PbCard mf = card_of ("\\\\?\\usb#vid_0fd9&pid_0066#8&1c9&0&0000#{e532}",
      "HD60", "mediafoundation", -1);
  const PbCard ks = card_of ("\\\\?\\USB#VID_0FD9&PID_0066#8&1C9&0&0000#{65e8}",
      "HD60 video", "ksvideo", -1);
  const PbCard other =
      card_of ("\\\\?\\usb#vid_0fd9&pid_0066#8&1c9&0&0001#{e532}", "HD60",
          "mediafoundation", -1);
  const PbCard deck = card_of (NULL, "DeckLink Duo (1)", "decklink", 0);
  const PbCard duo = card_of (NULL, "DeckLink Duo (2)", "decklink", 1);

  g_assert_true (pb_card_is_same (&mf, &ks));
  g_assert_true (pb_card_is_better (&mf, &ks));
  g_assert_false (pb_card_is_better (&ks, &mf));
  g_assert_false (pb_card_is_same (&mf, &other));
  g_assert_false (pb_card_is_same (&deck, &duo));
  g_assert_false (pb_card_is_same (&deck, &mf));
}

static void
test_settings (void)
{
  PbCard deck = { g_strdup ("DeckLink"), NULL, NULL, 1 };
  PbCard elgato = { g_strdup ("HD60"), g_strdup ("\\\\?\\usb#vid_0fd9"), NULL,
    -1 };
  g_autofree gchar *words = NULL;

  pb_card_judge (&deck);
  g_assert_cmpstr (deck.setting, ==, "decklink:1");
  pb_card_judge (&elgato);
  g_assert_cmpstr (elgato.setting, ==, "\\\\?\\usb#vid_0fd9");
  words = pb_cards_ask (&elgato);
  g_assert_cmpstr (words, ==,
      "Send the picture of HD60 (Elgato) instead of the game's window? Then "
      "set: source = device, capture-device = HD60");
  pb_card_clear (&deck);
  pb_card_clear (&elgato);
}

/* --- a provider of devices, which plugs one in --- */

typedef GstDevice TestDevice;
typedef GstDeviceClass TestDeviceClass;
static GType test_device_get_type (void);
G_DEFINE_TYPE (TestDevice, test_device, GST_TYPE_DEVICE)
static void
test_device_class_init (TestDeviceClass *klass)
{
}
static void
test_device_init (TestDevice *device)
{
}

typedef GstDeviceProvider TestProvider;
typedef GstDeviceProviderClass TestProviderClass;
static GType test_provider_get_type (void);
G_DEFINE_TYPE (TestProvider, test_provider, GST_TYPE_DEVICE_PROVIDER)

static GstDeviceProvider *provider;

static GstDevice *
new_device (const gchar *name, const gchar *path, const gchar *api)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("video/x-raw");
  g_autoptr (GstStructure) s = gst_structure_new ("p", "device.path",
      G_TYPE_STRING, path, "device.api", G_TYPE_STRING, api, NULL);

  return g_object_new (test_device_get_type (), "display-name", name, "caps",
      caps, "device-class", "Source/Video", "properties", s, NULL);
}

static gboolean
test_provider_start (GstDeviceProvider *self)
{
  provider = self;
  gst_device_provider_device_add (self,
      new_device ("Test HD60", "\\\\?\\usb#vid_0fd9&pid_1#{a}", "ksvideo"));
  gst_device_provider_device_add (
      self, new_device ("Test HD60 S", "\\\\?\\usb#vid_0fd9&pid_1#{b}",
                "mediafoundation"));
  gst_device_provider_device_add (
      self, new_device ("Some Webcam", "\\\\?\\usb#vid_046d", "ksvideo"));
  return TRUE;
}

static void
test_provider_stop (GstDeviceProvider *self)
{
}

static void
test_provider_class_init (TestProviderClass *klass)
{
  klass->start = test_provider_start;
  klass->stop = test_provider_stop;
  gst_device_provider_class_set_static_metadata (
      klass, "Test", "Source/Video", "Test", "Test");
}

static void
test_provider_init (TestProvider *self)
{
}

static void
on_found (const PbCard *card, gpointer user_data)
{
  g_string_append_printf (user_data, "%s|", card->name);
}

static void
test_the_driver_is_asked_once (void)
{
  g_autofree gchar *dir = g_dir_make_tmp ("pb-cards-XXXXXX", NULL);
  g_autofree gchar *file = g_build_filename (dir, "asked", "cards", NULL);
  g_autofree gchar *folder = g_path_get_dirname (file);
  g_autoptr (GString) asked = g_string_new (NULL);
  PbCards *cards = pb_cards_new (file, on_found, asked);
  gint64 end = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  /* One card, by its better entry; the webcam is none. */
  g_assert_cmpstr (asked->str, ==, "Test HD60 S|");
  gst_device_provider_device_add (provider,
      new_device ("Live Gamer 4K", "\\\\?\\pci#ven_1461", "mediafoundation"));
  while (g_strcmp0 (asked->str, "Test HD60 S|Live Gamer 4K|") != 0
         && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  pb_cards_free (cards);
  g_assert_cmpstr (asked->str, ==, "Test HD60 S|Live Gamer 4K|");
  /* The next start asks nothing, and a file that is none asks anew. */
  g_string_truncate (asked, 0);
  pb_cards_free (pb_cards_new (file, on_found, asked));
  g_assert_cmpstr (asked->str, ==, "");
  g_assert_true (g_file_set_contents (file, "\x7f[", -1, NULL));
  pb_cards_free (pb_cards_new (file, on_found, asked));
  g_assert_cmpstr (asked->str, ==, "Test HD60 S|");
  g_unlink (file);
  g_rmdir (folder);
  g_rmdir (dir);
}

int
main (int argc, char **argv)
{
  /* Of this machine's own devices nothing is to be seen. */
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  for (GList *l = gst_device_provider_factory_list_get_device_providers (0);
       l != NULL; l = g_list_delete_link (l, l)) {
    gst_registry_remove_feature (gst_registry_get (), l->data);
    gst_object_unref (l->data);
  }
  gst_device_provider_register (
      NULL, "pbtestprovider", GST_RANK_PRIMARY, test_provider_get_type ());
  g_test_add_func ("/cards/makers", test_makers);
  g_test_add_func ("/cards/one-of-two-entries", test_one_card_of_two_entries);
  g_test_add_func ("/cards/settings", test_settings);
  g_test_add_func ("/cards/asked-once", test_the_driver_is_asked_once);
  return g_test_run ();
}
