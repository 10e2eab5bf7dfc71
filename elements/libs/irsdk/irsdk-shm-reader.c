/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reads rows from the sim's shared memory without tearing. */
#include "irsdk-shm-os.h"

#include <stdlib.h>
#include <string.h>

/* Copies of one row before it is given up: the sim writes each buffer every
 * third tick, so a reader that fails three times is not scheduled at all. */
#define MAX_ATTEMPTS 3
/* Copies of the session string before it is given up until later. */
#define MAX_SESSION_ATTEMPTS 5
/* A sim that counts ticks but does not set its status is believed after as
 * many polls in a row that saw a new tick. */
#define UNFLAGGED_POLLS 3

struct IrsdkShmReader {
  char name[IRSDK_SHM_MAX_NAME_BYTES + 1];
  IrsdkMap map;
  IrsdkResult result;

  /* Valid while connected. */
  bool connected;
  IrsdkHeader header;
  uint8_t *raw_vars;
  IrsdkVar *vars;
  size_t n_vars;
  uint8_t *row;
  bool have_last;
  int32_t last_tick;
  bool have_update;
  int32_t last_update;

  bool unflagged;
  int32_t idle_tick;
  uint32_t idle_polls;

  uint32_t layout_serial;
  uint64_t torn;
};

/**
 * irsdk_shm_default_name:
 *
 * Returns: the value of the environment variable PITBOX_SHM_NAME, or the sim's
 *   own name
 */
const char *
irsdk_shm_default_name (void)
{
  const char *name = getenv (IRSDK_SHM_NAME_VARIABLE);

  return name != NULL && name[0] != '\0' ? name : IRSDK_SHM_DEFAULT_NAME;
}

/**
 * irsdk_shm_reader_new:
 * @name: (nullable): name of the mapping; NULL: irsdk_shm_default_name()
 *
 * Does not open anything yet. One thread at a time.
 *
 * Returns: (nullable): a reader; NULL if @name is empty or longer than
 *   %IRSDK_SHM_MAX_NAME_BYTES, or memory is short
 */
IrsdkShmReader *
irsdk_shm_reader_new (const char *name)
{
  IrsdkShmReader *self;

  if (name == NULL)
    name = irsdk_shm_default_name ();
  if (name[0] == '\0' || strlen (name) > IRSDK_SHM_MAX_NAME_BYTES)
    return NULL;
  self = calloc (1, sizeof *self);
  if (self != NULL)
    memcpy (self->name, name, strlen (name) + 1);
  return self;
}

static void
forget_layout (IrsdkShmReader *self)
{
  free (self->raw_vars);
  free (self->vars);
  free (self->row);
  self->raw_vars = NULL;
  self->vars = NULL;
  self->row = NULL;
  self->n_vars = 0;
  self->connected = false;
  self->have_last = false;
  self->have_update = false;
}

/**
 * irsdk_shm_reader_free:
 * @reader: (nullable): a reader
 */
void
irsdk_shm_reader_free (IrsdkShmReader *reader)
{
  if (reader == NULL)
    return;
  forget_layout (reader);
  irsdk_map_close (&reader->map, false);
  free (reader);
}

/* Always from the mapping: a header that was copied once shows every third
 * tick only. */
static IrsdkResult
load_header (const IrsdkShmReader *self, IrsdkHeader *header)
{
  uint8_t raw[IRSDK_HEADER_BYTES];

  for (size_t i = 0; i < sizeof raw; i += 4) {
    int32_t v = irsdk_load (self->map.base, i);

    memcpy (raw + i, &v, 4);
  }
  return irsdk_header_parse (header, raw, sizeof raw);
}

static bool
same_layout (const IrsdkHeader *a, const IrsdkHeader *b)
{
  if (a->ver != b->ver || a->tick_rate != b->tick_rate
      || a->session_offset != b->session_offset
      || a->session_bytes != b->session_bytes || a->num_vars != b->num_vars
      || a->var_offset != b->var_offset || a->num_buf != b->num_buf
      || a->row_bytes != b->row_bytes)
    return false;
  for (int i = 0; i < a->num_buf; i++) {
    if (a->buf[i].offset != b->buf[i].offset)
      return false;
  }
  return true;
}

static size_t
vars_bytes (const IrsdkHeader *h)
{
  return (size_t) h->num_vars * IRSDK_VAR_BYTES;
}

