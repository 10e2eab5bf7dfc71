/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Each publisher gets a name of its own at nginx, which nobody can guess: a new
 * one of the same device need not wait until nginx has noticed that the old one
 * has gone, and nobody else can watch there. */
#include "ingest/pb-rtmp.h"

#include <gio/gio.h>
#include <string.h>

#include "auth/pb-bind.h"
#include "auth/pb-token.h"
#include "pb-graph.h"

#define DEFAULT_PORT 1935
/* A key is a line. */
#define KEY_MIN_CHARS 16
#define KEY_MAX_CHARS 255

struct _PbRtmp {
  PbIngest *ingest;
  PbPublishers *publishers;
  gchar *url; /* rtmp://ADDRESS:PORT/APP, without a slash at its end */
  gchar *address; /* of it */
  gint port;
  gchar *path; /* "/APP" */
  gchar *key; /* NULL: its address is enough */
  GHashTable *names; /* nginx's number of a connection → name */
};

static gboolean
has_name (gpointer client, gpointer name, gpointer which)
{
  return g_str_equal (name, which);
}

static void
on_over (const gchar *name, gpointer user_data)
{
  PbRtmp *self = user_data;

  g_hash_table_foreach_remove (self->names, has_name, (gpointer) name);
}

/* By numbers alone: what a name means may change while it runs. */
static gboolean
read_front (PbRtmp *self, const gchar *front, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (front, G_URI_FLAGS_NONE, NULL);
  const gchar *host = uri ? g_uri_get_host (uri) : NULL;
  const gchar *path = uri ? g_uri_get_path (uri) : "";
  const gint port = uri ? g_uri_get_port (uri) : 0;
  const gboolean is_v6 = host && strchr (host, ':');

  if (!host || !g_str_equal (g_uri_get_scheme (uri), "rtmp")
      || !g_hostname_is_ip_address (host) || g_uri_get_userinfo (uri)
      || g_uri_get_query (uri) || g_uri_get_fragment (uri) || path[0] != '/'
      || path[1] == '\0' || strchr (path + 1, '/')) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--rtmp-front %s is not like rtmp://127.0.0.1:1935/live, with an "
        "address in numbers",
        front);
    return FALSE;
  }
  self->address = g_strdup (host);
  self->port = port > 0 ? port : DEFAULT_PORT;
  self->path = g_strdup (path);
  self->url = g_strdup_printf (
      is_v6 ? "rtmp://[%s]:%d%s" : "rtmp://%s:%d%s", host, self->port, path);
  return TRUE;
}

static gboolean
read_key (PbRtmp *self, const gchar *file, GError **error)
{
  gsize size;

  if (!file) {
    if (pb_bind_is_loopback (self->address))
      return TRUE;
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--rtmp-front at %s, on another machine, needs "
        "--rtmp-front-key-file, too",
        self->address);
    return FALSE;
  }
  if (!g_file_get_contents (file, &self->key, &size, error)) {
    g_prefix_error (error, "--rtmp-front-key-file: ");
    return FALSE;
  }
  self->key[strcspn (self->key, "\r\n")] = '\0';
  size = strlen (self->key);
  if (size >= KEY_MIN_CHARS && size <= KEY_MAX_CHARS)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "--rtmp-front-key-file %s: its first line must have %d to %d characters",
      file, KEY_MIN_CHARS, KEY_MAX_CHARS);
  return FALSE;
}

/**
 * pb_rtmp_new:
 * @ingest: lets publishers in; outlives this
 * @front: an application of the nginx, e.g. "rtmp://127.0.0.1:1935/live"
 * @key_file: (nullable): its first line is what that nginx shows besides
 *
 * Returns: (transfer full): what nobody publishes by yet, or %NULL with @error
 *   set
 */
PbRtmp *
pb_rtmp_new (
    PbIngest *ingest, const gchar *front, const gchar *key_file, GError **error)
{
  g_autoptr (PbRtmp) self = g_new0 (PbRtmp, 1);

  self->ingest = ingest;
  if (!read_front (self, front, error) || !read_key (self, key_file, error))
    return NULL;
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->publishers = pb_publishers_new (ingest, PB_RTMP_MAX_PUBLISHERS);
  pb_publishers_set_over (self->publishers, on_over, self);
  return g_steal_pointer (&self);
}

/**
 * pb_rtmp_free:
 *
 * Ends all that is published.
 */
void
pb_rtmp_free (PbRtmp *self)
{
  g_clear_pointer (&self->publishers, pb_publishers_free);
  g_clear_pointer (&self->names, g_hash_table_unref);
  pb_secret_free (self->key);
  g_free (self->url);
  g_free (self->address);
  g_free (self->path);
  g_free (self);
}

/**
 * pb_rtmp_is_front:
 * @address: where a request comes from
 * @key: (nullable): that it shows
 *
 * Returns: %TRUE if it is the nginx that this server was told of
 */
