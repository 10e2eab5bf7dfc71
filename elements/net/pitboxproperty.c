/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxProperty: settings of an element as rows of a table. */
#include "pitboxproperty.h"

#include "pitboxsecret.h"

#define READABLE (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)
#define SETTABLE \
  (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

static GParamSpec *
spec_new (const PitboxProperty *p)
{
  const GParamFlags both = G_PARAM_READABLE | SETTABLE;

  switch (p->kind) {
    case PITBOX_PROPERTY_STRING:
      return g_param_spec_string (p->name, p->nick, p->blurb, p->text, both);
    case PITBOX_PROPERTY_SECRET:
      return g_param_spec_string (p->name, p->nick, p->blurb, NULL, SETTABLE);
    case PITBOX_PROPERTY_UINT:
      return g_param_spec_uint (
          p->name, p->nick, p->blurb, p->min, p->max, p->number, both);
    default:
      return g_param_spec_boolean (
          p->name, p->nick, p->blurb, p->number != 0, both);
  }
}

void
pitbox_properties_install (
    GObjectClass *object_class, const PitboxProperty *properties, guint n)
{
  for (guint i = 0; i < n; i++)
    g_object_class_install_property (
        object_class, properties[i].id, spec_new (&properties[i]));
}

void
pitbox_properties_install_stats (
    GObjectClass *object_class, guint id, const gchar *blurb)
{
  g_object_class_install_property (object_class, id,
      g_param_spec_boxed (
          "stats", "Statistics", blurb, GST_TYPE_STRUCTURE, READABLE));
}

/* Of a connection that comes back: see pitbox_srt_state_name(). */
void
pitbox_properties_install_state (GObjectClass *object_class, guint id)
{
  g_object_class_install_property (object_class, id,
      g_param_spec_string ("state", "State",
          "idle, connecting, connected, waiting or failed", "idle", READABLE));
}

static gpointer
field (gconstpointer settings, const PitboxProperty *p)
{
  return (guint8 *) settings + p->offset;
}

static void
set_text (gpointer settings, const PitboxProperty *p, const gchar *text)
{
  gchar **at = field (settings, p);
  gchar *old = *at;

  *at = g_strdup (text);
  pitbox_secret_free (old);
}

/* Fills a struct of zeros with the defaults. */
void
pitbox_properties_init (
    gpointer settings, const PitboxProperty *properties, guint n)
{
  for (guint i = 0; i < n; i++) {
    const PitboxProperty *p = &properties[i];

    if (p->kind <= PITBOX_PROPERTY_SECRET)
      set_text (settings, p, p->text);
    else
      *(guint *) field (settings, p) = p->number;
  }
}

/* Frees what the struct's fields hold. */
void
pitbox_properties_clear (
    gpointer settings, const PitboxProperty *properties, guint n)
{
  for (guint i = 0; i < n; i++)
    if (properties[i].kind <= PITBOX_PROPERTY_SECRET)
      set_text (settings, &properties[i], NULL);
}

static const PitboxProperty *
find (const PitboxProperty *properties, guint n, guint id)
{
  for (guint i = 0; i < n; i++)
    if (properties[i].id == id)
      return &properties[i];
  return NULL;
}

/* FALSE where @id is not in the table. The lock of @settings is the caller's. */
gboolean
pitbox_properties_set (gpointer settings, const PitboxProperty *properties,
    guint n, guint id, const GValue *value)
{
  const PitboxProperty *p = find (properties, n, id);

  if (p == NULL)
    return FALSE;
  if (p->kind <= PITBOX_PROPERTY_SECRET)
    set_text (settings, p, g_value_get_string (value));
  else if (p->kind == PITBOX_PROPERTY_UINT)
    *(guint *) field (settings, p) = g_value_get_uint (value);
  else
    *(gboolean *) field (settings, p) = g_value_get_boolean (value);
  return TRUE;
}

/* The same to read. */
gboolean
pitbox_properties_get (gconstpointer settings, const PitboxProperty *properties,
    guint n, guint id, GValue *value)
{
  const PitboxProperty *p = find (properties, n, id);

  if (p == NULL)
    return FALSE;
  if (p->kind <= PITBOX_PROPERTY_SECRET)
    g_value_set_string (value, *(gchar **) field (settings, p));
  else if (p->kind == PITBOX_PROPERTY_UINT)
    g_value_set_uint (value, *(guint *) field (settings, p));
  else
    g_value_set_boolean (value, *(gboolean *) field (settings, p));
  return TRUE;
}
