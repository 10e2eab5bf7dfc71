/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Passwords of people as Argon2id, hashed and checked beside the main loop. */
#include "auth/pb-password.h"

#include <string.h>

#include <sodium.h>

#include "auth/pb-seal.h"
#include "pb-auth-resources.h"

#define HASH_PREFIX "$argon2id$"

typedef struct {
  PbPasswords *passwords; /* a reference */
  gchar *password;
  gchar *hash; /* to check against; %NULL to make one, which then stands here */
  gboolean right;
  PbPasswordHashed hashed;
  PbPasswordChecked checked;
  gpointer user_data;
  GDestroyNotify free_user_data;
} Job;

struct _PbPasswords {
  gatomicrefcount refs;
  GMainContext *context;
  GThreadPool *pool;
  gchar *dummy; /* hash of what nobody knows */
  guint waiting; /* main thread: of jobs that are not answered */
  gint closed; /* atomic */
};

/* Whether everybody tries it first; in any case of letters. */
static gboolean
is_common (const gchar *password)
{
  g_autoptr (GBytes) list = g_resource_lookup_data (pb_auth_get_resource (),
      "/pitbox/auth/common-passwords.txt", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autofree gchar *lower = g_ascii_strdown (password, -1);
  gchar *line = g_strdup_printf ("\n%s\n", lower);
  gboolean found = g_strstr_len (g_bytes_get_data (list, NULL),
                       (gssize) g_bytes_get_size (list), line)
                   != NULL;

  sodium_memzero (lower, strlen (lower));
  pb_secret_free (line);
  return found;
}

/**
 * pb_password_check_form:
 * @password: what somebody wants to have
 *
 * Returns: %FALSE with @error set, saying what is wrong, if it is too short or
 *   too long, or one of the 11,611 most common ones. There are no other rules
 *   (NIST SP 800-63B, 5.1.1.2)
 */
gboolean
pb_password_check_form (const gchar *password, GError **error)
{
  gsize size = strlen (password);

  if (size < PB_PASSWORD_MIN_BYTES || size > PB_PASSWORD_MAX_BYTES)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "a password has %d to %d characters", PB_PASSWORD_MIN_BYTES,
        PB_PASSWORD_MAX_BYTES);
  else if (is_common (password))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "this password is one of those that are tried first, as many people "
        "have it. Choose another one, such as some words that do not belong "
        "together");
  else
    return TRUE;
  return FALSE;
}

static gchar *
make_hash (const gchar *password)
{
  gchar hash[crypto_pwhash_STRBYTES];

  if (crypto_pwhash_str (hash, password, strlen (password),
          crypto_pwhash_OPSLIMIT_INTERACTIVE,
          crypto_pwhash_MEMLIMIT_INTERACTIVE)
      != 0)
    return NULL;
  return g_strdup (hash);
}

/**
 * pb_password_hash_now:
 * @password: the password, or its Argon2id hash as libsodium and argon2(1)
 *   write it ("$argon2id$…")
 *
 * Takes 0.1 s: for programs that do nothing else meanwhile.
 *
 * Returns: (transfer full): its hash, or %NULL with @error set
 */
gchar *
pb_password_hash_now (const gchar *password, GError **error)
{
  gchar *hash;

  if (sodium_init () < 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "libsodium finds no source of random numbers");
    return NULL;
  }
  if (g_str_has_prefix (password, HASH_PREFIX)
      && strlen (password) < crypto_pwhash_STRBYTES)
    return g_strdup (password);
  if (!pb_password_check_form (password, error))
    return NULL;
  hash = make_hash (password);
  if (!hash)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "not enough memory to hash the password (64 MB)");
  return hash;
}

/**
 * pb_password_hash_from_file:
 * @path: a file whose first line is what pb_password_hash_now() takes
 * @old_hash: (nullable): of the password so far
 *
 * Returns: (transfer full): its hash, which is @old_hash if it is that one
 *   still; %NULL with @error set
 */
gchar *
pb_password_hash_from_file (
    const gchar *path, const gchar *old_hash, GError **error)
{
  gchar *content = NULL;
  gsize size = 0;
  gchar *hash = NULL;

  if (g_file_get_contents (path, &content, &size, error)) {
    content[strcspn (content, "\r\n")] = '\0';
    if (old_hash
        && crypto_pwhash_str_verify (old_hash, content, strlen (content)) == 0)
      hash = g_strdup (old_hash);
    else
      hash = pb_password_hash_now (content, error);
    sodium_memzero (content, size);
    g_free (content);
  }
  if (!hash)
    g_prefix_error (error, "password file %s: ", path);
  return hash;
}

