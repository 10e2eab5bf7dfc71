/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The sim's side of the shared memory, for pitbox-sim and tests. */
#include "irsdk-shm-os.h"

#include <stdlib.h>
#include <string.h>

/* The sim's own geometry: the session string behind the header, then room for
 * all variable headers, then the row buffers. The 2015 sim had less room for
 * the string. Measured on real mappings; they end 1,164 KiB from the start. */
#define SESSION_BYTES_V1 131072
#define SESSION_BYTES_V2 524288
#define BUFFER_BYTES 24576

struct IrsdkShmWriter {
  IrsdkMap map;
  IrsdkHeader header;
  char name[IRSDK_SHM_MAX_NAME_BYTES + 1];
  bool sdk_1_20;
  int32_t current;
  int32_t tick;
};

static bool
setup_is_ok (const IrsdkShmSetup *s)
{
  return s->ver >= 1 && s->ver <= 2 && s->tick_rate >= 1
         && s->tick_rate <= IRSDK_MAX_TICK_RATE && s->num_buf >= 1
         && s->num_buf <= IRSDK_MAX_BUFS
         && irsdk_vars_check (s->vars, s->n_vars, s->row_bytes) == IRSDK_OK;
}

/* Returns the bytes of the whole mapping. */
static size_t
fill_header (IrsdkHeader *h, const IrsdkShmSetup *s)
{
  const int32_t buffer_bytes =
      s->row_bytes > BUFFER_BYTES ? IRSDK_MAX_ROW_BYTES : BUFFER_BYTES;
  int32_t at;

  memset (h, 0, sizeof *h);
  h->ver = s->ver;
  h->tick_rate = s->tick_rate;
  h->session_offset = IRSDK_HEADER_BYTES;
  h->session_bytes = s->ver == 1 ? SESSION_BYTES_V1 : SESSION_BYTES_V2;
  h->num_vars = (int32_t) s->n_vars;
  h->var_offset = h->session_offset + h->session_bytes;
  h->num_buf = s->num_buf;
  h->row_bytes = s->row_bytes;
  at = h->var_offset + IRSDK_MAX_VARS * IRSDK_VAR_BYTES;
  for (int32_t i = 0; i < s->num_buf; i++) {
    h->buf[i].offset = at;
    at += buffer_bytes;
  }
  return ((size_t) at + 4095) & ~(size_t) 4095;
}

static void
publish_layout (IrsdkShmWriter *self, const IrsdkShmSetup *s)
{
  uint8_t raw[IRSDK_HEADER_BYTES];

  for (size_t i = 0; i < s->n_vars; i++)
    irsdk_var_write (&s->vars[i],
        self->map.base + self->header.var_offset + i * IRSDK_VAR_BYTES);
  irsdk_header_write (&self->header, raw);
  memcpy (self->map.base, raw, sizeof raw);
  self->sdk_1_20 = s->sdk_1_20;
  self->current = s->num_buf - 1;
}

/**
 * irsdk_shm_writer_new:
 * @writer: (out): the writer, or NULL on an error
 * @setup: name and layout
 *
 * Makes the mapping in the sim's own geometry, not connected yet. On POSIX an
 * object of the same name is replaced, unless another process writes into it;
 * on Windows it is taken over.
 *
 * Returns: %IRSDK_OK, %IRSDK_ERROR_INVALID for a @setup out of bounds,
 *   %IRSDK_ERROR_IO (on POSIX with errno, EBUSY for another writer),
 *   %IRSDK_ERROR_MEMORY
 */
IrsdkResult
irsdk_shm_writer_new (IrsdkShmWriter **writer, const IrsdkShmSetup *setup)
{
  IrsdkShmWriter *self;
  const char *name =
      setup->name != NULL ? setup->name : irsdk_shm_default_name ();

  *writer = NULL;
  if (!setup_is_ok (setup))
    return IRSDK_ERROR_INVALID;
  self = calloc (1, sizeof *self);
  if (self == NULL)
    return IRSDK_ERROR_MEMORY;
  if (!irsdk_map_create (
          &self->map, name, fill_header (&self->header, setup))) {
    free (self); /* leaves errno alone */
    return IRSDK_ERROR_IO;
  }
  publish_layout (self, setup);
  *writer = self;
  return IRSDK_OK;
}

/**
 * irsdk_shm_writer_new_from_image:
 * @writer: (out): the writer, or NULL on an error
 * @name: (nullable): name of the mapping
 * @image: (array length=size): a dump of a whole mapping
 * @size: bytes in @image
 *
 * Publishes a dump as it is, its status and ticks included.
 *
 * Returns: %IRSDK_OK, the errors of irsdk_header_parse(), %IRSDK_ERROR_INVALID,
 *   %IRSDK_ERROR_IO, %IRSDK_ERROR_MEMORY
 */
IrsdkResult
irsdk_shm_writer_new_from_image (
    IrsdkShmWriter **writer, const char *name, const void *image, size_t size)
{
  IrsdkShmWriter *self;
  IrsdkHeader header;
  IrsdkResult r = irsdk_header_parse (&header, image, size);

  *writer = NULL;
  if (r == IRSDK_OK)
    r = irsdk_header_check_live (&header, size);
  if (r != IRSDK_OK)
    return r;
  self = calloc (1, sizeof *self);
  if (self == NULL)
    return IRSDK_ERROR_MEMORY;
  self->header = header;
  self->sdk_1_20 = header.cur_tick != 0;
  for (int32_t i = 1; i < header.num_buf; i++) {
    if (header.buf[i].tick - header.buf[self->current].tick > 0)
      self->current = i;
  }
  if (!irsdk_map_create (
          &self->map, name != NULL ? name : irsdk_shm_default_name (), size)) {
    free (self);
    return IRSDK_ERROR_IO;
  }
  memcpy (self->map.base + IRSDK_AT_STATUS + 4,
      (const uint8_t *) image + IRSDK_AT_STATUS + 4,
      size - IRSDK_AT_STATUS - 4);
  memcpy (self->map.base, image, 4);
  irsdk_store (self->map.base, IRSDK_AT_STATUS, header.status);
  *writer = self;
  return IRSDK_OK;
}

