/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Holds rows until there are enough, or until their batch ends early. */
#include "gstirsdkbatch.h"

/**
 * gst_irsdk_batch_get_length:
 * @batch: a batch
 *
 * Returns: how many rows it holds
 */
guint
gst_irsdk_batch_get_length (const GstIrsdkBatch *batch)
{
  return batch->held.length;
}

/**
 * gst_irsdk_batch_is_draining:
 * @batch: a batch
 *
 * Returns: %TRUE while rows are to be handed out and none taken
 */
gboolean
gst_irsdk_batch_is_draining (const GstIrsdkBatch *batch)
{
  return batch->draining;
}

/**
 * gst_irsdk_batch_push:
 * @batch: a batch
 * @row: (transfer full): one more
 * @size: rows that make it whole
 */
void
gst_irsdk_batch_push (GstIrsdkBatch *batch, GstBuffer *row, guint size)
{
  g_queue_push_tail (&batch->held, row);
  batch->draining = batch->held.length >= size;
}

/**
 * gst_irsdk_batch_end:
 * @batch: a batch
 *
 * What is held waits for nobody any more.
 *
 * Returns: %FALSE if nothing is held
 */
gboolean
gst_irsdk_batch_end (GstIrsdkBatch *batch)
{
  batch->draining = batch->held.length > 0;
  return batch->draining;
}

/**
 * gst_irsdk_batch_pop:
 * @batch: a batch that is draining
 *
 * Returns: (transfer full): the oldest row
 */
GstBuffer *
gst_irsdk_batch_pop (GstIrsdkBatch *batch)
{
  GstBuffer *row = g_queue_pop_head (&batch->held);

  batch->draining = batch->held.length > 0;
  return row;
}

/**
 * gst_irsdk_batch_keep:
 * @batch: a batch that holds rows
 * @row: of another layout, which they must go before; valid until the next poll
 */
void
gst_irsdk_batch_keep (GstIrsdkBatch *batch, const IrsdkShmRow *row)
{
  batch->kept = *row;
  batch->has_kept = batch->draining = TRUE;
}

/**
 * gst_irsdk_batch_take_kept:
 * @batch: a batch
 * @row: (out): the row that was kept
 *
 * Returns: %FALSE if there is none
 */
gboolean
gst_irsdk_batch_take_kept (GstIrsdkBatch *batch, IrsdkShmRow *row)
{
  if (!batch->has_kept)
    return FALSE;
  *row = batch->kept;
  batch->has_kept = FALSE;
  return TRUE;
}

/**
 * gst_irsdk_batch_clear:
 * @batch: a batch; empty afterwards
 */
void
gst_irsdk_batch_clear (GstIrsdkBatch *batch)
{
  g_queue_clear_full (&batch->held, (GDestroyNotify) gst_buffer_unref);
  batch->draining = batch->has_kept = FALSE;
}
