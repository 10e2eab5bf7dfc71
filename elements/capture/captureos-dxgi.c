/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Adapters of Windows, and which of them scans a monitor out. */
#define COBJMACROS
#define INITGUID
#include "captureos-win32.h"

#include <dxgi1_6.h>

/* No machine has more; bounds for what is looked at. */
#define MAX_ADAPTERS 16
#define MAX_OUTPUTS 16

typedef HRESULT (WINAPI *CreateFactory) (REFIID id, void **factory);

/* The library is the system's own and may still be away (a bare server): it is
 * asked for by name. */
static IDXGIFactory1 *
create_factory (void)
{
  HMODULE library = LoadLibraryW (L"dxgi.dll");
  CreateFactory create = library != NULL
                             ? (CreateFactory) (void *) GetProcAddress (
                                 library, "CreateDXGIFactory1")
                             : NULL;
  IDXGIFactory1 *factory = NULL;

  if (create == NULL
      || FAILED (create (&IID_IDXGIFactory1, (void **) &factory)))
    return NULL;
  return factory;
}

/* As GStreamer has it in its properties. */
static gint64
luid_of (const LUID *luid)
{
  LARGE_INTEGER value;

  value.LowPart = luid->LowPart;
  value.HighPart = luid->HighPart;
  return value.QuadPart;
}

static gboolean
shows_hdr (IDXGIOutput *output)
{
  IDXGIOutput6 *six = NULL;
  DXGI_OUTPUT_DESC1 desc;
  gboolean hdr = FALSE;

  if (FAILED (IDXGIOutput_QueryInterface (
          output, &IID_IDXGIOutput6, (void **) &six)))
    return FALSE;
  if (SUCCEEDED (IDXGIOutput6_GetDesc1 (six, &desc)))
    hdr = desc.ColorSpace == DXGI_COLOR_SPACE_RGB_FULL_G2084_NONE_P2020;
  IDXGIOutput6_Release (six);
  return hdr;
}

/* How many outputs it has; @found where @monitor (may be NULL) is one. */
static guint
look_at_outputs (
    IDXGIAdapter1 *adapter, HMONITOR monitor, gboolean *found, gboolean *hdr)
{
  IDXGIOutput *output;
  guint n = 0;

  while (n < MAX_OUTPUTS
         && SUCCEEDED (IDXGIAdapter1_EnumOutputs (adapter, n, &output))) {
    DXGI_OUTPUT_DESC desc;

    if (monitor != NULL && SUCCEEDED (IDXGIOutput_GetDesc (output, &desc))
        && desc.Monitor == monitor) {
      *found = TRUE;
      *hdr = shows_hdr (output);
    }
    IDXGIOutput_Release (output);
    n++;
  }
  return n;
}

/**
 * capture_dxgi_find_adapter:
 * @monitor: a monitor
 * @spot: (inout): gets its adapter, and whether it shows HDR
 *
 * Any thread.
 */
void
capture_dxgi_find_adapter (HMONITOR monitor, CaptureSpot *spot)
{
  IDXGIFactory1 *factory = create_factory ();
  gboolean found = FALSE;
  IDXGIAdapter1 *adapter;

  for (guint i = 0;
       factory != NULL && !found && i < MAX_ADAPTERS
       && SUCCEEDED (IDXGIFactory1_EnumAdapters1 (factory, i, &adapter));
       i++) {
    DXGI_ADAPTER_DESC1 desc;

    look_at_outputs (adapter, monitor, &found, &spot->hdr);
    if (found && SUCCEEDED (IDXGIAdapter1_GetDesc1 (adapter, &desc))) {
      spot->adapter_luid = luid_of (&desc.AdapterLuid);
      spot->adapter_index = (gint) i;
    }
    IDXGIAdapter1_Release (adapter);
  }
  if (factory != NULL)
    IDXGIFactory1_Release (factory);
}

static gchar *
dup_driver (IDXGIAdapter1 *adapter)
{
  LARGE_INTEGER v;

  if (FAILED (
          IDXGIAdapter1_CheckInterfaceSupport (adapter, &IID_IDXGIDevice, &v)))
    return NULL;
  return g_strdup_printf ("%u.%u.%u.%u", HIWORD (v.HighPart),
      LOWORD (v.HighPart), HIWORD (v.LowPart), LOWORD (v.LowPart));
}

/**
 * capture_os_list_adapters:
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type CaptureAdapter): what draws
 */
GArray *
capture_os_list_adapters (void)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (CaptureAdapter));
  IDXGIFactory1 *factory = create_factory ();
  IDXGIAdapter1 *adapter;

  g_array_set_clear_func (list, capture_adapter_clear);
  for (guint i = 0;
       factory != NULL && i < MAX_ADAPTERS
       && SUCCEEDED (IDXGIFactory1_EnumAdapters1 (factory, i, &adapter));
       i++) {
    gboolean found = FALSE, hdr = FALSE;
    CaptureAdapter a = { NULL };
    DXGI_ADAPTER_DESC1 desc;

    if (SUCCEEDED (IDXGIAdapter1_GetDesc1 (adapter, &desc))) {
      a.name = g_utf16_to_utf8 (
          (const gunichar2 *) desc.Description, -1, NULL, NULL, NULL);
      a.luid = luid_of (&desc.AdapterLuid);
      a.driver = dup_driver (adapter);
      a.n_monitors = look_at_outputs (adapter, NULL, &found, &hdr);
      a.software = (desc.Flags & DXGI_ADAPTER_FLAG_SOFTWARE) != 0;
      g_array_append_val (list, a);
    }
    IDXGIAdapter1_Release (adapter);
  }
  if (factory != NULL)
    IDXGIFactory1_Release (factory);
  return list;
}
