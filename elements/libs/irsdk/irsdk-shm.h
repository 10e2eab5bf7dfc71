/* SPDX-License-Identifier: LGPL-2.1-or-later
 * iRacing's live shared memory: a reader that never delivers a torn row, and a
 * writer that publishes rows as the sim does. Windows and POSIX. */
#pragma once

#include <irsdk/irsdk-var.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The name of the mapping without "Local\" (Windows) or "/" (POSIX). */
#define IRSDK_SHM_DEFAULT_NAME "IRSDKMemMapFileName"
/* Another default name, for several sims on one machine. */
#define IRSDK_SHM_NAME_VARIABLE "PITBOX_SHM_NAME"
#define IRSDK_SHM_MAX_NAME_BYTES 127

const char *irsdk_shm_default_name (void);

/**
 * IrsdkShmPoll:
 * @IRSDK_SHM_NO_SIM: no mapping, or one that holds nothing usable
 * @IRSDK_SHM_DISCONNECTED: a mapping, but the sim says it is not connected;
 *   layout, last tick and session string are forgotten
 * @IRSDK_SHM_NOTHING: connected, no new row
 * @IRSDK_SHM_ROW: a new row
 */
typedef enum {
  IRSDK_SHM_NO_SIM,
  IRSDK_SHM_DISCONNECTED,
  IRSDK_SHM_NOTHING,
  IRSDK_SHM_ROW,
} IrsdkShmPoll;

/**
 * IrsdkShmRow:
 * @data: the row, row_bytes of the header; valid until the next poll
 * @tick: the sim's number of it
 * @lost: ticks that were never read between the last row and this one
 * @restarted: the first row after connecting, or after the tick went back:
 *   forget everything about the rows before; @lost is 0
 */
typedef struct {
  const void *data;
  int32_t tick;
  uint32_t lost;
  bool restarted;
} IrsdkShmRow;

typedef struct IrsdkShmReader IrsdkShmReader;

IrsdkShmReader *irsdk_shm_reader_new (const char *name);
void irsdk_shm_reader_free (IrsdkShmReader *reader);
IrsdkShmPoll irsdk_shm_reader_poll (IrsdkShmReader *reader, IrsdkShmRow *row);
void irsdk_shm_reader_refresh (IrsdkShmReader *reader);
bool irsdk_shm_reader_has_event (const IrsdkShmReader *reader);
bool irsdk_shm_reader_wait (IrsdkShmReader *reader, uint32_t timeout_ms);
IrsdkResult irsdk_shm_reader_get_result (const IrsdkShmReader *reader);
uint32_t irsdk_shm_reader_get_layout_serial (const IrsdkShmReader *reader);
const IrsdkHeader *irsdk_shm_reader_get_header (const IrsdkShmReader *reader);
const IrsdkVar *irsdk_shm_reader_get_vars (
    const IrsdkShmReader *reader, size_t *n_vars);
uint64_t irsdk_shm_reader_get_torn (const IrsdkShmReader *reader);
bool irsdk_shm_reader_get_session_update (
    IrsdkShmReader *reader, int32_t *update);
IrsdkResult irsdk_shm_reader_copy_session (
    IrsdkShmReader *reader, char **text, size_t *size, int32_t *update);

/**
 * IrsdkShmSetup:
 * @name: (nullable): name of the mapping; NULL: irsdk_shm_default_name()
 * @ver: header version, 1 or 2
 * @tick_rate: rows a second
 * @num_buf: 3 or 4 as the sim has; 1 to %IRSDK_MAX_BUFS
 * @sdk_1_20: whether to fill tick_begin, cur_tick and cur_buf
 * @vars: (array length=n_vars): the variables, with offsets
 * @n_vars: how many
 * @row_bytes: bytes of one row
 */
typedef struct {
  const char *name;
  int32_t ver;
  int32_t tick_rate;
  int32_t num_buf;
  bool sdk_1_20;
  const IrsdkVar *vars;
  size_t n_vars;
  int32_t row_bytes;
} IrsdkShmSetup;

typedef struct IrsdkShmWriter IrsdkShmWriter;

IrsdkResult irsdk_shm_writer_new (
    IrsdkShmWriter **writer, const IrsdkShmSetup *setup);
IrsdkResult irsdk_shm_writer_new_from_image (
    IrsdkShmWriter **writer, const char *name, const void *image, size_t size);
void irsdk_shm_writer_free (IrsdkShmWriter *writer);
IrsdkResult irsdk_shm_writer_set_layout (
    IrsdkShmWriter *writer, const IrsdkShmSetup *setup);
void irsdk_shm_writer_set_connected (IrsdkShmWriter *writer, bool connected);
IrsdkResult irsdk_shm_writer_set_session (
    IrsdkShmWriter *writer, const char *text, size_t size);
void *irsdk_shm_writer_begin_row (IrsdkShmWriter *writer, int32_t tick);
void irsdk_shm_writer_end_row (IrsdkShmWriter *writer);
void irsdk_shm_writer_put_row (
    IrsdkShmWriter *writer, int32_t tick, const void *row);

#ifdef __cplusplus
}
#endif
