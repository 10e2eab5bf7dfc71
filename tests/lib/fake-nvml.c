/* SPDX-License-Identifier: LGPL-2.1-or-later
 * NVIDIA's library as far as the agent asks it, with three devices: one that is
 * idle, one that is not, one that cannot be asked. */
#include <stddef.h>

#ifdef _WIN32
#define API __declspec(dllexport)
#else
#define API __attribute__ ((visibility ("default")))
#endif

#define FAILED 999

typedef struct {
  unsigned gpu, memory;
} Utilization;

API int nvmlInit_v2 (void);
API int nvmlShutdown (void);
API int nvmlDeviceGetCount_v2 (unsigned *n);
API int nvmlDeviceGetHandleByIndex_v2 (unsigned index, void **device);
API int nvmlDeviceGetUtilizationRates (void *device, Utilization *rates);
API int nvmlDeviceGetEncoderUtilization (
    void *device, unsigned *pct, unsigned *period_us);

static const Utilization loads[] = { { 4, 1 }, { 61, 40 } };
static const unsigned encoders[] = { 0, 17 };

int
nvmlInit_v2 (void)
{
  return 0;
}

int
nvmlShutdown (void)
{
  return 0;
}

int
nvmlDeviceGetCount_v2 (unsigned *n)
{
  *n = 3;
  return 0;
}

int
nvmlDeviceGetHandleByIndex_v2 (unsigned index, void **device)
{
  *device = (void *) (size_t) (index + 1);
  return 0;
}

int
nvmlDeviceGetUtilizationRates (void *device, Utilization *rates)
{
  const size_t i = (size_t) device - 1;

  if (i > 1)
    return FAILED;
  *rates = loads[i];
  return 0;
}

int
nvmlDeviceGetEncoderUtilization (
    void *device, unsigned *pct, unsigned *period_us)
{
  const size_t i = (size_t) device - 1;

  if (i > 1)
    return FAILED;
  *pct = encoders[i];
  *period_us = 1000;
  return 0;
}
