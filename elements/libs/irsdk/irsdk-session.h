/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The session string: a tree of what stands there, and a typed view of what an
 * engineer needs. Not a YAML reader: the string is not YAML. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Limits of the typed view; what is beyond is left out. CarIdx arrays have 64
 * elements; a race weekend has three or four sessions. */
#define IRSDK_MAX_DRIVERS 256
#define IRSDK_MAX_SESSIONS 64
#define IRSDK_MAX_SECTORS 64

/**
 * IrsdkNode:
 * @key: "" for an element of a list
 * @value: rest of the line as it stands, without one pair of quotes; "" if
 *   nothing stands there
 * @children: first of the nodes below
 * @next: next on the same level
 *
 * UTF-8; all belongs to the #IrsdkSession.
 */
typedef struct IrsdkNode IrsdkNode;
struct IrsdkNode {
  const char *key;
  const char *value;
  const IrsdkNode *children;
  const IrsdkNode *next;
};

/**
 * IrsdkDriver:
 *
 * One entry of the Drivers list. Strings are "" and numbers -1 where the sim
 * says nothing. @number is text: "09" is not 9. Colours are 0xRRGGBB.
 */
typedef struct {
  int32_t car_idx;
  int32_t user_id;
  int32_t team_id;
  int32_t number_raw;
  int32_t car_id;
  int32_t class_id;
  int32_t irating;
  int32_t class_color;
  const char *name;
  const char *abbrev;
  const char *initials;
  const char *team;
  const char *number;
  const char *car; /* CarScreenName */
  const char *car_short; /* CarScreenNameShort */
  const char *car_path;
  const char *class_name; /* CarClassShortName */
  const char *license;
  bool is_pace_car;
  bool is_ai;
  bool is_spectator;
} IrsdkDriver;

/**
 * IrsdkSessionEntry:
 * @num: SessionNum
 * @laps: laps of the session; -1 unlimited or unknown
 * @time_s: length in s; NaN unlimited or unknown
 * @type: e.g. "Race"
 * @name: e.g. "RACE"
 */
typedef struct {
  int32_t num;
  int32_t laps;
  double time_s;
  const char *type;
  const char *name;
} IrsdkSessionEntry;

/**
 * IrsdkSector:
 * @num: SectorNum
 * @start_pct: fraction of the lap, 0 to 1
 */
typedef struct {
  int32_t num;
  double start_pct;
} IrsdkSector;

/**
 * IrsdkSession:
 *
 * Everything is optional in the string: missing text is "", missing whole
 * numbers are -1, missing others NaN.
 */
typedef struct {
  const IrsdkNode *root;

  const char *track; /* TrackName, e.g. "spa up" */
  const char *track_name; /* TrackDisplayName */
  const char *track_config; /* TrackConfigName */
  const char *track_city;
  const char *track_country;
  int32_t track_id;
  double track_length_m;
  double track_north_offset_rad;
  double pit_speed_limit_mps;
  int32_t num_turns;
  const char *event_type; /* "Race", "Practice", "Test"… */
  const char *build;
  int32_t sub_session_id;
  bool team_racing;
  int32_t num_car_classes;

  int32_t current_session; /* CurrentSessionNum */
  const IrsdkSessionEntry *sessions;
  size_t n_sessions;

  int32_t driver_car_idx; /* the player's */
  int32_t pace_car_idx;
  double fuel_kg_per_l;
  double fuel_max_l; /* the tank's */
  double fuel_max_pct; /* how much of it may be used, 0 to 1 */
  double idle_rpm;
  double redline_rpm;
  double shift_first_rpm;
  double shift_rpm;
  double shift_last_rpm;
  double shift_blink_rpm;
  double pit_pct; /* DriverPitTrkPct, fraction of the lap */
  double est_lap_s;
  const char *setup_name;
  const IrsdkDriver *drivers;
  size_t n_drivers;

  const IrsdkSector *sectors;
  size_t n_sectors;
} IrsdkSession;

IrsdkSession *irsdk_session_parse (const char *text, size_t size);
void irsdk_session_free (IrsdkSession *session);
const IrsdkNode *irsdk_node_get (const IrsdkNode *node, const char *path);
const char *irsdk_node_get_text (const IrsdkNode *node, const char *path);
bool irsdk_node_get_number (
    const IrsdkNode *node, const char *path, double *number);
const IrsdkDriver *irsdk_session_find_driver (
    const IrsdkSession *session, int32_t car_idx);

#ifdef __cplusplus
}
#endif
