/* SPDX-License-Identifier: LGPL-2.1-or-later
 * QR codes after ISO/IEC 18004: bytes, error correction level L, versions 1 to
 * 10, which hold any address of a server's page. */
#include "pairing/pb-qr-code.h"

#include <string.h>

#define MAX_SIZE 57
#define MAX_CODEWORDS 346
#define MAX_ECC 30
#define N_MASKS 8
/* ISO/IEC 18004, 7.3.4 and 7.4.10: of bytes, and what fills the rest. */
#define MODE_BYTES 4
static const guint8 padding[] = { 0xec, 0x11 };

/* Level L: ISO/IEC 18004, tables 9 and E.1. The longer blocks come last. */
static const struct {
  guint16 codewords;
  guint8 ecc, blocks; /* ecc of each block */
  guint8 align[3]; /* centres of alignment patterns */
} versions[] = {
  { 26, 7, 1, { 0 } },
  { 44, 10, 1, { 6, 18 } },
  { 70, 15, 1, { 6, 22 } },
  { 100, 20, 1, { 6, 26 } },
  { 134, 26, 1, { 6, 30 } },
  { 172, 18, 2, { 6, 34 } },
  { 196, 20, 2, { 6, 22, 38 } },
  { 242, 24, 2, { 6, 24, 42 } },
  { 292, 30, 2, { 6, 26, 46 } },
  { 346, 18, 4, { 6, 28, 50 } },
};

typedef struct {
  guint version; /* 1 to 10 */
  guint size;
  guint8 dark[MAX_SIZE][MAX_SIZE]; /* y, x */
  guint8 fixed[MAX_SIZE][MAX_SIZE]; /* no data there, and no mask */
} Grid;

/* --- codewords ------------------------------------------------------------ */

/* In GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1. */
static guint8
multiply (guint8 a, guint8 b)
{
  guint product = 0;

  for (gint i = 7; i >= 0; i--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= (b >> i & 1) * a;
  }
  return (guint8) product;
}

/* The remainder by (x - 1)(x - 2)(x - 4)… of @n factors. */
static void
correct (const guint8 *data, guint size, guint n, guint8 *ecc)
{
  guint8 divisor[MAX_ECC] = { 0 };
  guint8 root = 1;

  divisor[n - 1] = 1;
  for (guint i = 0; i < n; i++) {
    for (guint k = 0; k < n; k++) {
      divisor[k] = multiply (divisor[k], root);
      if (k + 1 < n)
        divisor[k] ^= divisor[k + 1];
    }
    root = multiply (root, 2);
  }
  memset (ecc, 0, n);
  for (guint i = 0; i < size; i++) {
    const guint8 factor = data[i] ^ ecc[0];

    memmove (ecc, ecc + 1, n - 1);
    ecc[n - 1] = 0;
    for (guint k = 0; k < n; k++)
      ecc[k] ^= multiply (divisor[k], factor);
  }
}

static guint
get_data_codewords (guint version)
{
  return versions[version - 1].codewords
         - (guint) versions[version - 1].ecc * versions[version - 1].blocks;
}

/* The number of bytes takes 8 bits, and 16 from version 10 on. */
static guint
get_head_bits (guint version)
{
  return version < 10 ? 4 + 8 : 4 + 16;
}

static void
put_bits (guint8 *data, guint *at, guint value, guint n)
{
  for (guint i = n; i-- > 0; (*at)++)
    data[*at / 8] |= (guint8) ((value >> i & 1) << (7 - *at % 8));
}

static void
fill (guint8 *data, guint version, const gchar *text, guint length)
{
  const guint n = get_data_codewords (version);
  guint at = 0;

  put_bits (data, &at, MODE_BYTES, 4);
  put_bits (data, &at, length, get_head_bits (version) - 4);
  for (guint i = 0; i < length; i++)
    put_bits (data, &at, (guint8) text[i], 8);
  /* Four bits of nothing end it, as far as they go in. */
  at = MIN (at + 4, n * 8);
  for (guint i = (at + 7) / 8, k = 0; i < n; i++, k++)
    data[i] = padding[k % 2];
}

/* Blocks take turns, byte by byte: what is torn out hits each a little. */
static void
interleave (const guint8 *data, guint version, guint8 *out)
{
  const guint n_blocks = versions[version - 1].blocks;
  const guint n_ecc = versions[version - 1].ecc;
  const guint n_data = get_data_codewords (version);
  const guint shorter = n_data / n_blocks;
  const guint n_shorter = n_blocks - n_data % n_blocks;
  guint begin = 0;

  for (guint b = 0; b < n_blocks; b++) {
    const guint size = shorter + (b >= n_shorter);
    guint8 ecc[MAX_ECC];

    for (guint i = 0; i < size; i++)
      out[i < shorter ? i * n_blocks + b : shorter * n_blocks + b - n_shorter] =
          data[begin + i];
    correct (data + begin, size, n_ecc, ecc);
    for (guint i = 0; i < n_ecc; i++)
      out[n_data + i * n_blocks + b] = ecc[i];
    begin += size;
  }
}

