/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The sim's 8-bit text to UTF-8. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * IrsdkEncoding:
 * @IRSDK_ENCODING_UNKNOWN: nothing says: a line that is valid UTF-8 is UTF-8,
 *   others are Windows-1252
 * @IRSDK_ENCODING_8BIT: Windows-1252, of which ISO-8859-1 is the printable
 *   part
 * @IRSDK_ENCODING_UTF8: UTF-8; bytes that are not are taken as Windows-1252
 */
typedef enum {
  IRSDK_ENCODING_UNKNOWN = 0,
  IRSDK_ENCODING_8BIT,
  IRSDK_ENCODING_UTF8,
} IrsdkEncoding;

IrsdkEncoding irsdk_text_detect (
    const char *text, size_t size, size_t *bom_bytes);
char *irsdk_text_to_utf8 (
    const char *text, size_t size, IrsdkEncoding encoding, size_t *utf8_bytes);

#ifdef __cplusplus
}
#endif
