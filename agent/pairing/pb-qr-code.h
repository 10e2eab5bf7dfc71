/* SPDX-License-Identifier: LGPL-2.1-or-later
 * QR codes; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_QR_CODE_MAX_BYTES: of the text: what version 10 holds. */
#define PB_QR_CODE_MAX_BYTES 271

/**
 * PbQrCode:
 * @size: modules of a side
 * @dark: size * size, row by row
 *
 * Without the light zone around it.
 */
typedef struct {
  guint size;
  guint8 *dark;
} PbQrCode;

PbQrCode *pb_qr_code_new (const gchar *text);
void pb_qr_code_free (PbQrCode *code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbQrCode, pb_qr_code_free)

G_END_DECLS
