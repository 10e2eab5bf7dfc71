/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxWsLink: one WebSocket, from the first packet to the last, in a main
 * context that whoever has its turn iterates. */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>
#include <gstpitbox/gstpitbox.h>

G_BEGIN_DECLS

/**
 * PitboxWsLinkEvents:
 * @answer: the server says something
 * @closed: the connection is over; @code as in pitbox_ws_reject_error(), or 0
 *
 * Called by whoever iterates the context.
 */
typedef struct {
  void (*answer) (const GstPitboxUnitsAnswer *answer, gpointer user_data);
  void (*closed) (guint code, const gchar *reason, gpointer user_data);
} PitboxWsLinkEvents;

typedef struct _PitboxWsLink PitboxWsLink;

PitboxWsLink *pitbox_ws_link_new (GMainContext *context, const gchar *location,
    const gchar *token, const gchar *certificate,
    const PitboxWsLinkEvents *events, gpointer user_data);
void pitbox_ws_link_free (PitboxWsLink *link);
gboolean pitbox_ws_link_open (PitboxWsLink *link, GCancellable *cancellable,
    guint *code, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pitbox_ws_link_send (
    PitboxWsLink *link, const GstPitboxUnitsHead *head, GBytes *units);
gchar *pitbox_ws_link_parse_location (
    const gchar *location, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
