/* SPDX-License-Identifier: LGPL-2.1-or-later
 * CRC-32C by the machine's instruction, or by four tables, 4 bytes a step. The
 * tables are 64 lines of cache that have gone when the next unit comes. */
#include "gstpitboxcrc32c.h"

#include "gstpitboxbytes.h"

#include <string.h>

/* Reflected polynomial of RFC 3720 (iSCSI), appendix B.4. */
#define POLYNOMIAL 0x82f63b78u

static guint32 tables[4][256];

static void
fill_tables (void)
{
  for (guint i = 0; i < 256; i++) {
    guint32 crc = i;

    for (guint bit = 0; bit < 8; bit++)
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
    tables[0][i] = crc;
  }
  for (guint i = 0; i < 256; i++) {
    for (guint t = 1; t < 4; t++)
      tables[t][i] =
          (tables[t - 1][i] >> 8) ^ tables[0][tables[t - 1][i] & 0xff];
  }
}

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_INSTRUCTION 1

static gboolean
has_instruction (void)
{
  return __builtin_cpu_supports ("sse4.2") != 0;
}

__attribute__ ((target ("sse4.2"))) static guint32
crc_by_instruction (const guint8 *data, gsize size)
{
  guint64 crc = 0xffffffffu, word;

  for (; size >= 8; data += 8, size -= 8) {
    memcpy (&word, data, 8);
    crc = __builtin_ia32_crc32di (crc, word);
  }
  for (; size > 0; data++, size--)
    crc = __builtin_ia32_crc32qi ((guint32) crc, *data);
  return ~(guint32) crc;
}
#endif

guint32
gst_pitbox_crc32c_by_tables (const guint8 *data, gsize size)
{
  static gsize once = 0;
  guint32 crc = 0xffffffffu;

  if (g_once_init_enter (&once)) {
    fill_tables ();
    g_once_init_leave (&once, 1);
  }
  for (; size >= 4; data += 4, size -= 4) {
    crc ^= gst_pitbox_get_u32 (data);
    crc = tables[3][crc & 0xff] ^ tables[2][(crc >> 8) & 0xff]
          ^ tables[1][(crc >> 16) & 0xff] ^ tables[0][crc >> 24];
  }
  for (; size > 0; data++, size--)
    crc = (crc >> 8) ^ tables[0][(crc ^ *data) & 0xff];
  return ~crc;
}

guint32
gst_pitbox_crc32c (const guint8 *data, gsize size)
{
#ifdef HAVE_INSTRUCTION
  if (has_instruction ())
    return crc_by_instruction (data, size);
#endif
  return gst_pitbox_crc32c_by_tables (data, size);
}
