/* SPDX-License-Identifier: LGPL-2.1-or-later
 * People of a store, and their logins. */
#pragma once

#include "store/pb-people.h"

gchar *pb_test_add_person (
    PbStore *store, const gchar *login, const gchar *team, PbRole role);
gchar *pb_test_open_login (
    PbStore *store, const gchar *person, gint64 now_us, gchar **token);
