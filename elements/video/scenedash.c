/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the driver reads: dash, wheel, pedals, lap times. */
#include "scenedash.h"

#include <math.h>
#include <string.h>

#include "scenecockpit.h"
#include "sceneflags.h"
#include "scenefont.h"
#include "scenerevs.h"

#define WHITE 0xfff2f4f7u
#define DIM 0xff8d97a5u
#define GREEN 0xff35d07fu
#define RED 0xffff4b4bu
#define AMBER 0xffffb020u
#define BLUE 0xff3fa4ffu
#define PURPLE 0xffbb7dffu
#define TRACK 0xff1d232cu
#define PANEL 0xff0d1117u

struct _SceneDash {
  gfloat unit;
  gfloat origin_x, origin_y;
  SceneOverlay *cockpit;
  gint cockpit_y;
  SceneOverlay *frame; /* from the top down */
  SceneOverlay *dial; /* its scale, for these: */
  gdouble dial_last_rpm, dial_scale_rpm;
  SceneFont *tiny, *small, *medium, *large, *huge;
  SceneRevs revs;
  guint steps;
};

/* A cairo context whose origin and unit are given in pixels. */
static cairo_t *
begin_overlay (gint width, gint height, gdouble x, gdouble y, gdouble unit)
{
  cairo_surface_t *s =
      cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cairo_t *cr = cairo_create (s);

  cairo_surface_destroy (s);
  cairo_translate (cr, x, y);
  cairo_scale (cr, unit, unit);
  return cr;
}

static SceneOverlay *
end_overlay (cairo_t *cr)
{
  SceneOverlay *overlay = scene_overlay_new (cairo_get_target (cr));

  cairo_destroy (cr);
  return overlay;
}

SceneDash *
scene_dash_new (gint width, gint height)
{
  SceneDash *dash = g_new0 (SceneDash, 1);
  gfloat u = MIN (width / 1280.0f, height / 720.0f);
  gint h = (gint) ceilf ((gfloat) -SCENE_COCKPIT_TOP * u);
  cairo_t *cr;

  dash->unit = u;
  dash->origin_x = width / 2.0f;
  dash->origin_y = (gfloat) height;
  dash->cockpit_y = height - h;
  cr = begin_overlay (width, h, width / 2.0, h, u);
  scene_cockpit_paint (cr, width / 2.0 / u + 2);
  dash->cockpit = end_overlay (cr);
  cr = begin_overlay (width, (gint) (height * 0.86), width / 2.0, 0, u);
  scene_frame_paint (cr, width / 2.0 / u, height / u);
  dash->frame = end_overlay (cr);
  dash->tiny = scene_font_new (MAX (9 * u, 6), 0.85f);
  dash->small = scene_font_new (MAX (14 * u, 8), 0.85f);
  dash->medium = scene_font_new (22 * u, 0.85f);
  dash->large = scene_font_new (40 * u, 0.8f);
  dash->huge = scene_font_new (72 * u, 0.85f);
  scene_revs_reset (&dash->revs);
  return dash;
}

void
scene_dash_free (SceneDash *dash)
{
  if (dash == NULL)
    return;
  scene_font_free (dash->tiny);
  scene_font_free (dash->small);
  scene_font_free (dash->medium);
  scene_font_free (dash->large);
  scene_font_free (dash->huge);
  scene_overlay_free (dash->cockpit);
  scene_overlay_free (dash->frame);
  scene_overlay_free (dash->dial);
  g_free (dash);
}

void
scene_dash_reset (SceneDash *dash)
{
  scene_revs_reset (&dash->revs);
}

void
scene_dash_set_session (SceneDash *dash, const IrsdkSession *session)
{
  scene_revs_set_session (&dash->revs, session);
}

void
scene_dash_step (SceneDash *dash, const SceneRow *row, gdouble dt_s)
{
  scene_revs_step (&dash->revs, row);
  dash->steps++;
}

/* Design space to pixels. */
static gfloat
px (const SceneDash *dash, gdouble x)
{
  return dash->origin_x + (gfloat) x * dash->unit;
}

static gfloat
py (const SceneDash *dash, gdouble y)
{
  return dash->origin_y + (gfloat) y * dash->unit;
}