/* --- modules -------------------------------------------------------------- */

static void
set_fixed (Grid *g, guint x, guint y, gboolean dark)
{
  g->dark[y][x] = dark != FALSE;
  g->fixed[y][x] = TRUE;
}

/* Rings around (@cx, @cy): dark but for those named light. */
static void
draw_rings (Grid *g, gint cx, gint cy, gint radius, gint light, gint light_too)
{
  for (gint dy = -radius; dy <= radius; dy++)
    for (gint dx = -radius; dx <= radius; dx++) {
      const gint ring = MAX (ABS (dx), ABS (dy));
      const gint x = cx + dx, y = cy + dy;

      if (x >= 0 && y >= 0 && x < (gint) g->size && y < (gint) g->size)
        set_fixed (g, (guint) x, (guint) y, ring != light && ring != light_too);
    }
}

static void
draw_alignment (Grid *g)
{
  const guint8 *at = versions[g->version - 1].align;
  const guint last = at[2] != 0 ? 2 : 1;

  for (guint i = 0; i <= last && at[last] != 0; i++)
    for (guint k = 0; k <= last; k++) {
      const gboolean in_finder =
          (i == 0 && (k == 0 || k == last)) || (i == last && k == 0);

      if (!in_finder)
        draw_rings (g, at[k], at[i], 2, 1, -1);
    }
}

/* What is left when @value * 2^@bits is divided by @generator. */
static guint
bch (guint value, guint bits, guint generator)
{
  guint rest = value;

  for (guint i = 0; i < bits; i++)
    rest = (rest << 1) ^ ((rest >> (bits - 1)) * generator);
  return value << bits | rest;
}

/* Both copies of the 15 bits: level L is 1. */
static void
draw_format (Grid *g, guint mask)
{
  const guint bits = bch (1 << 3 | mask, 10, 0x537) ^ 0x5412;

  for (guint i = 0; i < 15; i++) {
    const gboolean dark = bits >> i & 1;
    const guint near = i < 6 ? i : i < 8 ? i + 1 : 14 - i + (i == 8);

    set_fixed (g, i < 8 ? 8 : near, i < 8 ? near : 8, dark);
    if (i < 8)
      set_fixed (g, g->size - 1 - i, 8, dark);
    else
      set_fixed (g, 8, g->size - 15 + i, dark);
  }
  set_fixed (g, 8, g->size - 8, TRUE);
}

static void
draw_version (Grid *g)
{
  const guint bits = bch (g->version, 12, 0x1f25);

  for (guint i = 0; i < 18 && g->version >= 7; i++) {
    const guint a = g->size - 11 + i % 3, b = i / 3;

    set_fixed (g, a, b, bits >> i & 1);
    set_fixed (g, b, a, bits >> i & 1);
  }
}

static void
draw_fixed (Grid *g)
{
  const gint far = (gint) g->size - 4;

  for (guint i = 0; i < g->size; i++) {
    set_fixed (g, 6, i, i % 2 == 0);
    set_fixed (g, i, 6, i % 2 == 0);
  }
  draw_rings (g, 3, 3, 4, 2, 4);
  draw_rings (g, far, 3, 4, 2, 4);
  draw_rings (g, 3, far, 4, 2, 4);
  draw_alignment (g);
  draw_format (g, 0);
  draw_version (g);
}

/* In columns of two, from the right, up and down by turns; column 6 is the
 * timing pattern's. */
static void
draw_data (Grid *g, const guint8 *codewords, guint n)
{
  guint at = 0;

  for (gint right = (gint) g->size - 1; right > 0; right -= 2) {
    if (right == 6)
      right = 5;
    for (guint v = 0; v < g->size; v++) {
      const gboolean up = ((right + 1) & 2) == 0;
      const guint y = up ? g->size - 1 - v : v;

      for (guint j = 0; j < 2; j++) {
        const guint x = (guint) right - j;

        if (!g->fixed[y][x] && at < n * 8) {
          g->dark[y][x] = codewords[at / 8] >> (7 - at % 8) & 1;
          at++;
        }
      }
    }
  }
}

