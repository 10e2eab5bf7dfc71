/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTrayModel: what the tray shows, from what the agent does. */
#include "tray/pb-tray-model.h"

#include "tray/pb-tray-texts.h"

#include <string.h>

static const struct {
  PbTrayIcon icon;
  PbTrayText words;
} states[] = {
  [PB_TRAY_PAUSED] = { PB_TRAY_ICON_IDLE, PB_TEXT_STATE_PAUSED },
  [PB_TRAY_UNPAIRED] = { PB_TRAY_ICON_IDLE, PB_TEXT_STATE_UNPAIRED },
  [PB_TRAY_WAITING] = { PB_TRAY_ICON_WAITING, PB_TEXT_STATE_WAITING },
  [PB_TRAY_CONNECTING] = { PB_TRAY_ICON_WAITING, PB_TEXT_STATE_CONNECTING },
  [PB_TRAY_LIVE] = { PB_TRAY_ICON_LIVE, PB_TEXT_STATE_LIVE },
  [PB_TRAY_LESS] = { PB_TRAY_ICON_DEGRADED, PB_TEXT_STATE_LESS },
  [PB_TRAY_RETRYING] = { PB_TRAY_ICON_DEGRADED, PB_TEXT_STATE_RETRYING },
  [PB_TRAY_REFUSED] = { PB_TRAY_ICON_ERROR, PB_TEXT_STATE_REFUSED },
  [PB_TRAY_REVOKED] = { PB_TRAY_ICON_ERROR, PB_TEXT_STATE_REVOKED },
};

/**
 * pb_tray_model_get_icon:
 *
 * Returns: which one shows @state
 */
PbTrayIcon
pb_tray_model_get_icon (PbTrayState state)
{
  return states[state].icon;
}

/* Beyond U+FFFF a character takes two. */
static gsize
count_units (gunichar c)
{
  return c > 0xffff ? 2 : 1;
}

/**
 * pb_tray_model_shorten:
 * @text: UTF-8
 * @max_units: of UTF-16, 1 or more
 *
 * Returns: (transfer full): as much of it as goes in, with "…" where something
 *   is missing
 */
gchar *
pb_tray_model_shorten (const gchar *text, gsize max_units)
{
  const gchar *end = text; /* of what goes in with "…" behind it */
  const gchar *c = text;
  gsize n = 0;

  for (; *c != '\0'; c = g_utf8_next_char (c)) {
    if (n + 1 <= max_units)
      end = c;
    n += count_units (g_utf8_get_char (c));
    if (n > max_units) {
      g_autofree gchar *head = g_strndup (text, (gsize) (end - text));

      return g_strconcat (g_strchomp (head), "…", NULL);
    }
  }
  return g_strdup (text);
}

static gchar *
dup_rate (gdouble kbps)
{
  const gboolean is_much = kbps >= 1000;
  g_autofree gchar *n =
      g_strdup_printf ("%.*f", is_much, is_much ? kbps / 1000 : kbps);

  return is_much ? pb_tray_text_fill (PB_TEXT_RATE, "mbits", n, NULL)
                 : pb_tray_text_fill (PB_TEXT_VALUE_KBPS, "n", n, NULL);
}

static gboolean
is_sending (const PbTrayNow *now)
{
  return now->state == PB_TRAY_LIVE || now->state == PB_TRAY_LESS;
}

/**
 * pb_tray_model_dup_state:
 *
 * Returns: (transfer full): how it stands, and for whom, in one line
 */
gchar *
pb_tray_model_dup_state (const PbTrayNow *now)
{
  const gchar *words = pb_tray_text (states[now->state].words);

  if (now->driver == NULL || now->state == PB_TRAY_UNPAIRED
      || !is_sending (now))
    return g_strdup (words);
  return pb_tray_text_fill (
      PB_TEXT_STATUS_AS, "state", words, "driver", now->driver, NULL);
}

/* "car07 · video + telemetry · 3.9 Mbit/s", as far as there is something. */
static gchar *
dup_details (const PbTrayNow *now)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;
  const PbMode mode = is_sending (now) ? now->mode : now->asked;

  if (now->state == PB_TRAY_UNPAIRED || now->state == PB_TRAY_REVOKED)
    return g_strdup ("");
  if (now->driver != NULL)
    g_strv_builder_add (parts, now->driver);
  g_strv_builder_add (parts,
      pb_tray_text (
          mode == PB_MODE_VIDEO ? PB_TEXT_MODE_VIDEO : PB_TEXT_MODE_TELEMETRY));
  if (is_sending (now) && now->send_kbps >= 0) {
    g_autofree gchar *rate = dup_rate (now->send_kbps);

    g_strv_builder_add (parts, rate);
  }
  list = g_strv_builder_end (parts);
  return g_strjoinv (" · ", list);
}

/**
 * pb_tray_model_dup_tip:
 *
 * Returns: (transfer full): the tooltip, at most %PB_TRAY_TIP_CHARS
 */
