/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Rows that are handed on together. */
#pragma once

#include <gst/gst.h>
#include <irsdk/irsdk-shm.h>

G_BEGIN_DECLS

/* More than that a viewer would see as a stutter. */
#define GST_IRSDK_BATCH_MAX 6

/**
 * GstIrsdkBatch:
 *
 * All members are private; zeroed: empty. One streaming thread.
 */
typedef struct {
  GQueue held; /* GstBuffer: rows that wait for the rest of their batch */
  gboolean draining; /* hand out what is held before looking again */
  gboolean has_kept;
  IrsdkShmRow kept; /* a row of another layout than those held */
} GstIrsdkBatch;

guint gst_irsdk_batch_get_length (const GstIrsdkBatch *batch);
gboolean gst_irsdk_batch_is_draining (const GstIrsdkBatch *batch);
void gst_irsdk_batch_push (GstIrsdkBatch *batch, GstBuffer *row, guint size);
gboolean gst_irsdk_batch_end (GstIrsdkBatch *batch);
GstBuffer *gst_irsdk_batch_pop (GstIrsdkBatch *batch);
void gst_irsdk_batch_keep (GstIrsdkBatch *batch, const IrsdkShmRow *row);
gboolean gst_irsdk_batch_take_kept (GstIrsdkBatch *batch, IrsdkShmRow *row);
void gst_irsdk_batch_clear (GstIrsdkBatch *batch);

G_END_DECLS