static gboolean
is_masked (guint mask, guint x, guint y)
{
  switch (mask) {
    case 0:
      return (x + y) % 2 == 0;
    case 1:
      return y % 2 == 0;
    case 2:
      return x % 3 == 0;
    case 3:
      return (x + y) % 3 == 0;
    case 4:
      return (x / 3 + y / 2) % 2 == 0;
    case 5:
      return x * y % 2 + x * y % 3 == 0;
    case 6:
      return (x * y % 2 + x * y % 3) % 2 == 0;
    default:
      return ((x + y) % 2 + x * y % 3) % 2 == 0;
  }
}

static void
apply_mask (Grid *g, guint mask)
{
  for (guint y = 0; y < g->size; y++)
    for (guint x = 0; x < g->size; x++)
      if (!g->fixed[y][x] && is_masked (mask, x, y))
        g->dark[y][x] ^= 1;
  draw_format (g, mask);
}

/* --- which mask is read best: ISO/IEC 18004, 7.8.3 ------------------------- */

static gboolean
get (const Grid *g, guint line, guint i, gboolean down)
{
  return down ? g->dark[i][line] : g->dark[line][i];
}

/* Of 1:1:3:1:1 with four light modules on a side, from the lowest bit on. */
static gboolean
is_like_finder (guint bits)
{
  return bits == 0x5d || bits == 0x5d0;
}

static guint
judge_line (const Grid *g, guint line, gboolean down)
{
  guint run = 0, points = 0, last = 0;

  for (guint i = 0; i < g->size; i++) {
    const gboolean dark = get (g, line, i, down);

    run = i > 0 && dark == get (g, line, i - 1, down) ? run + 1 : 1;
    if (run >= 5)
      points += run == 5 ? 3 : 1;
    last = (last << 1 | (guint) dark) & 0x7ff;
    if (i >= 10 && is_like_finder (last))
      points += 40;
  }
  return points;
}

static guint
judge (const Grid *g)
{
  const guint area = g->size * g->size;
  guint n_dark = 0, points = 0;

  for (guint i = 0; i < g->size; i++)
    points += judge_line (g, i, FALSE) + judge_line (g, i, TRUE);
  for (guint y = 0; y < g->size; y++)
    for (guint x = 0; x < g->size; x++) {
      const guint8 here = g->dark[y][x];

      n_dark += here;
      if (x > 0 && y > 0 && here == g->dark[y][x - 1]
          && here == g->dark[y - 1][x] && here == g->dark[y - 1][x - 1])
        points += 3;
    }
  return points + ABS ((gint) (n_dark * 20) - (gint) (area * 10)) / area * 10;
}

static void
choose_mask (Grid *g)
{
  guint best = 0, least = G_MAXUINT;

  for (guint mask = 0; mask < N_MASKS; mask++) {
    Grid tried = *g;
    guint points;

    apply_mask (&tried, mask);
    points = judge (&tried);
    if (points < least) {
      least = points;
      best = mask;
    }
  }
  apply_mask (g, best);
}

/* The least that holds it; 0 = none does. */
static guint
choose_version (guint length)
{
  for (guint v = 1; v <= G_N_ELEMENTS (versions); v++)
    if (get_head_bits (v) + length * 8 <= get_data_codewords (v) * 8)
      return v;
  return 0;
}

/**
 * pb_qr_code_new:
 * @text: any bytes; readers take them for UTF-8
 *
 * Returns: (transfer full) (nullable): its code; %NULL if it has more than
 *   %PB_QR_CODE_MAX_BYTES
 */
PbQrCode *
pb_qr_code_new (const gchar *text)
{
  const gsize length = strlen (text);
  guint8 data[MAX_CODEWORDS] = { 0 }, codewords[MAX_CODEWORDS] = { 0 };
  Grid g = { 0 };
  PbQrCode *self;

  if (length > PB_QR_CODE_MAX_BYTES)
    return NULL;
  g.version = choose_version ((guint) length);
  g.size = 17 + 4 * g.version;
  fill (data, g.version, text, (guint) length);
  interleave (data, g.version, codewords);
  draw_fixed (&g);
  draw_data (&g, codewords, versions[g.version - 1].codewords);
  choose_mask (&g);
  self = g_new (PbQrCode, 1);
  self->size = g.size;
  self->dark = g_malloc (g.size * g.size);
  for (guint y = 0; y < g.size; y++)
    memcpy (self->dark + y * g.size, g.dark[y], g.size);
  return self;
}

/**
 * pb_qr_code_free:
 * @code: (transfer full): a code
 */
void
pb_qr_code_free (PbQrCode *code)
{
  g_free (code->dark);
  g_free (code);
}
