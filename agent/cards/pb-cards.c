/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GStreamer's device monitor, and a file of whom the driver was asked about. */
#include "cards/pb-cards.h"

#include <gst/gst.h>
#include <string.h>

#define GROUP "asked"
/* Nobody owns more; a file that has more is somebody else's. */
#define MAX_BYTES (64 * 1024)

struct _PbCards {
  GstDeviceMonitor *monitor;
  guint bus_watch;
  gchar *asked_file;
  PbCardsFound found;
  gpointer user_data;
};

static gchar *
dup_field (const GstStructure *s, const gchar *const *names)
{
  for (guint i = 0; s != NULL && names[i] != NULL; i++) {
    const gchar *text = gst_structure_get_string (s, names[i]);

    if (text != NULL && text[0] != '\0')
      return g_strdup (text);
  }
  return NULL;
}

static void
read_device (GstDevice *device, PbCard *card)
{
  static const gchar *const paths[] = { "device.path", "api.v4l2.path",
    "v4l2.device.path", NULL };
  static const gchar *const apis[] = { "device.api", NULL };
  g_autoptr (GstStructure) s = gst_device_get_properties (device);
  g_autofree gchar *class = gst_device_get_device_class (device);
  gint number;

  *card = (PbCard){ .name = gst_device_get_display_name (device),
    .path = dup_field (s, paths),
    .api = dup_field (s, apis),
    .number = -1 };
  if (s != NULL && gst_structure_get_int (s, "device-number", &number)
      && strstr (class, "Hardware") != NULL)
    card->number = number;
  pb_card_judge (card);
}

/* @list keeps one entry of each card, the best; takes @card. */
static void
add_best (GArray *list, PbCard *card)
{
  for (guint i = 0; i < list->len; i++) {
    PbCard *other = &g_array_index (list, PbCard, i);

    if (!pb_card_is_same (card, other))
      continue;
    if (pb_card_is_better (card, other)) {
      pb_card_clear (other);
      *other = *card;
    } else {
      pb_card_clear (card);
    }
    return;
  }
  g_array_append_val (list, *card);
}

static GstDeviceMonitor *
new_monitor (void)
{
  GstDeviceMonitor *monitor = gst_device_monitor_new ();

  gst_device_monitor_add_filter (monitor, "Video/Source", NULL);
  return monitor;
}

static GArray *
list_of (GstDeviceMonitor *monitor)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (PbCard));
  GList *devices = gst_device_monitor_get_devices (monitor);

  g_array_set_clear_func (list, pb_card_clear);
  for (GList *l = devices; l != NULL; l = l->next) {
    PbCard card;

    read_device (l->data, &card);
    add_best (list, &card);
  }
  g_list_free_full (devices, gst_object_unref);
  return list;
}

/**
 * pb_cards_list:
 *
 * Main thread only; takes as long as the drivers take, some tenths of a second.
 *
 * Returns: (transfer full) (element-type PbCard): what takes pictures here,
 *   capture cards of known makers and others
 */
GArray *
pb_cards_list (void)
{
  g_autoptr (GstDeviceMonitor) monitor = new_monitor ();
  GArray *list;

  if (!gst_device_monitor_start (monitor))
    return g_array_new (FALSE, FALSE, sizeof (PbCard));
  list = list_of (monitor);
  gst_device_monitor_stop (monitor);
  return list;
}

/* Never NULL: a file that cannot be believed is as none. */
static GKeyFile *
load_asked (PbCards *self)
{
  GKeyFile *file = g_key_file_new ();
  g_autofree gchar *text = NULL;
  gsize size;

  if (g_file_get_contents (self->asked_file, &text, &size, NULL)
      && size <= MAX_BYTES
      && g_key_file_load_from_data (file, text, size, G_KEY_FILE_NONE, NULL))
    return file;
  g_key_file_unref (file);
  return g_key_file_new ();
}

/* A card is one wherever it is plugged in: its name alone. */
static gboolean
is_asked (PbCards *self, const PbCard *card)
{
  g_autoptr (GKeyFile) file = load_asked (self);
  g_autofree gchar *key = g_uri_escape_string (card->name, NULL, FALSE);
  g_autofree gchar *folder = g_path_get_dirname (self->asked_file);
  g_autoptr (GError) error = NULL;

  if (g_key_file_has_key (file, GROUP, key, NULL))
    return TRUE;
  g_key_file_set_boolean (file, GROUP, key, TRUE);
  g_mkdir_with_parents (folder, 0700);
  /* Who cannot be remembered is not asked: once is a promise. */
  if (g_key_file_save_to_file (file, self->asked_file, &error))
    return FALSE;
  g_warning ("%s: %s", self->asked_file, error->message);
  return TRUE;
}

static void
look_at (PbCards *self, const PbCard *card)
{
  if (card->maker != NULL && card->setting != NULL && !is_asked (self, card))
    self->found (card, self->user_data);
}

static void
look_at_all (PbCards *self)
{
  g_autoptr (GArray) list = list_of (self->monitor);

  for (guint i = 0; i < list->len; i++)
    look_at (self, &g_array_index (list, PbCard, i));
}

/* Of two entries of one card the better one may have come before. */
static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_DEVICE_ADDED)
    look_at_all (user_data);
  return G_SOURCE_CONTINUE;
}

/**
 * pb_cards_new:
 * @asked_file: whom the driver was asked about
 * @found: called for each card that he was not, now and when one is plugged in
 * @user_data: for @found
 *
 * Main thread only, as everything here.
 *
 * Returns: (transfer full): cards that are watched
 */
PbCards *
pb_cards_new (const gchar *asked_file, PbCardsFound found, gpointer user_data)
{
  PbCards *self = g_new0 (PbCards, 1);
  g_autoptr (GstBus) bus = NULL;

  self->asked_file = g_strdup (asked_file);
  self->found = found;
  self->user_data = user_data;
  self->monitor = new_monitor ();
  bus = gst_device_monitor_get_bus (self->monitor);
  self->bus_watch = gst_bus_add_watch (bus, on_message, self);
  if (gst_device_monitor_start (self->monitor))
    look_at_all (self);
  return self;
}

/**
 * pb_cards_free:
 * @cards: (transfer full): cards
 */
void
pb_cards_free (PbCards *cards)
{
  gst_device_monitor_stop (cards->monitor);
  g_clear_handle_id (&cards->bus_watch, g_source_remove);
  gst_object_unref (cards->monitor);
  g_free (cards->asked_file);
  g_free (cards);
}

/**
 * pb_cards_ask:
 * @card: one that the driver was not asked about
 *
 * Returns: (transfer full): the question, in words
 */
gchar *
pb_cards_ask (const PbCard *card)
{
  /* Paths of Windows are longer than what a driver reads. */
  const gchar *word =
      g_str_has_prefix (card->setting, "\\\\") ? card->name : card->setting;

  return g_strdup_printf ("Send the picture of %s (%s) instead of the game's "
                          "window? Then set: source = device, capture-device "
                          "= %s",
      card->name, card->maker, word);
}
