/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A driver without a network: pictures and rows in real time into a PbLive. */
#pragma once

#include "live/pb-live.h"

/**
 * PbTestDriverOptions:
 * @width, @height, @fps, @kbps: of the pictures; fps 0 = telemetry only
 * @gop_frames: distance of key frames
 *
 * The pictures are encoded once, before pb_test_driver_start(), and then played
 * over and over: the encoder is no part of a measurement.
 */
typedef struct {
  guint width;
  guint height;
  guint fps;
  guint kbps;
  guint gop_frames;
} PbTestDriverOptions;

typedef struct _PbTestDriver PbTestDriver;

PbTestDriver *pb_test_driver_new (
    PbLive *live, const PbTestDriverOptions *options, GError **error);
void pb_test_driver_free (PbTestDriver *driver);
void pb_test_driver_start (PbTestDriver *driver);
void pb_test_driver_stop (PbTestDriver *driver);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbTestDriver, pb_test_driver_free)
