/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Both ends of an SRT connection as pipelines, for tests: every wait is for an
 * event and fails by itself after WAIT_SECONDS. */
#pragma once

#include <gst/gst.h>

#define WAIT_SECONDS 15

/* What came from one caller. */
typedef struct {
  gchar *driver;
  gchar *device;
  GstPad *pad;
  GByteArray *bytes;
  GstClockTime last_pts;
  gboolean eos;
  gboolean removed;
} Stream;

typedef struct {
  GstElement *pipeline;
  GstElement *src;
  guint port;
  gboolean link;
  GMutex lock;
  GCond cond;
  GPtrArray *streams; /* Stream, in the order of joining */
} Server;

typedef struct {
  GstElement *pipeline;
  GstElement *in;
  GstElement *sink;
  gint key_units;
} Client;

Server *server_new (guint port);
void server_play (Server *server);
void server_free (Server *server);
void server_add (Server *server, const gchar *device, const gchar *driver,
    const gchar *passphrase);
Stream *server_wait_stream (Server *server, guint index);
void server_wait_bytes (Server *server, Stream *stream, gsize n);
void server_wait_eos (Server *server, Stream *stream);
void server_wait_removed (Server *server, Stream *stream);
GstStructure *server_wait_refused (Server *server, const gchar *device);

Client *client_new (guint port, const gchar *driver, const gchar *device,
    const gchar *passphrase, gboolean reconnect);
void client_play (Client *client);
void client_free (Client *client);
void client_push (Client *client, guint seed, gsize size);
void client_push_list (Client *client, guint seed, guint n, gsize size);
void client_push_paced (
    Client *client, guint seed, guint n, gsize size, GstClockTime interval);
void client_wait_state (Client *client, const gchar *state);
gchar *client_wait_error (Client *client, gint code);
GstStructure *client_stats (Client *client);
guint64 client_stat (Client *client, const gchar *field);

guint8 test_byte (guint seed, gsize at);