gboolean
pb_rtmp_is_front (PbRtmp *self, const gchar *address, const gchar *key)
{
  g_autoptr (GInetAddress) own = g_inet_address_new_from_string (self->address);
  g_autoptr (GInetAddress) other = g_inet_address_new_from_string (address);

  return own && other && g_inet_address_equal (own, other)
         && (!self->key || (key && pb_secret_is_same (key, self->key)));
}

/**
 * pb_rtmp_has_key:
 *
 * Returns: whether the front has to show a key
 */
gboolean
pb_rtmp_has_key (PbRtmp *self)
{
  return self->key != NULL;
}

/**
 * pb_rtmp_dup_url:
 * @host: name of this machine, as publishers know it
 *
 * Returns: (transfer full): where they publish: at an nginx beside this server by
 *   @host, at one elsewhere by its own address
 */
gchar *
pb_rtmp_dup_url (PbRtmp *self, const gchar *host)
{
  const gchar *name =
      pb_bind_is_loopback (self->address) ? host : self->address;
  g_autofree gchar *port = self->port == DEFAULT_PORT
                               ? g_strdup ("")
                               : g_strdup_printf (":%d", self->port);

  return g_strdup_printf (
      strchr (name, ':') ? "rtmp://[%s]%s%s" : "rtmp://%s%s%s", name, port,
      self->path);
}

static GstElement *
make_graph (PbRtmp *self, const gchar *name, GError **error)
{
  g_autofree gchar *location = g_strdup_printf ("%s/%s", self->url, name);
  g_autoptr (GstElement) graph = pb_graph_load ("rtmp", error);
  g_autoptr (GstElement) source =
      graph ? pb_graph_get (graph, "source", error) : NULL;

  if (!source)
    return NULL;
  g_object_set (source, "location", location, NULL);
  return g_steal_pointer (&graph);
}

static void
end_client (PbRtmp *self, const gchar *client, const gchar *reason)
{
  g_autofree gchar *name = g_strdup (g_hash_table_lookup (self->names, client));

  if (name)
    pb_publishers_end (self->publishers, name, reason);
}

static PbRtmpVerdict
begin (PbRtmp *self, const PbRtmpCall *call, const PbDevice *device,
    gchar **name, GError **error)
{
  g_autofree gchar *new_name = pb_id_new_secret ();
  g_autoptr (GstElement) graph = make_graph (self, new_name, error);
  const PbDoorGuest guest = {
    .driver = device->driver,
    .device = device->name,
    .peer = call->address,
    .transport = "rtmp",
  };

  if (!graph
      || !pb_publishers_add (
          self->publishers, new_name, &guest, NULL, graph, error))
    return g_error_matches (*error, PB_STORE_ERROR, PB_STORE_ERROR_EXISTS)
               ? PB_RTMP_CONTESTED
               : PB_RTMP_FAILED;
  g_hash_table_replace (
      self->names, g_strdup (call->client), g_strdup (new_name));
  *name = g_steal_pointer (&new_name);
  return PB_RTMP_TAKEN;
}

static PbRtmpVerdict
publish (PbRtmp *self, const PbRtmpCall *call, gchar **name, GError **error)
{
  const PbDevice *device =
      call->key ? pb_ingest_find_device (self->ingest, call->name) : NULL;

  if (!device || !device->passphrase
      || !pb_secret_is_same (call->key, device->passphrase))
    return PB_RTMP_WRONG_KEY;
  if (pb_publishers_get_hold_s (self->publishers, device->name) > 0)
    return PB_RTMP_HELD;
  if (!pb_publishers_has_room (self->publishers, device->name))
    return PB_RTMP_FULL;
  end_client (self, call->client, "its connection is another one's now");
  return begin (self, call, device, name, error);
}

/**
 * pb_rtmp_take:
 * @call: what nginx says
 * @name: (out): with %PB_RTMP_TAKEN, what nginx shall call the stream
 * @error: with %PB_RTMP_CONTESTED and %PB_RTMP_FAILED, why
 *
 * Waits for nobody.
 *
 * Returns: what to answer
 */
PbRtmpVerdict
pb_rtmp_take (
    PbRtmp *self, const PbRtmpCall *call, gchar **name, GError **error)
{
  const gchar *known = g_hash_table_lookup (self->names, call->client);

  if (g_str_equal (call->call, "publish"))
    return publish (self, call, name, error);
  if (g_str_equal (call->call, "update_publish"))
    return known && pb_publishers_find (self->publishers, known)
               ? PB_RTMP_GOES_ON
               : PB_RTMP_OVER;
  if (g_str_equal (call->call, "publish_done"))
    end_client (self, call->client, "the publisher has left");
  return PB_RTMP_GOES_ON;
}

/**
 * pb_rtmp_get_publishers:
 *
 * Returns: (transfer none): who publishes
 */
PbPublishers *
pb_rtmp_get_publishers (PbRtmp *self)
{
  return self->publishers;
}
