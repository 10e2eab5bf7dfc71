/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who drives which car, out of the session text. */
#include "gstpitboxdriverinfo.h"

#include <irsdk/irsdk-session.h>
#include <math.h>
#include <string.h>

/* A copy that one line of a picture can take. */
static gchar *
one_line (const gchar *text)
{
  gchar *copy = g_utf8_make_valid (text != NULL ? text : "", -1);
  gchar *end = copy;

  while (*end != '\0'
         && g_utf8_next_char (end) - copy <= GST_PITBOX_DRIVER_INFO_BYTES) {
    if ((guchar) *end < 0x20 || *end == 0x7f)
      *end = ' ';
    end = g_utf8_next_char (end);
  }
  *end = '\0';
  return g_strstrip (copy);
}

static const gchar *
current_session (const IrsdkSession *session)
{
  for (gsize i = 0; i < session->n_sessions; i++)
    if (session->sessions[i].num == session->current_session)
      return session->sessions[i].type;
  return session->event_type;
}

static void
take_driver (GstPitboxDriverInfo *info, const IrsdkDriver *driver)
{
  static const IrsdkDriver nobody = { .class_color = -1 };

  if (driver == NULL)
    driver = &nobody;
  info->driver = one_line (driver->name);
  info->abbrev = one_line (driver->abbrev);
  info->number = one_line (driver->number);
  info->team = one_line (driver->team);
  info->car = one_line (driver->car);
  info->car_class = one_line (driver->class_name);
  info->class_color =
      driver->class_color >= 0 ? driver->class_color & 0xffffff : -1;
}

/**
 * gst_pitbox_driver_info_new: (skip)
 * @session_text: the simulator's session string
 *
 * Returns: (transfer full): what it says of the car that the rows are of. Any
 *   text will do. Any thread.
 */
GstPitboxDriverInfo *
gst_pitbox_driver_info_new (GBytes *session_text)
{
  GstPitboxDriverInfo *info = g_new0 (GstPitboxDriverInfo, 1);
  gsize size;
  const gchar *text = g_bytes_get_data (session_text, &size);
  IrsdkSession *session = irsdk_session_parse (text, size);

  if (session == NULL)
    session = irsdk_session_parse ("", 0);
  take_driver (
      info, irsdk_session_find_driver (session, session->driver_car_idx));
  info->track = one_line (session->track_name);
  info->config = one_line (session->track_config);
  info->session = one_line (current_session (session));
  info->car_idx = session->driver_car_idx;
  info->pace_car_idx = session->pace_car_idx;
  info->redline_rpm = session->redline_rpm;
  info->first_rpm = session->shift_first_rpm;
  info->shift_rpm = session->shift_rpm;
  info->last_rpm = session->shift_last_rpm;
  info->blink_rpm = session->shift_blink_rpm;
  info->fuel_max_l =
      session->fuel_max_l
      * (isfinite (session->fuel_max_pct) && session->fuel_max_pct > 0
              ? session->fuel_max_pct
              : 1);
  info->track_length_m = session->track_length_m;
  irsdk_session_free (session);
  return info;
}

/**
 * gst_pitbox_driver_info_free:
 * @info: (transfer full): no longer wanted
 */
void
gst_pitbox_driver_info_free (GstPitboxDriverInfo *info)
{
  g_free (info->driver);
  g_free (info->abbrev);
  g_free (info->number);
  g_free (info->team);
  g_free (info->car);
  g_free (info->car_class);
  g_free (info->track);
  g_free (info->config);
  g_free (info->session);
  g_free (info);
}

/**
 * gst_pitbox_driver_info_get:
 * @info: (nullable): what is known
 * @name: "driver", "abbrev", "number", "team", "car", "class", "track",
 *   "config" or "session"
 *
 * Returns: (nullable): the text, "" if @info is %NULL; %NULL if there is no
 *   such name
 */
const gchar *
gst_pitbox_driver_info_get (const GstPitboxDriverInfo *info, const gchar *name)
{
  static const struct {
    const gchar *name;
    gsize offset;
  } fields[] = {
    { "driver", G_STRUCT_OFFSET (GstPitboxDriverInfo, driver) },
    { "abbrev", G_STRUCT_OFFSET (GstPitboxDriverInfo, abbrev) },
    { "number", G_STRUCT_OFFSET (GstPitboxDriverInfo, number) },
    { "team", G_STRUCT_OFFSET (GstPitboxDriverInfo, team) },
    { "car", G_STRUCT_OFFSET (GstPitboxDriverInfo, car) },
    { "class", G_STRUCT_OFFSET (GstPitboxDriverInfo, car_class) },
    { "track", G_STRUCT_OFFSET (GstPitboxDriverInfo, track) },
    { "config", G_STRUCT_OFFSET (GstPitboxDriverInfo, config) },
    { "session", G_STRUCT_OFFSET (GstPitboxDriverInfo, session) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (strcmp (fields[i].name, name) == 0)
      return info != NULL ? G_STRUCT_MEMBER (gchar *, info, fields[i].offset)
                          : "";
  return NULL;
}
