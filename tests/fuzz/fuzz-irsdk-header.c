/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Header and variable headers from bytes that somebody else wrote. */
#include "fuzz.h"

#include <irsdk/irsdk-row.h>
#include <irsdk/irsdk-text.h>
#include <stdlib.h>
#include <string.h>

static void
use_vars (const IrsdkHeader *h, const IrsdkVar *vars, gsize n)
{
  guint8 *row = calloc (1, (gsize) h->row_bytes);

  for (gsize i = 0; i < n; i++) {
    gsize bytes;
    char *name = irsdk_text_to_utf8 (
        vars[i].name, strlen (vars[i].name), IRSDK_ENCODING_8BIT, &bytes);

    if (!g_utf8_validate (name, (gssize) bytes, NULL))
      abort ();
    irsdk_row_set (row, &vars[i], vars[i].count - 1, -1e300);
    irsdk_row_get (row, &vars[i], vars[i].count - 1);
    irsdk_row_get_newest (row, &vars[i]);
    free (name);
  }
  free (row);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  IrsdkHeader h;
  IrsdkVar *vars;
  gsize n;

  if (irsdk_header_parse (&h, data, size) != IRSDK_OK)
    return 0;
  if (irsdk_header_check_live (&h, size) != IRSDK_OK)
    return 0;
  vars = calloc ((gsize) h.num_vars, sizeof *vars);
  if (irsdk_vars_parse (vars, &n, NULL, data + h.var_offset,
          size - (gsize) h.var_offset, h.num_vars, h.row_bytes)
      == IRSDK_OK)
    use_vars (&h, vars, n);
  free (vars);
  return 0;
}

/* A small mapping: header, 16 bytes of text, three variables, three rows. */
GBytes *
fuzz_get_seed (guint index)
{
  IrsdkVar vars[] = { { IRSDK_DOUBLE, 0, 1, false, "SessionTime", "Seconds",
                          "s" },
    { IRSDK_FLOAT, 0, 6, true, "LatAccel_ST", "Lateral", "m/s^2" },
    { IRSDK_CHAR, 0, 3, false, "Letters", "\xe9t\xe9", "" } };
  IrsdkHeader h = { .ver = index == 0 ? 1 : 2,
    .status = 1,
    .tick_rate = 60,
    .session_bytes = 16,
    .session_offset = IRSDK_HEADER_BYTES,
    .num_vars = G_N_ELEMENTS (vars),
    .num_buf = 3 };
  guint8 image[2048] = { 0 };
  gint32 at;

  if (index > 1)
    return NULL;
  h.row_bytes = irsdk_vars_pack (vars, G_N_ELEMENTS (vars));
  h.var_offset = h.session_offset + h.session_bytes;
  at = h.var_offset + h.num_vars * IRSDK_VAR_BYTES;
  for (gint i = 0; i < h.num_buf; i++, at += h.row_bytes) {
    h.buf[i].tick = 100 + i;
    h.buf[i].offset = at;
  }
  irsdk_header_write (&h, image);
  for (guint i = 0; i < G_N_ELEMENTS (vars); i++)
    irsdk_var_write (&vars[i], image + h.var_offset + i * IRSDK_VAR_BYTES);
  return g_bytes_new (image, (gsize) at);
}
