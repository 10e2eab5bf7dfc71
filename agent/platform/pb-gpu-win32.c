/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Windows' performance counters of GPU engines (Windows 10 1709 and later), by
 * their English names: a localised system has others. */
#include "platform/pb-gpu.h"

#include "platform/pb-gpu-engines.h"
#include "platform/pb-library.h"

#include <windows.h>

#include <pdh.h>
#include <pdhmsg.h>

#define COUNTER L"\\GPU Engine(*)\\Utilization Percentage"
/* Some thousand instances; a busy PC has 500. */
#define MAX_BYTES (1024 * 1024)
/* Instances come and go, and some systems know only those that there were when
 * the counter was added. */
#define LOOKS_A_QUERY 12
/* A rate over less is noise. */
#define LEAST_US (G_USEC_PER_SEC / 2)

typedef struct {
  PbLibrary *library;
  PDH_STATUS (WINAPI *open) (LPCWSTR, DWORD_PTR, PDH_HQUERY *);
  PDH_STATUS (WINAPI *close) (PDH_HQUERY);
  PDH_STATUS (WINAPI *add) (PDH_HQUERY, LPCWSTR, DWORD_PTR, PDH_HCOUNTER *);
  PDH_STATUS (WINAPI *collect) (PDH_HQUERY);
  PDH_STATUS (WINAPI *get)
  (PDH_HCOUNTER, DWORD, LPDWORD, LPDWORD, PPDH_FMT_COUNTERVALUE_ITEM_W);
  PDH_HQUERY query; /* NULL: none is open */
  PDH_HCOUNTER counter;
  gint64 opened_us;
  guint n_looks; /* of this query */
  PbGpuLoad last;
} Pdh;

static void
close_query (Pdh *self)
{
  if (self->query != NULL)
    self->close (self->query);
  self->query = NULL;
}

/* Two looks make a rate: this is the first. */
static gboolean
open_query (Pdh *self)
{
  close_query (self);
  self->n_looks = 0;
  self->opened_us = g_get_monotonic_time ();
  if (self->open (NULL, 0, &self->query) != ERROR_SUCCESS) {
    self->query = NULL;
    return FALSE;
  }
  if (self->add (self->query, COUNTER, 0, &self->counter) == ERROR_SUCCESS
      && self->collect (self->query) == ERROR_SUCCESS)
    return TRUE;
  close_query (self);
  return FALSE;
}

static void
sum_up (PPDH_FMT_COUNTERVALUE_ITEM_W items, DWORD n, PbGpuLoad *load)
{
  g_autofree PbGpuEngines *engines = g_new0 (PbGpuEngines, 1);
  const gint64 own = GetCurrentProcessId ();

  for (DWORD i = 0; i < n; i++) {
    g_autofree gchar *name = NULL;

    if (items[i].FmtValue.CStatus != PDH_CSTATUS_VALID_DATA
        && items[i].FmtValue.CStatus != PDH_CSTATUS_NEW_DATA)
      continue;
    name = g_utf16_to_utf8 (
        (const gunichar2 *) items[i].szName, -1, NULL, NULL, NULL);
    if (name != NULL)
      (void) pb_gpu_engines_add (
          engines, name, items[i].FmtValue.doubleValue, own);
  }
  pb_gpu_engines_get (engines, load);
}

static gboolean
read_counters (Pdh *self, PbGpuLoad *load)
{
  g_autofree guint8 *buffer = NULL;
  DWORD n_bytes = 0, n = 0;

  if (self->collect (self->query) != ERROR_SUCCESS
      || self->get (self->counter, PDH_FMT_DOUBLE | PDH_FMT_NOCAP100, &n_bytes,
             &n, NULL)
             != (PDH_STATUS) PDH_MORE_DATA
      || n_bytes > MAX_BYTES)
    return FALSE;
  buffer = g_malloc (n_bytes);
  if (self->get (self->counter, PDH_FMT_DOUBLE | PDH_FMT_NOCAP100, &n_bytes, &n,
          (PPDH_FMT_COUNTERVALUE_ITEM_W) buffer)
      != ERROR_SUCCESS)
    return FALSE;
  sum_up ((PPDH_FMT_COUNTERVALUE_ITEM_W) buffer, n, load);
  return TRUE;
}

static void
pdh_read (gpointer data, PbGpuLoad *load)
{
  static const PbGpuLoad unknown = { PB_GPU_UNKNOWN, PB_GPU_UNKNOWN,
    PB_GPU_UNKNOWN };
  Pdh *self = data;

  if (self->query == NULL)
    self->last = unknown;
  else if (g_get_monotonic_time () - self->opened_us >= LEAST_US
           && !read_counters (self, &self->last))
    self->last = unknown;
  /* What was last seen holds until the new query has its second look. */
  if (self->query == NULL || ++self->n_looks >= LOOKS_A_QUERY)
    (void) open_query (self);
  *load = self->last;
}

static void
pdh_free (gpointer data)
{
  Pdh *self = data;

  close_query (self);
  pb_library_close (self->library);
  g_free (self);
}

/**
 * pb_gpu_system_open:
 * @source: (out): what the system tells
 *
 * Returns: %FALSE if it tells nothing
 */
gboolean
pb_gpu_system_open (PbGpuSource *source)
{
  Pdh *self = g_new0 (Pdh, 1);

  self->library = pb_library_open ("pdh.dll");
  if (self->library != NULL
      && pb_library_find (self->library, "PdhOpenQueryW", &self->open)
      && pb_library_find (self->library, "PdhCloseQuery", &self->close)
      && pb_library_find (self->library, "PdhAddEnglishCounterW", &self->add)
      && pb_library_find (self->library, "PdhCollectQueryData", &self->collect)
      && pb_library_find (
          self->library, "PdhGetFormattedCounterArrayW", &self->get)
      && open_query (self)) {
    *source = (PbGpuSource){ self, pdh_read, pdh_free };
    return TRUE;
  }
  g_clear_pointer (&self->library, pb_library_close);
  g_free (self);
  return FALSE;
}
