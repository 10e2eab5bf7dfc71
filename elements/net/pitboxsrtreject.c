/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Why an SRT connection was refused: codes, and words for a person. */
#include "pitboxsrtreject.h"

#include <gst/gst.h>
#include <srt/srt.h>

/* Why a connection was refused, for a person. @with_passphrase says whether
 * the caller gave one. */
const gchar *
pitbox_srt_reject_words (int code, gboolean with_passphrase)
{
  switch (code) {
    case SRT_REJ_UNKNOWN:
      return "the connection was closed before the server had answered";
    case SRT_REJ_TIMEOUT:
      return "no answer";
    case SRT_REJ_BADSECRET:
      return "wrong passphrase";
    case SRT_REJ_UNSECURE:
      return with_passphrase
                 ? "the server expects no passphrase for this device"
                 : "a passphrase is needed and none was given";
    case SRT_REJ_BACKLOG:
    case SRT_REJ_RESOURCE:
      return "the server has no room for another connection now";
    case SRT_REJ_VERSION:
      return "the other side's SRT version is too old";
    case SRT_REJ_CLOSE:
      return "the server is closing";
    case PITBOX_SRT_REJECT_STREAM_ID:
      return "the server does not understand the stream id";
    case PITBOX_SRT_REJECT_REVOKED:
      return "this device was revoked";
    case PITBOX_SRT_REJECT_FULL:
      return "the server takes no more callers";
    case PITBOX_SRT_REJECT_DRIVER:
      return "this device belongs to another driver";
    case PITBOX_SRT_REJECT_UNKNOWN_DEVICE:
      return "the server does not know this device";
    case PITBOX_SRT_REJECT_MODE:
      return "the server only takes streams that publish";
    case PITBOX_SRT_REJECT_CONTESTED:
      return "another sender uses this device's key or publishes for its "
             "driver; it keeps the place until it stops";
    case PITBOX_SRT_REJECT_HELD:
      return "this device has sent more than the server takes; it is let in "
             "again after half a minute";
    case PITBOX_SRT_REJECT_TOO_MANY:
      return "too many wrong passphrases came from this address; the next one "
             "is looked at in some seconds";
    case PITBOX_SRT_REJECT_INTERNAL:
      return "the server had an internal error";
    case PITBOX_SRT_REJECT_NOT_READY:
      return "the server is not ready";
    default:
      return "refused by the server";
  }
}

/* The same for one who wants to read. */
const gchar *
pitbox_srt_reader_reject_words (int code, gboolean with_passphrase)
{
  switch (code) {
    case PITBOX_SRT_REJECT_REVOKED:
      return "this reader's key was revoked";
    case PITBOX_SRT_REJECT_FULL:
      return "the server takes no more readers";
    case PITBOX_SRT_REJECT_DRIVER:
      return "this reader's key is not for this driver";
    case PITBOX_SRT_REJECT_UNKNOWN_DEVICE:
      return "the server does not know this reader";
    case PITBOX_SRT_REJECT_MODE:
      return "nobody may read at this port";
    case PITBOX_SRT_REJECT_UNKNOWN_DRIVER:
      return "the server does not know this driver";
    case PITBOX_SRT_REJECT_NOT_LIVE:
      return "this driver is not live";
    default:
      return pitbox_srt_reject_words (code, with_passphrase);
  }
}

static gint
reject_error_code (int code, gboolean reads)
{
  switch (code) {
    case SRT_REJ_BADSECRET:
    case SRT_REJ_UNSECURE:
    case PITBOX_SRT_REJECT_REVOKED:
    case PITBOX_SRT_REJECT_DRIVER:
      return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
    case PITBOX_SRT_REJECT_UNKNOWN_DEVICE:
    case PITBOX_SRT_REJECT_UNKNOWN_DRIVER:
    case PITBOX_SRT_REJECT_NOT_LIVE:
      return GST_RESOURCE_ERROR_NOT_FOUND;
    case PITBOX_SRT_REJECT_STREAM_ID:
    case PITBOX_SRT_REJECT_MODE:
      return GST_RESOURCE_ERROR_SETTINGS;
    case PITBOX_SRT_REJECT_FULL:
    case PITBOX_SRT_REJECT_CONTESTED:
    case PITBOX_SRT_REJECT_HELD:
    case PITBOX_SRT_REJECT_TOO_MANY:
      return GST_RESOURCE_ERROR_BUSY;
    default:
      return reads ? GST_RESOURCE_ERROR_OPEN_READ
                   : GST_RESOURCE_ERROR_OPEN_WRITE;
  }
}

/* The same as an error that names the peer and the code where there is one, for
 * one who publishes or @reads. */
GError *
pitbox_srt_reject_error (
    int code, gboolean reads, gboolean with_passphrase, const gchar *peer)
{
  const gchar *words =
      reads ? pitbox_srt_reader_reject_words (code, with_passphrase)
            : pitbox_srt_reject_words (code, with_passphrase);

  if (code == SRT_REJ_UNKNOWN)
    return g_error_new (GST_RESOURCE_ERROR, reject_error_code (code, reads),
        "%s: %s", peer, words);
  return g_error_new (GST_RESOURCE_ERROR, reject_error_code (code, reads),
      "%s: %s (SRT %d)", peer, words, code);
}
