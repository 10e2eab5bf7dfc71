/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What takes the picture: a pure choice from one table, and its properties. */
#pragma once

#include "encoders.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * CaptureSource:
 * @CAPTURE_SOURCE_AUTO: what the other settings name; else the screen
 * @CAPTURE_SOURCE_SCREEN: a whole monitor or display
 * @CAPTURE_SOURCE_WINDOW: one window
 * @CAPTURE_SOURCE_DEVICE: a capture card or camera
 */
typedef enum {
  CAPTURE_SOURCE_AUTO,
  CAPTURE_SOURCE_SCREEN,
  CAPTURE_SOURCE_WINDOW,
  CAPTURE_SOURCE_DEVICE,
} CaptureSource;

/**
 * CaptureKind:
 * @backend: its word in settings and reports
 * @factory: GStreamer element
 * @platforms: #EncoderPlatform bits
 * @sources: `1 << CaptureSource` bits
 * @requires: (nullable): a property that not every build of it has
 *
 * One row of the table, best first.
 */
typedef struct {
  const gchar *backend;
  const gchar *factory;
  guint platforms;
  guint sources;
  const gchar *requires;
} CaptureKind;

/**
 * CaptureSpot:
 * @monitor: HMONITOR that the window is on, or the one to take; 0: none, or
 *   not told
 * @monitor_index: its place among all monitors; -1: not told
 * @x, @y, @width, @height: the window's client area on that monitor, pixels;
 *   0 wide: no area
 * @minimised: the window has no picture now
 * @hdr: the monitor shows high dynamic range
 * @adapter_luid: of the adapter that scans that monitor out; 0: not told
 * @adapter_index: its place among all adapters; -1: not told
 *
 * Where a picture comes from.
 */
typedef struct {
  guint64 monitor;
  gint monitor_index;
  gint x, y, width, height;
  gboolean minimised;
  gboolean hdr;
  gint64 adapter_luid;
  gint adapter_index;
} CaptureSpot;

/**
 * CaptureSettings:
 * @source: what to take
 * @backend: "auto", or a word of the table
 * @window_handle: HWND or XID; 0: none
 * @window_title: (nullable): a window's whole title
 * @monitor: number of a monitor from 0; -1: the primary one
 * @device: (nullable): file, name or node of a device
 * @display: (nullable): X display; %NULL or empty: $DISPLAY
 * @show_cursor: whether the pointer is in the picture
 * @window_class: (nullable): its window class (Windows), WM_CLASS (X)
 * @window_process: (nullable): file name of the program that has it
 * @spot: where the window is, once it was found
 */
typedef struct {
  CaptureSource source;
  gchar *backend;
  guint64 window_handle;
  gchar *window_title;
  gint monitor;
  gchar *device;
  gchar *display;
  gboolean show_cursor;
  gchar *window_class;
  gchar *window_process;
  CaptureSpot spot;
} CaptureSettings;

/**
 * CaptureCandidate:
 * @present: this machine has the element
 * @requires_met: and the property that the row requires
 * @missing: (nullable): an element that must stand behind it and is not here
 * @failed: (nullable): why it failed here before
 *
 * What is known of one row on this machine.
 */
typedef struct {
  gboolean present;
  gboolean requires_met;
  gchar *missing;
  gchar *failed;
} CaptureCandidate;

/**
 * CaptureRefuse:
 * @backend: a better one
 * @why: why not
 * @user_data: closure
 */
typedef void (*CaptureRefuse) (
    const gchar *backend, const gchar *why, gpointer user_data);

const CaptureKind *capture_kinds (guint *n);
CaptureSource capture_source (const CaptureSettings *settings);
gboolean capture_names_window (const CaptureSettings *settings);
const CaptureKind *capture_choose (EncoderPlatform platform,
    const CaptureSettings *settings, gboolean has_display,
    const CaptureCandidate *candidates, CaptureRefuse refuse,
    gpointer user_data);
gboolean capture_cuts_out (const CaptureKind *kind);
void capture_settings_apply (const CaptureSettings *settings,
    const CaptureKind *kind, gpointer source, GString *lacking);

CaptureSettings capture_settings_copy (const CaptureSettings *settings);
void capture_settings_clear (CaptureSettings *settings);
void capture_set_no_window (const CaptureSettings *settings, GError **error);

G_END_DECLS
