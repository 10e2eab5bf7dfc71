/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A server's folder, a recorder of one session in it, and what must be there
 * afterwards. */
#pragma once

#include "pb-data.h"
#include "pb-test-ts.h"
#include "recording/pb-recorder.h"
#include "store/pb-recordings.h"

/* 60 a second, of a clock of 90 kHz. */
#define FRAME 1500

typedef struct {
  gchar *folder;
  PbData *data;
} PbTestRecording;

void pb_test_recording_set_up (PbTestRecording *f, gconstpointer unused);
void pb_test_recording_tear_down (PbTestRecording *f, gconstpointer unused);
void pb_test_recording_make_stream (PbTestTs *ts, guint seconds);
gchar *pb_test_recording_dup_folder (PbTestRecording *f);
gchar *pb_test_recording_dup_db_path (PbTestRecording *f);
gint64 pb_test_recording_open_session (PbTestRecording *f);
PbRecorder *pb_test_recording_start (
    PbTestRecording *f, const PbRecorderOptions *options);
void pb_test_recording_wait_for_store (PbTestRecording *f);
gint64 pb_test_recording_close (PbTestRecording *f, PbRecorder *recorder);
void pb_test_recording_push (PbRecorder *recorder, const GByteArray *bytes);
void pb_test_recording_assert_index (
    PbTestRecording *f, gint64 pk, guint n_segments, guint n_keys);
