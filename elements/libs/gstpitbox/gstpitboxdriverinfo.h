/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who drives which car, out of the session text. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <glib.h>

G_BEGIN_DECLS

/**
 * GstPitboxDriverInfo:
 * @driver: name of the one who drives now
 * @abbrev: the same, short
 * @number: the car's number as text: "09" is not 9
 * @team: the team's name
 * @car: the car's name
 * @car_class: short name of its class; often ""
 * @class_color: 0xRRGGBB, or -1
 * @track: the track's display name
 * @config: the track's layout
 * @session: type of the session that runs, e.g. "Race"
 * @car_idx: the car's place in CarIdx arrays, or -1
 * @pace_car_idx: the pace car's, or -1
 * @redline_rpm: revs/min; NaN where the text says nothing, as all below
 * @first_rpm: DriverCarSLFirstRPM
 * @shift_rpm: DriverCarSLShiftRPM
 * @last_rpm: DriverCarSLLastRPM
 * @blink_rpm: DriverCarSLBlinkRPM
 * @fuel_max_l: what may be in the tank
 * @track_length_m: length of a lap
 *
 * UTF-8 of at most %GST_PITBOX_DRIVER_INFO_BYTES, without control characters;
 * "" where the text says nothing.
 */
typedef struct {
  gchar *driver;
  gchar *abbrev;
  gchar *number;
  gchar *team;
  gchar *car;
  gchar *car_class;
  gint32 class_color;
  gchar *track;
  gchar *config;
  gchar *session;
  gint32 car_idx;
  gint32 pace_car_idx;
  gdouble redline_rpm;
  gdouble first_rpm;
  gdouble shift_rpm;
  gdouble last_rpm;
  gdouble blink_rpm;
  gdouble fuel_max_l;
  gdouble track_length_m;
} GstPitboxDriverInfo;

/* The longest names of real sessions have about 50 bytes. */
#define GST_PITBOX_DRIVER_INFO_BYTES 128

GST_PITBOX_API GstPitboxDriverInfo *gst_pitbox_driver_info_new (
    GBytes *session_text);
GST_PITBOX_API void gst_pitbox_driver_info_free (GstPitboxDriverInfo *info);
GST_PITBOX_API const gchar *gst_pitbox_driver_info_get (
    const GstPitboxDriverInfo *info, const gchar *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstPitboxDriverInfo, gst_pitbox_driver_info_free)

G_END_DECLS
