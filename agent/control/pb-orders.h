/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbOrders: what a command from afar does here. */
#pragma once

#include "control/pb-notices.h"
#include "control/pb-remote.h"
#include "control/pb-wishes.h"

G_BEGIN_DECLS

/**
 * PbOrdersEvents:
 * @set_mode: to be sent from now on. Returns: what is
 * @set_bitrate: of the picture, on air
 * @begin_anew: the picture shall be another from now on
 * @measure: what the agent costs the game. Returns: why not, or %NULL
 * @notice: there is another text for the driver
 * @dup_status: what the agent does now, JSON
 * @answer: what became of @id, whose receipt was to follow: @problem says why
 *   not, @flash (transfer full) what was shown
 * @send_key: the next picture shall be one that can be understood alone.
 *   Returns: %FALSE if nothing is being sent
 */
typedef struct {
  PbMode (*set_mode) (PbMode mode, gpointer user_data);
  void (*set_bitrate) (guint kbps, gpointer user_data);
  void (*begin_anew) (gpointer user_data);
  gboolean (*send_key) (gpointer user_data);
  gchar *(*measure) (gpointer user_data);
  void (*notice) (gpointer user_data);
  gchar *(*dup_status) (gpointer user_data);
  void (*answer) (const gchar *id, const gchar *problem, JsonNode *flash,
      gpointer user_data);
} PbOrdersEvents;

/* Main thread only. */
typedef struct _PbOrders PbOrders;

PbOrders *pb_orders_new (
    const PbConfig *config, const PbOrdersEvents *events, gpointer user_data);
void pb_orders_free (PbOrders *orders);
const PbWishes *pb_orders_get_wishes (PbOrders *orders);
gboolean pb_orders_forget_picture (PbOrders *orders);
void pb_orders_forget_mode (PbOrders *orders);
PbNotices *pb_orders_get_notices (PbOrders *orders);
const gchar *const *pb_orders_list (void);
gchar *pb_orders_obey (PbOrders *orders, const gchar *name, JsonObject *args,
    const gchar *by, PbRemoteReply *reply) G_GNUC_WARN_UNUSED_RESULT;
void pb_orders_add_status (PbOrders *orders, JsonBuilder *builder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbOrders, pb_orders_free)

G_END_DECLS
