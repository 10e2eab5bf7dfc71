/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRemote: the agent's end of the control channel. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * PbRemotePeer:
 * @url: of the server, "https://host:port"
 * @certificate: SHA-256 of a certificate that is trusted though nobody else
 *   vouches for it, 64 capital hex digits; or empty
 * @token: the device's
 * @commands: names of those that are taken, up to %NULL; static
 */
typedef struct {
  const gchar *url;
  const gchar *certificate;
  const gchar *token;
  const gchar *const *commands;
} PbRemotePeer;

/**
 * PbRemoteReply:
 * @id: of the command
 * @is_later: set: the receipt follows, by pb_remote_answer()
 * @applied: inside an object: what is set now
 * @refused: inside an array: pb_remote_reply_refuse()
 * @diagnostics: (transfer full) (nullable): a text to send before the receipt,
 *   at most %PB_CONTROL_DIAGNOSTICS_BYTES
 *
 * What a receipt says beside done or not.
 */
typedef struct {
  const gchar *id;
  gboolean is_later;
  JsonBuilder *applied;
  JsonBuilder *refused;
  gchar *diagnostics;
} PbRemoteReply;

/**
 * PbRemoteEvents:
 * @add_status: asked each second for members of "status", but type and clock
 * @order: a command came that was not there before; what was done goes into
 *   @reply. Returns: (transfer full) (nullable): why it is refused; %NULL if it
 *   has been done
 * @withdrawn: the server takes the token no more, or for another driver
 */
typedef struct {
  void (*add_status) (JsonBuilder *builder, gpointer user_data);
  gchar *(*order) (const gchar *name, JsonObject *args, const gchar *by,
      PbRemoteReply *reply, gpointer user_data);
  void (*withdrawn) (gpointer user_data);
} PbRemoteEvents;

/* Main thread only. */
typedef struct _PbRemote PbRemote;

void pb_remote_reply_refuse (
    PbRemoteReply *reply, const gchar *name, const gchar *reason);
PbRemote *pb_remote_new (
    const PbRemotePeer *peer, const PbRemoteEvents *events, gpointer user_data);
void pb_remote_free (PbRemote *remote);
void pb_remote_answer (
    PbRemote *remote, const gchar *id, const gchar *problem, JsonNode *flash);
const gchar *pb_remote_get_words (PbRemote *remote);
void pb_remote_report (PbRemote *remote);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbRemote, pb_remote_free)

G_END_DECLS
