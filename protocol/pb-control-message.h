/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Messages of the control channel, held against control.schema.json. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** PB_CONTROL_SUBPROTOCOL: of the WebSocket. */
#define PB_CONTROL_SUBPROTOCOL "pitbox-control.1"
/** PB_CONTROL_VERSION: the newest version of the messages spoken here. */
#define PB_CONTROL_VERSION 1
/** PB_CONTROL_VERSION_MIN: the oldest. */
#define PB_CONTROL_VERSION_MIN 1

/** PB_CONTROL_MAX_BYTES: of a message to the server; a status has 700. */
#define PB_CONTROL_MAX_BYTES 16384
/** PB_CONTROL_PART_BYTES: of a part of the diagnostics; twice that, where all
 * of it must be escaped, is less than a message. */
#define PB_CONTROL_PART_BYTES 7500
/** PB_CONTROL_PARTS: at most, so that an agent stays below what it may send at
 * once. */
#define PB_CONTROL_PARTS 4
/** PB_CONTROL_DIAGNOSTICS_BYTES: in all; three bytes of each part may go with a
 * character that does not fit. */
#define PB_CONTROL_DIAGNOSTICS_BYTES \
  (PB_CONTROL_PARTS * (PB_CONTROL_PART_BYTES - 3))
/** PB_CONTROL_MAX_DEPTH: of a message; ours have four. */
#define PB_CONTROL_MAX_DEPTH 8

/**
 * PbControlError:
 * @PB_CONTROL_ERROR_BAD_JSON: it is no JSON object
 * @PB_CONTROL_ERROR_UNKNOWN_TYPE: there is no message of that type
 * @PB_CONTROL_ERROR_INVALID: a member is missing or not as the schema has it
 */
typedef enum {
  PB_CONTROL_ERROR_BAD_JSON,
  PB_CONTROL_ERROR_UNKNOWN_TYPE,
  PB_CONTROL_ERROR_INVALID,
} PbControlError;

#define PB_CONTROL_ERROR (pb_control_error_quark ())
GQuark pb_control_error_quark (void);
const gchar *pb_control_error_to_code (const GError *error);

JsonObject *pb_control_message_parse (
    const gchar *text, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_control_message_check (const gchar *type, JsonNode *node,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
JsonNode *pb_control_message_copy_known (JsonObject *message);
gchar *pb_control_message_to_text (
    JsonBuilder *builder) G_GNUC_WARN_UNUSED_RESULT;

/**
 * PbControlFit:
 * @PB_CONTROL_FITS: both sides speak a common version
 * @PB_CONTROL_TOO_OLD: the peer must be updated
 * @PB_CONTROL_TOO_NEW: we must be
 */
typedef enum {
  PB_CONTROL_FITS,
  PB_CONTROL_TOO_OLD,
  PB_CONTROL_TOO_NEW,
} PbControlFit;

PbControlFit pb_control_fit (gint64 peer_min, gint64 peer_max, gint64 *version);

G_END_DECLS