static IrsdkResult
read_layout (IrsdkShmReader *self, const IrsdkHeader *header)
{
  IrsdkHeader again;
  IrsdkResult r = irsdk_header_check_live (header, self->map.size);

  forget_layout (self);
  if (r != IRSDK_OK)
    return r;
  self->raw_vars = malloc (vars_bytes (header));
  self->vars = calloc ((size_t) header->num_vars, sizeof *self->vars);
  self->row = malloc ((size_t) header->row_bytes);
  if (self->raw_vars == NULL || self->vars == NULL || self->row == NULL) {
    forget_layout (self);
    return IRSDK_ERROR_MEMORY;
  }
  memcpy (
      self->raw_vars, self->map.base + header->var_offset, vars_bytes (header));
  r = irsdk_vars_parse (self->vars, &self->n_vars, NULL, self->raw_vars,
      vars_bytes (header), header->num_vars, header->row_bytes);
  if (r == IRSDK_OK && load_header (self, &again) != IRSDK_OK)
    r = IRSDK_ERROR_BUSY;
  if (r == IRSDK_OK && !same_layout (header, &again))
    r = IRSDK_ERROR_BUSY;
  if (r != IRSDK_OK) {
    forget_layout (self);
    return r;
  }
  self->header = *header;
  self->connected = true;
  self->layout_serial++;
  return IRSDK_OK;
}

/* Another car may have as many variables in a row of the same size. The sim
 * then also writes a new session string, so a look at each of those is
 * enough. */
static bool
vars_changed (IrsdkShmReader *self, const IrsdkHeader *header)
{
  bool first = !self->have_update;

  if (!first && self->last_update == header->session_update)
    return false;
  self->have_update = true;
  self->last_update = header->session_update;
  return !first
         && memcmp (self->raw_vars, self->map.base + header->var_offset,
                vars_bytes (header))
                != 0;
}

static int32_t
newest_tick (const IrsdkHeader *h)
{
  int32_t newest = h->buf[0].tick;

  for (int i = 1; i < h->num_buf; i++) {
    if ((int32_t) ((uint32_t) h->buf[i].tick - (uint32_t) newest) > 0)
      newest = h->buf[i].tick;
  }
  return newest;
}

/* Two buffers never hold the same tick once both have been written. */
static bool
nothing_written (const IrsdkHeader *h)
{
  if (h->num_buf == 1)
    return h->buf[0].tick == 0;
  for (int i = 1; i < h->num_buf; i++) {
    if (h->buf[i].tick != h->buf[0].tick)
      return false;
  }
  return true;
}

static int32_t
tick_diff (int32_t a, int32_t b)
{
  return (int32_t) ((uint32_t) a - (uint32_t) b);
}

/* A buffer so far behind the newest one is, or may be, what the sim is writing
 * into at this moment. */
static int32_t
unsafe_age (const IrsdkHeader *h)
{
  return h->num_buf > 2 ? h->num_buf - 1 : 1;
}

/* The oldest row that was not delivered yet and is safe to read: so a reader
 * that comes a tick late still gets every row. */
static int
pick_buffer (const IrsdkShmReader *self, const IrsdkHeader *h)
{
  const int32_t newest = newest_tick (h);
  int best = -1;

  for (int i = 0; i < h->num_buf; i++) {
    const int32_t t = h->buf[i].tick;

    if (self->have_last ? tick_diff (t, self->last_tick) <= 0 : t != newest)
      continue;
    if (tick_diff (newest, t) >= unsafe_age (h))
      continue;
    if (best < 0 || tick_diff (t, h->buf[best].tick) < 0)
      best = i;
  }
  return best;
}

/* True if what was copied from buffer @i is one whole row of one tick. */
static bool
copy_is_whole (const IrsdkShmReader *self, const IrsdkHeader *before, int i)
{
  IrsdkHeader after;
  const IrsdkBuf *a = &before->buf[i], *b = &after.buf[i];

  __atomic_thread_fence (__ATOMIC_ACQUIRE);
  if (load_header (self, &after) != IRSDK_OK || !same_layout (before, &after)
      || a->tick != b->tick
      || (before->status & IRSDK_STATUS_CONNECTED)
             != (after.status & IRSDK_STATUS_CONNECTED))
    return false;
  /* SDK 1.20 says when it starts to write a row. */
  if (a->tick_begin != 0 || b->tick_begin != 0)
    return b->tick_begin == b->tick;
  /* Older sims set the tick only when the row is done: the buffer may be the
   * one that is being filled. */
  return tick_diff (newest_tick (&after), b->tick) < unsafe_age (&after);
}

static IrsdkShmPoll
deliver (IrsdkShmReader *self, IrsdkShmRow *row, int32_t tick)
{
  row->data = self->row;
  row->tick = tick;
  row->restarted = !self->have_last;
  row->lost =
      self->have_last ? (uint32_t) tick_diff (tick, self->last_tick) - 1 : 0;
  self->have_last = true;
  self->last_tick = tick;
  return IRSDK_SHM_ROW;
}

