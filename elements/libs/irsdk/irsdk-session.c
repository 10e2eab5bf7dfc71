/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Typed view of the session string. */
#include "irsdk-session-tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  IrsdkSession view;
  IrsdkTree tree;
  IrsdkDriver *drivers;
  IrsdkSessionEntry *sessions;
  IrsdkSector *sectors;
} Session;

/**
 * irsdk_node_get:
 * @node: (nullable): where to start
 * @path: keys with a slash between, e.g. "WeekendInfo/TrackName"
 *
 * Returns: (nullable): the first node of that path
 */
const IrsdkNode *
irsdk_node_get (const IrsdkNode *node, const char *path)
{
  while (node != NULL && *path != '\0') {
    const char *slash = strchr (path, '/');
    const size_t n = slash != NULL ? (size_t) (slash - path) : strlen (path);

    node = node->children;
    while (node != NULL
           && (strncmp (node->key, path, n) != 0 || node->key[n] != '\0'))
      node = node->next;
    path += n + (slash != NULL);
  }
  return node;
}

/**
 * irsdk_node_get_text:
 * @node: (nullable): where to start
 * @path: as irsdk_node_get()
 *
 * Returns: the value as it stands, or ""
 */
const char *
irsdk_node_get_text (const IrsdkNode *node, const char *path)
{
  node = irsdk_node_get (node, path);
  return node != NULL ? node->value : "";
}

/* strtod() minds the locale's decimal point and takes "nan" and "inf"; the sim
 * does neither. Digits behind the 15th do not count. */
static bool
parse_number (const char *p, double *number)
{
  const bool negative = *p == '-';
  double value = 0, scale = 1;
  int digits = 0;

  if (*p == '-' || *p == '+')
    p++;
  for (; *p >= '0' && *p <= '9'; p++, digits++) {
    if (digits < 300)
      value = value * 10 + (*p - '0');
  }
  if (*p == '.') {
    for (p++; *p >= '0' && *p <= '9'; p++, digits++) {
      if (scale < 1e15) {
        value = value * 10 + (*p - '0');
        scale *= 10;
      }
    }
  }
  if (digits == 0)
    return false;
  *number = (negative ? -value : value) / scale;
  return true;
}

/**
 * irsdk_node_get_number:
 * @node: (nullable): where to start
 * @path: as irsdk_node_get()
 * @number: (out): the number that the value starts with, e.g. 6.93 of
 *   "6.93 km"; untouched otherwise
 *
 * Returns: whether there is one
 */
bool
irsdk_node_get_number (const IrsdkNode *node, const char *path, double *number)
{
  return parse_number (irsdk_node_get_text (node, path), number);
}

static double
get_double (const IrsdkNode *node, const char *path)
{
  double v = NAN;

  irsdk_node_get_number (node, path, &v);
  return v;
}

static int32_t
get_int (const IrsdkNode *node, const char *path)
{
  double v = -1;

  irsdk_node_get_number (node, path, &v);
  return v >= INT32_MIN && v <= INT32_MAX ? (int32_t) v : -1;
}

static bool
get_bool (const IrsdkNode *node, const char *path)
{
  return get_int (node, path) > 0;
}

/* "0xffda59"; -1 for anything else. */
static int32_t
get_color (const IrsdkNode *node, const char *path)
{
  const char *p = irsdk_node_get_text (node, path);
  int32_t v = 0;
  int n = 0;

  if (p[0] != '0' || (p[1] != 'x' && p[1] != 'X'))
    return -1;
  for (p += 2; *p != '\0'; p++, n++) {
    int d = *p >= '0' && *p <= '9'   ? *p - '0'
            : *p >= 'a' && *p <= 'f' ? *p - 'a' + 10
            : *p >= 'A' && *p <= 'F' ? *p - 'A' + 10
                                     : -1;

    if (d < 0 || n == 6)
      return -1;
    v = v << 4 | d;
  }
  return n > 0 ? v : -1;
}

static bool
has_unit (const IrsdkNode *node, const char *path, const char *unit)
{
  const char *p = irsdk_node_get_text (node, path);
  const size_t n = strlen (p), u = strlen (unit);

  return n > u && p[n - u - 1] == ' ' && strcmp (p + n - u, unit) == 0;
}

/* "6.93 km"; a mile is 1609.344 m. */
static double
get_length_m (const IrsdkNode *node, const char *path)
{
  const double v = get_double (node, path);

  if (has_unit (node, path, "mi"))
    return v * 1609.344;
  return has_unit (node, path, "m") ? v : v * 1000;
}

