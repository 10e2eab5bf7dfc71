/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The dashboard's files. */
#include "http/pb-static.h"

#include <string.h>

#include "http/pb-request.h"

/* The dashboard's bundle is under a megabyte; this bounds what one request
 * can map. */
#define FILE_MAX_BYTES (64 * 1024 * 1024)

static const struct {
  const gchar *suffix;
  const gchar *type;
} types[] = {
  { ".html", "text/html; charset=utf-8" },
  { ".js", "text/javascript; charset=utf-8" },
  { ".mjs", "text/javascript; charset=utf-8" },
  { ".css", "text/css; charset=utf-8" },
  { ".json", "application/json" },
  { ".map", "application/json" },
  { ".svg", "image/svg+xml" },
  { ".png", "image/png" },
  { ".ico", "image/x-icon" },
  { ".webp", "image/webp" },
  { ".woff2", "font/woff2" },
  { ".txt", "text/plain; charset=utf-8" },
  { ".webmanifest", "application/manifest+json" },
};

/**
 * pb_static_get_type:
 * @path: a file
 *
 * Returns: (transfer none): its media type, by the end of its name
 */
const gchar *
pb_static_get_type (const gchar *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    if (g_str_has_suffix (path, types[i].suffix))
      return types[i].type;
  }
  return "application/octet-stream";
}

/**
 * pb_static_dup_path:
 * @folder: where the files are
 * @url_path: path of a URL as it was sent; "/" means index.html
 *
 * Only letters, digits and . _ - @ + ~ in each part, and no part that begins
 * with a dot: nothing encoded, nothing above the folder, nothing hidden.
 *
 * Returns: (transfer full) (nullable): the file's path, which may not exist
 */
gchar *
pb_static_dup_path (const gchar *folder, const gchar *url_path)
{
  if (url_path[0] != '/')
    return NULL;
  if (url_path[1] == '\0')
    return g_build_filename (folder, "index.html", NULL);
  for (const gchar *p = url_path; *p; p++) {
    if (*p == '/') {
      if (p[1] == '/' || p[1] == '.' || p[1] == '\0')
        return NULL;
    } else if (!g_ascii_isalnum (*p) && !strchr ("._-@+~", *p)) {
      return NULL;
    }
  }
  return g_build_filename (folder, url_path + 1, NULL);
}

static void
reply_not_built (SoupServerMessage *message)
{
  static const gchar page[] =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
      "<title>PitBox Relay</title><h1>The dashboard is not built</h1>"
      "<p>The server runs, its page is missing. In the source folder run "
      "<code>./run build</code>, or set <code>PITBOX_DASHBOARD</code> to the "
      "folder with <code>index.html</code>, then start the server again.</p>"
      "<p>The API answers: <a href=\"/api/v1/drivers\">/api/v1/drivers</a>, "
      "<a href=\"/metrics\">/metrics</a>.</p></html>";

  soup_server_message_set_status (
      message, SOUP_STATUS_SERVICE_UNAVAILABLE, NULL);
  soup_server_message_set_response (message, "text/html; charset=utf-8",
      SOUP_MEMORY_STATIC, page, sizeof page - 1);
}

static void
reply_file (
    SoupServerMessage *message, const gchar *path, const gchar *url_path)
{
  SoupMessageHeaders *out = soup_server_message_get_response_headers (message);
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  g_autoptr (GBytes) bytes = NULL;

  if (!file || g_mapped_file_get_length (file) > FILE_MAX_BYTES) {
    pb_reply_error (
        message, SOUP_STATUS_NOT_FOUND, "not_found", "There is no such page");
    return;
  }
  bytes = g_mapped_file_get_bytes (file);
  /* Files below assets/ have a hash of their content in their name. */
  if (pb_reply_not_modified (message, bytes,
          g_str_has_prefix (url_path, "/assets/")
              ? "public, max-age=31536000, immutable"
              : "no-cache"))
    return;
  soup_message_headers_replace (out, "Content-Type", pb_static_get_type (path));
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_body_append_bytes (
      soup_server_message_get_response_body (message), bytes);
}

/**
 * pb_static_handle:
 * @folder: (nullable): where the files are
 * @url_path: path of the request
 *
 * Answers GET and HEAD. Main thread only.
 */
void
pb_static_handle (
    SoupServerMessage *message, const gchar *folder, const gchar *url_path)
{
  g_autofree gchar *index =
      folder ? g_build_filename (folder, "index.html", NULL) : NULL;
  g_autofree gchar *path =
      folder ? pb_static_dup_path (folder, url_path) : NULL;

  if (g_str_equal (url_path, "/")
      && (!index || !g_file_test (index, G_FILE_TEST_IS_REGULAR))) {
    reply_not_built (message);
    return;
  }
  if (!path || !g_file_test (path, G_FILE_TEST_IS_REGULAR)) {
    pb_reply_error (
        message, SOUP_STATUS_NOT_FOUND, "not_found", "There is no such page");
    return;
  }
  reply_file (message, path, url_path);
}
