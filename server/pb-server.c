/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbServer: all rooms of one pitbox-server wired together. */
#include "pb-server.h"

#include "auth/pb-bind.h"
#include "auth/pb-proxies.h"
#include "control/pb-control.h"
#include "http/pb-guard.h"
#include "http/pb-http.h"
#include "http/pb-tls-self-signed.h"
#include "ingest/pb-rtmp.h"
#include "ingest/pb-backfill-port.h"
#include "ingest/pb-units-port.h"
#include "pb-admin.h"
#include "pb-data.h"
#include "recording/pb-recovery.h"
#include "session/pb-transcoder.h"
#include "store/pb-audit-bound.h"
#include "webrtc/pb-addresses-posix.h"

struct _PbServer {
  PbData *data;
  PbTls *tls; /* NULL = none */
  PbAuditKeeper *audit;
  PbProxies *proxies;
  PbGuard *guard;
  PbRegistry *registry;
  PbIngest *ingest;
  PbWhep *whep;
  PbControl *control;
  PbUnitsPort *units;
  PbRtmp *rtmp; /* NULL = none */
  PbWhip *whip;
  PbBackfillPort *backfill;
  PbRowJobs *rows;
  PbLapRepair *repair;
  PbHttp *http;
};

static gboolean
recover (PbServer *self, GError **error)
{
  guint n_open, n_unknown;

  if (!pb_recovery_run (self->data->store, self->data->recordings, &n_open,
          &n_unknown, error))
    return FALSE;
  if (n_open > 0)
    g_message ("%u sessions were still open: the server had not been stopped. "
               "What was recorded of them is in the index now",
        n_open);
  if (n_unknown > 0)
    g_message ("%u sessions were recorded that the database did not have; they "
               "are in it now",
        n_unknown);
  return TRUE;
}

static void
start_audit (PbServer *self, const PbServerOptions *options)
{
  const PbAuditBound bound = { (guint) options->audit_days,
    (guint) options->audit_lines };

  self->audit = pb_audit_keeper_new (self->data->store, &bound);
}

static gboolean
start_ingest (PbServer *self, const PbServerOptions *options, GError **error)
{
  const PbRecorderOptions recorder = {
    .reserve_bytes = (guint64) options->keep_free_mb * 1000000,
  };
  PbIngestConfig config = {
    .recorder = &recorder,
    .store = self->data->store,
    .seal = self->data->seal,
    .registry = self->registry,
    .recordings = self->data->recordings,
    .bind = options->bind,
    .srt_port = options->srt_port,
    .latency_ms = options->srt_latency_ms,
    .max_senders = (guint) options->max_senders,
    .max_readers = options->max_readers,
  };

  self->ingest = pb_ingest_new (&config, error);
  return self->ingest != NULL;
}

static gboolean
self_sign (const gchar *certificate_file, const gchar *key_file, GError **error)
{
  g_autoptr (GPtrArray) list = pb_addresses_list ();
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) addresses = NULL;

  for (guint i = 0; i < list->len; i++) {
    g_autofree gchar *text = g_inet_address_to_string (list->pdata[i]);

    g_strv_builder_add (builder, text);
  }
  addresses = g_strv_builder_end (builder);
  return pb_tls_self_sign (
      certificate_file, key_file, (const gchar *const *) addresses, error);
}

static gboolean
start_tls (PbServer *self, const PbServerOptions *options, GError **error)
{
  g_autofree gchar *certificate_file =
      g_build_filename (self->data->folder, "tls-self-signed.crt", NULL);
  g_autofree gchar *key_file =
      g_build_filename (self->data->folder, "tls-self-signed.key", NULL);

  if (options->tls_certificate)
    self->tls = pb_tls_new (options->tls_certificate, options->tls_key, error);
  else if (options->tls_self_signed)
    self->tls = self_sign (certificate_file, key_file, error)
                    ? pb_tls_new (certificate_file, key_file, error)
                    : NULL;
  else
    return TRUE;
  return self->tls != NULL;
}