/* "72.00 kph" */
static double
get_speed_mps (const IrsdkNode *node, const char *path)
{
  const double v = get_double (node, path);

  if (has_unit (node, path, "mph"))
    return v * 0.44704;
  return has_unit (node, path, "m/s") ? v : v / 3.6;
}

static void
read_weekend (IrsdkSession *s, const IrsdkNode *w)
{
  s->track = irsdk_node_get_text (w, "TrackName");
  s->track_name = irsdk_node_get_text (w, "TrackDisplayName");
  s->track_config = irsdk_node_get_text (w, "TrackConfigName");
  s->track_city = irsdk_node_get_text (w, "TrackCity");
  s->track_country = irsdk_node_get_text (w, "TrackCountry");
  s->track_id = get_int (w, "TrackID");
  s->track_length_m = get_length_m (w, "TrackLength");
  s->track_north_offset_rad = get_double (w, "TrackNorthOffset");
  s->pit_speed_limit_mps = get_speed_mps (w, "TrackPitSpeedLimit");
  s->num_turns = get_int (w, "TrackNumTurns");
  s->event_type = irsdk_node_get_text (w, "EventType");
  s->build = irsdk_node_get_text (w, "BuildVersion");
  s->sub_session_id = get_int (w, "SubSessionID");
  s->team_racing = get_bool (w, "TeamRacing");
  s->num_car_classes = get_int (w, "NumCarClasses");
}

static void
read_car (IrsdkSession *s, const IrsdkNode *d)
{
  s->driver_car_idx = get_int (d, "DriverCarIdx");
  s->pace_car_idx = get_int (d, "PaceCarIdx");
  s->fuel_kg_per_l = get_double (d, "DriverCarFuelKgPerLtr");
  s->fuel_max_l = get_double (d, "DriverCarFuelMaxLtr");
  s->fuel_max_pct = get_double (d, "DriverCarMaxFuelPct");
  s->idle_rpm = get_double (d, "DriverCarIdleRPM");
  s->redline_rpm = get_double (d, "DriverCarRedLine");
  s->shift_first_rpm = get_double (d, "DriverCarSLFirstRPM");
  s->shift_rpm = get_double (d, "DriverCarSLShiftRPM");
  s->shift_last_rpm = get_double (d, "DriverCarSLLastRPM");
  s->shift_blink_rpm = get_double (d, "DriverCarSLBlinkRPM");
  s->pit_pct = get_double (d, "DriverPitTrkPct");
  s->est_lap_s = get_double (d, "DriverCarEstLapTime");
  s->setup_name = irsdk_node_get_text (d, "DriverSetupName");
}

static void
read_driver (IrsdkDriver *d, const IrsdkNode *n)
{
  d->car_idx = get_int (n, "CarIdx");
  d->user_id = get_int (n, "UserID");
  d->team_id = get_int (n, "TeamID");
  d->number_raw = get_int (n, "CarNumberRaw");
  d->car_id = get_int (n, "CarID");
  d->class_id = get_int (n, "CarClassID");
  d->irating = get_int (n, "IRating");
  d->class_color = get_color (n, "CarClassColor");
  d->name = irsdk_node_get_text (n, "UserName");
  d->abbrev = irsdk_node_get_text (n, "AbbrevName");
  d->initials = irsdk_node_get_text (n, "Initials");
  d->team = irsdk_node_get_text (n, "TeamName");
  d->number = irsdk_node_get_text (n, "CarNumber");
  d->car = irsdk_node_get_text (n, "CarScreenName");
  d->car_short = irsdk_node_get_text (n, "CarScreenNameShort");
  d->car_path = irsdk_node_get_text (n, "CarPath");
  d->class_name = irsdk_node_get_text (n, "CarClassShortName");
  d->license = irsdk_node_get_text (n, "LicString");
  d->is_pace_car = get_bool (n, "CarIsPaceCar");
  d->is_ai = get_bool (n, "CarIsAI");
  d->is_spectator = get_bool (n, "IsSpectator");
}

static size_t
count_children (const IrsdkNode *list, size_t max)
{
  size_t n = 0;

  if (list == NULL)
    return 0;
  for (const IrsdkNode *c = list->children; c != NULL && n < max; c = c->next)
    n++;
  return n;
}