static void
box (const SceneDash *dash, SceneCanvas *canvas, gdouble x, gdouble y,
    gdouble w, gdouble h, guint32 color)
{
  scene_canvas_rect (canvas, px (dash, x), py (dash, y),
      (gfloat) w * dash->unit, (gfloat) h * dash->unit, color, 256);
}

static void
text (const SceneDash *dash, SceneCanvas *canvas, const SceneFont *font,
    gdouble x, gdouble y, SceneAlign align, guint32 color, const gchar *s)
{
  scene_font_draw (canvas, font, px (dash, x), py (dash, y), align, color, s);
}

static void
format_value (gchar *out, gsize size, const gchar *format, gdouble value)
{
  if (value == value)
    g_snprintf (out, size, format, value);
  else
    g_strlcpy (out, "--", size);
}

/* 0 and below stand for "none". */
static void
format_lap (gchar *out, gsize size, gdouble seconds)
{
  gint ms;

  if (!(seconds > 0) || seconds > 35999) {
    g_strlcpy (out, "-:--.---", size);
    return;
  }
  ms = (gint) lrint (seconds * 1000);
  g_snprintf (out, size, "%d:%02d.%03d", ms / 60000, ms / 1000 % 60, ms % 1000);
}

static void
draw_lights (SceneDash *dash, SceneCanvas *canvas, const SceneRow *row)
{
  static const guint32 lit[3] = { GREEN, RED, BLUE };
  guint on = scene_revs_lights (&dash->revs, row, SCENE_LIGHTS);
  gboolean blink = scene_revs_blink (&dash->revs, row);

  for (guint i = 0; i < SCENE_LIGHTS; i++) {
    gboolean shine = blink ? dash->steps / 4 % 2 == 0 : i < on;
    guint32 color = blink ? BLUE : lit[i * 3 / SCENE_LIGHTS];

    box (dash, canvas, SCENE_SCREEN_X + 6 + i * 33.6, SCENE_SCREEN_Y - 21, 28,
        12, shine ? color : scene_mix (0xff14181eu, color, 36));
  }
}

static void
draw_rpm_bar (SceneDash *dash, SceneCanvas *canvas, const SceneRow *row)
{
  const gdouble x = SCENE_SCREEN_X + 10, w = SCENE_SCREEN_W - 20;
  const gdouble y = SCENE_SCREEN_Y + SCENE_SCREEN_H - 20;
  gdouble top = dash->revs.scale_rpm;
  gdouble rpm = CLAMP (scene_row_get (row, SCENE_RPM, 0) / top, 0.0, 1.0);
  gdouble red = CLAMP (dash->revs.last_rpm / top, 0.0, 1.0);

  box (dash, canvas, x, y, w, 11, TRACK);
  box (dash, canvas, x + w * red, y, w * (1 - red), 11,
      scene_mix (TRACK, RED, 70));
  box (dash, canvas, x, y, w * MIN (rpm, red), 11,
      rpm > red ? RED : 0xffcfd6deu);
  if (rpm > red)
    box (dash, canvas, x + w * red, y, w * (rpm - red), 11, RED);
  for (gint k = 1; k * 1000 < top; k++)
    box (dash, canvas, x + w * k * 1000 / top - 0.75, y, 1.5, 4, 0xff0b0f14u);
}

/* Against the best lap: figure and a bar that grows to the right when slower. */
static void
draw_delta (SceneDash *dash, SceneCanvas *canvas, const SceneRow *row)
{
  const gdouble x = 66, y = SCENE_SCREEN_Y + 60, w = 124;
  gdouble delta = row->value[SCENE_DELTA];
  gdouble half = CLAMP (delta, -1.0, 1.0) * w / 2;
  guint32 color = delta <= 0 ? GREEN : RED;
  gchar s[32];

  box (dash, canvas, x, y + 19, w, 6, TRACK);
  if (!(scene_row_get (row, SCENE_DELTA_OK, 0) != 0 && fabs (delta) < 100)) {
    text (dash, canvas, dash->tiny, x, y + 3, SCENE_LEFT, DIM, "DELTA");
    text (dash, canvas, dash->small, x + w, y, SCENE_RIGHT, DIM, "-.--");
    return;
  }
  g_snprintf (s, sizeof s, "%+.2f", delta);
  text (dash, canvas, dash->tiny, x, y + 3, SCENE_LEFT, DIM, "DELTA");
  text (dash, canvas, dash->small, x + w, y, SCENE_RIGHT, color, s);
  box (dash, canvas, x + w / 2 + MIN (half, 0), y + 19, fabs (half), 6, color);
}

