/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Every error of the HTTP port: application/problem+json (RFC 9457). */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/** PB_PROBLEM_TYPE: media type of an error's body. */
#define PB_PROBLEM_TYPE "application/problem+json"

/** PB_STATUS_UPGRADE_REQUIRED: RFC 9110, 15.5.22; libsoup has no name for it. */
#define PB_STATUS_UPGRADE_REQUIRED 426
/** PB_STATUS_TOO_MANY_REQUESTS, PB_STATUS_HEAD_TOO_LARGE: RFC 6585; libsoup has
 * no names for them. */
#define PB_STATUS_TOO_MANY_REQUESTS 429
#define PB_STATUS_HEAD_TOO_LARGE 431

const gchar *pb_problem_get_title (guint status);
gchar *pb_problem_to_json (
    guint status, const gchar *code, const gchar *detail);
gchar *pb_problem_to_reply (
    guint status, const gchar *code, const gchar *detail, const gchar *headers);
void pb_problem_reply (SoupServerMessage *message, guint status,
    const gchar *code, const gchar *detail);

G_END_DECLS