/**
 * irsdk_shm_writer_free:
 * @writer: (nullable): a writer
 *
 * Says "not connected" and takes the mapping away.
 */
void
irsdk_shm_writer_free (IrsdkShmWriter *writer)
{
  if (writer == NULL)
    return;
  irsdk_shm_writer_set_connected (writer, false);
  irsdk_map_close (&writer->map, true);
  free (writer);
}

/**
 * irsdk_shm_writer_set_layout:
 * @writer: a writer
 * @setup: the new layout; its name is not looked at
 *
 * What happens when another car is loaded: disconnects, writes the new
 * variables, forgets ticks and session string. Connect again afterwards.
 *
 * Returns: %IRSDK_OK, %IRSDK_ERROR_INVALID for a @setup out of bounds,
 *   %IRSDK_ERROR_LIMIT if it does not fit in this mapping
 */
IrsdkResult
irsdk_shm_writer_set_layout (IrsdkShmWriter *writer, const IrsdkShmSetup *setup)
{
  IrsdkHeader header;

  if (!setup_is_ok (setup))
    return IRSDK_ERROR_INVALID;
  if (fill_header (&header, setup) > writer->map.size)
    return IRSDK_ERROR_LIMIT;
  irsdk_shm_writer_set_connected (writer, false);
  writer->header = header;
  memset (writer->map.base + header.session_offset, 0,
      (size_t) header.session_bytes);
  publish_layout (writer, setup);
  return IRSDK_OK;
}

/**
 * irsdk_shm_writer_set_connected:
 * @writer: a writer
 * @connected: the status bit
 */
void
irsdk_shm_writer_set_connected (IrsdkShmWriter *writer, bool connected)
{
  irsdk_store (writer->map.base, IRSDK_AT_STATUS,
      connected ? IRSDK_STATUS_CONNECTED : 0);
  irsdk_map_signal (&writer->map);
}

/**
 * irsdk_shm_writer_set_session:
 * @writer: a writer
 * @text: (array length=size): the session string, 8-bit
 * @size: bytes in @text
 *
 * Writes the string over the old one, as the sim does, and counts up.
 *
 * Returns: %IRSDK_OK, or %IRSDK_ERROR_LIMIT if it does not fit with its NUL
 */
IrsdkResult
irsdk_shm_writer_set_session (
    IrsdkShmWriter *writer, const char *text, size_t size)
{
  uint8_t *at = writer->map.base + writer->header.session_offset;

  if (size >= (size_t) writer->header.session_bytes)
    return IRSDK_ERROR_LIMIT;
  memcpy (at, text, size);
  at[size] = '\0';
  writer->header.session_update++;
  irsdk_store (
      writer->map.base, IRSDK_AT_SESSION_UPDATE, writer->header.session_update);
  return IRSDK_OK;
}

static size_t
buf_at (const IrsdkShmWriter *self)
{
  return IRSDK_AT_BUF + (size_t) self->current * IRSDK_BUF_BYTES;
}

/**
 * irsdk_shm_writer_begin_row:
 * @writer: a writer
 * @tick: number of the row, one more than the last one's
 *
 * Returns: where to write the row: row_bytes of the layout, holding an older
 *   row; to be followed by irsdk_shm_writer_end_row()
 */
void *
irsdk_shm_writer_begin_row (IrsdkShmWriter *writer, int32_t tick)
{
  writer->current = (writer->current + 1) % writer->header.num_buf;
  writer->tick = tick;
  if (writer->sdk_1_20) {
    irsdk_store (
        writer->map.base, buf_at (writer) + IRSDK_IN_BUF_TICK_BEGIN, tick);
    /* No byte of the row may become visible before this mark. */
    __atomic_thread_fence (__ATOMIC_SEQ_CST);
  }
  return writer->map.base + writer->header.buf[writer->current].offset;
}

/**
 * irsdk_shm_writer_end_row:
 * @writer: a writer
 *
 * Publishes the row that irsdk_shm_writer_begin_row() started.
 */
void
irsdk_shm_writer_end_row (IrsdkShmWriter *writer)
{
  uint8_t *base = writer->map.base;

  irsdk_store (base, buf_at (writer) + IRSDK_IN_BUF_TICK, writer->tick);
  if (writer->sdk_1_20) {
    irsdk_store (base, IRSDK_AT_CUR_TICK, writer->tick);
    base[IRSDK_AT_CUR_BUF] = (uint8_t) writer->current;
  }
  irsdk_map_signal (&writer->map);
}

/**
 * irsdk_shm_writer_put_row:
 * @writer: a writer
 * @tick: number of the row
 * @row: row_bytes of the layout
 *
 * Both steps at once.
 */
void
irsdk_shm_writer_put_row (IrsdkShmWriter *writer, int32_t tick, const void *row)
{
  memcpy (irsdk_shm_writer_begin_row (writer, tick), row,
      (size_t) writer->header.row_bytes);
  irsdk_shm_writer_end_row (writer);
}