/* A proxy brings clients of everywhere to 127.0.0.1. */
static gboolean
is_for_this_machine (PbServer *self, const PbServerOptions *options)
{
  return pb_bind_is_loopback (options->bind)
         && pb_proxies_is_empty (self->proxies);
}

static gboolean
start_guard (PbServer *self, const PbServerOptions *options, GError **error)
{
  const gboolean loopback = is_for_this_machine (self, options);
  const PbGuardConfig config = {
    .store = self->data->store,
    .seal = self->data->seal,
    .proxies = self->proxies,
    .loopback = loopback,
    .insecure_lan = options->insecure_lan && !self->tls && !loopback,
  };

  if (options->admin_password_file
      && !pb_admin_ensure (
          self->data->store, options->admin_password_file, error))
    return FALSE;
  self->guard = pb_guard_new (&config, error);
  return self->guard
         && pb_bind_check (options->bind,
             pb_directory_has_people (pb_guard_get_directory (self->guard)),
             self->tls || options->insecure_lan
                 || !pb_proxies_is_empty (self->proxies),
             error);
}

/* Rows have the agent's UTC. */
static void
on_clocked (const PbPrincipal *agent, gint64 offset_us, gint64 error_us,
    gpointer user_data)
{
  PbServer *self = user_data;
  g_autoptr (PbDriver) driver =
      agent->driver ? pb_registry_find (self->registry, agent->driver) : NULL;

  if (driver)
    pb_driver_set_clock (
        driver, agent->id, offset_us, error_us, g_get_monotonic_time ());
}

static gboolean
start_rtmp (PbServer *self, const PbServerOptions *options, GError **error)
{
  if (!options->rtmp_front)
    return TRUE;
  self->rtmp = pb_rtmp_new (
      self->ingest, options->rtmp_front, options->rtmp_front_key_file, error);
  return self->rtmp != NULL;
}

static gboolean
start_http (PbServer *self, const PbServerOptions *options, GError **error)
{
  PbWhepOptions whep = {
    .max_viewers = options->max_viewers,
    .loopback = is_for_this_machine (self, options) ? options->bind : NULL,
    .public_address = options->public_address,
    .port = (guint16) options->webrtc_port,
    .is_same = pb_principal_is_same,
  };
  PbHttpConfig config = {
    .store = self->data->store,
    .registry = self->registry,
    .ingest = self->ingest,
    .seal = self->data->seal,
    .guard = self->guard,
    .bind = options->bind,
    .port = options->http_port,
    .public_url = options->public_url,
    .n_files = options->n_files,
    .dashboard = options->dashboard,
    .tls = self->tls,
    /* A browser that was told so would refuse the next self-signed one. */
    .hsts = options->tls_certificate != NULL,
  };

  self->whep = pb_whep_new (&whep, error);
  if (!self->whep)
    return FALSE;
  config.whep = self->whep;
  self->control = pb_control_new (pb_control_limit (options->n_files));
  pb_control_set_clocked (self->control, on_clocked, self);
  config.control = self->control;
  self->units = pb_units_port_new (pb_ingest_get_door (self->ingest),
      pb_units_port_limit (options->n_files));
  config.units = self->units;
  if (!start_rtmp (self, options, error))
    return FALSE;
  config.rtmp = self->rtmp;
  self->whip = pb_whip_new (self->ingest, pb_whep_get_port (self->whep),
      pb_whep_get_identity (self->whep));
  config.whip = self->whip;
  self->repair = pb_lap_repair_new (
      self->data->store, self->data->recordings, self->registry);
  self->backfill = pb_backfill_port_new (pb_ingest_get_door (self->ingest),
      self->repair, pb_units_port_limit (options->n_files));
  config.backfill = self->backfill;
  self->rows = pb_row_jobs_new (self->data->store, self->data->recordings);
  config.rows = self->rows;
  self->http = pb_http_new (&config, error);
  return self->http != NULL;
}

/**
 * pb_server_new:
 * @options: see #PbServerOptions
 *
 * Main thread only, as everything here; needs the default main context.
 *
 * Returns: (transfer full): a server that takes streams and requests, or %NULL
 *   with @error set
 */
