/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Logging in: from a person who was found to be right to cookies and "me". */
#pragma once

#include "http/pb-request.h"

G_BEGIN_DECLS

/* Finds or makes the person, within a change.
 * @team: (out): the team to begin in; %NULL for the first the person is in
 * Returns: (transfer full): id of the person, or %NULL with @error set */
typedef gchar *(*PbLoginPrepare) (
    const PbHttpConfig *config, gpointer data, gchar **team, GError **error);

gboolean pb_login_begin (const PbHttpConfig *config, SoupServerMessage *message,
    guint status, PbLoginPrepare prepare, gpointer data, const gchar *login,
    const gchar *action);
gboolean pb_login_renew (const PbHttpConfig *config, SoupServerMessage *message,
    const gchar *person, const gchar *team, const gchar *family,
    const gchar *refresh_token);
gboolean pb_login_ensure_key (const PbHttpConfig *config, GError **error);
void pb_login_forget (SoupServerMessage *message);

/* Of which a second factor was asked for or not. */
typedef enum {
  PB_SECOND_FACTOR_FINE,
  PB_SECOND_FACTOR_MISSING,
  PB_SECOND_FACTOR_WRONG,
} PbSecondFactor;

PbSecondFactor pb_login_check_totp (const PbHttpConfig *config,
    const PbPerson *person, const gchar *code, gint64 *step);

void pb_me_reply (const PbHttpConfig *config, SoupServerMessage *message,
    guint status, const PbPrincipal *principal);

/**
 * PbPending:
 * @config: of the server
 * @message: a request that waits for its answer; a reference
 * @words: what is needed then; secrets are overwritten
 * @person: (nullable): whom it concerns
 * @principal: who asks
 */
typedef struct {
  const PbHttpConfig *config;
  SoupServerMessage *message;
  gchar *words[4];
  PbPerson *person;
  PbPrincipal *principal;
} PbPending;

PbPending *pb_pending_new (PbRequest *request);
void pb_pending_free (gpointer pending);
gboolean pb_pending_check (
    PbPending *pending, const gchar *password, PbPasswordChecked done);
gboolean pb_pending_hash (
    PbPending *pending, const gchar *password, PbPasswordHashed done);

G_END_DECLS