gchar *
pb_tray_model_dup_tip (const PbTrayNow *now)
{
  g_autofree gchar *head =
      pb_tray_text_fill (PB_TEXT_TIP, "name", pb_tray_text (PB_TEXT_NAME),
          "state", pb_tray_text (states[now->state].words), NULL);
  g_autofree gchar *details = dup_details (now);
  g_autofree gchar *both =
      g_strconcat (head, details[0] != '\0' ? "\n" : "", details, NULL);

  return pb_tray_model_shorten (both, PB_TRAY_TIP_CHARS);
}

static void
item_free (gpointer data)
{
  PbTrayItem *item = data;

  g_free (item->label);
  g_free (item);
}

static PbTrayItem *
add (GPtrArray *menu, PbTrayItemKind kind, PbTrayAction action, gchar *label)
{
  PbTrayItem *item = g_new0 (PbTrayItem, 1);

  item->kind = kind;
  item->action = action;
  item->label = label;
  item->is_enabled = TRUE;
  g_ptr_array_add (menu, item);
  return item;
}

static PbTrayItem *
add_text (
    GPtrArray *menu, PbTrayItemKind kind, PbTrayAction action, PbTrayText text)
{
  return add (menu, kind, action, g_strdup (pb_tray_text (text)));
}

static void
add_line (GPtrArray *menu)
{
  add (menu, PB_TRAY_ITEM_LINE, PB_TRAY_NOTHING, NULL);
}

/* What comes from outside must not underline a letter. */
static gchar *
dup_escaped (const gchar *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "&", -1);

  return g_strjoinv ("&&", parts);
}

static void
add_words (GPtrArray *menu, const gchar *text)
{
  g_autofree gchar *line = pb_tray_model_shorten (text, PB_TRAY_LINE_CHARS);

  add (menu, PB_TRAY_ITEM_WORDS, PB_TRAY_NOTHING, dup_escaped (line))
      ->is_enabled = FALSE;
}

static void
add_status (GPtrArray *menu, const PbTrayNow *now)
{
  g_autofree gchar *details = dup_details (now);
  const PbTrayIcon icon = pb_tray_model_get_icon (now->state);

  add_words (menu, pb_tray_text (states[now->state].words));
  if (details[0] != '\0')
    add_words (menu, details);
  if (now->reason != NULL && icon != PB_TRAY_ICON_LIVE)
    add_words (menu, now->reason);
  add_line (menu);
}

static void
add_modes (GPtrArray *menu, const PbTrayNow *now)
{
  PbTrayItem *item;

  add_text (
      menu, PB_TRAY_ITEM_CHOICE, PB_TRAY_TELEMETRY, PB_TEXT_MENU_TELEMETRY)
      ->is_on = now->wanted == PB_MODE_TELEMETRY;
  item =
      add_text (menu, PB_TRAY_ITEM_CHOICE, PB_TRAY_VIDEO, PB_TEXT_MENU_VIDEO);
  item->is_on = now->wanted == PB_MODE_VIDEO;
  item->is_enabled = now->can_picture;
}

static void
add_presets (GPtrArray *menu, const PbTrayNow *now)
{
  static const struct {
    const gchar *preset;
    PbTrayAction action;
    PbTrayText text;
  } presets[] = {
    { "low", PB_TRAY_PRESET_LOW, PB_TEXT_MENU_LOW },
    { "medium", PB_TRAY_PRESET_MEDIUM, PB_TEXT_MENU_MEDIUM },
    { "high", PB_TRAY_PRESET_HIGH, PB_TEXT_MENU_HIGH },
  };
  const gboolean has_picture = now->wanted == PB_MODE_VIDEO;
  g_autofree gchar *mbits = g_strdup_printf ("%.1f", now->most_kbps / 1000.0);
  PbTrayItem *item =
      add_text (menu, PB_TRAY_ITEM_MENU, PB_TRAY_NOTHING, PB_TEXT_MENU_QUALITY);

  item->is_enabled = has_picture;
  for (guint i = 0; i < G_N_ELEMENTS (presets); i++) {
    item = add_text (
        menu, PB_TRAY_ITEM_CHOICE, presets[i].action, presets[i].text);
    item->depth = 1;
    item->is_on = g_strcmp0 (now->preset, presets[i].preset) == 0;
  }
  item = add (menu, PB_TRAY_ITEM_CHOICE, PB_TRAY_PRESET_OFF,
      pb_tray_text_fill (PB_TEXT_MENU_FIXED, "mbits", mbits, NULL));
  item->depth = 1;
  item->is_on = g_strcmp0 (now->preset, "off") == 0;
}

static void
add_program (GPtrArray *menu, const PbTrayNow *now)
{
  PbTrayItem *item = add_text (menu, PB_TRAY_ITEM_SWITCH,
      now->has_autostart ? PB_TRAY_AUTOSTART_OFF : PB_TRAY_AUTOSTART_ON,
      PB_TEXT_MENU_AUTOSTART);

  item->is_on = now->has_autostart;
  item->is_enabled = now->can_autostart;
  add (menu, PB_TRAY_ITEM_WORDS, PB_TRAY_NOTHING,
      pb_tray_text_fill (
          PB_TEXT_MENU_VERSION, "version", PACKAGE_VERSION, NULL))
      ->is_enabled = FALSE;
  add_line (menu);
  add_text (menu, PB_TRAY_ITEM_ENTRY, PB_TRAY_EXIT, PB_TEXT_MENU_EXIT);
}

