/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Names of drivers who do not exist: numbers, or syllables that no language
 * puts together. */
#include "rs-names.h"

#include "rs-random.h"

#define STREAM_NAME 0xc1

static void
add_word (GString *name, guint64 seed, guint64 key, guint syllables)
{
  static const char *const heads[] = { "bra", "vek", "zul", "mip", "tro", "kwi",
    "dax", "fep", "gon", "jub", "lix", "nav", "pof", "quo", "rud", "swe" };
  static const char *const tails[] = { "zo", "mik", "dra", "lup", "vent", "gax",
    "bur", "nil", "toq", "fim", "sko", "rab", "wix", "hup", "jem", "yor" };
  const gsize at = name->len;

  g_string_append (name, heads[rs_hash (seed, key) % G_N_ELEMENTS (heads)]);
  for (guint i = 1; i < syllables; i++)
    g_string_append (
        name, tails[rs_hash (seed, key + i) % G_N_ELEMENTS (tails)]);
  name->str[at] = g_ascii_toupper (name->str[at]);
}

/* The name of one of a car's drivers. (transfer full) */
char *
rs_driver_name (const RaceSimConfig *config, int number, int driver)
{
  const guint64 seed = config->seed + STREAM_NAME;
  const guint64 key = ((guint64) number * 8 + (guint64) driver) * 8;
  GString *name;

  if (!config->invented_names) {
    if (driver == 0)
      return g_strdup_printf ("Driver %02d", number);
    return g_strdup_printf ("Driver %02d%c", number, 'A' + driver);
  }
  name = g_string_new (NULL);
  add_word (name, seed, key, 2);
  g_string_append_c (name, ' ');
  add_word (name, seed, key + 4, 3);
  return g_string_free (name, FALSE);
}
