/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a head-up display consists of, out of a small text. */
#pragma once

#include <gstpitbox/gstpitbox.h>

G_BEGIN_DECLS

/* Bounds of a text that anybody may have written. The largest theme has 60
 * widgets in 9 KB. */
#define OVERLAY_MAX_LAYOUT_BYTES 65536
#define OVERLAY_MAX_LINE_BYTES 1024
#define OVERLAY_MAX_WIDGETS 128
/* Traces and maps hold a picture of their own. */
#define OVERLAY_MAX_PLOTS 8
#define OVERLAY_MAX_COLORS 64
#define OVERLAY_MAX_NAME_BYTES 32
#define OVERLAY_MAX_LENGTH 8192.0

/* The picture that lengths are for; others are scaled to fit. */
#define OVERLAY_WIDTH 1920
#define OVERLAY_HEIGHT 1080

typedef enum {
  OVERLAY_PANEL,
  OVERLAY_TEXT,
  OVERLAY_BAR,
  OVERLAY_REVS,
  OVERLAY_LIGHTS,
  OVERLAY_WHEEL,
  OVERLAY_GFORCE,
  OVERLAY_DELTA,
  OVERLAY_TRACE,
  OVERLAY_MAP,
  OVERLAY_FLAG,
} OverlayKind;

/* Where on its parent a widget hangs. */
typedef enum { OVERLAY_START, OVERLAY_MIDDLE, OVERLAY_END } OverlayEdge;

typedef enum {
  OVERLAY_UP,
  OVERLAY_DOWN,
  OVERLAY_RIGHT,
  OVERLAY_LEFT,
} OverlayDirection;

/* Channels of a trace. */
enum {
  OVERLAY_THROTTLE = 1,
  OVERLAY_BRAKE = 2,
  OVERLAY_CLUTCH = 4,
  OVERLAY_STEER = 8,
};

/* Colours are 0xAARRGGBB, not premultiplied. These two depend on who drives;
 * no colour that is written has an alpha of 0 and something beside it. */
#define OVERLAY_COLOR_NONE 0u
#define OVERLAY_COLOR_CLASS 0x00000001u
#define OVERLAY_COLOR_ON_CLASS 0x00000002u

/**
 * OverlayItem:
 *
 * One widget. Lengths are pixels of a picture of 1920 x 1080, or, where
 * @percent says so, percent of the parent.
 */
typedef struct {
  gchar *name;
  guint line;
  OverlayKind kind;
  gint parent; /* place in the layout, before this; -1: the picture */
  OverlayEdge across, down;
  gdouble x, y, width, height;
  gboolean percent_width, percent_height;
  guint32 color, background, color2, color3, color4, border;
  gdouble radius, size, min, max, low, seconds, thickness;
  gboolean bold, sign_colors, cars;
  OverlayEdge align;
  OverlayDirection direction;
  guint segments, channels;
  gchar *text;
  GstPitboxTemplate *text_template;
  GstPitboxExpression *value;
  GstPitboxExpression *show;
} OverlayItem;

/**
 * OverlayLayout:
 *
 * Read-only but for the bindings of its templates and expressions: one display
 * has one layout.
 */
typedef struct {
  gchar *title;
  gchar *font;
  gdouble font_stretch;
  GstPitboxUnits units;
  GPtrArray *items; /* of OverlayItem */
} OverlayLayout;

OverlayLayout *overlay_layout_new (const gchar *text, gsize size,
    const gchar *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
OverlayLayout *overlay_layout_load (
    const gchar *theme, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void overlay_layout_free (OverlayLayout *layout);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OverlayLayout, overlay_layout_free)

G_END_DECLS