/**
 * pb_tray_model_get_default:
 *
 * Returns: what a click on the icon does
 */
PbTrayAction
pb_tray_model_get_default (const PbTrayNow *now)
{
  return now->state == PB_TRAY_UNPAIRED || now->state == PB_TRAY_REVOKED
             ? PB_TRAY_OPEN_PAIRING
             : PB_TRAY_OPEN_FIGURES;
}

/**
 * pb_tray_model_get_menu:
 *
 * Returns: (transfer full) (element-type PbTrayItem): its entries, from above
 */
GPtrArray *
pb_tray_model_get_menu (const PbTrayNow *now)
{
  GPtrArray *menu = g_ptr_array_new_with_free_func (item_free);
  const PbTrayAction own = pb_tray_model_get_default (now);
  const gboolean is_paired = now->url != NULL && now->url[0] != '\0';

  add_status (menu, now);
  add_modes (menu, now);
  add_presets (menu, now);
  add_line (menu);
  add_text (menu, PB_TRAY_ITEM_ENTRY,
      now->is_paused ? PB_TRAY_RESUME : PB_TRAY_PAUSE,
      now->is_paused ? PB_TEXT_MENU_RESUME : PB_TEXT_MENU_PAUSE)
      ->is_enabled = now->is_set_up && now->state != PB_TRAY_REVOKED;
  add_line (menu);
  add_text (
      menu, PB_TRAY_ITEM_ENTRY, PB_TRAY_OPEN_DASHBOARD, PB_TEXT_MENU_DASHBOARD)
      ->is_enabled = is_paired;
  add_text (menu, PB_TRAY_ITEM_ENTRY, PB_TRAY_OPEN_PAIRING,
      is_paired ? PB_TEXT_MENU_PAIR_ANEW : PB_TEXT_MENU_PAIR)
      ->is_default = own == PB_TRAY_OPEN_PAIRING;
  add_text (
      menu, PB_TRAY_ITEM_ENTRY, PB_TRAY_OPEN_FIGURES, PB_TEXT_MENU_DIAGNOSTICS)
      ->is_default = own == PB_TRAY_OPEN_FIGURES;
  add_text (menu, PB_TRAY_ITEM_ENTRY,
      now->is_measuring ? PB_TRAY_STOP_MEASURING : PB_TRAY_MEASURE,
      now->is_measuring ? PB_TEXT_MENU_STOP_MEASURING : PB_TEXT_MENU_MEASURE)
      ->is_enabled = now->is_measuring || is_sending (now);
  add_line (menu);
  add_program (menu, now);
  return menu;
}

static void
set_balloon (PbTrayNow *now, gchar *title, const gchar *text)
{
  g_free (now->balloon_title);
  g_free (now->balloon);
  now->balloon_title = title;
  now->balloon = pb_tray_model_shorten (text, PB_TRAY_BALLOON_CHARS);
}

static void
tell_state (PbTrayNow *now)
{
  static const struct {
    PbTrayState state;
    PbTrayText title, text;
  } table[] = {
    { PB_TRAY_UNPAIRED, PB_TEXT_BALLOON_UNPAIRED_TITLE,
        PB_TEXT_BALLOON_UNPAIRED },
    { PB_TRAY_REVOKED, PB_TEXT_BALLOON_REVOKED_TITLE, PB_TEXT_BALLOON_REVOKED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (now->state == table[i].state)
      set_balloon (now, g_strdup (pb_tray_text (table[i].title)),
          pb_tray_text (table[i].text));
  if (now->state == PB_TRAY_REFUSED && now->reason != NULL)
    set_balloon (now, g_strdup (pb_tray_text (PB_TEXT_BALLOON_REFUSED_TITLE)),
        now->reason);
}

/**
 * pb_tray_model_tell:
 * @told: what was told before; updated
 * @now: gets a balloon where the driver must do something or is spoken to
 *
 * Once for each time that it comes to that. A refusal that takes turns with
 * tries to connect is one.
 */
void
pb_tray_model_tell (PbTrayTold *told, PbTrayNow *now)
{
  const gboolean is_passing =
      now->state == PB_TRAY_CONNECTING && told->state == PB_TRAY_REFUSED;
  g_autofree gchar *title = NULL;

  if (!is_passing && (!told->has_state || told->state != now->state)) {
    tell_state (now);
    told->state = now->state;
    told->has_state = TRUE;
  }
  if (now->notice > told->notice && now->notice_text != NULL) {
    title = pb_tray_text_fill (PB_TEXT_BALLOON_NOTICE_TITLE, "by",
        now->notice_by != NULL ? now->notice_by
                               : pb_tray_text (PB_TEXT_SOMEBODY),
        NULL);
    set_balloon (now, pb_tray_model_shorten (title, 63), now->notice_text);
  }
  told->notice = MAX (told->notice, now->notice);
}
