/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Parse, check and write the common header. */
#include "irsdk-header.h"

#include "irsdk-bytes.h"
#include "irsdk-var.h"

/**
 * irsdk_result_text:
 * @result: any value
 *
 * Returns: a few English words, for the end of an error message
 */
const char *
irsdk_result_text (IrsdkResult result)
{
  switch (result) {
    case IRSDK_OK:
      return "no error";
    case IRSDK_ERROR_TRUNCATED:
      return "it ends too early";
    case IRSDK_ERROR_FOREIGN:
      return "it is not iRacing telemetry";
    case IRSDK_ERROR_INVALID:
      return "its offsets and lengths contradict each other";
    case IRSDK_ERROR_LIMIT:
      return "it is larger than any known iRacing telemetry";
    case IRSDK_ERROR_IO:
      return "reading or writing failed";
    case IRSDK_ERROR_MEMORY:
      return "out of memory";
    case IRSDK_ERROR_BUSY:
      return "it kept changing while it was read";
  }
  return "unknown error";
}

static IrsdkResult
check_fields (const IrsdkHeader *h)
{
  /* Anything that fails here cannot be a header of any known version. */
  if (h->ver < 1 || h->ver > 15 || h->tick_rate <= 0 || h->num_buf < 1
      || h->session_offset < 0 || h->var_offset < 0 || h->row_bytes <= 0
      || h->num_vars <= 0 || h->session_bytes < 0)
    return IRSDK_ERROR_FOREIGN;
  if (h->tick_rate > IRSDK_MAX_TICK_RATE || h->num_vars > IRSDK_MAX_VARS
      || h->row_bytes > IRSDK_MAX_ROW_BYTES
      || h->session_bytes > IRSDK_MAX_SESSION_BYTES)
    return IRSDK_ERROR_LIMIT;
  return IRSDK_OK;
}

/**
 * irsdk_header_parse:
 * @header: (out): filled even when the result is not %IRSDK_OK, except for
 *   %IRSDK_ERROR_TRUNCATED
 * @data: (array length=size): untrusted bytes
 * @size: bytes in @data; at least %IRSDK_HEADER_BYTES are needed
 *
 * Checks each field by itself; num_buf is clamped to %IRSDK_MAX_BUFS. Whether
 * the regions lie inside the whole is irsdk_header_check_live()'s or the .ibt
 * reader's part.
 *
 * Returns: %IRSDK_OK, %IRSDK_ERROR_TRUNCATED, %IRSDK_ERROR_FOREIGN or
 *   %IRSDK_ERROR_LIMIT
 */
IrsdkResult
irsdk_header_parse (IrsdkHeader *header, const void *data, size_t size)
{
  const uint8_t *p = (const uint8_t *) data;

  if (size < IRSDK_HEADER_BYTES)
    return IRSDK_ERROR_TRUNCATED;
  header->ver = irsdk_get_i32 (p);
  header->status = irsdk_get_i32 (p + 4);
  header->tick_rate = irsdk_get_i32 (p + 8);
  header->session_update = irsdk_get_i32 (p + 12);
  header->session_bytes = irsdk_get_i32 (p + 16);
  header->session_offset = irsdk_get_i32 (p + 20);
  header->num_vars = irsdk_get_i32 (p + 24);
  header->var_offset = irsdk_get_i32 (p + 28);
  header->num_buf = irsdk_get_i32 (p + 32);
  header->row_bytes = irsdk_get_i32 (p + 36);
  header->cur_tick = irsdk_get_i32 (p + 40);
  header->cur_buf = p[44];
  for (int i = 0; i < IRSDK_MAX_BUFS; i++) {
    const uint8_t *b = p + 48 + 16 * i;

    header->buf[i].tick = irsdk_get_i32 (b);
    header->buf[i].offset = irsdk_get_i32 (b + 4);
    header->buf[i].tick_begin = irsdk_get_i32 (b + 8);
  }
  if (header->num_buf > IRSDK_MAX_BUFS)
    header->num_buf = IRSDK_MAX_BUFS;
  return check_fields (header);
}

/**
 * irsdk_header_write:
 * @header: what to write
 * @data: (out): its bytes; padding is 0
 */
void
irsdk_header_write (const IrsdkHeader *header, uint8_t data[IRSDK_HEADER_BYTES])
{
  memset (data, 0, IRSDK_HEADER_BYTES);
  irsdk_put_i32 (data, header->ver);
  irsdk_put_i32 (data + 4, header->status);
  irsdk_put_i32 (data + 8, header->tick_rate);
  irsdk_put_i32 (data + 12, header->session_update);
  irsdk_put_i32 (data + 16, header->session_bytes);
  irsdk_put_i32 (data + 20, header->session_offset);
  irsdk_put_i32 (data + 24, header->num_vars);
  irsdk_put_i32 (data + 28, header->var_offset);
  irsdk_put_i32 (data + 32, header->num_buf);
  irsdk_put_i32 (data + 36, header->row_bytes);
  irsdk_put_i32 (data + 40, header->cur_tick);
  data[44] = header->cur_buf;
  for (int i = 0; i < IRSDK_MAX_BUFS; i++) {
    uint8_t *b = data + 48 + 16 * i;

    irsdk_put_i32 (b, header->buf[i].tick);
    irsdk_put_i32 (b + 4, header->buf[i].offset);
    irsdk_put_i32 (b + 8, header->buf[i].tick_begin);
  }
}

/**
 * irsdk_header_is_disk:
 * @header: a parsed header
 *
 * A dump of the shared memory has a valid header too, but its session string
 * follows at once and it has more than one row buffer.
 *
 * Returns: whether this is the header of a .ibt file
 */
bool
irsdk_header_is_disk (const IrsdkHeader *header)
{
  return header->num_buf == 1 && header->session_offset != IRSDK_HEADER_BYTES;
}

/**
 * irsdk_header_check_live:
 * @header: a header that irsdk_header_parse() took
 * @mapping_bytes: readable bytes of the mapping
 *
 * Returns: %IRSDK_OK if all regions lie inside, else %IRSDK_ERROR_INVALID
 */
IrsdkResult
irsdk_header_check_live (const IrsdkHeader *header, size_t mapping_bytes)
{
  const uint64_t size = mapping_bytes;

  if ((uint64_t) header->session_offset + (uint64_t) header->session_bytes
          > size
      || (uint64_t) header->var_offset
                 + (uint64_t) header->num_vars * IRSDK_VAR_BYTES
             > size)
    return IRSDK_ERROR_INVALID;
  for (int i = 0; i < header->num_buf; i++) {
    const int32_t offset = header->buf[i].offset;

    if (offset < IRSDK_HEADER_BYTES
        || (uint64_t) offset + (uint64_t) header->row_bytes > size)
      return IRSDK_ERROR_INVALID;
  }
  return IRSDK_OK;
}