PbServer *
pb_server_new (const PbServerOptions *options, GError **error)
{
  /* All of them may watch one driver. */
  const PbLiveLimits limits = { .max_viewers = options->max_viewers };
  g_autoptr (PbServer) self = g_new0 (PbServer, 1);

  self->proxies =
      pb_proxies_new ((const gchar *const *) options->trusted_proxies, error);
  if (!self->proxies)
    return NULL;
  self->data = pb_data_open (options->data_dir, error);
  if (!self->data || !pb_data_lock (self->data, error)
      || !start_tls (self, options, error)
      || !start_guard (self, options, error) || !recover (self, error))
    return NULL;
  pb_transcoder_set_limit ((guint) options->max_transcodes);
  self->registry = pb_registry_new (&limits);
  if (!start_ingest (self, options, error)
      || !start_http (self, options, error))
    return NULL;
  start_audit (self, options);
  return g_steal_pointer (&self);
}

/**
 * pb_server_free:
 *
 * Ends every viewer and every session and closes the recordings.
 */
void
pb_server_free (PbServer *self)
{
  if (self->guard)
    pb_guard_stop (self->guard);
  g_clear_pointer (&self->http, pb_http_free);
  g_clear_pointer (&self->rows, pb_row_jobs_free);
  g_clear_pointer (&self->control, pb_control_free);
  g_clear_pointer (&self->units, pb_units_port_free);
  g_clear_pointer (&self->rtmp, pb_rtmp_free);
  g_clear_pointer (&self->whip, pb_whip_free);
  g_clear_pointer (&self->backfill, pb_backfill_port_free);
  g_clear_pointer (&self->repair, pb_lap_repair_free);
  g_clear_pointer (&self->whep, pb_whep_free);
  g_clear_pointer (&self->ingest, pb_ingest_free);
  g_clear_pointer (&self->registry, pb_registry_free);
  g_clear_pointer (&self->guard, pb_guard_free);
  g_clear_pointer (&self->tls, pb_tls_free);
  g_clear_pointer (&self->proxies, pb_proxies_free);
  g_clear_pointer (&self->audit, pb_audit_keeper_free);
  g_clear_pointer (&self->data, pb_data_close);
  g_free (self);
}

/**
 * pb_server_reload:
 *
 * Reads again what may change while it runs: the certificate.
 */
void
pb_server_reload (PbServer *self)
{
  if (self->tls)
    pb_tls_reload (self->tls);
}

/**
 * pb_server_dup_fingerprint:
 *
 * Returns: (transfer full) (nullable): SHA-256 of its certificate; %NULL
 *   without TLS
 */
gchar *
pb_server_dup_fingerprint (PbServer *self)
{
  return self->tls ? pb_tls_dup_fingerprint (self->tls) : NULL;
}

/**
 * pb_server_dup_url:
 *
 * Returns: (transfer full): the address to open in a browser
 */
gchar *
pb_server_dup_url (PbServer *self)
{
  return pb_http_dup_url (self->http);
}

/**
 * pb_server_dup_ready_line:
 *
 * Returns: (transfer full): one line of JSON with the ports that were chosen
 */
gchar *
pb_server_dup_ready_line (PbServer *self)
{
  g_autofree gchar *url = pb_http_dup_url (self->http);

  return g_strdup_printf (
      "{\"url\": \"%s\", \"http_port\": %u, \"srt_port\": %u}\n", url,
      pb_http_get_port (self->http), pb_ingest_get_port (self->ingest));
}

/**
 * pb_server_dup_setup_url:
 *
 * Returns: (transfer full) (nullable): where the first account is made; %NULL
 *   once there is one
 */
gchar *
pb_server_dup_setup_url (PbServer *self)
{
  const gchar *token = pb_guard_get_setup_token (self->guard);
  g_autofree gchar *url = pb_http_dup_url (self->http);

  return token ? g_strdup_printf ("%s#/setup?token=%s", url, token) : NULL;
}
