/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbServer: all rooms of one pitbox-server wired together. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbServerOptions:
 * @data_dir: folder of the database, the key and the recordings
 * @bind: address to listen on, in numbers
 * @http_port, @srt_port: 0 = any
 * @srt_latency_ms: 0 = the source's default
 * @webrtc_port: UDP port of all viewers; 0 = any
 * @admin_password_file: (nullable): password of the person "admin", see
 *   pb_password_hash_from_file()
 * @tls_certificate, @tls_key: (nullable): PEM files, both or none
 * @tls_self_signed: make both in the folder
 * @insecure_lan: passwords may go over a network without TLS
 * @trusted_proxies: (nullable): see pb_proxies_new()
 * @public_address: (nullable): see #PbWhepOptions; IPv4, in numbers
 * @public_url: (nullable): where people open the page, without / at its end
 * @keep_free_mb: disk space that recordings never use; 0 = the default
 * @max_viewers: of all drivers together; 0 = the default
 * @max_senders: connections that send by SRT, likewise
 * @max_readers: connections that read by SRT, likewise
 * @rtmp_front, @rtmp_front_key_file: (nullable): see pb_rtmp_new(); NULL: no
 *   RTMP
 * @audit_days, @audit_lines: see #PbAuditBound
 * @max_transcodes: pictures that are encoded anew at a time; 0: none
 * @dashboard: (nullable): folder of the dashboard's files
 * @n_files: descriptors that the process may have; 0 = as many as it likes
 */
typedef struct {
  gchar *data_dir;
  gchar *bind;
  gint http_port;
  gint srt_port;
  gint srt_latency_ms;
  gint webrtc_port;
  gchar *admin_password_file;
  gchar *tls_certificate;
  gchar *tls_key;
  gboolean tls_self_signed;
  gboolean insecure_lan;
  gchar **trusted_proxies;
  gchar *public_address;
  gchar *public_url;
  gint keep_free_mb;
  gint max_viewers;
  gint max_senders;
  gint max_readers;
  gchar *rtmp_front;
  gchar *rtmp_front_key_file;
  gint audit_days;
  gint audit_lines;
  gint max_transcodes;
  gchar *dashboard;
  guint n_files;
} PbServerOptions;

typedef struct _PbServer PbServer;

PbServer *pb_server_new (
    const PbServerOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_server_free (PbServer *server);
void pb_server_reload (PbServer *server);
gchar *pb_server_dup_fingerprint (PbServer *server);
gchar *pb_server_dup_url (PbServer *server);
gchar *pb_server_dup_ready_line (PbServer *server);
gchar *pb_server_dup_setup_url (PbServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbServer, pb_server_free)

G_END_DECLS
