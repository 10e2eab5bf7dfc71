/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/people and /api/v1/invitations: who is in a team. */
#include "http/pb-request-grants.h"
#include "store/pb-logins.h"

#define INVITATION_MAX_HOURS 720
#define HOUR_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

static const gchar *
get_person_id (gconstpointer item)
{
  return ((const PbPerson *) item)->id;
}

static void
add_person (JsonBuilder *b, gconstpointer item, gpointer unused)
{
  const PbPerson *person = item;

  pb_json_add_text (b, "id", person->id);
  pb_json_add_text (b, "login", person->login);
  pb_json_add_text (b, "name", person->name);
  pb_json_add_text (b, "role", pb_role_to_string (person->role));
  pb_json_add_bool (b, "totp", person->sealed_totp != NULL);
  pb_json_add_utc_ms (b, "last_login_utc_ms", person->last_login_utc_us);
}

static void
get_people (PbRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) people = pb_store_list_people (
      request->config->store, request->principal->team, &error);

  if (people)
    pb_reply_list (request, people, get_person_id, add_person);
  else
    pb_reply_failure (request, error);
}

/* Returns: whether the person of the address is in this team; else answered,
 * as one that does not exist */
static gboolean
is_member (PbRequest *request)
{
  if (pb_directory_get_role (pb_guard_get_directory (request->config->guard),
          request->principal->team, request->args[0])
      != PB_ROLE_NONE)
    return TRUE;
  pb_reply_error (request->message, SOUP_STATUS_NOT_FOUND, "not_found",
      "There is nobody of that id in your team");
  return FALSE;
}

static PbRole
read_role (PbRequest *request)
{
  PbRole role = pb_role_from_string (pb_json_get_text (request->body, "role"));

  if (role == PB_ROLE_NONE)
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "role must be viewer, coach, engineer or admin");
  return role;
}

static gboolean
write_role (PbRequest *request, gpointer data, GError **error)
{
  const PbRole role = *(const PbRole *) data;
  const gchar *person = request->args[0];

  return pb_store_change_role (request->config->store, request->principal->team,
             person, role, error)
         && pb_request_note (
             request, "person.role", person, pb_role_to_string (role), error);
}

static void
patch_person (PbRequest *request)
{
  PbRole role;

  if (!is_member (request) || (role = read_role (request)) == PB_ROLE_NONE
      || !pb_request_change (request, write_role, &role))
    return;
  pb_reply_nothing (request->message);
}

static gboolean
write_removal (PbRequest *request, gpointer data, GError **error)
{
  const gchar *person = request->args[0];

  return pb_store_remove_member (
             request->config->store, request->principal->team, person, error)
         && pb_request_note (request, "person.remove", person, NULL, error);
}

static void
delete_person (PbRequest *request)
{
  if (!is_member (request) || !pb_request_change (request, write_removal, NULL))
    return;
  pb_reply_nothing (request->message);
}

static void
add_invitation (JsonBuilder *b, gconstpointer item, gpointer unused)
{
  const PbGrant *grant = item;

  pb_json_add_text (b, "id", grant->id);
  pb_json_add_text (b, "role", pb_role_to_string (grant->role));
  pb_json_add_text (b, "created_by", grant->created_by);
  pb_json_add_int (b, "created_utc_ms", grant->created_utc_us / 1000);
  pb_json_add_int (b, "expires_utc_ms", grant->expires_utc_us / 1000);
}

static void
get_invitations (PbRequest *request)
{
  pb_request_list_grants (request, PB_GRANT_INVITATION, add_invitation);
}

static void
post_invitation (PbRequest *request)
{
  PbRole role = read_role (request);
  g_autoptr (PbGrant) grant = NULL;
  gint64 hours = 0;

  if (role == PB_ROLE_NONE)
    return;
  if (!pb_json_get_int (
          request->body, "hours", 1, INVITATION_MAX_HOURS, &hours)) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "hours must be a whole number from 1 to %d", INVITATION_MAX_HOURS);
    return;
  }
  grant = pb_request_new_grant (request);
  grant->role = role;
  grant->expires_utc_us = g_get_real_time () + hours * HOUR_US;
  pb_request_give (
      request, PB_GRANT_INVITATION, grant, "invite", add_invitation);
}

static void
delete_invitation (PbRequest *request)
{
  pb_request_withdraw (request, PB_GRANT_INVITATION, "invitation.remove");
}

const PbRoute pb_people_routes[] = {
  { "GET", "/api/v1/people", PB_MAY_MANAGE_PEOPLE, get_people },
  { "PATCH", "/api/v1/people/{}", PB_MAY_MANAGE_PEOPLE, patch_person },
  { "DELETE", "/api/v1/people/{}", PB_MAY_MANAGE_PEOPLE, delete_person },
  { "GET", "/api/v1/invitations", PB_MAY_MANAGE_PEOPLE, get_invitations },
  { "POST", "/api/v1/invitations", PB_MAY_MANAGE_PEOPLE, post_invitation },
  { "DELETE", "/api/v1/invitations/{}", PB_MAY_MANAGE_PEOPLE,
      delete_invitation },
  { NULL },
};
