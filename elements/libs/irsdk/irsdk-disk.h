/* SPDX-License-Identifier: LGPL-2.1-or-later
 * .ibt, iRacing's own disk telemetry: reader and writer without files, on a
 * caller's read and write functions. */
#pragma once

#include <irsdk/irsdk-var.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IRSDK_DISK_INFO_BYTES 32
/* Header and sub-header: what tells how long the head of a file is. */
#define IRSDK_DISK_START_BYTES (IRSDK_HEADER_BYTES + IRSDK_DISK_INFO_BYTES)
/* Everything before the first row: both headers, all variables, the session
 * string, and some room for padding that no file seen has. */
#define IRSDK_DISK_MAX_HEAD_BYTES \
  (IRSDK_DISK_START_BYTES + IRSDK_MAX_VARS * IRSDK_VAR_BYTES \
      + IRSDK_MAX_SESSION_BYTES + 65536)

/**
 * IrsdkDiskInfo:
 * @start_date: Unix time of the session's start, seconds; 0 unknown
 * @start_time: SessionTime of the first row, s
 * @end_time: SessionTime of the last row, s; 0 until the file is finished
 * @lap_count: one or two more than the timed laps: of no use
 * @record_count: rows; 0 until the file is finished: use
 *   irsdk_disk_get_n_rows()
 *
 * The disk sub-header. The sim completes it when it closes the file.
 */
typedef struct {
  int64_t start_date;
  double start_time;
  double end_time;
  int32_t lap_count;
  int32_t record_count;
} IrsdkDiskInfo;

IrsdkResult irsdk_disk_get_head_bytes (
    const void *data, size_t size, size_t *head_bytes);

/**
 * IrsdkReadFunc:
 * @user: the caller's
 * @offset: first byte wanted
 * @data: (out): where to
 * @size: bytes wanted
 *
 * Returns: whether all of them were read
 */
typedef bool (*IrsdkReadFunc) (
    void *user, uint64_t offset, void *data, size_t size);

typedef struct IrsdkDisk IrsdkDisk;

IrsdkResult irsdk_disk_open (
    IrsdkDisk **disk, IrsdkReadFunc read, void *user, uint64_t file_bytes);
IrsdkResult irsdk_disk_open_memory (
    IrsdkDisk **disk, const void *data, size_t size);
void irsdk_disk_free (IrsdkDisk *disk);

const IrsdkHeader *irsdk_disk_get_header (const IrsdkDisk *disk);
const IrsdkDiskInfo *irsdk_disk_get_info (const IrsdkDisk *disk);
const IrsdkVar *irsdk_disk_get_vars (const IrsdkDisk *disk, size_t *n_vars);
size_t irsdk_disk_get_n_rejected_vars (const IrsdkDisk *disk);
const char *irsdk_disk_get_session (const IrsdkDisk *disk, size_t *size);
uint64_t irsdk_disk_get_rows_offset (const IrsdkDisk *disk);
uint64_t irsdk_disk_get_n_rows (const IrsdkDisk *disk);
size_t irsdk_disk_get_tail_bytes (const IrsdkDisk *disk);
bool irsdk_disk_is_finished (const IrsdkDisk *disk);
IrsdkResult irsdk_disk_read_row (IrsdkDisk *disk, uint64_t index, void *row);

/**
 * IrsdkWriteFunc:
 * @user: the caller's
 * @offset: where the first byte goes; ascending, but for one write of
 *   %IRSDK_DISK_START_BYTES at 0 in irsdk_disk_writer_close()
 * @data: what
 * @size: bytes
 *
 * Returns: whether all of them were written
 */
typedef bool (*IrsdkWriteFunc) (
    void *user, uint64_t offset, const void *data, size_t size);

/**
 * IrsdkDiskSetup:
 * @ver: header version, 1 or 2
 * @tick_rate: rows a second
 * @vars: (array length=n_vars): the variables, with offsets
 * @n_vars: how many
 * @row_bytes: bytes of one row
 * @session: (array length=session_bytes): the session string, 8-bit
 * @session_bytes: its length
 * @start_date: Unix time of the session's start, seconds
 */
typedef struct {
  int32_t ver;
  int32_t tick_rate;
  const IrsdkVar *vars;
  size_t n_vars;
  int32_t row_bytes;
  const char *session;
  size_t session_bytes;
  int64_t start_date;
} IrsdkDiskSetup;

typedef struct IrsdkDiskWriter IrsdkDiskWriter;

IrsdkResult irsdk_disk_writer_new (IrsdkDiskWriter **writer,
    const IrsdkDiskSetup *setup, IrsdkWriteFunc write, void *user);
IrsdkResult irsdk_disk_writer_put_row (
    IrsdkDiskWriter *writer, const void *row);
IrsdkResult irsdk_disk_writer_close (
    IrsdkDiskWriter *writer, int32_t lap_count);
void irsdk_disk_writer_free (IrsdkDiskWriter *writer);

#ifdef __cplusplus
}
#endif
