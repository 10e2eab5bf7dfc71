/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Stream ids of SRT callers: what is taken names valid ids, and what we write
 * of them is read as the same. */
#include "fuzz.h"

#include <gstpitbox/gstpitbox.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree gchar *text = g_strndup ((const gchar *) data, size);
  g_autofree gchar *driver = NULL, *device = NULL, *again = NULL;
  g_autofree gchar *driver_2 = NULL, *device_2 = NULL;
  g_autoptr (GError) error = NULL;
  GstPitboxStreamMode mode, mode_2;

  if (!gst_pitbox_stream_id_parse (text, &mode, &driver, &device, &error)) {
    if (error == NULL || driver != NULL || device != NULL)
      abort ();
    return 0;
  }
  if (strlen (text) > 512 || !gst_pitbox_id_is_valid (driver)
      || !gst_pitbox_id_is_valid (device) || strpbrk (driver, "/\\%\n") != NULL
      || (*text == '#'
          && (strstr (text, driver) == NULL || strstr (text, device) == NULL)))
    abort ();
  again = gst_pitbox_stream_id_new (mode, driver, device);
  if (again == NULL
      || !gst_pitbox_stream_id_parse (
          again, &mode_2, &driver_2, &device_2, NULL)
      || mode != mode_2 || !g_str_equal (driver, driver_2)
      || !g_str_equal (device, device_2))
    abort ();
  return 0;
}

GBytes *
fuzz_get_seed (guint index)
{
  const gchar *const seeds[] = {
    "#!::r=car01,m=publish,u=pc1",
    "#!::u=pc.1,x=9,m=publish,r=Car-Pit_7,u=pc2",
    "#!::r=a,m=request,u=b",
    "%23!::r=car%201,m=request,u=obs",
    "#!::r=../x,m=publish,u=",
  };

  if (index >= G_N_ELEMENTS (seeds))
    return NULL;
  return g_bytes_new_static (seeds[index], strlen (seeds[index]));
}
