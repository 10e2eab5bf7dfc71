/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A named mutex of this session; Windows closes it with the process. */
#include "keeper/pb-single.h"

#include <windows.h>

gboolean
pb_single_claim (const PbConfig *config)
{
  g_autofree gchar *key =
      g_strjoin ("\n", config->server, config->driver, config->device, NULL);
  g_autofree gchar *sum =
      g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  g_autofree gchar *name =
      g_strdup_printf ("Local\\PitBoxRelay-agent-%.16s", sum);

  /* Without one at all an agent is better than none. */
  return CreateMutexA (NULL, TRUE, name) == NULL
         || GetLastError () != ERROR_ALREADY_EXISTS;
}
