/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the machine is asked: names of Windows' counters, NVIDIA's library (one of
 * our own here), several sources, none; pictures that slip. */
#include "control/pb-usage.h"
#include "govern/pb-slip.h"
#include "platform/pb-gpu-engines.h"
#include "platform/pb-library.h"
#include "platform/pb-power.h"
#include "platform/pb-process.h"

#include <math.h>
#ifdef G_OS_UNIX
#include <unistd.h>
#endif

#define ENGINE "luid_0x00000000_0x0000D1B4_phys_0_"
#define OTHER "luid_0x00000000_0x0000E0FF_phys_0_"
#define OWN 42

static void
test_names_of_engines (void)
{
  static const struct {
    const gchar *instance;
    gdouble pct;
    gboolean is_one;
  } cases[] = {
    { "pid_1234_" ENGINE "eng_0_engtype_3D", 1, TRUE },
    { "pid_1234_" ENGINE "eng_3_engtype_VideoEncode", 1, TRUE },
    { "pid_1234_" ENGINE "eng_9_engtype_", 1, TRUE },
    { "pid_1234_" ENGINE "eng_9_engtype_A name that is longer than any is", 1,
        TRUE },
    { "pid_1234_" ENGINE "eng_0_engtype_3D", -1, FALSE },
    { "pid_1234_" ENGINE "eng_0_engtype_3D", NAN, FALSE },
    { "pid_1234_" ENGINE "eng_0", 1, FALSE },
    { "pid_x_" ENGINE "eng_0_engtype_3D", 1, FALSE },
    { "_Total", 1, FALSE },
    { "", 1, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    PbGpuEngines engines = { 0 };

    g_assert_cmpint (
        pb_gpu_engines_add (&engines, cases[i].instance, cases[i].pct, OWN), ==,
        cases[i].is_one);
    g_assert_cmpuint (engines.n_engines, ==, cases[i].is_one);
  }
}

/* Programs are summed up, engines are not. */
static void
test_the_busiest_engine_counts (void)
{
  PbGpuEngines engines = { 0 };
  PbGpuLoad load;

  pb_gpu_engines_get (&engines, &load);
  g_assert_cmpfloat (load.busy_pct, <, 0);
  g_assert_cmpfloat (load.encode_pct, <, 0);
  g_assert_cmpfloat (load.own_pct, <, 0);
  (void) pb_gpu_engines_add (
      &engines, "pid_1_" ENGINE "eng_0_engtype_3D", 70, OWN);
  (void) pb_gpu_engines_add (
      &engines, "pid_42_" ENGINE "eng_0_engtype_3D", 3, OWN);
  (void) pb_gpu_engines_add (
      &engines, "pid_42_" ENGINE "eng_3_engtype_VideoEncode", 20, OWN);
  (void) pb_gpu_engines_add (
      &engines, "pid_7_" ENGINE "eng_3_engtype_VideoEncode", 5, OWN);
  (void) pb_gpu_engines_add (
      &engines, "pid_7_" OTHER "eng_0_engtype_3D", 50, OWN);
  (void) pb_gpu_engines_add (
      &engines, "pid_7_" ENGINE "eng_1_engtype_Copy", 60, OWN);
  pb_gpu_engines_get (&engines, &load);
  g_assert_cmpfloat (load.busy_pct, ==, 73);
  g_assert_cmpfloat (load.encode_pct, ==, 25);
  g_assert_cmpfloat (load.own_pct, ==, 3);
}

static void
test_engines_are_bounded (void)
{
  PbGpuEngines engines = { 0 };

  for (guint i = 0; i < 2 * PB_GPU_ENGINES_MAX; i++) {
    g_autofree gchar *instance =
        g_strdup_printf ("pid_1_" ENGINE "eng_%u_engtype_3D", i);

    g_assert_cmpint (pb_gpu_engines_add (&engines, instance, 1, OWN), ==,
        i < PB_GPU_ENGINES_MAX);
  }
  g_assert_cmpuint (engines.n_engines, ==, PB_GPU_ENGINES_MAX);
}

/* A source that tells what it is told to. */
typedef struct {
  PbGpuLoad load;
  guint n_asked;
  gboolean is_freed;
} Fake;

static void
fake_read (gpointer data, PbGpuLoad *load)
{
  Fake *fake = data;

  fake->n_asked++;
  *load = fake->load;
}

static void
fake_free (gpointer data)
{
  ((Fake *) data)->is_freed = TRUE;
}

static void
test_what_one_does_not_tell_the_next_may (void)
{
  Fake first = { .load = { -1, 30, -1 } }, second = { .load = { 250, 99, -1 } };
  const PbGpuSource sources[] = { { &first, fake_read, fake_free },
    { &second, fake_read, fake_free } };
  PbGpu *gpu = pb_gpu_new_of (5000, sources, G_N_ELEMENTS (sources));
  PbGpuLoad load;

  pb_gpu_look (gpu, 1, &load);
  g_assert_cmpfloat (load.busy_pct, ==, 100);
  g_assert_cmpfloat (load.encode_pct, ==, 30);
  g_assert_cmpfloat (load.own_pct, ==, PB_GPU_UNKNOWN);
  second.load.busy_pct = 10;
  pb_gpu_look (gpu, 4 * G_USEC_PER_SEC, &load);
  g_assert_cmpfloat (load.busy_pct, ==, 100);
  g_assert_cmpuint (first.n_asked, ==, 1);
  pb_gpu_look (gpu, 6 * G_USEC_PER_SEC, &load);
  g_assert_cmpfloat (load.busy_pct, ==, 10);
  pb_gpu_free (gpu);
  g_assert_true (first.is_freed && second.is_freed);
}

static void
test_no_gpu_is_unknown (void)
{
  PbGpu *gpu = pb_gpu_new_of (1000, NULL, 0);
  PbGpuLoad load;

  pb_gpu_look (gpu, 1, &load);
  g_assert_cmpfloat (load.busy_pct, ==, PB_GPU_UNKNOWN);
  pb_gpu_free (gpu);
  /* Whatever this machine has. */
  gpu = pb_gpu_new (1);
  for (gint64 now_us = 1; now_us < 4000000; now_us += 1000000) {
    pb_gpu_look (gpu, now_us, &load);
    g_assert_cmpfloat (load.busy_pct, <=, 100);
  }
  g_test_message ("this machine's GPU: %.1f %%, encoder %.1f %%, own %.1f %%",
      load.busy_pct, load.encode_pct, load.own_pct);
  pb_gpu_free (gpu);
}

/* One that says 61 and 17 %, of three devices of which one fails. */
static void
test_nvml (void)
{
  const gchar *path = g_getenv ("PITBOX_FAKE_NVML");
  PbGpuSource source;
  PbGpuLoad load = { -1, -1, -1 };

  g_assert_false (pb_gpu_nvml_open (&source, "no-such-library-anywhere"));
  if (path == NULL) {
    g_test_skip ("no library to try it with");
    return;
  }
  g_assert_true (pb_gpu_nvml_open (&source, path));
  source.read (source.data, &load);
  g_assert_cmpfloat (load.busy_pct, ==, 61);
  g_assert_cmpfloat (load.encode_pct, ==, 17);
  g_assert_cmpfloat (load.own_pct, ==, -1);
  source.free (source.data);
}

static void
test_a_library_that_lacks_something (void)
{
  const gchar *path = g_getenv ("PITBOX_FAKE_NVML");
  g_autoptr (PbLibrary) library = path != NULL ? pb_library_open (path) : NULL;
  gpointer found = &library;

  if (library == NULL) {
    g_test_skip ("no library to try it with");
    return;
  }
  g_assert_false (pb_library_find (library, "nvmlNoSuchFunction", &found));
  g_assert_null (found);
}

static void
test_process_times (void)
{
  PbUsage usage;
  gint64 own;

  pb_usage_get (&usage);
#ifdef G_OS_UNIX
  own = pb_process_get_cpu_us (getpid ());
  g_assert_cmpint (own, >=, usage.cpu_us - 20000);
#else
  own = 0;
#endif
  g_assert_cmpint (pb_process_get_cpu_us (G_MAXINT32 - 1), <, 0);
  g_assert_cmpint (pb_process_find_sim (), >=, 0);
  g_assert_cmpint (usage.private_bytes, >, 0);
  g_test_message ("own time %" G_GINT64_FORMAT " us, %.1f MB private", own,
      usage.private_bytes / 1048576.0);
}

/* Both can be said in any order, and whatever a system lacks is no failure. */
static void
test_power (void)
{
  gpointer raised;

  g_test_message ("live: %d, idle: %d", pb_power_set (PB_POWER_LIVE),
      pb_power_set (PB_POWER_IDLE));
  pb_power_set (PB_POWER_LIVE);
  raised = pb_power_raise_thread ();
  g_test_message ("a thread is raised: %d", raised != NULL);
  if (raised != NULL)
    pb_power_lower_thread (raised);
  pb_power_set (PB_POWER_IDLE);
}

static void
test_pictures_that_slip (void)
{
  PbSlip slip = { 0 };
  guint64 in = 0, out = 0;
  guint n = 0;

  /* A queue that is full, and one slip. */
  for (guint i = 0; i < 60; i++) {
    in += 60;
    out = in - 2;
    g_assert_false (pb_slip_look (&slip, in, out));
  }
  g_assert_false (pb_slip_look (&slip, in += 60, out += 50));
  for (guint i = 0; i < 60; i++)
    g_assert_false (pb_slip_look (&slip, in += 60, out += 60));
  g_assert_cmpuint (slip.n_lost, ==, 9);
  /* 5 of 60, again and again. */
  while (!pb_slip_look (&slip, in += 60, out += 55))
    n++;
  g_assert_cmpuint (n, ==, 2);
  /* And thirty looks without. */
  for (n = 0; pb_slip_look (&slip, in += 60, out += 60); n++)
    ;
  g_assert_cmpuint (n, ==, 29);
  /* Less than 3 %, for ever. */
  for (guint i = 0; i < 600; i++)
    g_assert_false (pb_slip_look (&slip, in += 60, out += 59));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add_func ("/platform/" path, func)
  ADD ("engine-names", test_names_of_engines);
  ADD ("busiest-engine", test_the_busiest_engine_counts);
  ADD ("bounded", test_engines_are_bounded);
  ADD ("sources", test_what_one_does_not_tell_the_next_may);
  ADD ("no-gpu", test_no_gpu_is_unknown);
  ADD ("nvml", test_nvml);
  ADD ("library", test_a_library_that_lacks_something);
  ADD ("processes", test_process_times);
  ADD ("power", test_power);
  ADD ("slip", test_pictures_that_slip);
#undef ADD
  return g_test_run ();
}
