/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The 112-byte header that opens both iRacing's shared memory and a .ibt file. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IRSDK_HEADER_BYTES 112
#define IRSDK_MAX_BUFS 4

/* Limits. Each bounds an allocation that input could otherwise choose. */

/* The mapping has room for 4,096 variable headers. */
#define IRSDK_MAX_VARS 4096
/* A buffer of the mapping has 24,576 bytes; twice that leaves room for a
 * larger mapping. */
#define IRSDK_MAX_ROW_BYTES 49152
/* The session string's capacity in the mapping is 512 KiB. */
#define IRSDK_MAX_SESSION_BYTES (1024 * 1024)
/* 60 in every file seen; 360 is the sim's own highest logging rate. */
#define IRSDK_MAX_TICK_RATE 1000

/**
 * IrsdkResult:
 * @IRSDK_OK: it worked
 * @IRSDK_ERROR_TRUNCATED: the bytes end too early
 * @IRSDK_ERROR_FOREIGN: these bytes are something else
 * @IRSDK_ERROR_INVALID: offsets, lengths or types contradict each other
 * @IRSDK_ERROR_LIMIT: a named limit is exceeded
 * @IRSDK_ERROR_IO: the caller's read or write function failed, or the system
 *   refused a shared-memory object
 * @IRSDK_ERROR_MEMORY: out of memory
 * @IRSDK_ERROR_BUSY: the bytes kept changing while they were read
 */
typedef enum {
  IRSDK_OK = 0,
  IRSDK_ERROR_TRUNCATED,
  IRSDK_ERROR_FOREIGN,
  IRSDK_ERROR_INVALID,
  IRSDK_ERROR_LIMIT,
  IRSDK_ERROR_IO,
  IRSDK_ERROR_MEMORY,
  IRSDK_ERROR_BUSY,
} IrsdkResult;

const char *irsdk_result_text (IrsdkResult result);

/**
 * IrsdkBuf:
 * @tick: number of the row it holds
 * @offset: first byte of the row, from the start of mapping or file
 * @tick_begin: SDK 1.20: the number of the row, set before the sim starts
 *   filling it; 0 before that version
 */
typedef struct {
  int32_t tick;
  int32_t offset;
  int32_t tick_begin;
} IrsdkBuf;

/* irsdk_header.status */
#define IRSDK_STATUS_CONNECTED 1

/**
 * IrsdkHeader:
 * @ver: 1 (2015) or 2; same layout
 * @status: %IRSDK_STATUS_CONNECTED, live only
 * @tick_rate: rows a second
 * @session_update: goes up when the session string changes; 0 in a file
 * @session_bytes: live: capacity; file: true length
 * @session_offset: live: 112; file: behind the variable headers
 * @num_vars: number of variable headers
 * @var_offset: first byte of the variable headers
 * @num_buf: live 3 or 4; file 1
 * @row_bytes: bytes of one row
 * @cur_tick: SDK 1.20: number of the row last written, else 0
 * @cur_buf: SDK 1.20: index of the buffer last written, else 0
 * @buf: the row buffers; those from @num_buf on mean nothing
 */
typedef struct {
  int32_t ver;
  int32_t status;
  int32_t tick_rate;
  int32_t session_update;
  int32_t session_bytes;
  int32_t session_offset;
  int32_t num_vars;
  int32_t var_offset;
  int32_t num_buf;
  int32_t row_bytes;
  int32_t cur_tick;
  uint8_t cur_buf;
  IrsdkBuf buf[IRSDK_MAX_BUFS];
} IrsdkHeader;

IrsdkResult irsdk_header_parse (
    IrsdkHeader *header, const void *data, size_t size);
void irsdk_header_write (
    const IrsdkHeader *header, uint8_t data[IRSDK_HEADER_BYTES]);
bool irsdk_header_is_disk (const IrsdkHeader *header);
IrsdkResult irsdk_header_check_live (
    const IrsdkHeader *header, size_t mapping_bytes);

#ifdef __cplusplus
}
#endif
