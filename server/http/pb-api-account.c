/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/auth, of one's own account: password, second factor, logins. */
#include "auth/pb-totp.h"
#include "http/pb-client.h"
#include "http/pb-login.h"
#include "http/pb-throttle.h"
#include "store/pb-audit.h"
#include "store/pb-logins.h"

static void
note_refusal (PbPending *p)
{
  const gchar *address = pb_client_get_address (p->message);

  pb_audit_add (p->config->store, p->principal, "password.refused",
      p->principal->name, address, NULL);
}

/* Within a change that rests on a password: it was looked at beside the main
 * loop, and may not be right any more, or the login not there. */
static gboolean
check_still (PbPending *p, GError **error)
{
  if (pb_guard_is_alive (p->config->guard, p->principal))
    return pb_store_check_same_password (p->config->store, p->person, error);
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED,
      "this login has ended meanwhile: log in again");
  return FALSE;
}

static gboolean
note (PbPending *p, const gchar *action, GError **error)
{
  const gchar *address = pb_client_get_address (p->message);

  return pb_audit_write (p->config->store, p->principal, action,
      p->principal->name, address, NULL, error);
}

/* Returns: %FALSE, answered, if the account cannot be read, or its password was
 * wrong too often: whoever has got at somebody's login knows it no better */
static gboolean
find_self (PbPending *p)
{
  g_autoptr (GError) error = NULL;

  p->person = pb_store_get_person (p->config->store, p->principal->id, &error);
  if (!p->person)
    pb_reply_store_error (p->message, error);
  return p->person
         && pb_throttle_login (p->config, p->message, p->person->login);
}

static void
reply_wrong_password (PbPending *p)
{
  note_refusal (p);
  pb_reply_error (p->message, SOUP_STATUS_FORBIDDEN, "wrong_password",
      "The password is not yours");
}

static void
on_new_hash (const gchar *hash, gpointer user_data)
{
  PbPending *p = user_data;
  PbStore *store = p->config->store;
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;

  if (!hash) {
    pb_reply_error (p->message, SOUP_STATUS_SERVICE_UNAVAILABLE, "login_busy",
        "There was not memory enough for the password; try again");
  } else {
    if (pb_store_begin_change (store, PB_STORE_BRIEFLY_MS, &error)) {
      gboolean keep =
          check_still (p, &error)
          && pb_store_set_password (store, p->principal->id, hash, &error)
          && pb_store_end_logins (
              store, p->principal->id, p->principal->family, &error)
          && note (p, "password.change", &error);

      done = pb_store_end_change (store, keep, keep ? &error : NULL);
    }
    if (done) {
      pb_guard_changed (p->config->guard);
      pb_reply_nothing (p->message);
    } else {
      pb_reply_store_error (p->message, error);
    }
  }
  soup_server_message_unpause (p->message);
}

static void
on_old_checked (gboolean right, gpointer user_data)
{
  PbPending *p = user_data;
  PbPending *next;

  if (!right) {
    reply_wrong_password (p);
    soup_server_message_unpause (p->message);
    return;
  }
  pb_throttle_forgive_login (p->config, p->message, p->person->login);
  next = g_new0 (PbPending, 1);
  next->config = p->config;
  next->message = g_object_ref (p->message);
  next->principal = pb_principal_copy (p->principal);
  next->person = g_steal_pointer (&p->person);
  /* Paused a second time would be no different from once. */
  if (!pb_pending_hash (next, p->words[0], on_new_hash))
    soup_server_message_unpause (p->message);
}

static void
post_password (PbRequest *request)
{
  const gchar *old = pb_json_get_text (request->body, "old");
  const gchar *password = pb_json_get_text (request->body, "new");
  g_autoptr (GError) error = NULL;
  PbPending *p;

  if (!old || !password) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "The body needs these texts: old, new");
    return;
  }
  if (!pb_password_check_form (password, &error)) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "%s", error->message);
    return;
  }
  p = pb_pending_new (request);
  p->words[0] = g_strdup (password);
  if (find_self (p))
    pb_pending_check (p, old, on_old_checked);
  else
    pb_pending_free (p);
}

/* It is shown, and kept only once a code proves that it was taken. */
static void
post_totp (PbRequest *request)
{
  const PbPerson *person = pb_directory_get_person (
      pb_guard_get_directory (request->config->guard), request->principal->id);
  gchar *secret = pb_totp_secret_new ();
  gchar *uri = pb_totp_dup_uri (secret, request->principal->name);
  g_autoptr (JsonBuilder) b = json_builder_new ();

  if (person && person->sealed_totp) {
    pb_reply_error (request->message, SOUP_STATUS_CONFLICT, "refused",
        "You have a second factor: turn that off first, by your password");
  } else {
    pb_guard_offer_totp (
        request->config->guard, request->principal->family, secret);
    json_builder_begin_object (b);
    pb_json_add_text (b, "secret", secret);
    pb_json_add_text (b, "uri", uri);
    json_builder_end_object (b);
    pb_reply_json (request, b);
  }
  pb_secret_free (secret);
  pb_secret_free (uri);
}

