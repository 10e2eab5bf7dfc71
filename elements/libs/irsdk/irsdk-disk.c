/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reader of .ibt files: also of those cut off, or still being written. */
#include "irsdk-disk.h"

#include "irsdk-bytes.h"

#include <stdlib.h>

struct IrsdkDisk {
  IrsdkReadFunc read;
  void *user;
  IrsdkHeader header;
  IrsdkDiskInfo info;
  IrsdkVar *vars;
  size_t n_vars;
  size_t n_rejected;
  char *session; /* NUL-terminated */
  size_t session_bytes;
  uint64_t n_rows;
  size_t tail_bytes;
  /* irsdk_disk_open_memory() only */
  const uint8_t *memory;
  size_t memory_bytes;
};

/* The regions of a file follow each other: headers, variables, session string,
 * rows. The offsets are trusted only as far as they keep to that order. */
static IrsdkResult
check_layout (const IrsdkHeader *h)
{
  const int64_t rows = h->buf[0].offset;
  const int64_t vars_end =
      (int64_t) h->var_offset + (int64_t) h->num_vars * IRSDK_VAR_BYTES;
  const int64_t session_end =
      (int64_t) h->session_offset + (int64_t) h->session_bytes;

  if (h->var_offset < IRSDK_DISK_START_BYTES
      || h->session_offset < IRSDK_DISK_START_BYTES || vars_end > rows
      || session_end > rows)
    return IRSDK_ERROR_INVALID;
  if (rows > IRSDK_DISK_MAX_HEAD_BYTES)
    return IRSDK_ERROR_LIMIT;
  return IRSDK_OK;
}

static IrsdkResult
parse_header (IrsdkHeader *header, const void *data, size_t size)
{
  IrsdkResult r = irsdk_header_parse (header, data, size);

  if (r != IRSDK_OK)
    return r;
  if (!irsdk_header_is_disk (header))
    return IRSDK_ERROR_FOREIGN;
  return check_layout (header);
}

/**
 * irsdk_disk_get_head_bytes:
 * @data: (array length=size): the start of a file, untrusted
 * @size: at least %IRSDK_HEADER_BYTES
 * @head_bytes: (out): bytes before the first row
 *
 * For a reader that gets the file in pieces: with so many bytes,
 * irsdk_disk_open_memory() gives everything but the rows.
 *
 * Returns: %IRSDK_OK, %IRSDK_ERROR_TRUNCATED, %IRSDK_ERROR_FOREIGN (also for
 *   a dump of shared memory), %IRSDK_ERROR_INVALID or %IRSDK_ERROR_LIMIT
 */
IrsdkResult
irsdk_disk_get_head_bytes (const void *data, size_t size, size_t *head_bytes)
{
  IrsdkHeader header;
  IrsdkResult r = parse_header (&header, data, size);

  if (r == IRSDK_OK)
    *head_bytes = (size_t) header.buf[0].offset;
  return r;
}

static void
parse_info (IrsdkDiskInfo *info, const uint8_t *p)
{
  info->start_date = (int64_t) irsdk_get_u64 (p);
  info->start_time = irsdk_get_double (p + 8);
  info->end_time = irsdk_get_double (p + 16);
  info->lap_count = irsdk_get_i32 (p + 24);
  info->record_count = irsdk_get_i32 (p + 28);
}

static IrsdkResult
read_vars (IrsdkDisk *self)
{
  const IrsdkHeader *h = &self->header;
  const size_t size = (size_t) h->num_vars * IRSDK_VAR_BYTES;
  uint8_t *raw = malloc (size);
  IrsdkResult r = IRSDK_ERROR_MEMORY;

  self->vars = calloc ((size_t) h->num_vars, sizeof *self->vars);
  if (raw != NULL && self->vars != NULL) {
    r = IRSDK_ERROR_IO;
    if (self->read (self->user, (uint64_t) h->var_offset, raw, size))
      r = irsdk_vars_parse (self->vars, &self->n_vars, &self->n_rejected, raw,
          size, h->num_vars, h->row_bytes);
  }
  free (raw);
  return r;
}

