/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbToken: opaque secrets that are shown once and kept as a hash. */
#pragma once

#include <gio/gio.h>

#include "auth/pb-seal.h"

G_BEGIN_DECLS

/* What a secret is for, by its first letters. */
#define PB_TOKEN_API_KEY "pbk"
#define PB_TOKEN_SHARE "pbs"
#define PB_TOKEN_INVITATION "pbi"
#define PB_TOKEN_DEVICE "pbd"
#define PB_TOKEN_REFRESH "pbr"
#define PB_TOKEN_PAIRING "pbp"
#define PB_TOKEN_SETUP "pbu"

#define PB_TOKEN_ID_CHARS 12
/* prefix _ id _ 32 bytes as base64url */
#define PB_TOKEN_CHARS (3 + 1 + PB_TOKEN_ID_CHARS + 1 + 43)
#define PB_TOKEN_HASH_BYTES 32

gchar *pb_id_new (void);
gchar *pb_id_new_secret (void);
gboolean pb_id_is_valid (const gchar *id);
gchar *pb_token_new (const gchar *prefix, const gchar *id);
gboolean pb_token_split (
    const gchar *token, const gchar *prefix, gchar id[PB_TOKEN_ID_CHARS + 1]);
void pb_token_hash (const gchar *token, guint8 hash[PB_TOKEN_HASH_BYTES]);
gboolean pb_token_matches (
    const gchar *token, const guint8 hash[PB_TOKEN_HASH_BYTES]);

G_END_DECLS
