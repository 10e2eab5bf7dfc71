/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAgent and its spool: which folder, and how live is. */
#include "pb-agent-private.h"

#include "pb-folders.h"

/* Letters of the checksum that names a folder: no two servers share one. */
#define NAME_CHARS 16

/* Rows are of one server and driver, and go to no other. */
static gchar *
dup_folder (const PbConfig *config)
{
  g_autofree gchar *key =
      g_strjoin ("\n", config->url, config->driver, config->device, NULL);
  g_autofree gchar *sum =
      g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  g_autofree gchar *folder = NULL;

  sum[NAME_CHARS] = '\0';
  folder = pb_folders_dup_data ("spool");
  return g_build_filename (folder, sum, NULL);
}

/* Only what can be sent later is kept: that goes by HTTP, with a token. */
static gboolean
has_spool (const PbConfig *config)
{
  return config->spool_size_mb > 0 && config->spool_hours > 0
         && config->url[0] != '\0' && config->token[0] != '\0';
}

static void
look (PbPaceLook *now, gpointer user_data)
{
  PbAgent *self = user_data;
  g_autoptr (GstStructure) link = NULL;

  /* Without a stream nothing is in the way, but where it is measured what
   * nothing costs. */
  now->is_live = self->stream == NULL ? self->state == PB_AGENT_WAITING
                                            && self->work != PB_HARM_NOTHING
                                      : self->state == PB_AGENT_STREAMING;
  if (self->stream == NULL)
    return;
  now->is_thinned = pb_governor_is_thinned (self->governor);
  link = pb_stream_dup_stats (self->stream, "uplink");
  if (link == NULL)
    return;
  if (!gst_structure_get_uint (link, "kept-ms", &now->backlog_ms)) {
    gint ms = 0;

    gst_structure_get_int (link, "send-buffer-ms", &ms);
    now->backlog_ms = (guint) MAX (ms, 0);
    gst_structure_get_double (link, "rtt-ms", &now->rtt_ms);
  }
}

/* Anew where the server or the driver has changed. */
void
pb_agent_start_spool (PbAgent *self)
{
  const PbSpoolLimits limits = {
    (guint64) self->config->spool_size_mb * 1000 * 1000,
    self->config->spool_hours * G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC, NULL
  };

  pb_agent_stop_spool (self);
  self->spool_folder = dup_folder (self->config);
  if (!has_spool (self->config))
    return;
  self->spool = pb_spool_new (self->spool_folder, &limits);
  self->backfill = pb_backfill_new (self->config, self->spool, look, self);
}

/* The pairing may be of another server or driver now. */
void
pb_agent_renew_spool (PbAgent *self)
{
  g_autofree gchar *folder = dup_folder (self->config);
  const gboolean streams = self->stream != NULL;

  if (g_strcmp0 (folder, self->spool_folder) == 0)
    return;
  pb_agent_stop_stream (self);
  pb_agent_start_spool (self);
  if (streams)
    pb_agent_try_now (self);
}

/* Not while a stream brings units. */
void
pb_agent_stop_spool (PbAgent *self)
{
  g_clear_pointer (&self->backfill, pb_backfill_free);
  g_clear_pointer (&self->spool, pb_spool_free);
  g_clear_pointer (&self->spool_folder, g_free);
}
