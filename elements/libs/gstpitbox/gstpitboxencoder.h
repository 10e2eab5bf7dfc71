/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxEncoder: rows in, KLV units out; no pads, no threads. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gst/gst.h>
#include <gstpitbox/gstpitboxcodec.h>
#include <gstpitbox/gstpitboxsession.h>
#include <gstpitbox/gstpitboxunit.h>

G_BEGIN_DECLS

/**
 * GstPitboxEncoderRow:
 * @data: the row, as many bytes as the schema says
 * @tick: the simulator's tick
 * @pts: time of the tick
 * @utc_us: its UTC in µs since 1970, 0 if unknown
 * @clock_quality: how far @utc_us can be trusted
 * @discont: rows were lost before this one
 *
 * One row and its times.
 */
typedef struct {
  const guint8 *data;
  guint64 tick;
  GstClockTime pts;
  gint64 utc_us;
  GstPitboxClockQuality clock_quality;
  gboolean discont;
} GstPitboxEncoderRow;

/**
 * GstPitboxEncoderConfig:
 * @codec: how rows are coded
 * @key_interval: time between key units in ns; 0 makes every unit a key unit,
 *   %GST_CLOCK_TIME_NONE only the first one and those asked for
 * @rows_per_unit: rows in one unit, 1 to 127
 * @run_id: 0 chooses one at random
 * @sequence: number of the first row; not 0 where a run goes on
 * @rate_divisor: send one row of every so many ticks, 1 to 1000
 * @fields: (nullable): variables to send, comma-separated; %NULL or "" = all
 *
 * What an encoder can be told.
 */
typedef struct {
  GstPitboxCodecId codec;
  GstClockTime key_interval;
  guint rows_per_unit;
  guint32 run_id;
  guint32 sequence;
  guint rate_divisor;
  const gchar *fields;
} GstPitboxEncoderConfig;

/**
 * GstPitboxEncoderStats:
 * @rows: rows sent
 * @units: units made
 * @key_units: key units among them
 * @bytes: bytes of all units
 * @fragment_bytes: bytes of session string and schema fragments among them
 * @skipped_rows: rows left out by the rate divisor
 *
 * Counters since the encoder was made.
 */
typedef struct {
  guint64 rows;
  guint64 units;
  guint64 key_units;
  guint64 bytes;
  guint64 fragment_bytes;
  guint64 skipped_rows;
} GstPitboxEncoderStats;

/**
 * GstPitboxEncoder:
 *
 * Rows in, KLV units out. One thread at a time.
 */
typedef struct _GstPitboxEncoder GstPitboxEncoder;

GST_PITBOX_API GstPitboxEncoder *gst_pitbox_encoder_new (
    const GstPitboxEncoderConfig *config);
GST_PITBOX_API void gst_pitbox_encoder_free (GstPitboxEncoder *self);
GST_PITBOX_API gboolean gst_pitbox_encoder_set_schema (GstPitboxEncoder *self,
    GstPitboxSchema *schema, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GST_PITBOX_API gboolean gst_pitbox_encoder_reduce (GstPitboxEncoder *self,
    const gchar *fields, guint rate_divisor, guint rows_per_unit,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GST_PITBOX_API void gst_pitbox_encoder_follow (
    GstPitboxEncoder *self, const GstPitboxUnitKey *key);
GST_PITBOX_API void gst_pitbox_encoder_set_session (
    GstPitboxEncoder *self, GBytes *text, guint update);
GST_PITBOX_API void gst_pitbox_encoder_force_key (GstPitboxEncoder *self);
GST_PITBOX_API void gst_pitbox_encoder_repeat_texts (GstPitboxEncoder *self);
GST_PITBOX_API GstBuffer *gst_pitbox_encoder_push (
    GstPitboxEncoder *self, const GstPitboxEncoderRow *row);
GST_PITBOX_API GstBuffer *gst_pitbox_encoder_drain (GstPitboxEncoder *self);
GST_PITBOX_API guint32 gst_pitbox_encoder_get_run_id (
    const GstPitboxEncoder *self);
GST_PITBOX_API const GstPitboxEncoderStats *gst_pitbox_encoder_get_stats (
    const GstPitboxEncoder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstPitboxEncoder, gst_pitbox_encoder_free)

G_END_DECLS
