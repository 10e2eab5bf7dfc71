/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A whole live mapping from somebody else, who also writes into it between two
 * looks. */
#include "../lib/pb-test-sim.h"
#include "fuzz.h"

#include <irsdk/irsdk-shm-os.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES 65536
/* A change: where (2 bytes, in words) and what (4 bytes). */
#define CHANGE_BYTES 6
#define MAX_CHANGES 64

static guint
add_up (const void *data, gsize size)
{
  const guint8 *p = data;
  guint sum = 0;

  for (gsize i = 0; i < size; i++)
    sum += p[i];
  return sum;
}

static void
use (IrsdkShmReader *reader, IrsdkShmPoll found, const IrsdkShmRow *row)
{
  const IrsdkHeader *header = irsdk_shm_reader_get_header (reader);
  gsize n_vars, bytes;
  const IrsdkVar *vars = irsdk_shm_reader_get_vars (reader, &n_vars);
  gint32 update;
  gchar *text;

  if (found == IRSDK_SHM_ROW) {
    add_up (row->data, (gsize) header->row_bytes);
    if (irsdk_vars_check (vars, n_vars, header->row_bytes) != IRSDK_OK)
      abort ();
  }
  if (irsdk_shm_reader_copy_session (reader, &text, &bytes, &update)
      == IRSDK_OK) {
    if (strlen (text) != bytes)
      abort ();
    free (text);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static gchar *name;
  IrsdkShmReader *reader;
  IrsdkShmRow row;
  IrsdkMap map;

  if (size < IRSDK_HEADER_BYTES || size > MAX_BYTES)
    return 0;
  if (name == NULL)
    name = pb_test_sim_name ();
  if (!irsdk_map_create (&map, name, size))
    abort ();
  memcpy (map.base, data, size);
  reader = irsdk_shm_reader_new (name);
  use (reader, irsdk_shm_reader_poll (reader, &row), &row);
  /* The end of the input, taken once more as a list of changes. */
  for (guint i = 0; i < MAX_CHANGES && (i + 1) * CHANGE_BYTES <= size; i++) {
    const guint8 *change = data + size - (i + 1) * CHANGE_BYTES;
    guint16 word;
    gint32 value;

    memcpy (&word, change, sizeof word);
    memcpy (&value, change + sizeof word, sizeof value);
    /* Half of them go into the header. */
    irsdk_store (map.base,
        (word & 1 ? word / 2 % (IRSDK_HEADER_BYTES / 4) : word / 2 % (size / 4))
            * 4,
        value);
    if (i % 16 == 15)
      irsdk_shm_reader_refresh (reader);
    use (reader, irsdk_shm_reader_poll (reader, &row), &row);
  }
  irsdk_shm_reader_free (reader);
  irsdk_map_close (&map, true);
  return 0;
}

static void
add_change (GByteArray *image, guint16 word, gint32 value)
{
  guint8 bytes[CHANGE_BYTES];

  memcpy (bytes, &word, sizeof word);
  memcpy (bytes + sizeof word, &value, sizeof value);
  g_byte_array_append (image, bytes, sizeof bytes);
}

/* A small mapping and ticks that come; index 1: of SDK 1.20. */
GBytes *
fuzz_get_seed (guint index)
{
  IrsdkVar vars[PB_TEST_SIM_VARS];
  IrsdkHeader h = { .ver = 2,
    .status = 1,
    .tick_rate = 60,
    .session_bytes = 16,
    .session_offset = IRSDK_HEADER_BYTES,
    .num_vars = PB_TEST_SIM_VARS,
    .num_buf = 3 + (gint32) index };
  GByteArray *image = g_byte_array_new ();
  gint32 at;

  if (index > 1) {
    g_byte_array_unref (image);
    return NULL;
  }
  h.row_bytes = pb_test_sim_vars (vars, 1);
  h.var_offset = h.session_offset + h.session_bytes;
  at = h.var_offset + h.num_vars * IRSDK_VAR_BYTES;
  for (gint i = 0; i < h.num_buf; i++, at += h.row_bytes) {
    h.buf[i].tick = 100 + i;
    h.buf[i].tick_begin = index == 1 ? 100 + i : 0;
    h.buf[i].offset = at;
  }
  g_byte_array_set_size (image, (guint) at);
  memset (image->data, 0, (gsize) at);
  irsdk_header_write (&h, image->data);
  for (guint i = 0; i < PB_TEST_SIM_VARS; i++)
    irsdk_var_write (
        &vars[i], image->data + h.var_offset + i * IRSDK_VAR_BYTES);
  /* Read from the end: two ticks, another session string, no longer there. */
  add_change (image, 2 * (IRSDK_AT_STATUS / 4) + 1, 0);
  add_change (image, 2 * (IRSDK_AT_SESSION_UPDATE / 4) + 1, 1);
  for (gint i = 1; i >= 0; i--) {
    const guint16 buf = (guint16) (IRSDK_AT_BUF + i * IRSDK_BUF_BYTES);

    add_change (image, 2 * (buf / 4) + 1, 100 + h.num_buf + i);
    add_change (image, 2 * ((buf + IRSDK_IN_BUF_TICK_BEGIN) / 4) + 1,
        index == 1 ? 100 + h.num_buf + i : 0);
  }
  return g_byte_array_free_to_bytes (image);
}
