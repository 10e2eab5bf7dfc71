/* SPDX-License-Identifier: LGPL-2.1-or-later
 * QR codes: each module as libqrencode has it, whichever mask either takes; and
 * what is too long. */
#include "pairing/pb-qr-code.h"

#include <string.h>

static void
test_sizes (void)
{
  static const struct {
    guint length, size; /* of level L: 17, 32, …, 271 bytes */
  } rows[] = { { 0, 21 }, { 17, 21 }, { 18, 25 }, { 32, 25 }, { 33, 29 },
    { 134, 41 }, { 154, 45 }, { 230, 53 }, { 231, 57 },
    { PB_QR_CODE_MAX_BYTES, 57 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *text = g_strnfill (rows[i].length, 'x');
    g_autoptr (PbQrCode) code = pb_qr_code_new (text);

    g_assert_cmpuint (code->size, ==, rows[i].size);
  }
}

static void
test_too_long (void)
{
  g_autofree gchar *one = g_strnfill (PB_QR_CODE_MAX_BYTES + 1, 'x');
  g_autofree gchar *many = g_strnfill (100000, 'x');

  g_assert_null (pb_qr_code_new (one));
  g_assert_null (pb_qr_code_new (many));
}

#ifdef HAVE_QRENCODE
#include <qrencode.h>

/* From the 15 bits beside the upper left finder. */
static guint
get_mask (const guint8 *dark, guint size)
{
  guint bits = 0;

  for (guint i = 0; i < 3; i++)
    bits |= (guint) (dark[8 * size + 2 + i] & 1) << (2 - i);
  return bits ^ 5; /* 0x5412's */
}

static gboolean
is_masked (guint mask, guint x, guint y)
{
  const gboolean masks[] = { (x + y) % 2 == 0, y % 2 == 0, x % 3 == 0,
    (x + y) % 3 == 0, (x / 3 + y / 2) % 2 == 0, x * y % 2 + x * y % 3 == 0,
    (x * y % 2 + x * y % 3) % 2 == 0, ((x + y) % 2 + x * y % 3) % 2 == 0 };

  return masks[mask];
}

/* Whose lowest bit is the module: bit 7 says whether it is no data. */
static void
compare (const gchar *text)
{
  g_autoptr (PbQrCode) ours = pb_qr_code_new (text);
  QRcode *theirs = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_L);
  const guint size = ours->size;
  const guint our_mask = get_mask (ours->dark, size);
  const guint their_mask = get_mask (theirs->data, size);

  g_assert_cmpint (theirs->width, ==, (gint) size);
  for (guint y = 0; y < size; y++)
    for (guint x = 0; x < size; x++) {
      const guint8 module = theirs->data[y * size + x];
      gboolean want = module & 1;

      if (module & 0x04) /* format: says which mask it is */
        continue;
      if (!(module & 0x80))
        want ^= is_masked (our_mask, x, y) ^ is_masked (their_mask, x, y);
      if (ours->dark[y * size + x] != want)
        g_error ("\"%s\": module %u, %u", text, x, y);
    }
  QRcode_free (theirs);
}

static void
test_as_libqrencode (void)
{
  compare ("https://relay.example.org:8080/#/pair?code=ABC234");
  compare ("http://127.0.0.1:8080/#/pair?code=ZZZ999");
  compare ("\303\266");
  for (guint length = 1; length <= PB_QR_CODE_MAX_BYTES; length++) {
    g_autofree gchar *text = g_malloc (length + 1);

    for (guint i = 0; i < length; i++)
      text[i] = (gchar) ('a' + (i * 7 + length) % 26);
    text[length] = '\0';
    compare (text);
  }
}
#else
static void
test_as_libqrencode (void)
{
  g_test_skip ("built without libqrencode");
}
#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/qr/sizes", test_sizes);
  g_test_add_func ("/qr/too-long", test_too_long);
  g_test_add_func ("/qr/as-libqrencode", test_as_libqrencode);
  return g_test_run ();
}
