/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Looks into the simulator's shared memory once and lets it go again. */
#include "pb-sim.h"

#include <irsdk/irsdk-shm.h>

/**
 * pb_sim_is_running:
 * @shm_name: name of the mapping; empty: the simulator's own
 *
 * Costs one open and one close of the mapping. Any thread.
 *
 * Returns: %TRUE if a simulator is connected there
 */
gboolean
pb_sim_is_running (const gchar *shm_name)
{
  IrsdkShmReader *reader =
      irsdk_shm_reader_new (shm_name[0] != '\0' ? shm_name : NULL);
  IrsdkShmRow row;
  IrsdkShmPoll found = IRSDK_SHM_NO_SIM;

  if (reader != NULL) {
    found = irsdk_shm_reader_poll (reader, &row);
    irsdk_shm_reader_free (reader);
  }
  return found == IRSDK_SHM_ROW || found == IRSDK_SHM_NOTHING;
}