static bool
read_drivers (Session *self, const IrsdkNode *list)
{
  const size_t max = count_children (list, IRSDK_MAX_DRIVERS);
  size_t n = 0;

  if (max == 0)
    return true;
  self->drivers = calloc (max, sizeof *self->drivers);
  if (self->drivers == NULL)
    return false;
  for (const IrsdkNode *c = list->children; c != NULL && n < max; c = c->next) {
    read_driver (&self->drivers[n], c);
    if (self->drivers[n].car_idx >= 0)
      n++;
  }
  self->view.drivers = self->drivers;
  self->view.n_drivers = n;
  return true;
}

static bool
read_sessions (Session *self, const IrsdkNode *list)
{
  const size_t max = count_children (list, IRSDK_MAX_SESSIONS);
  size_t n = 0;

  if (max == 0)
    return true;
  self->sessions = calloc (max, sizeof *self->sessions);
  if (self->sessions == NULL)
    return false;
  for (const IrsdkNode *c = list->children; c != NULL && n < max; c = c->next) {
    IrsdkSessionEntry *e = &self->sessions[n++];

    e->num = get_int (c, "SessionNum");
    e->laps = get_int (c, "SessionLaps");
    e->time_s = get_double (c, "SessionTime");
    e->type = irsdk_node_get_text (c, "SessionType");
    e->name = irsdk_node_get_text (c, "SessionName");
  }
  self->view.sessions = self->sessions;
  self->view.n_sessions = n;
  return true;
}

static bool
read_sectors (Session *self, const IrsdkNode *list)
{
  const size_t max = count_children (list, IRSDK_MAX_SECTORS);
  size_t n = 0;

  if (max == 0)
    return true;
  self->sectors = calloc (max, sizeof *self->sectors);
  if (self->sectors == NULL)
    return false;
  for (const IrsdkNode *c = list->children; c != NULL && n < max; c = c->next) {
    self->sectors[n].num = get_int (c, "SectorNum");
    self->sectors[n].start_pct = get_double (c, "SectorStartPct");
    if (!isnan (self->sectors[n].start_pct))
      n++;
  }
  self->view.sectors = self->sectors;
  self->view.n_sectors = n;
  return true;
}

/**
 * irsdk_session_parse:
 * @text: (array length=size) (nullable): the string as the sim wrote it, 8-bit;
 *   what stands behind its first NUL does not count
 * @size: bytes in @text; those beyond %IRSDK_MAX_SESSION_BYTES are left out
 *
 * Any text gives a session, however little is in it. Any thread.
 *
 * Returns: (transfer full) (nullable): the session; NULL only without memory
 */
IrsdkSession *
irsdk_session_parse (const char *text, size_t size)
{
  Session *self = calloc (1, sizeof *self);
  const IrsdkNode *root;

  if (self == NULL)
    return NULL;
  if (text == NULL) {
    text = "";
    size = 0;
  }
  if (!irsdk_tree_parse (&self->tree, text, size)) {
    free (self);
    return NULL;
  }
  root = &self->tree.nodes[0];
  self->view.root = root;
  read_weekend (&self->view, irsdk_node_get (root, "WeekendInfo"));
  read_car (&self->view, irsdk_node_get (root, "DriverInfo"));
  self->view.current_session = get_int (root, "SessionInfo/CurrentSessionNum");
  if (!read_drivers (self, irsdk_node_get (root, "DriverInfo/Drivers"))
      || !read_sessions (self, irsdk_node_get (root, "SessionInfo/Sessions"))
      || !read_sectors (self, irsdk_node_get (root, "SplitTimeInfo/Sectors"))) {
    irsdk_session_free (&self->view);
    return NULL;
  }
  return &self->view;
}

/**
 * irsdk_session_free:
 * @session: (nullable): a session
 */
void
irsdk_session_free (IrsdkSession *session)
{
  Session *self = (Session *) (void *) session;

  if (self == NULL)
    return;
  irsdk_tree_clear (&self->tree);
  free (self->drivers);
  free (self->sessions);
  free (self->sectors);
  free (self);
}

/**
 * irsdk_session_find_driver:
 * @session: a session
 * @car_idx: index of CarIdx arrays; not a car number, not a position
 *
 * Returns: (nullable): that car's entry
 */
const IrsdkDriver *
irsdk_session_find_driver (const IrsdkSession *session, int32_t car_idx)
{
  for (size_t i = 0; i < session->n_drivers; i++) {
    if (session->drivers[i].car_idx == car_idx)
      return &session->drivers[i];
  }
  return NULL;
}