static void
draw_screen (SceneDash *dash, SceneCanvas *canvas, const SceneRow *row)
{
  const gdouble y = SCENE_SCREEN_Y;
  gdouble gear = scene_row_get (row, SCENE_GEAR, NAN);
  gchar s[32];

  if (gear != gear)
    g_strlcpy (s, "-", sizeof s);
  else if (gear < 1)
    g_strlcpy (s, gear < 0 ? "R" : "N", sizeof s);
  else
    g_snprintf (s, sizeof s, "%d", (gint) MIN (gear, 99));
  text (dash, canvas, dash->huge, 0, y + 10, SCENE_CENTER, WHITE, s);

  format_value (
      s, sizeof s, "%.0f", scene_row_get (row, SCENE_SPEED, NAN) * 3.6);
  text (dash, canvas, dash->large, -50, y + 14, SCENE_RIGHT, WHITE, s);
  text (dash, canvas, dash->tiny, -196, y + 14, SCENE_LEFT, DIM, "KM/H");
  if (scene_row_get (row, SCENE_POSITION, 0) > 0) {
    g_snprintf (s, sizeof s, "P%.0f", row->value[SCENE_POSITION]);
    text (dash, canvas, dash->small, -42, y + 66, SCENE_RIGHT, AMBER, s);
  }
  format_lap (s, sizeof s, row->value[SCENE_LAP_TIME]);
  text (dash, canvas, dash->small, -196, y + 66, SCENE_LEFT, WHITE, s);

  format_value (s, sizeof s, "%.0f", scene_row_get (row, SCENE_RPM, NAN));
  text (dash, canvas, dash->medium, 190, y + 14, SCENE_RIGHT, WHITE, s);
  text (dash, canvas, dash->tiny, 190, y + 42, SCENE_RIGHT, DIM, "RPM");
  draw_delta (dash, canvas, row);
  draw_rpm_bar (dash, canvas, row);
}

static void
draw_bar (SceneDash *dash, SceneCanvas *canvas, gdouble x, gdouble y,
    gdouble value, guint32 color, const gchar *label)
{
  const gdouble w = 26, h = 84;
  gdouble fill = CLAMP (value, 0.0, 1.0) * h;

  box (dash, canvas, x, y, w, h, TRACK);
  if (value == value)
    box (dash, canvas, x, y + h - fill, w, fill, color);
  text (
      dash, canvas, dash->tiny, x + w / 2, y + h + 8, SCENE_CENTER, DIM, label);
}

static void
draw_pedals (SceneDash *dash, SceneCanvas *canvas, const SceneRow *row)
{
  /* Clutch is 1 with the pedal released. */
  draw_bar (dash, canvas, 318, -132, 1 - row->value[SCENE_CLUTCH], BLUE, "C");
  draw_bar (dash, canvas, 354, -132, row->value[SCENE_BRAKE],
      scene_row_get (row, SCENE_ABS, 0) != 0 ? AMBER : RED, "B");
  draw_bar (dash, canvas, 390, -132, row->value[SCENE_THROTTLE], GREEN, "T");
}

static void
draw_fuel (SceneDash *dash, SceneCanvas *canvas, const SceneRow *row)
{
  gdouble share = row->value[SCENE_FUEL_PCT];
  gchar s[32];

  format_value (s, sizeof s, "%.1f", row->value[SCENE_FUEL]);
  text (dash, canvas, dash->tiny, -416, -130, SCENE_LEFT, DIM, "FUEL");
  text (dash, canvas, dash->medium, -318, -114, SCENE_RIGHT, WHITE, s);
  box (dash, canvas, -416, -82, 98, 8, TRACK);
  if (share == share)
    box (dash, canvas, -416, -82, 98 * CLAMP (share, 0.0, 1.0), 8,
        share < 0.1 ? RED : AMBER);
  format_value (s, sizeof s, "%.0f*", row->value[SCENE_WATER_TEMP]);
  text (dash, canvas, dash->tiny, -416, -60, SCENE_LEFT, DIM, "H2O");
  text (dash, canvas, dash->small, -318, -62, SCENE_RIGHT, WHITE, s);
}

