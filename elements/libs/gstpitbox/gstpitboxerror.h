/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Errors of the library: one domain, one enum. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <glib.h>

G_BEGIN_DECLS

/**
 * GstPitboxError:
 * @GST_PITBOX_ERROR_INVALID: the bytes cannot be what they claim to be
 * @GST_PITBOX_ERROR_TRUNCATED: the bytes end too early
 * @GST_PITBOX_ERROR_CHECKSUM: the checksum does not match
 * @GST_PITBOX_ERROR_LIMIT: a named limit is exceeded
 * @GST_PITBOX_ERROR_UNSUPPORTED: a version or codec id this build lacks
 * @GST_PITBOX_ERROR_FOREIGN: a KLV item that is not PitBox's
 */
typedef enum {
  GST_PITBOX_ERROR_INVALID,
  GST_PITBOX_ERROR_TRUNCATED,
  GST_PITBOX_ERROR_CHECKSUM,
  GST_PITBOX_ERROR_LIMIT,
  GST_PITBOX_ERROR_UNSUPPORTED,
  GST_PITBOX_ERROR_FOREIGN,
} GstPitboxError;

#define GST_PITBOX_ERROR (gst_pitbox_error_quark ())
GST_PITBOX_API GQuark gst_pitbox_error_quark (void);

G_END_DECLS
