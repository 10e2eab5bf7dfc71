/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Classes by description, which note down what is set. */
#include "pb-test-class.h"

static GQuark
written_quark (void)
{
  return g_quark_from_static_string ("pb-test-class-written");
}

static void
on_set (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  GPtrArray *written = g_object_get_qdata (object, written_quark ());
  g_autofree gchar *text = NULL;

  if (G_VALUE_HOLDS_ENUM (value)) {
    GEnumClass *klass = g_type_class_ref (G_VALUE_TYPE (value));

    text = g_strdup (
        g_enum_get_value (klass, g_value_get_enum (value))->value_nick);
    g_type_class_unref (klass);
  } else {
    g_auto (GValue) string = G_VALUE_INIT;

    g_value_init (&string, G_TYPE_STRING);
    g_assert_true (g_value_transform (value, &string));
    text = g_value_dup_string (&string);
  }
  g_ptr_array_add (written, g_strconcat (spec->name, "=", text, NULL));
}

static void
on_get (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
}

static GParamSpec *
new_spec (const gchar *name, const gchar *type)
{
  static guint n_enums;
  g_autofree gchar *type_name = g_strdup_printf ("PbTestEnum%u", n_enums++);
  g_auto (GStrv) nicks = g_strsplit (type, ",", -1);
  guint n = g_strv_length (nicks);
  GEnumValue *values;

  if (g_str_equal (type, "u"))
    return g_param_spec_uint (
        name, name, name, 0, G_MAXINT, 0, G_PARAM_READWRITE);
  if (g_str_equal (type, "i"))
    return g_param_spec_int (
        name, name, name, -1, G_MAXINT, 0, G_PARAM_READWRITE);
  if (g_str_equal (type, "x"))
    return g_param_spec_uint64 (
        name, name, name, 0, G_MAXUINT64, 0, G_PARAM_READWRITE);
  if (g_str_equal (type, "s"))
    return g_param_spec_string (name, name, name, NULL, G_PARAM_READWRITE);
  if (g_str_equal (type, "b"))
    return g_param_spec_boolean (name, name, name, FALSE, G_PARAM_READWRITE);
  /* Types live for ever, and so do their values. */
  values = g_new0 (GEnumValue, n + 1);
  for (guint i = 0; i < n; i++) {
    values[i].value = (gint) i;
    values[i].value_name = values[i].value_nick = g_intern_string (nicks[i]);
  }
  return g_param_spec_enum (name, name, name,
      g_enum_register_static (g_intern_string (type_name), values), 0,
      G_PARAM_READWRITE);
}

static void
on_class_init (gpointer klass, gpointer data)
{
  g_auto (GStrv) properties = g_strsplit (data, " ", -1);

  G_OBJECT_CLASS (klass)->set_property = on_set;
  G_OBJECT_CLASS (klass)->get_property = on_get;
  for (guint i = 0; properties[i] != NULL; i++) {
    g_auto (GStrv) parts = g_strsplit (properties[i], ":", 2);

    g_object_class_install_property (
        klass, i + 1, new_spec (parts[0], parts[1]));
  }
}

/**
 * pb_test_class_new:
 * @properties: "name:u" uint, "name:i" int, "name:b" boolean, "name:s" string,
 *   "name:x" uint64, "name:a,b,c" an enum with these nicks; blanks between
 *
 * An object of a class of its own with these properties, as an element of
 * another version or system has them.
 *
 * Returns: (transfer full): the object
 */
GObject *
pb_test_class_new (const gchar *properties)
{
  static guint n;
  g_autofree gchar *name = g_strdup_printf ("PbTestClass%u", n++);
  const GTypeInfo info = { sizeof (GObjectClass), NULL, NULL, on_class_init,
    NULL, properties, sizeof (GObject), 0, NULL, NULL };
  GObject *object = g_object_new (
      g_type_register_static (G_TYPE_OBJECT, name, &info, 0), NULL);

  g_object_set_qdata_full (object, written_quark (),
      g_ptr_array_new_with_free_func (g_free),
      (GDestroyNotify) g_ptr_array_unref);
  return object;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(gchar *const *) a, *(gchar *const *) b);
}

/**
 * pb_test_class_written:
 * @object: from pb_test_class_new()
 *
 * Once for an object.
 *
 * Returns: (transfer full): what was set: "name=value", sorted, blanks between
 */
gchar *
pb_test_class_written (GObject *object)
{
  GPtrArray *written = g_object_get_qdata (object, written_quark ());

  g_ptr_array_sort (written, compare);
  g_ptr_array_add (written, NULL);
  return g_strjoinv (" ", (gchar **) written->pdata);
}
