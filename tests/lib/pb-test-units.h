/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An encoder and a decoder without pads. */
#pragma once

#include <gstpitbox/gstpitbox.h>

typedef struct {
  GstPitboxSchema *schema;
  guint row_bytes;
  GstPitboxEncoder *enc;
  GstPitboxDecoder *dec;
  guint8 *row;
} PbTestUnits;

void pb_test_units_set_up_with (
    PbTestUnits *f, const GstPitboxEncoderConfig *config);
void pb_test_units_set_up (PbTestUnits *f, gconstpointer codec);
void pb_test_units_tear_down (PbTestUnits *f, gconstpointer unused);
GstBuffer *pb_test_units_encode (PbTestUnits *f, guint n);
GBytes *pb_test_units_encode_bytes (PbTestUnits *f, guint n);
void pb_test_units_push (GstPitboxDecoder *dec, GBytes *bytes);
