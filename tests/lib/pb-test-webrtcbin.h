/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Another way to serve a viewer, for benches to compare with: a plain
 * webrtcbin behind an appsrc each. */
#pragma once

#include <libsoup/soup.h>

#include "live/pb-live.h"

void pb_test_webrtcbin_handle (SoupServerMessage *message, PbLive *live);
