/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Heads and answers of pitbox-units.1 as bytes; pure. */
#include "gstpitboxunitmessage.h"

#include <string.h>

#include "gstpitboxbytes.h"

#define TYPE_UNITS 1
#define TYPE_WELCOME 1
#define TYPE_ACK 2
#define FLAG_KNOWN 1

/* Type, flags, and two bytes that are 0 in this version. */
static gboolean
is_of_type (const guint8 *data, guint8 type, guint8 flags)
{
  return data[0] == type && (data[1] & ~flags) == 0 && data[2] == 0
         && data[3] == 0;
}

/**
 * gst_pitbox_units_head_write: (skip)
 * @head: of the units that follow
 * @out: (out): gets %GST_PITBOX_UNITS_HEAD_BYTES
 */
void
gst_pitbox_units_head_write (const GstPitboxUnitsHead *head, guint8 *out)
{
  memset (out, 0, GST_PITBOX_UNITS_HEAD_BYTES);
  out[0] = TYPE_UNITS;
  gst_pitbox_set_u32 (out + 4, head->run_id);
  gst_pitbox_set_u32 (out + 8, head->sequence);
  gst_pitbox_set_u32 (out + 12, head->age_us);
  gst_pitbox_set_u64 (out + 16, head->pts);
}

/**
 * gst_pitbox_units_head_parse: (skip)
 * @data: an untrusted message
 * @size: bytes in @data
 * @head: (out): what its head says
 *
 * Returns: %FALSE if it is no message of units
 */
gboolean
gst_pitbox_units_head_parse (
    const guint8 *data, gsize size, GstPitboxUnitsHead *head)
{
  if (size <= GST_PITBOX_UNITS_HEAD_BYTES || !is_of_type (data, TYPE_UNITS, 0))
    return FALSE;
  head->run_id = gst_pitbox_get_u32 (data + 4);
  head->sequence = gst_pitbox_get_u32 (data + 8);
  head->age_us = gst_pitbox_get_u32 (data + 12);
  head->pts = gst_pitbox_get_u64 (data + 16);
  return TRUE;
}

/**
 * gst_pitbox_units_answer_write: (skip)
 * @answer: what the server says
 * @out: (out): gets %GST_PITBOX_UNITS_ANSWER_BYTES
 */
void
gst_pitbox_units_answer_write (const GstPitboxUnitsAnswer *answer, guint8 *out)
{
  memset (out, 0, GST_PITBOX_UNITS_ANSWER_BYTES);
  out[0] = answer->is_welcome ? TYPE_WELCOME : TYPE_ACK;
  out[1] = answer->is_known ? FLAG_KNOWN : 0;
  gst_pitbox_set_u32 (out + 4, answer->run_id);
  gst_pitbox_set_u32 (out + 8, answer->next);
}

/**
 * gst_pitbox_units_answer_parse: (skip)
 * @data: an untrusted message
 * @size: bytes in @data
 * @answer: (out): what it says
 *
 * Returns: %FALSE if it is none
 */
gboolean
gst_pitbox_units_answer_parse (
    const guint8 *data, gsize size, GstPitboxUnitsAnswer *answer)
{
  if (size != GST_PITBOX_UNITS_ANSWER_BYTES
      || (!is_of_type (data, TYPE_WELCOME, FLAG_KNOWN)
          && !is_of_type (data, TYPE_ACK, FLAG_KNOWN)))
    return FALSE;
  answer->is_welcome = data[0] == TYPE_WELCOME;
  answer->is_known = (data[1] & FLAG_KNOWN) != 0;
  answer->run_id = gst_pitbox_get_u32 (data + 4);
  answer->next = gst_pitbox_get_u32 (data + 8);
  return TRUE;
}