static void
draw_chip (const SceneDash *dash, SceneCanvas *canvas, gfloat right, gfloat y,
    guint32 color, guint32 ink, const gchar *label)
{
  gfloat u = dash->unit;
  gfloat w = scene_font_width (dash->small, label) + 28 * u;

  scene_canvas_rect (canvas, right - w, y, w, 34 * u, color, 256);
  scene_font_draw (
      canvas, dash->small, right - w / 2, y + 10 * u, SCENE_CENTER, ink, label);
}

static void
draw_chips (SceneDash *dash, SceneCanvas *canvas, const SceneRow *row)
{
  const SceneFlag *flag = scene_flag_find (row, FALSE);
  gfloat right = (gfloat) canvas->width - 92 * dash->unit;
  gfloat y = 24 * dash->unit;

  if (flag != NULL) {
    draw_chip (dash, canvas, right, y, flag->color, flag->ink, flag->label);
    y += 42 * dash->unit;
  }
  if (scene_row_get (row, SCENE_ON_PIT_ROAD, 0) != 0)
    draw_chip (dash, canvas, right, y, AMBER, 0xff17191cu, "PIT ROAD");
}

static void
draw_lap_panel (SceneDash *dash, SceneCanvas *canvas, const SceneRow *row)
{
  gfloat u = dash->unit, x = 104 * u, y = 34 * u, right = x + 210 * u;
  gdouble delta = row->value[SCENE_DELTA];
  gchar s[32];

  scene_canvas_rect (
      canvas, x - 14 * u, y - 12 * u, 238 * u, 138 * u, PANEL, 170);
  format_value (s, sizeof s, "LAP %.0f", row->value[SCENE_LAP]);
  scene_font_draw (canvas, dash->small, x, y, SCENE_LEFT, DIM, s);
  if (scene_row_get (row, SCENE_POSITION, 0) > 0) {
    g_snprintf (s, sizeof s, "P%.0f", row->value[SCENE_POSITION]);
    scene_font_draw (canvas, dash->small, right, y, SCENE_RIGHT, WHITE, s);
  }
  format_lap (s, sizeof s, row->value[SCENE_LAP_TIME]);
  scene_font_draw (
      canvas, dash->medium, right, y + 28 * u, SCENE_RIGHT, WHITE, s);
  format_lap (s, sizeof s, row->value[SCENE_LAST_TIME]);
  scene_font_draw (canvas, dash->tiny, x, y + 70 * u, SCENE_LEFT, DIM, "LAST");
  scene_font_draw (
      canvas, dash->small, right, y + 66 * u, SCENE_RIGHT, WHITE, s);
  format_lap (s, sizeof s, row->value[SCENE_BEST_TIME]);
  scene_font_draw (canvas, dash->tiny, x, y + 98 * u, SCENE_LEFT, DIM, "BEST");
  scene_font_draw (
      canvas, dash->small, right, y + 94 * u, SCENE_RIGHT, PURPLE, s);
  if (scene_row_get (row, SCENE_DELTA_OK, 0) != 0 && fabs (delta) < 100) {
    g_snprintf (s, sizeof s, "%+.2f", delta);
    scene_font_draw (canvas, dash->small, x, y + 33 * u, SCENE_LEFT,
        delta <= 0 ? GREEN : RED, s);
  }
}

/* Ticks of the dial, around the origin. */
static void
paint_dial (const SceneDash *dash, cairo_t *cr)
{
  const gdouble r = SCENE_GAUGE_R;
  gint top = (gint) (dash->revs.scale_rpm / 1000);

  for (gint k = 0; k <= top; k++) {
    gdouble a =
        SCENE_DIAL_FROM + SCENE_DIAL_SPAN * k * 1000 / dash->revs.scale_rpm;
    gdouble inner = top <= 12 || k % 2 == 0 ? 0.80 : 0.88;

    cairo_move_to (cr, cos (a) * r * inner, sin (a) * r * inner);
    cairo_line_to (cr, cos (a) * r * 0.95, sin (a) * r * 0.95);
  }
  cairo_set_line_width (cr, 2);
  cairo_set_source_rgb (cr, 0.80, 0.83, 0.87);
  cairo_stroke (cr);
  cairo_arc (cr, 0, 0, r * 0.915,
      SCENE_DIAL_FROM
          + SCENE_DIAL_SPAN
                * MIN (dash->revs.last_rpm / dash->revs.scale_rpm, 1.0),
      SCENE_DIAL_FROM + SCENE_DIAL_SPAN);
  cairo_set_line_width (cr, 4.5);
  cairo_set_source_rgb (cr, 0.90, 0.22, 0.20);
  cairo_stroke (cr);
}

