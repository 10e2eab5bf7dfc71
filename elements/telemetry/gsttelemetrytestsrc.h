/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrytestsrc: RAW rows of a simulated car. */
#pragma once

#include <gst/gst.h>
#include <gst/base/gstpushsrc.h>

G_BEGIN_DECLS

#define GST_TYPE_TELEMETRY_TEST_SRC (gst_telemetry_test_src_get_type ())
G_DECLARE_FINAL_TYPE (GstTelemetryTestSrc, gst_telemetry_test_src, GST,
    TELEMETRY_TEST_SRC, GstPushSrc)

GST_ELEMENT_REGISTER_DECLARE (telemetrytestsrc);

G_END_DECLS