typedef struct {
  GBytes *sealed;
  gint64 step;
} Totp;

static gboolean
write_totp (PbRequest *request, gpointer data, GError **error)
{
  const Totp *totp = data;

  return pb_store_add_totp (request->config->store, request->principal->id,
             totp->sealed, totp->step, error)
         && pb_request_note (
             request, "totp.on", request->principal->name, NULL, error);
}

static void
put_totp (PbRequest *request)
{
  const PbHttpConfig *config = request->config;
  const gchar *code = pb_json_get_text (request->body, "code");
  const gchar *secret =
      pb_guard_get_offered_totp (config->guard, request->principal->family);
  Totp totp = { 0 };

  if (!secret || !code
      || !pb_totp_check (
          secret, code, g_get_real_time () / G_USEC_PER_SEC, &totp.step)) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "wrong_code",
        "These are not the six digits; POST here gives a new secret");
    return;
  }
  totp.sealed = pb_seal_close (config->seal, secret);
  if (pb_request_change (request, write_totp, &totp)) {
    pb_guard_offer_totp (config->guard, request->principal->family, NULL);
    pb_reply_nothing (request->message);
  }
  g_bytes_unref (totp.sealed);
}

static void
on_totp_off_checked (gboolean right, gpointer user_data)
{
  PbPending *p = user_data;
  PbStore *store = p->config->store;
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;

  if (!right) {
    reply_wrong_password (p);
  } else {
    pb_throttle_forgive_login (p->config, p->message, p->person->login);
    if (pb_store_begin_change (store, PB_STORE_BRIEFLY_MS, &error)) {
      gboolean keep =
          check_still (p, &error)
          && pb_store_set_totp (store, p->principal->id, NULL, 0, &error)
          && note (p, "totp.off", &error);

      done = pb_store_end_change (store, keep, keep ? &error : NULL);
    }
    if (done) {
      pb_guard_changed (p->config->guard);
      pb_reply_nothing (p->message);
    } else {
      pb_reply_store_error (p->message, error);
    }
  }
  soup_server_message_unpause (p->message);
}

static void
delete_totp (PbRequest *request)
{
  const gchar *password = pb_json_get_text (request->body, "password");
  PbPending *p;

  if (!password) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "The body needs this text: password");
    return;
  }
  p = pb_pending_new (request);
  if (find_self (p))
    pb_pending_check (p, password, on_totp_off_checked);
  else
    pb_pending_free (p);
}

static const gchar *
get_login_id (gconstpointer item)
{
  return ((const PbLogin *) item)->id;
}

static void
add_login (JsonBuilder *b, gconstpointer item, gpointer user_data)
{
  const PbLogin *login = item;
  const PbRequest *request = user_data;

  pb_json_add_text (b, "id", login->id);
  pb_json_add_int (b, "started_utc_ms", login->started_utc_us / 1000);
  pb_json_add_int (b, "last_utc_ms", login->last_utc_us / 1000);
  pb_json_add_text (b, "address", login->address);
  pb_json_add_text (b, "agent", login->agent);
  pb_json_add_bool (
      b, "current", g_strcmp0 (login->id, request->principal->family) == 0);
}

static void
get_logins (PbRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = pb_store_list_logins (
      request->config->store, request->principal->id, &error);

  if (list)
    pb_reply_list (request, list, get_login_id, add_login);
  else
    pb_reply_failure (request, error);
}

static gboolean
write_end_login (PbRequest *request, gpointer data, GError **error)
{
  const gchar *login = request->args[0];

  return pb_store_end_login (
             request->config->store, login, request->principal->id, error)
         && pb_request_note (request, "login.end", login, NULL, error);
}

static void
delete_login (PbRequest *request)
{
  if (!pb_request_change (request, write_end_login, NULL))
    return;
  if (g_strcmp0 (request->args[0], request->principal->family) == 0)
    pb_login_forget (request->message);
  pb_reply_nothing (request->message);
}

const PbRoute pb_account_routes[] = {
  { "POST", "/api/v1/auth/password", PB_MAY_OWN_ACCOUNT, post_password },
  { "POST", "/api/v1/auth/totp", PB_MAY_OWN_ACCOUNT, post_totp },
  { "PUT", "/api/v1/auth/totp", PB_MAY_OWN_ACCOUNT, put_totp },
  { "DELETE", "/api/v1/auth/totp", PB_MAY_OWN_ACCOUNT, delete_totp },
  { "GET", "/api/v1/auth/logins", PB_MAY_OWN_ACCOUNT, get_logins },
  { "DELETE", "/api/v1/auth/logins/{}", PB_MAY_OWN_ACCOUNT, delete_login },
  { NULL },
};