/* Painted anew when the car's limits are other ones. */
static void
draw_dial (SceneDash *dash, SceneCanvas *canvas)
{
  gint half = (gint) ceil (SCENE_GAUGE_R * dash->unit) + 2;
  gdouble x = px (dash, -SCENE_GAUGE_X), y = py (dash, SCENE_GAUGE_Y);
  gint left = CLAMP ((gint) x - half, 0, MAX (canvas->width - 2 * half, 0));
  gint top = CLAMP ((gint) y - half, 0, MAX (canvas->height - 2 * half, 0));
  cairo_t *cr;

  if (2 * half > MIN (canvas->width, canvas->height))
    return;
  if (dash->dial == NULL || dash->dial_last_rpm != dash->revs.last_rpm
      || dash->dial_scale_rpm != dash->revs.scale_rpm) {
    scene_overlay_free (dash->dial);
    cr = begin_overlay (2 * half, 2 * half, x - left, y - top, dash->unit);
    paint_dial (dash, cr);
    dash->dial = end_overlay (cr);
    dash->dial_last_rpm = dash->revs.last_rpm;
    dash->dial_scale_rpm = dash->revs.scale_rpm;
  }
  scene_overlay_draw (dash->dial, canvas, left, top);
}

static void
draw_g_dot (cairo_t *cr, const SceneRow *row)
{
  gdouble lat = scene_row_get (row, SCENE_LAT_ACCEL, 0) / 9.81;
  gdouble lon = scene_row_get (row, SCENE_LONG_ACCEL, 0) / 9.81;
  gdouble g = hypot (lat, lon), limit = SCENE_GAUGE_R / SCENE_G_UNIT - 0.3;
  gdouble scale = SCENE_G_UNIT * (g > limit ? limit / g : 1.0);

  /* The dot goes where the body is pushed: out of the bend, and forward under
   * braking. */
  cairo_arc (cr, SCENE_GAUGE_X + lat * scale, SCENE_GAUGE_Y + lon * scale, 5.5,
      0, 2 * G_PI);
  cairo_set_source_rgb (cr, 1.0, 0.69, 0.13);
  cairo_fill (cr);
}

static void
draw_moving (SceneDash *dash, SceneCanvas *canvas, const SceneRow *row)
{
  cairo_t *cr;

  cairo_surface_mark_dirty (canvas->surface);
  cr = cairo_create (canvas->surface);
  cairo_translate (cr, dash->origin_x, dash->origin_y);
  cairo_scale (cr, dash->unit, dash->unit);
  scene_needle_paint (cr, -SCENE_GAUGE_X, SCENE_GAUGE_Y, SCENE_GAUGE_R,
      scene_row_get (row, SCENE_RPM, 0) / dash->revs.scale_rpm);
  draw_g_dot (cr, row);
  scene_wheel_paint (cr, scene_row_get (row, SCENE_STEER, 0));
  cairo_destroy (cr);
  cairo_surface_flush (canvas->surface);
}

/* Where the picture to the rear goes, in pixels. */
void
scene_dash_get_mirror (
    const SceneDash *dash, gint *left, gint *top, gint *right, gint *bottom)
{
  gfloat u = dash->unit, half = (gfloat) SCENE_MIRROR_X * u;

  *left = (gint) (dash->origin_x - half);
  *right = (gint) ceilf (dash->origin_x + half);
  *top = (gint) ((gfloat) SCENE_MIRROR_TOP * u);
  *bottom = (gint) ceilf ((gfloat) SCENE_MIRROR_BOTTOM * u);
}

void
scene_dash_draw (SceneDash *dash, SceneCanvas *canvas, const SceneRow *row)
{
  scene_overlay_draw (dash->frame, canvas, 0, 0);
  scene_overlay_draw (dash->cockpit, canvas, 0, dash->cockpit_y);
  draw_dial (dash, canvas);
  draw_lights (dash, canvas, row);
  draw_screen (dash, canvas, row);
  draw_pedals (dash, canvas, row);
  draw_fuel (dash, canvas, row);
  draw_moving (dash, canvas, row);
  draw_lap_panel (dash, canvas, row);
  draw_chips (dash, canvas, row);
}