static IrsdkResult
read_session (IrsdkDisk *self)
{
  const size_t size = (size_t) self->header.session_bytes;

  self->session = calloc (1, size + 1);
  if (self->session == NULL)
    return IRSDK_ERROR_MEMORY;
  if (!self->read (self->user, (uint64_t) self->header.session_offset,
          self->session, size))
    return IRSDK_ERROR_IO;
  self->session_bytes = strlen (self->session);
  return IRSDK_OK;
}

static IrsdkResult
open_file (IrsdkDisk *self, uint64_t file_bytes)
{
  uint8_t start[IRSDK_DISK_START_BYTES];
  IrsdkResult r;
  uint64_t rows_bytes;

  if (file_bytes < sizeof start)
    return IRSDK_ERROR_TRUNCATED;
  if (!self->read (self->user, 0, start, sizeof start))
    return IRSDK_ERROR_IO;
  r = parse_header (&self->header, start, sizeof start);
  if (r != IRSDK_OK)
    return r;
  if (file_bytes < (uint64_t) self->header.buf[0].offset)
    return IRSDK_ERROR_TRUNCATED;
  parse_info (&self->info, start + IRSDK_HEADER_BYTES);
  rows_bytes = file_bytes - (uint64_t) self->header.buf[0].offset;
  self->n_rows = rows_bytes / (uint64_t) self->header.row_bytes;
  self->tail_bytes = (size_t) (rows_bytes % (uint64_t) self->header.row_bytes);
  r = read_vars (self);
  return r == IRSDK_OK ? read_session (self) : r;
}

static bool
read_memory (void *user, uint64_t offset, void *data, size_t size)
{
  const IrsdkDisk *self = user;

  if (offset > self->memory_bytes || size > self->memory_bytes - offset)
    return false;
  memcpy (data, self->memory + offset, size);
  return true;
}

/**
 * irsdk_disk_open:
 * @disk: (out): the reader, or NULL on an error
 * @read: reads the file; called in this and in irsdk_disk_read_row()
 * @user: for @read
 * @file_bytes: bytes of the file now
 *
 * One thread at a time.
 *
 * Returns: %IRSDK_OK; %IRSDK_ERROR_TRUNCATED if the file ends before its first
 *   row could start; %IRSDK_ERROR_FOREIGN, %IRSDK_ERROR_INVALID,
 *   %IRSDK_ERROR_LIMIT, %IRSDK_ERROR_IO, %IRSDK_ERROR_MEMORY
 */
IrsdkResult
irsdk_disk_open (
    IrsdkDisk **disk, IrsdkReadFunc read, void *user, uint64_t file_bytes)
{
  IrsdkDisk *self = calloc (1, sizeof *self);
  IrsdkResult r;

  *disk = NULL;
  if (self == NULL)
    return IRSDK_ERROR_MEMORY;
  self->read = read;
  self->user = user;
  r = open_file (self, file_bytes);
  if (r == IRSDK_OK)
    *disk = self;
  else
    irsdk_disk_free (self);
  return r;
}

/**
 * irsdk_disk_open_memory:
 * @disk: (out): the reader, or NULL on an error
 * @data: (array length=size): the file, or its head; must outlive the reader
 * @size: bytes in @data
 *
 * Returns: as irsdk_disk_open()
 */
IrsdkResult
irsdk_disk_open_memory (IrsdkDisk **disk, const void *data, size_t size)
{
  IrsdkDisk *self = calloc (1, sizeof *self);
  IrsdkResult r;

  *disk = NULL;
  if (self == NULL)
    return IRSDK_ERROR_MEMORY;
  self->read = read_memory;
  self->user = self;
  self->memory = data;
  self->memory_bytes = size;
  r = open_file (self, size);
  if (r == IRSDK_OK)
    *disk = self;
  else
    irsdk_disk_free (self);
  return r;
}

/**
 * irsdk_disk_free:
 * @disk: (nullable): a reader
 */
