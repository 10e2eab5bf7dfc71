/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What needs the password again, and POST /api/v1/auth/confirm, where it is
 * given: whoever has found a page open shall not stay by a key of their own. */
#include "http/pb-confirm.h"

#include "auth/pb-proofs.h"
#include "http/pb-client.h"
#include "http/pb-login.h"
#include "http/pb-throttle.h"
#include "store/pb-audit.h"
#include "store/pb-logins.h"

#define WORD_TOTP 0

/* Turning the second factor off has the password in its body. */
static gboolean
is_sensitive (const PbRoute *route)
{
  if (g_str_equal (route->method, "GET"))
    return FALSE;
  return route->action == PB_MAY_MANAGE_PEOPLE
         || route->action == PB_MAY_MANAGE_KEYS
         || (g_str_equal (route->path, "/api/v1/auth/totp")
             && !g_str_equal (route->method, "DELETE"));
}

/**
 * pb_confirm_check:
 * @request: of somebody who may do it
 *
 * Returns: %TRUE if it needs no password, or the login has shown it in the last
 *   ten minutes; else 403 was answered
 */
gboolean
pb_confirm_check (PbRequest *request, const PbRoute *route)
{
  const PbPrincipal *principal = request->principal;

  if (principal->kind != PB_PRINCIPAL_PERSON || !is_sensitive (route)
      || pb_proofs_is_fresh (pb_guard_get_proofs (request->config->guard),
          principal->family, g_get_monotonic_time ()))
    return TRUE;
  pb_reply_error (request->message, SOUP_STATUS_FORBIDDEN, "reauthenticate",
      "This needs your password again: POST /api/v1/auth/confirm, then ask "
      "once more");
  return FALSE;
}

static void
note_refusal (PbPending *p, const gchar *why)
{
  pb_audit_add (p->config->store, p->principal, "password.refused",
      p->principal->name, pb_client_get_address (p->message), why);
}

/* Returns: whether it is right, or there is none; else answered */
static gboolean
check_second_factor (PbPending *p, gint64 *step)
{
  switch (
      pb_login_check_totp (p->config, p->person, p->words[WORD_TOTP], step)) {
    case PB_SECOND_FACTOR_FINE:
      return TRUE;
    case PB_SECOND_FACTOR_MISSING:
      pb_throttle_forgive_login (p->config, p->message, p->person->login);
      pb_reply_error (p->message, SOUP_STATUS_FORBIDDEN, "totp_needed",
          "Send the six digits of your authenticator, too");
      return FALSE;
    case PB_SECOND_FACTOR_WRONG:
      break;
  }
  note_refusal (p, "wrong second factor");
  pb_reply_error (p->message, SOUP_STATUS_FORBIDDEN, "wrong_password",
      "The six digits are wrong, or were used before");
  return FALSE;
}

/* The password was looked at beside the main loop: it may have been changed
 * meanwhile, or the login have ended. */
static gboolean
write_proof (PbPending *p, gint64 step, GError **error)
{
  PbStore *store = p->config->store;

  if (!pb_guard_is_alive (p->config->guard, p->principal)) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED,
        "this login has ended meanwhile: log in again");
    return FALSE;
  }
  return pb_store_check_same_password (store, p->person, error)
         && (step == 0
             || pb_store_take_totp_step (store, p->person->id, step, error))
         && pb_audit_write (store, p->principal, "login.confirm",
             p->principal->name, pb_client_get_address (p->message), NULL,
             error);
}

static void
on_checked (gboolean right, gpointer user_data)
{
  PbPending *p = user_data;
  PbGuard *guard = p->config->guard;
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;
  gint64 step;

  if (!right) {
    note_refusal (p, NULL);
    pb_reply_error (p->message, SOUP_STATUS_FORBIDDEN, "wrong_password",
        "The password is not yours");
  } else if (check_second_factor (p, &step)) {
    pb_throttle_forgive_login (p->config, p->message, p->person->login);
    if (pb_store_begin_change (p->config->store, PB_STORE_BRIEFLY_MS, &error)) {
      gboolean keep = write_proof (p, step, &error);

      done = pb_store_end_change (p->config->store, keep, keep ? &error : NULL);
    }
    if (done) {
      pb_proofs_add (pb_guard_get_proofs (guard), p->principal->family,
          g_get_monotonic_time ());
      if (step != 0)
        pb_guard_changed (guard);
      pb_reply_nothing (p->message);
    } else {
      pb_reply_store_error (p->message, error);
    }
  }
  soup_server_message_unpause (p->message);
}

static void
post_confirm (PbRequest *request)
{
  const gchar *password = pb_json_get_text (request->body, "password");
  g_autoptr (GError) error = NULL;
  PbPending *p;

  if (!password) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "The body needs this text: password");
    return;
  }
  p = pb_pending_new (request);
  p->words[WORD_TOTP] = g_strdup (pb_json_get_text (request->body, "totp"));
  p->person = pb_store_get_person (p->config->store, p->principal->id, &error);
  if (!p->person)
    pb_reply_store_error (p->message, error);
  if (p->person && pb_throttle_login (p->config, p->message, p->person->login))
    pb_pending_check (p, password, on_checked);
  else
    pb_pending_free (p);
}

const PbRoute pb_confirm_routes[] = {
  { "POST", "/api/v1/auth/confirm", PB_MAY_OWN_ACCOUNT, post_confirm },
  { NULL },
};
