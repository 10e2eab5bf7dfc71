/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the two files for Windows share. */
#pragma once

#include "captureos.h"

#include <windows.h>

G_BEGIN_DECLS

void capture_dxgi_find_adapter (HMONITOR monitor, CaptureSpot *spot);

G_END_DECLS
