/* SPDX-License-Identifier: LGPL-2.1-or-later
 * NVIDIA's own counters: functions and layouts as the NVML API reference has
 * them, stable since its version 2. */
#include "platform/pb-gpu.h"

#include "platform/pb-library.h"

/* More are in no driver's PC. */
#define MAX_DEVICES 8
#define SUCCESS 0

typedef struct {
  guint gpu; /* per cent of the time */
  guint memory;
} Utilization;

typedef gpointer Device;

typedef struct {
  PbLibrary *library;
  gint (*shutdown) (void);
  gint (*get_rates) (Device device, Utilization *rates);
  gint (*get_encoder) (Device device, guint *pct, guint *period_us);
  Device devices[MAX_DEVICES];
  guint n_devices;
} Nvml;

static void
nvml_read (gpointer data, PbGpuLoad *load)
{
  Nvml *self = data;

  for (guint i = 0; i < self->n_devices; i++) {
    Utilization rates;
    guint pct, period_us;

    if (self->get_rates (self->devices[i], &rates) == SUCCESS)
      load->busy_pct = MAX (load->busy_pct, rates.gpu);
    if (self->get_encoder (self->devices[i], &pct, &period_us) == SUCCESS)
      load->encode_pct = MAX (load->encode_pct, pct);
  }
}

static void
nvml_free (gpointer data)
{
  Nvml *self = data;

  self->shutdown ();
  pb_library_close (self->library);
  g_free (self);
}

static gboolean
find_devices (Nvml *self)
{
  gint (*get_count) (guint * n);
  gint (*get_device) (guint index, Device * device);
  guint n = 0;

  if (!pb_library_find (self->library, "nvmlDeviceGetCount_v2", &get_count)
      || !pb_library_find (
          self->library, "nvmlDeviceGetHandleByIndex_v2", &get_device)
      || get_count (&n) != SUCCESS)
    return FALSE;
  for (guint i = 0; i < MIN (n, MAX_DEVICES); i++)
    if (get_device (i, &self->devices[self->n_devices]) == SUCCESS)
      self->n_devices++;
  return self->n_devices > 0;
}

/**
 * pb_gpu_nvml_open:
 * @source: (out): where it is
 * @library: its name
 *
 * Returns: %FALSE if there is no such library, or no device of theirs
 */
gboolean
pb_gpu_nvml_open (PbGpuSource *source, const gchar *library)
{
  Nvml *self = g_new0 (Nvml, 1);
  gint (*init) (void);

  self->library = pb_library_open (library);
  if (self->library != NULL
      && pb_library_find (self->library, "nvmlInit_v2", &init)
      && pb_library_find (self->library, "nvmlShutdown", &self->shutdown)
      && pb_library_find (
          self->library, "nvmlDeviceGetUtilizationRates", &self->get_rates)
      && pb_library_find (
          self->library, "nvmlDeviceGetEncoderUtilization", &self->get_encoder)
      && init () == SUCCESS) {
    if (find_devices (self)) {
      *source = (PbGpuSource){ self, nvml_read, nvml_free };
      return TRUE;
    }
    self->shutdown ();
  }
  g_clear_pointer (&self->library, pb_library_close);
  g_free (self);
  return FALSE;
}
