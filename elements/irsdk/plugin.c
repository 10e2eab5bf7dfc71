/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Registers iRacing's elements and the type finder of its files. */
#include "gstibtparse.h"
#include "gstirsdksrc.h"

#include <gstpitbox/gstpitbox.h>
#include <irsdk/irsdk-disk.h>

/* A header alone is 40 numbers of which many files could hold plausible ones;
 * with a good first variable behind it, nothing else looks like that. */
static void
find_ibt (GstTypeFind *find, gpointer user_data)
{
  const guint8 *data = gst_type_find_peek (find, 0, IRSDK_DISK_START_BYTES);
  IrsdkHeader header;
  IrsdkVar var;
  gsize head_bytes;

  if (data == NULL
      || irsdk_disk_get_head_bytes (data, IRSDK_DISK_START_BYTES, &head_bytes)
             != IRSDK_OK
      || irsdk_header_parse (&header, data, IRSDK_DISK_START_BYTES) != IRSDK_OK)
    return;
  data = gst_type_find_peek (find, header.var_offset, IRSDK_VAR_BYTES);
  if (data == NULL
      || irsdk_var_parse (&var, data, IRSDK_VAR_BYTES, header.row_bytes)
             != IRSDK_OK)
    return;
  gst_type_find_suggest_simple (
      find, GST_TYPE_FIND_MAXIMUM, GST_PITBOX_CAPS_IBT, NULL, NULL);
}

static gboolean
plugin_init (GstPlugin *plugin)
{
  g_autoptr (GstCaps) ibt = gst_caps_from_string (GST_PITBOX_CAPS_IBT);

  return gst_element_register (
             plugin, "irsdksrc", GST_RANK_NONE, GST_TYPE_IRSDK_SRC)
         && gst_element_register (
             plugin, "ibtparse", GST_RANK_PRIMARY, GST_TYPE_IBT_PARSE)
         && gst_type_find_register (
             plugin, "ibt", GST_RANK_PRIMARY, find_ibt, "ibt", ibt, NULL, NULL);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, pitboxirsdk,
    "iRacing telemetry, live and from files", plugin_init, PACKAGE_VERSION,
    GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
