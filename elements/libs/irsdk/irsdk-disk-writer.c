/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Writer of .ibt files, as the sim writes them. */
#include "irsdk-bytes.h"
#include "irsdk-disk.h"
#include "irsdk-row.h"

#include <stdlib.h>

struct IrsdkDiskWriter {
  IrsdkWriteFunc write;
  void *user;
  IrsdkHeader header;
  IrsdkDiskInfo info;
  IrsdkVar session_time;
  bool has_session_time;
  uint64_t position;
};

static bool
setup_is_ok (const IrsdkDiskSetup *s)
{
  return s->ver >= 1 && s->ver <= 2 && s->tick_rate >= 1
         && s->tick_rate <= IRSDK_MAX_TICK_RATE
         && s->session_bytes <= IRSDK_MAX_SESSION_BYTES
         && irsdk_vars_check (s->vars, s->n_vars, s->row_bytes) == IRSDK_OK;
}

static void
fill_header (IrsdkHeader *h, const IrsdkDiskSetup *s)
{
  memset (h, 0, sizeof *h);
  h->ver = s->ver;
  h->status = 1;
  h->tick_rate = s->tick_rate;
  h->num_vars = (int32_t) s->n_vars;
  h->var_offset = IRSDK_DISK_START_BYTES;
  h->session_offset = h->var_offset + (int32_t) (s->n_vars * IRSDK_VAR_BYTES);
  h->session_bytes = (int32_t) s->session_bytes;
  h->num_buf = 1;
  h->row_bytes = s->row_bytes;
  h->buf[0].offset = h->session_offset + h->session_bytes;
}

static bool
put (IrsdkDiskWriter *self, const void *data, size_t size)
{
  if (!self->write (self->user, self->position, data, size))
    return false;
  self->position += size;
  return true;
}

static void
fill_start (const IrsdkDiskWriter *self, uint8_t start[IRSDK_DISK_START_BYTES])
{
  uint8_t *p = start + IRSDK_HEADER_BYTES;

  irsdk_header_write (&self->header, start);
  irsdk_put_u64 (p, (uint64_t) self->info.start_date);
  irsdk_put_double (p + 8, self->info.start_time);
  irsdk_put_double (p + 16, self->info.end_time);
  irsdk_put_i32 (p + 24, self->info.lap_count);
  irsdk_put_i32 (p + 28, self->info.record_count);
}

static IrsdkResult
put_head (IrsdkDiskWriter *self, const IrsdkDiskSetup *s)
{
  uint8_t start[IRSDK_DISK_START_BYTES];
  uint8_t var[IRSDK_VAR_BYTES];

  fill_start (self, start);
  if (!put (self, start, sizeof start))
    return IRSDK_ERROR_IO;
  for (size_t i = 0; i < s->n_vars; i++) {
    irsdk_var_write (&s->vars[i], var);
    if (!put (self, var, sizeof var))
      return IRSDK_ERROR_IO;
  }
  if (s->session_bytes > 0 && !put (self, s->session, s->session_bytes))
    return IRSDK_ERROR_IO;
  return IRSDK_OK;
}

/**
 * irsdk_disk_writer_new:
 * @writer: (out): the writer, or NULL on an error
 * @setup: what the file holds; copied
 * @write: writes the file
 * @user: for @write
 *
 * Writes everything before the rows. Until irsdk_disk_writer_close() the file
 * is what the sim leaves behind when it crashes: readable, counts 0.
 *
 * Returns: %IRSDK_OK, %IRSDK_ERROR_INVALID for a @setup out of bounds,
 *   %IRSDK_ERROR_IO, %IRSDK_ERROR_MEMORY
 */
IrsdkResult
irsdk_disk_writer_new (IrsdkDiskWriter **writer, const IrsdkDiskSetup *setup,
    IrsdkWriteFunc write, void *user)
{
  IrsdkDiskWriter *self;
  const IrsdkVar *time;
  IrsdkResult r;

  *writer = NULL;
  if (!setup_is_ok (setup))
    return IRSDK_ERROR_INVALID;
  self = calloc (1, sizeof *self);
  if (self == NULL)
    return IRSDK_ERROR_MEMORY;
  self->write = write;
  self->user = user;
  fill_header (&self->header, setup);
  self->info.start_date = setup->start_date;
  time = irsdk_vars_find (setup->vars, setup->n_vars, "SessionTime");
  if (time != NULL) {
    self->session_time = *time;
    self->has_session_time = true;
  }
  r = put_head (self, setup);
  if (r == IRSDK_OK)
    *writer = self;
  else
    free (self);
  return r;
}

/**
 * irsdk_disk_writer_put_row:
 * @writer: a writer
 * @row: as many bytes as the setup's row_bytes
 *
 * Returns: %IRSDK_OK or %IRSDK_ERROR_IO
 */
IrsdkResult
irsdk_disk_writer_put_row (IrsdkDiskWriter *writer, const void *row)
{
  if (!put (writer, row, (size_t) writer->header.row_bytes))
    return IRSDK_ERROR_IO;
  if (writer->has_session_time) {
    writer->info.end_time = irsdk_row_get_newest (row, &writer->session_time);
    if (writer->info.record_count == 0)
      writer->info.start_time = writer->info.end_time;
  }
  if (writer->info.record_count < INT32_MAX)
    writer->info.record_count++;
  return IRSDK_OK;
}

/**
 * irsdk_disk_writer_close:
 * @writer: a writer
 * @lap_count: for the sub-header
 *
 * Completes both headers. No row may follow.
 *
 * Returns: %IRSDK_OK or %IRSDK_ERROR_IO
 */
IrsdkResult
irsdk_disk_writer_close (IrsdkDiskWriter *writer, int32_t lap_count)
{
  uint8_t start[IRSDK_DISK_START_BYTES];

  writer->info.lap_count = lap_count;
  fill_start (writer, start);
  return writer->write (writer->user, 0, start, sizeof start) ? IRSDK_OK
                                                              : IRSDK_ERROR_IO;
}

/**
 * irsdk_disk_writer_free:
 * @writer: (nullable): a writer
 *
 * Does not write anything: see irsdk_disk_writer_close().
 */
void
irsdk_disk_writer_free (IrsdkDiskWriter *writer)
{
  free (writer);
}
