/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Passwords of people as Argon2id, hashed and checked beside the main loop. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* NIST SP 800-63B: at least 8, and longer ones must be allowed. */
#define PB_PASSWORD_MIN_BYTES 8
#define PB_PASSWORD_MAX_BYTES 1024
/** PB_PASSWORDS_MAX_WAITING: jobs that wait for the one thread; each takes
 * about 0.1 s and 64 MB, so who is answered at all is answered in a second. */
#define PB_PASSWORDS_MAX_WAITING 8

gboolean pb_password_check_form (const gchar *password, GError **error);
gchar *pb_password_hash_now (
    const gchar *password, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_password_hash_from_file (const gchar *path, const gchar *old_hash,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct _PbPasswords PbPasswords;

/* @hash: (nullable) (transfer none): %NULL if there was not memory enough */
typedef void (*PbPasswordHashed) (const gchar *hash, gpointer user_data);
typedef void (*PbPasswordChecked) (gboolean right, gpointer user_data);

PbPasswords *pb_passwords_new (void);
void pb_passwords_free (PbPasswords *passwords);
gboolean pb_passwords_hash (PbPasswords *passwords, const gchar *password,
    PbPasswordHashed done, gpointer user_data, GDestroyNotify free_user_data);
gboolean pb_passwords_check (PbPasswords *passwords, const gchar *hash,
    const gchar *password, PbPasswordChecked done, gpointer user_data,
    GDestroyNotify free_user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPasswords, pb_passwords_free)

G_END_DECLS