static IrsdkShmPoll
fail (IrsdkShmReader *self, IrsdkResult result)
{
  self->result = result;
  forget_layout (self);
  return IRSDK_SHM_NO_SIM;
}

static IrsdkShmPoll
read_row (IrsdkShmReader *self, IrsdkShmRow *row)
{
  for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    IrsdkHeader h;
    IrsdkResult r = load_header (self, &h);
    int i;

    if (r != IRSDK_OK)
      return fail (self, r);
    if (!self->connected || !same_layout (&h, &self->header)
        || (self->have_last
            && tick_diff (newest_tick (&h), self->last_tick) < 0)
        || vars_changed (self, &h)) {
      r = read_layout (self, &h);
      if (r != IRSDK_OK)
        return fail (self, r);
    }
    if (nothing_written (&h))
      return IRSDK_SHM_NOTHING;
    i = pick_buffer (self, &h);
    if (i < 0)
      return IRSDK_SHM_NOTHING;
    memcpy (self->row, self->map.base + h.buf[i].offset, (size_t) h.row_bytes);
    if (copy_is_whole (self, &h, i))
      return deliver (self, row, h.buf[i].tick);
  }
  self->torn++;
  return IRSDK_SHM_NOTHING;
}

/* Some sims have been seen with ticks running and the status bit clear. */
static bool
ticks_run_without_status (IrsdkShmReader *self, const IrsdkHeader *h)
{
  const int32_t newest = newest_tick (h);

  if (self->unflagged)
    return true;
  if (self->idle_polls > 0 && tick_diff (newest, self->idle_tick) > 0)
    self->idle_polls++;
  else
    self->idle_polls = 1;
  self->idle_tick = newest;
  self->unflagged = self->idle_polls > UNFLAGGED_POLLS;
  return self->unflagged;
}

/**
 * irsdk_shm_reader_poll:
 * @reader: a reader
 * @row: (out): filled for %IRSDK_SHM_ROW
 *
 * Looks once and does not wait. Call it until it no longer says
 * %IRSDK_SHM_ROW: rows that came since the last call are delivered one by one
 * as long as the sim has not overwritten them. With %IRSDK_SHM_NO_SIM or
 * %IRSDK_SHM_DISCONNECTED, call it about once a second.
 *
 * Returns: what was found
 */
IrsdkShmPoll
irsdk_shm_reader_poll (IrsdkShmReader *reader, IrsdkShmRow *row)
{
  IrsdkHeader h;
  IrsdkResult r;

  memset (row, 0, sizeof *row);
  if (reader->map.base == NULL
      && !irsdk_map_open (&reader->map, reader->name)) {
    reader->result = IRSDK_ERROR_IO;
    return IRSDK_SHM_NO_SIM;
  }
  r = load_header (reader, &h);
  if ((h.status & IRSDK_STATUS_CONNECTED) == 0
      && (r != IRSDK_OK || !ticks_run_without_status (reader, &h))) {
    forget_layout (reader);
    reader->result = r;
    /* While somebody holds it open, a mapping outlives its sim: let go. */
    irsdk_map_close (&reader->map, false);
    return r == IRSDK_OK ? IRSDK_SHM_DISCONNECTED : IRSDK_SHM_NO_SIM;
  }
  if (r != IRSDK_OK)
    return fail (reader, r);
  if (h.status & IRSDK_STATUS_CONNECTED) {
    reader->unflagged = false;
    reader->idle_polls = 0;
  }
  reader->result = IRSDK_OK;
  return read_row (reader, row);
}

/**
 * irsdk_shm_reader_refresh:
 * @reader: a reader
 *
 * To be called when connected and no row came for about a second. A paused
 * replay does that and nothing changes; but if the sim was killed, the next
 * poll says so, or finds the mapping of its successor.
 */
void
irsdk_shm_reader_refresh (IrsdkShmReader *reader)
{
  IrsdkMap old = reader->map;

  reader->unflagged = false;
  reader->idle_polls = 0;
  if (old.base == NULL)
    return;
  /* On Windows a mapping of a sim that was killed lives on in whoever holds it
   * open, so it has to be let go to see whether it is still there. */
  irsdk_map_close (&reader->map, false);
  if (!irsdk_map_open (&reader->map, reader->name)
      || old.identity[0] != reader->map.identity[0]
      || old.identity[1] != reader->map.identity[1]
      || old.size != reader->map.size)
    forget_layout (reader);
}

/**
 * irsdk_shm_reader_has_event:
 * @reader: a reader
 *
 * Returns: whether irsdk_shm_reader_wait() can wait; if not, look at the ticks
 *   about when the next one is due
 */