void
irsdk_disk_free (IrsdkDisk *disk)
{
  if (disk == NULL)
    return;
  free (disk->vars);
  free (disk->session);
  free (disk);
}

/**
 * irsdk_disk_get_header:
 * @disk: a reader
 *
 * Returns: the header; belongs to @disk
 */
const IrsdkHeader *
irsdk_disk_get_header (const IrsdkDisk *disk)
{
  return &disk->header;
}

/**
 * irsdk_disk_get_info:
 * @disk: a reader
 *
 * Returns: the sub-header; belongs to @disk. Its numbers are not checked.
 */
const IrsdkDiskInfo *
irsdk_disk_get_info (const IrsdkDisk *disk)
{
  return &disk->info;
}

/**
 * irsdk_disk_get_vars:
 * @disk: a reader
 * @n_vars: (out): how many, >= 1
 *
 * Returns: (array length=n_vars): the good variables; belong to @disk
 */
const IrsdkVar *
irsdk_disk_get_vars (const IrsdkDisk *disk, size_t *n_vars)
{
  *n_vars = disk->n_vars;
  return disk->vars;
}

/**
 * irsdk_disk_get_n_rejected_vars:
 * @disk: a reader
 *
 * Returns: how many variable headers were left out because they are not valid
 */
size_t
irsdk_disk_get_n_rejected_vars (const IrsdkDisk *disk)
{
  return disk->n_rejected;
}

/**
 * irsdk_disk_get_session:
 * @disk: a reader
 * @size: (out) (optional): bytes, without the NUL
 *
 * Returns: the session string up to its first NUL, 8-bit, NUL-terminated;
 *   belongs to @disk
 */
const char *
irsdk_disk_get_session (const IrsdkDisk *disk, size_t *size)
{
  if (size != NULL)
    *size = disk->session_bytes;
  return disk->session;
}

/**
 * irsdk_disk_get_rows_offset:
 * @disk: a reader
 *
 * Returns: first byte of row 0 in the file
 */
uint64_t
irsdk_disk_get_rows_offset (const IrsdkDisk *disk)
{
  return (uint64_t) disk->header.buf[0].offset;
}

/**
 * irsdk_disk_get_n_rows:
 * @disk: a reader
 *
 * Returns: whole rows by the file's size; the sub-header's count is 0 in a
 *   file that the sim has not closed
 */
uint64_t
irsdk_disk_get_n_rows (const IrsdkDisk *disk)
{
  return disk->n_rows;
}

/**
 * irsdk_disk_get_tail_bytes:
 * @disk: a reader
 *
 * Returns: bytes behind the last whole row, of a row that was cut off
 */
size_t
irsdk_disk_get_tail_bytes (const IrsdkDisk *disk)
{
  return disk->tail_bytes;
}

/**
 * irsdk_disk_is_finished:
 * @disk: a reader
 *
 * Returns: whether the sim closed the file and no byte is missing or too many
 */
bool
irsdk_disk_is_finished (const IrsdkDisk *disk)
{
  return disk->tail_bytes == 0 && disk->info.record_count >= 0
         && (uint64_t) disk->info.record_count == disk->n_rows;
}

/**
 * irsdk_disk_read_row:
 * @disk: a reader
 * @index: 0 to irsdk_disk_get_n_rows() minus 1
 * @row: (out): as many bytes as the header's row_bytes
 *
 * Returns: %IRSDK_OK, %IRSDK_ERROR_TRUNCATED behind the last row,
 *   %IRSDK_ERROR_IO
 */
IrsdkResult
irsdk_disk_read_row (IrsdkDisk *disk, uint64_t index, void *row)
{
  const size_t size = (size_t) disk->header.row_bytes;

  if (index >= disk->n_rows)
    return IRSDK_ERROR_TRUNCATED;
  return disk->read (disk->user,
             (uint64_t) disk->header.buf[0].offset + index * size, row, size)
             ? IRSDK_OK
             : IRSDK_ERROR_IO;
}