static void
passwords_unref (PbPasswords *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_main_context_unref (self->context);
  g_free (self->dummy);
  g_free (self);
}

static void
job_free (gpointer data)
{
  Job *job = data;

  if (job->free_user_data)
    job->free_user_data (job->user_data);
  pb_secret_free (job->password);
  g_free (job->hash);
  passwords_unref (job->passwords);
  g_free (job);
}

/* On the main thread. */
static gboolean
answer (gpointer data)
{
  Job *job = data;

  job->passwords->waiting--;
  if (g_atomic_int_get (&job->passwords->closed))
    return G_SOURCE_REMOVE;
  if (job->hashed)
    job->hashed (job->hash, job->user_data);
  else
    job->checked (job->right, job->user_data);
  return G_SOURCE_REMOVE;
}

/* On the pool's thread. */
static void
work (gpointer data, gpointer user_data)
{
  Job *job = data;
  PbPasswords *self = job->passwords;
  g_autoptr (GSource) source = g_idle_source_new ();

  if (g_atomic_int_get (&self->closed)) {
    /* Only freed, where all are answered. */
  } else if (job->hashed) {
    job->hash = make_hash (job->password);
  } else {
    const gboolean known = job->hash != NULL;

    if (!self->dummy)
      self->dummy = make_hash (HASH_PREFIX);
    /* Nobody's login takes as long as somebody's with a wrong password. */
    job->right = crypto_pwhash_str_verify (known ? job->hash : self->dummy,
                     job->password, strlen (job->password))
                     == 0
                 && known;
  }
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, answer, job, job_free);
  g_source_attach (source, self->context);
}

/**
 * pb_passwords_new:
 *
 * Main thread only, as everything here; answers come on its thread-default
 * context.
 *
 * Returns: (transfer full): a pool of one thread
 */
PbPasswords *
pb_passwords_new (void)
{
  PbPasswords *self = g_new0 (PbPasswords, 1);

  g_atomic_ref_count_init (&self->refs);
  self->context = g_main_context_ref_thread_default ();
  self->pool = g_thread_pool_new_full (work, NULL, job_free, 1, FALSE, NULL);
  /* Made before anybody waits for it: the first unknown login must not take
   * longer than the next. */
  self->dummy = make_hash (HASH_PREFIX);
  return self;
}

/**
 * pb_passwords_free:
 *
 * Waits for the job under way; nobody is answered any more.
 */
void
pb_passwords_free (PbPasswords *self)
{
  g_atomic_int_set (&self->closed, TRUE);
  /* An immediate end loses the job that wakes the thread in this moment: GLib
   * neither runs nor frees it. */
  g_thread_pool_free (self->pool, FALSE, TRUE);
  passwords_unref (self);
}

static gboolean
push (PbPasswords *self, Job *job)
{
  job->passwords = self;
  g_atomic_ref_count_inc (&self->refs);
  if (self->waiting >= PB_PASSWORDS_MAX_WAITING
      || strlen (job->password) > PB_PASSWORD_MAX_BYTES) {
    job_free (job);
    return FALSE;
  }
  self->waiting++;
  return g_thread_pool_push (self->pool, job, NULL);
}

/**
 * pb_passwords_hash:
 * @password: of the right form, see pb_password_check_form()
 * @done: gets the hash, later
 * @user_data: (transfer full): for @done
 * @free_user_data: (nullable): for @user_data, in every case
 *
 * Returns: %FALSE if too many wait already; @done is not called then
 */
gboolean
pb_passwords_hash (PbPasswords *self, const gchar *password,
    PbPasswordHashed done, gpointer user_data, GDestroyNotify free_user_data)
{
  Job *job = g_new0 (Job, 1);

  job->password = g_strdup (password);
  job->hashed = done;
  job->user_data = user_data;
  job->free_user_data = free_user_data;
  return push (self, job);
}

/**
 * pb_passwords_check:
 * @hash: (nullable): what it must be; %NULL for a login that is not known,
 *   which takes as long and is never right
 * @password: what somebody typed
 * @done: gets the verdict, later
 * @user_data: (transfer full): for @done
 * @free_user_data: (nullable): for @user_data, in every case
 *
 * Returns: %FALSE if too many wait already, or it is longer than any password;
 *   @done is not called then
 */
gboolean
pb_passwords_check (PbPasswords *self, const gchar *hash, const gchar *password,
    PbPasswordChecked done, gpointer user_data, GDestroyNotify free_user_data)
{
  Job *job = g_new0 (Job, 1);

  job->password = g_strdup (password);
  job->hash = g_strdup (hash);
  job->checked = done;
  job->user_data = user_data;
  job->free_user_data = free_user_data;
  return push (self, job);
}