bool
irsdk_shm_reader_has_event (const IrsdkShmReader *reader)
{
  return reader->map.base != NULL && reader->map.has_event;
}

/**
 * irsdk_shm_reader_wait:
 * @reader: a reader
 * @timeout_ms: 32 to 100 are usual
 *
 * Waits for the sim's event. It is a hint: poll in any case.
 *
 * Returns: whether it came; false at once where there is no event
 */
bool
irsdk_shm_reader_wait (IrsdkShmReader *reader, uint32_t timeout_ms)
{
  return irsdk_shm_reader_has_event (reader)
         && irsdk_map_wait (&reader->map, timeout_ms);
}

/**
 * irsdk_shm_reader_get_result:
 * @reader: a reader
 *
 * Returns: why the last poll said %IRSDK_SHM_NO_SIM; %IRSDK_ERROR_IO for no
 *   mapping
 */
IrsdkResult
irsdk_shm_reader_get_result (const IrsdkShmReader *reader)
{
  return reader->result;
}

/**
 * irsdk_shm_reader_get_layout_serial:
 * @reader: a reader
 *
 * Returns: a number that goes up each time header and variables were read
 *   again; they may be the same as before
 */
uint32_t
irsdk_shm_reader_get_layout_serial (const IrsdkShmReader *reader)
{
  return reader->layout_serial;
}

/**
 * irsdk_shm_reader_get_header:
 * @reader: a reader
 *
 * Returns: (nullable): the header as it was when the layout was read; NULL
 *   while not connected
 */
const IrsdkHeader *
irsdk_shm_reader_get_header (const IrsdkShmReader *reader)
{
  return reader->connected ? &reader->header : NULL;
}

/**
 * irsdk_shm_reader_get_vars:
 * @reader: a reader
 * @n_vars: (out): how many; 0 while not connected
 *
 * Returns: (array length=n_vars): the variables; belong to @reader until the
 *   next poll
 */
const IrsdkVar *
irsdk_shm_reader_get_vars (const IrsdkShmReader *reader, size_t *n_vars)
{
  *n_vars = reader->n_vars;
  return reader->vars;
}

/**
 * irsdk_shm_reader_get_torn:
 * @reader: a reader
 *
 * Returns: how often a row was given up because the sim kept writing into it
 */
uint64_t
irsdk_shm_reader_get_torn (const IrsdkShmReader *reader)
{
  return reader->torn;
}

/**
 * irsdk_shm_reader_get_session_update:
 * @reader: a reader
 * @update: (out): the sim's counter of the session string now
 *
 * Returns: false while not connected
 */
bool
irsdk_shm_reader_get_session_update (IrsdkShmReader *reader, int32_t *update)
{
  if (!reader->connected)
    return false;
  *update = irsdk_load (reader->map.base, IRSDK_AT_SESSION_UPDATE);
  return true;
}

/**
 * irsdk_shm_reader_copy_session:
 * @reader: a reader
 * @text: (out) (transfer full): the session string up to its first NUL, 8-bit,
 *   NUL-terminated; free() it
 * @size: (out): bytes without the NUL
 * @update: (out): the counter it belongs to
 *
 * Returns: %IRSDK_OK; %IRSDK_ERROR_IO while not connected;
 *   %IRSDK_ERROR_BUSY if the counter kept changing: try again later;
 *   %IRSDK_ERROR_MEMORY
 */
IrsdkResult
irsdk_shm_reader_copy_session (
    IrsdkShmReader *reader, char **text, size_t *size, int32_t *update)
{
  const char *at;
  size_t capacity;
  char *copy;

  *text = NULL;
  *size = 0;
  if (!reader->connected)
    return IRSDK_ERROR_IO;
  at = (const char *) reader->map.base + reader->header.session_offset;
  capacity = (size_t) reader->header.session_bytes;
  copy = malloc (capacity + 1);
  if (copy == NULL)
    return IRSDK_ERROR_MEMORY;
  for (int i = 0; i < MAX_SESSION_ATTEMPTS; i++) {
    const char *end;
    int32_t before = irsdk_load (reader->map.base, IRSDK_AT_SESSION_UPDATE);

    end = memchr (at, '\0', capacity);
    *size = end != NULL ? (size_t) (end - at) : capacity;
    memcpy (copy, at, *size);
    copy[*size] = '\0';
    __atomic_thread_fence (__ATOMIC_ACQUIRE);
    *update = irsdk_load (reader->map.base, IRSDK_AT_SESSION_UPDATE);
    if (*update == before) {
      *size = strlen (copy);
      *text = copy;
      return IRSDK_OK;
    }
  }
  free (copy);
  return IRSDK_ERROR_BUSY;
}
