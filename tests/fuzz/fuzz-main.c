/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Runs one fuzz target without libFuzzer, the same way each time: its seeds
 * whole, cut off, and damaged; and files given on the command line. */
#include "fuzz.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

/* Cuts of one seed: all of a short one, evenly spread over a long one. */
#define MAX_CUTS 512
#define MAX_DAMAGES 8

static gint runs = 2000;
static gint seed = 1;
static gchar *seed_dir = NULL;
static gchar **files = NULL;

static const GOptionEntry options[] = {
  { "runs", 'n', 0, G_OPTION_ARG_INT, &runs,
      "Damaged inputs to try (default 2000)", "N" },
  { "seed", 's', 0, G_OPTION_ARG_INT, &seed, "Seed of the damages (default 1)",
      "N" },
  { "write-seeds", 'w', 0, G_OPTION_ARG_FILENAME, &seed_dir,
      "Write the target's seeds to this folder and end", "DIR" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL,
      "[FILE|DIR…]" },
  { NULL },
};

/* A copy of exactly @size bytes, so that a sanitizer sees each byte behind. */
static void
run_once (gconstpointer data, gsize size)
{
  guint8 *copy = malloc (MAX (size, 1));

  if (size > 0)
    memcpy (copy, data, size);
  LLVMFuzzerTestOneInput (copy, size);
  free (copy);
}

static guint
run_cuts (gconstpointer data, gsize size)
{
  const gsize step = size / MAX_CUTS + 1;
  guint n = 0;

  for (gsize cut = 0; cut < size; cut += step, n++)
    run_once (data, cut);
  return n;
}

static void
damage (GRand *rand, GByteArray *a)
{
  static const guint32 odd[] = { 0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000,
    0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe };
  guint at;

  if (a->len == 0)
    return;
  /* Headers stand in front: hit them more often. */
  at = g_rand_boolean (rand) ? g_rand_int (rand) % a->len
                             : g_rand_int (rand) % MIN (a->len, 256);
  switch (g_rand_int_range (rand, 0, 6)) {
    case 0:
      a->data[at] ^= 1u << g_rand_int_range (rand, 0, 8);
      break;
    case 1:
      a->data[at] = g_rand_int (rand);
      break;
    case 2: {
      guint32 v =
          GUINT32_TO_LE (odd[g_rand_int_range (rand, 0, G_N_ELEMENTS (odd))]);

      memcpy (a->data + at, &v, MIN (sizeof v, a->len - at));
      break;
    }
    case 3: {
      guint n = 1 + g_rand_int (rand) % 64;

      g_byte_array_remove_range (a, at, MIN (a->len - at, n));
      break;
    }
    case 4: {
      const guint want = 1 + g_rand_int (rand) % 64;
      const guint n = MIN (a->len - at, want);
      g_autofree guint8 *part = g_memdup2 (a->data + at, n);

      g_byte_array_append (a, part, n);
      break;
    }
    default:
      g_byte_array_set_size (a, at);
      break;
  }
}

static guint
run_damages (GPtrArray *seeds)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) seed);

  if (seeds->len == 0)
    return 0;
  for (gint i = 0; i < runs; i++) {
    GBytes *bytes = g_ptr_array_index (seeds, (guint) i % seeds->len);
    g_autoptr (GByteArray) a = g_byte_array_new ();
    const gint n = g_rand_int_range (rand, 1, MAX_DAMAGES + 1);
    gsize size;
    gconstpointer data = g_bytes_get_data (bytes, &size);

    g_byte_array_append (a, data, size);
    for (gint k = 0; k < n; k++)
      damage (rand, a);
    run_once (a->data, a->len);
  }
  return runs;
}

static guint
run_path (const gchar *path)
{
  g_autofree gchar *data = NULL;
  gsize size;
  guint n = 0;

  if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
    g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
    const gchar *name;

    while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
      g_autofree gchar *child = g_build_filename (path, name, NULL);

      n += run_path (child);
    }
    return n;
  }
  if (!g_file_get_contents (path, &data, &size, NULL)) {
    g_printerr ("%s: cannot be read\n", path);
    exit (1);
  }
  run_once (data, size);
  return 1;
}

static int
write_seeds (GPtrArray *seeds)
{
  if (g_mkdir_with_parents (seed_dir, 0755) != 0) {
    g_printerr ("%s: cannot be made\n", seed_dir);
    return 1;
  }
  for (guint i = 0; i < seeds->len; i++) {
    GBytes *bytes = g_ptr_array_index (seeds, i);
    g_autofree gchar *name = g_strdup_printf ("seed-%03u", i);
    g_autofree gchar *path = g_build_filename (seed_dir, name, NULL);
    gsize size;
    gconstpointer data = g_bytes_get_data (bytes, &size);

    if (!g_file_set_contents (path, data, (gssize) size, NULL)) {
      g_printerr ("%s: cannot be written\n", path);
      return 1;
    }
  }
  return 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GPtrArray) seeds =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GError) error = NULL;
  guint whole = 0, cuts = 0, damages, given = 0;
  GBytes *bytes;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  while ((bytes = fuzz_get_seed (seeds->len)) != NULL)
    g_ptr_array_add (seeds, bytes);
  if (seed_dir != NULL)
    return write_seeds (seeds);
  run_once (NULL, 0);
  for (guint i = 0; i < seeds->len; i++, whole++) {
    gsize size;
    gconstpointer data = g_bytes_get_data (g_ptr_array_index (seeds, i), &size);

    run_once (data, size);
    cuts += run_cuts (data, size);
  }
  damages = run_damages (seeds);
  for (guint i = 0; files != NULL && files[i] != NULL; i++)
    given += run_path (files[i]);
  g_print (
      "%u seeds, %u cuts, %u damaged, %u files\n", whole, cuts, damages, given);
  return seeds->len > 0 ? 0 : 1;
}
