/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Names and enum nicks change between versions of an element: what is there is
 * looked up, and nothing is set blindly. */
#include "properties.h"

/* The first of "a|b|c" that the object can be told. */
static GParamSpec *
find (gpointer object, const gchar *names)
{
  g_auto (GStrv) alternatives = g_strsplit (names, "|", -1);

  for (guint i = 0; alternatives[i] != NULL; i++) {
    GParamSpec *spec = g_object_class_find_property (
        G_OBJECT_GET_CLASS (object), alternatives[i]);

    if (spec != NULL && (spec->flags & G_PARAM_WRITABLE) != 0)
      return spec;
  }
  return NULL;
}

/* g_param_value_validate() would take a number that is no value of an enum for
 * its default; gst_value_deserialize() refuses words that are no nick. */
static gboolean
set_text (gpointer object, GParamSpec *spec, const gchar *text)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, spec->value_type);
  if (!gst_value_deserialize (&value, text))
    return FALSE;
  /* Into the range that this version, or this GPU, has. */
  g_param_value_validate (spec, &value);
  g_object_set_property (object, spec->name, &value);
  return TRUE;
}

/**
 * properties_set:
 * @object: an element
 * @names: the property's names in different versions, "a|b"
 * @values: what it is called in different versions, "x|y", as gst-launch takes
 *   it
 *
 * Sets the first property of @names that exists to the first of @values that it
 * knows. Numbers beyond its range become the nearest one.
 *
 * Returns: %FALSE if there is none of them
 */
gboolean
properties_set (gpointer object, const gchar *names, const gchar *values)
{
  GParamSpec *spec = find (object, names);
  g_auto (GStrv) alternatives = g_strsplit (values, "|", -1);

  for (guint i = 0; spec != NULL && alternatives[i] != NULL; i++) {
    if (set_text (object, spec, alternatives[i]))
      return TRUE;
  }
  return FALSE;
}

/**
 * properties_are_live:
 * @object: an element
 * @names: as for properties_set()
 *
 * Returns: %TRUE if the property says that it may change while the element
 *   plays
 */
gboolean
properties_are_live (gpointer object, const gchar *names)
{
  GParamSpec *spec = find (object, names);

  return spec != NULL && (spec->flags & GST_PARAM_MUTABLE_PLAYING) != 0;
}
