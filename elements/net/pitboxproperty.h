/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxProperty: settings of an element as rows of a table, each a field of a
 * struct; and the rows that several elements have. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum {
  PITBOX_PROPERTY_STRING, /* gchar * */
  PITBOX_PROPERTY_SECRET, /* gchar *, cannot be read */
  PITBOX_PROPERTY_UINT, /* guint */
  PITBOX_PROPERTY_BOOLEAN, /* gboolean */
} PitboxPropertyKind;

/**
 * PitboxProperty:
 * @id: of the property, > 0
 * @name: kebab-case
 * @nick: in a few words
 * @blurb: what it does, with units
 * @kind: its type, and that of the field
 * @offset: of the field in the struct
 * @text: default of a string
 * @number: default of a number or boolean
 * @min: smallest number
 * @max: largest number
 *
 * One setting, which may change while the element is stopped.
 */
typedef struct {
  guint id;
  const gchar *name;
  const gchar *nick;
  const gchar *blurb;
  PitboxPropertyKind kind;
  gsize offset;
  const gchar *text;
  guint number;
  guint min;
  guint max;
} PitboxProperty;

/* Measured at 5 % loss and 50 ms round trip; 4 x RTT is enough. */
#define PITBOX_DEFAULT_LATENCY_MS 120

/* clang-format off */
#define PITBOX_PROPERTY_LATENCY(id, offset) \
  { id, "latency", "Latency", \
    "SRT's time for retransmission in ms; the larger of both ends holds", \
    PITBOX_PROPERTY_UINT, offset, NULL, PITBOX_DEFAULT_LATENCY_MS, 0, 60000 }
#define PITBOX_PROPERTY_PASSPHRASE(id, offset, blurb) \
  { id, "passphrase", "Passphrase", blurb, PITBOX_PROPERTY_SECRET, offset, \
    NULL, 0, 0, 0 }
#define PITBOX_PROPERTY_PORT(id, offset, blurb, min, number) \
  { id, "port", "Port", blurb, PITBOX_PROPERTY_UINT, offset, NULL, number, \
    min, 65535 }
#define PITBOX_PROPERTY_LISTENER(id, offset, blurb) \
  { id, "listener", "Listener", blurb, PITBOX_PROPERTY_STRING, offset, NULL, \
    0, 0, 0 }
/* clang-format on */

void pitbox_properties_install (
    GObjectClass *object_class, const PitboxProperty *properties, guint n);
void pitbox_properties_install_stats (
    GObjectClass *object_class, guint id, const gchar *blurb);
void pitbox_properties_install_state (GObjectClass *object_class, guint id);

void pitbox_properties_init (
    gpointer settings, const PitboxProperty *properties, guint n);
void pitbox_properties_clear (
    gpointer settings, const PitboxProperty *properties, guint n);
gboolean pitbox_properties_set (gpointer settings,
    const PitboxProperty *properties, guint n, guint id, const GValue *value);
gboolean pitbox_properties_get (gconstpointer settings,
    const PitboxProperty *properties, guint n, guint id, GValue *value);

G_END_DECLS
