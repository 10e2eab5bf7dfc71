/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbControlOrders: commands to agents and what became of them; pure. */
#pragma once

#include <json-glib/json-glib.h>

#include "auth/pb-principal.h"

G_BEGIN_DECLS

/** PB_CONTROL_ORDERS_MAX: that are remembered, of all agents; the oldest is
 * forgotten for one more. */
#define PB_CONTROL_ORDERS_MAX 4096
/** PB_CONTROL_ORDER_S: seconds after which a command that nobody spoke of any
 * more is lost, and is not handed on again. */
#define PB_CONTROL_ORDER_S 30
/** PB_CONTROL_ORDERS_BURST: commands that one agent may get at once. */
#define PB_CONTROL_ORDERS_BURST 8
/** PB_CONTROL_ORDERS_PER_S: and a second for long. */
#define PB_CONTROL_ORDERS_PER_S 2

/* Main thread only. */
typedef struct _PbControlOrders PbControlOrders;

/* @text: a whole message */
typedef void (*PbControlOrdersFunc) (
    const gchar *device, const gchar *text, gpointer user_data);

PbControlOrders *pb_control_orders_new (void);
void pb_control_orders_free (PbControlOrders *orders);
const gchar *pb_control_orders_find (
    PbControlOrders *orders, const gchar *device, const gchar *id);
gboolean pb_control_orders_may (
    PbControlOrders *orders, const gchar *device, gint64 now_us);
const gchar *pb_control_orders_add (PbControlOrders *orders,
    const gchar *device, const gchar *run, JsonObject *command,
    const PbPrincipal *by, gint64 now_us, gchar **to_agent);
const PbPrincipal *pb_control_orders_take_part (
    PbControlOrders *orders, const gchar *device, JsonObject *part);
const gchar *pb_control_orders_take_receipt (
    PbControlOrders *orders, const gchar *device, JsonObject *receipt);
void pb_control_orders_resume (PbControlOrders *orders, const gchar *device,
    const gchar *run, PbControlOrdersFunc to_agent,
    PbControlOrdersFunc to_pages, gpointer user_data);
void pb_control_orders_expire (PbControlOrders *orders, gint64 now_us,
    PbControlOrdersFunc to_pages, gpointer user_data);
gchar *pb_control_receipt_new (const gchar *device, const gchar *id,
    const gchar *state, const gchar *reason, JsonObject *more);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbControlOrders, pb_control_orders_free)

G_END_DECLS
