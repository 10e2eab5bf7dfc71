/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What this process writes is its user's own. */
#pragma once

void pb_private_files (void);
