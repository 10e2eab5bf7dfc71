/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtListener: one UDP port, many callers: each that publishes is a
 * PitboxSrtSession, each that reads a PitboxSrtReader. */
#pragma once

#include "pitboxsrtreaders.h"
#include "pitboxsrtrefusals.h"

G_BEGIN_DECLS

/* One accepted connection. Reference counted; the socket closes with
 * pitbox_srt_session_close() or the last reference. */
typedef struct _PitboxSrtSession PitboxSrtSession;

PitboxSrtSession *pitbox_srt_session_ref (PitboxSrtSession *session);
void pitbox_srt_session_unref (PitboxSrtSession *session);
void pitbox_srt_session_close (PitboxSrtSession *session);
const gchar *pitbox_srt_session_get_driver (const PitboxSrtSession *session);
const gchar *pitbox_srt_session_get_device (const PitboxSrtSession *session);
const gchar *pitbox_srt_session_get_peer (const PitboxSrtSession *session);
GstBuffer *pitbox_srt_session_read (
    PitboxSrtSession *session, guint batch_ms, gint64 *age_us);
GstStructure *pitbox_srt_session_get_stats (PitboxSrtSession *session);

typedef struct {
  gchar *address;
  guint port;
  guint latency_ms;
  gchar *passphrase;
  guint max_callers;
  gboolean accept_any;
  gboolean one_per_driver;
  gchar *hub; /* NULL: nobody may read */
  guint max_readers;
} PitboxSrtListenerConfig;

/* All from the listener's own thread, never under a lock. */
typedef struct {
  void (*joined) (PitboxSrtSession *session, gpointer user_data);
  void (*left) (PitboxSrtSession *session, gpointer user_data);
  void (*refused) (const PitboxSrtRefusal *refusal, gpointer user_data);
  void (*reader_joined) (PitboxSrtReader *reader, gpointer user_data);
  void (*reader_left) (
      PitboxSrtReader *reader, const gchar *reason, gpointer user_data);
} PitboxSrtListenerFuncs;

typedef struct _PitboxSrtListener PitboxSrtListener;

PitboxSrtListener *pitbox_srt_listener_new (void);
void pitbox_srt_listener_free (PitboxSrtListener *listener);

gboolean pitbox_srt_listener_add_device (PitboxSrtListener *listener,
    const gchar *device, const gchar *driver, const gchar *passphrase,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pitbox_srt_listener_remove_device (
    PitboxSrtListener *listener, const gchar *device);
void pitbox_srt_listener_contest_device (
    PitboxSrtListener *listener, const gchar *device, guint seconds);
void pitbox_srt_listener_hold_device (
    PitboxSrtListener *listener, const gchar *device, guint seconds);
gboolean pitbox_srt_listener_add_reader (PitboxSrtListener *listener,
    const gchar *name, const gchar *drivers, const gchar *passphrase,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pitbox_srt_listener_remove_reader (
    PitboxSrtListener *listener, const gchar *name);
GPtrArray *pitbox_srt_listener_list_readers (PitboxSrtListener *listener);

gboolean pitbox_srt_listener_start (PitboxSrtListener *listener,
    const PitboxSrtListenerConfig *config, const PitboxSrtListenerFuncs *funcs,
    gpointer user_data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pitbox_srt_listener_stop (PitboxSrtListener *listener);
void pitbox_srt_listener_set_accepting (
    PitboxSrtListener *listener, gboolean accepting);
void pitbox_srt_listener_close_sessions (PitboxSrtListener *listener);
void pitbox_srt_listener_session_done (
    PitboxSrtListener *listener, PitboxSrtSession *session);
guint pitbox_srt_listener_get_port (PitboxSrtListener *listener);
GstStructure *pitbox_srt_listener_get_stats (PitboxSrtListener *listener);

G_END_DECLS
