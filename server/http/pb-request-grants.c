/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What all that is given by a secret has in common: keys, links, invitations.
 */
#include "http/pb-request-grants.h"

#include "http/pb-own-url.h"

static const gchar *
get_id (gconstpointer item)
{
  return ((const PbGrant *) item)->id;
}

/**
 * pb_request_list_grants:
 * @add: adds what is said of each
 *
 * Answers with those of the team of who asks.
 */
void
pb_request_list_grants (PbRequest *request, PbGrantKind kind, PbListAdd add)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = pb_store_list_grants (
      request->config->store, kind, request->principal->team, &error);

  if (items)
    pb_reply_list (request, items, get_id, add);
  else
    pb_reply_failure (request, error);
}

/**
 * pb_request_new_grant:
 *
 * Returns: (transfer full): a grant of the team of who asks
 */
PbGrant *
pb_request_new_grant (PbRequest *request)
{
  PbGrant *grant = g_new0 (PbGrant, 1);

  grant->team = g_strdup (request->principal->team);
  grant->created_by = g_strdup (request->principal->name);
  return grant;
}

typedef struct {
  PbGrantKind kind;
  PbGrant *grant;
  gchar *token;
} Gift;

/* What the log says of it: a key's name, whom a link shows, what who is invited
 * becomes. */
static const gchar *
get_detail (PbGrantKind kind, const PbGrant *grant)
{
  switch (kind) {
    case PB_GRANT_SHARE:
      return grant->driver ? grant->driver : grant->session;
    case PB_GRANT_INVITATION:
      return pb_role_to_string (grant->role);
    default:
      return grant->name;
  }
}

static gboolean
write_grant (PbRequest *request, gpointer data, GError **error)
{
  static const gchar *const actions[] = { "key.add", "share.add",
    "invitation.add" };
  Gift *gift = data;

  gift->token = pb_store_add_grant (
      request->config->store, gift->kind, gift->grant, error);
  return gift->token
         && pb_request_note (request, actions[gift->kind], gift->grant->id,
             get_detail (gift->kind, gift->grant), error);
}

/**
 * pb_request_give:
 * @grant: what to give
 * @page: (nullable): page of the dashboard that takes it
 * @add: adds what lists say of it
 *
 * Answers with its secret, this once.
 */
void
pb_request_give (PbRequest *request, PbGrantKind kind, PbGrant *grant,
    const gchar *page, PbListAdd add)
{
  Gift gift = { kind, grant, NULL };
  g_autoptr (JsonBuilder) b = json_builder_new ();
  gchar *url = NULL;

  if (!pb_request_change (request, write_grant, &gift)) {
    pb_secret_free (gift.token);
    return;
  }
  json_builder_begin_object (b);
  add (b, grant, request);
  pb_json_add_text (b, "token", gift.token);
  if (page) {
    url = pb_own_url_dup_page (request, page, gift.token);
    pb_json_add_text (b, "url", url);
  }
  json_builder_end_object (b);
  pb_reply_status (request->message, SOUP_STATUS_CREATED, b);
  pb_secret_free (url);
  pb_secret_free (gift.token);
}

typedef struct {
  PbGrantKind kind;
  const gchar *action;
} Withdrawal;

static gboolean
write_withdrawal (PbRequest *request, gpointer data, GError **error)
{
  const Withdrawal *withdrawal = data;
  const gchar *id = request->args[0];

  return pb_store_remove_grant (request->config->store, withdrawal->kind, id,
             request->principal->team, error)
         && pb_request_note (request, withdrawal->action, id, NULL, error);
}

/**
 * pb_request_withdraw:
 * @kind: of the one whose id is the address's argument
 * @action: for the log
 *
 * Answers.
 */
void
pb_request_withdraw (PbRequest *request, PbGrantKind kind, const gchar *action)
{
  Withdrawal withdrawal = { kind, action };

  if (pb_request_change (request, write_withdrawal, &withdrawal))
    pb_reply_nothing (request->message);
}
