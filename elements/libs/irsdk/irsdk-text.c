/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The sim's 8-bit text to UTF-8: never fails on a byte. */
#include "irsdk-text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Windows-1252, 0x80 to 0x9F; undefined ones are a space.
 * https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT */
static const uint16_t cp1252[32] = { 0x20ac, ' ', 0x201a, 0x0192, 0x201e,
  0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, ' ', 0x017d,
  ' ', ' ', 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc,
  0x2122, 0x0161, 0x203a, 0x0153, ' ', 0x017e, 0x0178 };

/* Length of the valid UTF-8 sequence at p (no overlong form, no surrogate,
 * nothing above U+10FFFF), or 0; size >= 1. */
static size_t
utf8_sequence (const unsigned char *p, size_t size)
{
  static const uint32_t min[] = { 0, 0, 0x80, 0x800, 0x10000 };
  uint32_t cp;
  size_t n;

  if (p[0] < 0x80)
    return 1;
  if (p[0] >= 0xc2 && p[0] <= 0xdf)
    n = 2;
  else if (p[0] >= 0xe0 && p[0] <= 0xef)
    n = 3;
  else if (p[0] >= 0xf0 && p[0] <= 0xf4)
    n = 4;
  else
    return 0;
  if (size < n)
    return 0;
  cp = p[0] & (0x7fu >> n);
  for (size_t i = 1; i < n; i++) {
    if ((p[i] & 0xc0) != 0x80)
      return 0;
    cp = cp << 6 | (p[i] & 0x3fu);
  }
  if (cp < min[n] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
    return 0;
  return n;
}

static bool
is_utf8 (const unsigned char *p, size_t size)
{
  for (size_t i = 0, n; i < size; i += n) {
    n = utf8_sequence (p + i, size - i);
    if (n == 0)
      return false;
  }
  return true;
}

static size_t
put_code_point (unsigned char *out, uint32_t cp)
{
  if (cp < 0x80) {
    out[0] = (unsigned char) cp;
    return 1;
  }
  if (cp < 0x800) {
    out[0] = (unsigned char) (0xc0 | cp >> 6);
    out[1] = (unsigned char) (0x80 | (cp & 0x3f));
    return 2;
  }
  out[0] = (unsigned char) (0xe0 | cp >> 12);
  out[1] = (unsigned char) (0x80 | (cp >> 6 & 0x3f));
  out[2] = (unsigned char) (0x80 | (cp & 0x3f));
  return 3;
}

static size_t
put_byte (unsigned char *out, unsigned char b)
{
  if (b >= 0x80 && b < 0xa0)
    return put_code_point (out, cp1252[b - 0x80]);
  if ((b < 0x20 && b != '\t' && b != '\n') || b == 0x7f)
    b = ' ';
  return put_code_point (out, b);
}

/* One line; at most three bytes come out for each byte that goes in. */
static size_t
convert_line (
    unsigned char *out, const unsigned char *in, size_t size, bool utf8)
{
  size_t o = 0;

  for (size_t i = 0; i < size;) {
    size_t n = utf8 ? utf8_sequence (in + i, size - i) : 0;

    if (n > 1) {
      memcpy (out + o, in + i, n);
      o += n;
      i += n;
    } else {
      o += put_byte (out + o, in[i++]);
    }
  }
  return o;
}

/* A C1 control character in UTF-8: C2 80 to C2 9F. */
static bool
is_c1 (const unsigned char *p, size_t size)
{
  return size >= 2 && p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0;
}

/* Takes each letter's code, below 0x100, as a byte. If that is UTF-8, @line is
 * replaced by it. */
static bool
narrow_to_utf8 (unsigned char *line, size_t *size)
{
  unsigned char *narrow = malloc (*size);
  size_t n = 0;
  bool ok;

  if (narrow == NULL)
    return false;
  for (size_t i = 0; i < *size; i++) {
    if (line[i] < 0x80) {
      narrow[n++] = line[i];
    } else {
      narrow[n++] = (unsigned char) ((line[i] & 3) << 6 | (line[i + 1] & 0x3f));
      i++;
    }
  }
  ok = is_utf8 (narrow, n);
  if (ok) {
    memcpy (line, narrow, n);
    *size = n;
  }
  free (narrow);
  return ok;
}

/* Some sims wrote UTF-8 whose bytes had been taken for Latin-1 letters: names
 * with C1 control characters. Where the letters' codes are UTF-8 again, they
 * are what was meant; else a control character is a space. */
static size_t
repair_c1 (unsigned char *line, size_t size)
{
  bool found = false, latin1 = true;
  size_t o = 0;

  for (size_t i = 0; i < size; i += utf8_sequence (line + i, size - i)) {
    found = found || is_c1 (line + i, size - i);
    latin1 = latin1 && line[i] < 0xc4;
  }
  if (!found)
    return size;
  if (latin1 && narrow_to_utf8 (line, &size))
    return size;
  o = 0;
  for (size_t i = 0; i < size;) {
    size_t n = utf8_sequence (line + i, size - i);

    if (is_c1 (line + i, size - i)) {
      line[o++] = ' ';
    } else {
      memmove (line + o, line + i, n);
      o += n;
    }
    i += n;
  }
  return o;
}

static bool
starts_with (const char *p, const char *end, const char *word)
{
  const size_t n = strlen (word);

  return (size_t) (end - p) >= n && memcmp (p, word, n) == 0;
}

/**
 * irsdk_text_detect:
 * @text: (array length=size): the session string
 * @size: bytes in @text
 * @bom_bytes: (out) (optional): 3 if a UTF-8 byte-order mark leads, else 0
 *
 * Returns: what the byte-order mark or WeekendInfo's key Encoding says
 */
IrsdkEncoding
irsdk_text_detect (const char *text, size_t size, size_t *bom_bytes)
{
  const char *p = text, *end = text + size;
  const bool bom = size >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0;

  if (bom_bytes != NULL)
    *bom_bytes = bom ? 3 : 0;
  if (bom)
    return IRSDK_ENCODING_UTF8;
  while ((p = memchr (p, '\n', (size_t) (end - p))) != NULL) {
    p++;
    while (p < end && *p == ' ')
      p++;
    if (!starts_with (p, end, "Encoding:"))
      continue;
    p += strlen ("Encoding:");
    while (p < end && (*p == ' ' || *p == '"'))
      p++;
    if (starts_with (p, end, "UTF8") || starts_with (p, end, "UTF-8"))
      return IRSDK_ENCODING_UTF8;
    if (starts_with (p, end, "ISO") || starts_with (p, end, "Windows"))
      return IRSDK_ENCODING_8BIT;
  }
  return IRSDK_ENCODING_UNKNOWN;
}

/**
 * irsdk_text_to_utf8:
 * @text: (array length=size): any bytes; those from the first NUL on are left
 *   out
 * @size: bytes in @text
 * @encoding: how to read them
 * @utf8_bytes: (out) (optional): bytes that come out, without the NUL
 *
 * Control characters but tab and newline become spaces.
 *
 * Returns: (transfer full) (nullable): valid UTF-8, NUL-terminated; free() it.
 *   NULL only without memory
 */
char *
irsdk_text_to_utf8 (
    const char *text, size_t size, IrsdkEncoding encoding, size_t *utf8_bytes)
{
  const unsigned char *in = (const unsigned char *) text;
  const void *nul = size > 0 ? memchr (text, '\0', size) : NULL;
  unsigned char *out;
  size_t o = 0;

  if (nul != NULL)
    size = (size_t) ((const char *) nul - text);
  out = malloc (3 * size + 1);
  if (out == NULL)
    return NULL;
  for (size_t i = 0; i < size;) {
    const unsigned char *newline = memchr (in + i, '\n', size - i);
    size_t n = newline != NULL ? (size_t) (newline - in) + 1 - i : size - i;
    bool utf8 = encoding == IRSDK_ENCODING_UTF8
                || (encoding == IRSDK_ENCODING_UNKNOWN && is_utf8 (in + i, n));
    size_t bytes = convert_line (out + o, in + i, n, utf8);

    o += utf8 ? repair_c1 (out + o, bytes) : bytes;
    i += n;
  }
  out[o] = '\0';
  if (utf8_bytes != NULL)
    *utf8_bytes = o;
  return (char *) out;
}
