/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GLib looks at every socket at each turn: with many of them a turn for each
 * message costs more than the message. */
#include "ingest/pb-units-loop.h"

/* Between two turns, for each socket, and at most: a row is so much later. */
#define REST_US_EACH 20
#define REST_MAX_US 5000
/* Fewer cost nothing worth waiting for. */
#define REST_MIN_SOCKETS 10

struct _PbUnitsLoop {
  GMainContext *context;
  GThread *thread;
  gint n_sockets; /* atomic */
  gboolean is_ending; /* the thread's */
};

static gpointer
run (gpointer data)
{
  PbUnitsLoop *self = data;

  g_main_context_push_thread_default (self->context);
  while (!self->is_ending) {
    const gint n = g_atomic_int_get (&self->n_sockets);

    g_main_context_iteration (self->context, TRUE);
    if (n >= REST_MIN_SOCKETS)
      g_usleep ((gulong) MIN (n * REST_US_EACH, REST_MAX_US));
  }
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

/**
 * pb_units_loop_new:
 *
 * Returns: (transfer full): a thread that waits for something to do
 */
PbUnitsLoop *
pb_units_loop_new (void)
{
  PbUnitsLoop *self = g_new0 (PbUnitsLoop, 1);

  self->context = g_main_context_new ();
  self->thread = g_thread_new ("units", run, self);
  return self;
}

static gboolean
end (gpointer user_data)
{
  PbUnitsLoop *self = user_data;

  self->is_ending = TRUE;
  return G_SOURCE_REMOVE;
}

/**
 * pb_units_loop_free:
 *
 * Waits until everything is done that was posted before.
 */
void
pb_units_loop_free (PbUnitsLoop *self)
{
  pb_units_loop_post (self, end, self, NULL);
  g_thread_join (self->thread);
  g_main_context_unref (self->context);
  g_free (self);
}

/**
 * pb_units_loop_get_context:
 *
 * Returns: (transfer none): the thread's default context
 */
GMainContext *
pb_units_loop_get_context (PbUnitsLoop *self)
{
  return self->context;
}

/**
 * pb_units_loop_count:
 *
 * Any thread, as the next three.
 *
 * Returns: sockets that entered and did not leave
 */
guint
pb_units_loop_count (PbUnitsLoop *self)
{
  return (guint) g_atomic_int_get (&self->n_sockets);
}

void
pb_units_loop_enter (PbUnitsLoop *self)
{
  g_atomic_int_inc (&self->n_sockets);
}

void
pb_units_loop_leave (PbUnitsLoop *self)
{
  g_atomic_int_add (&self->n_sockets, -1);
}

/**
 * pb_units_loop_post:
 * @func: called once on the thread, behind what was posted before; never from
 *   within this call
 * @user_data: for @func
 * @notify: (nullable): for @user_data
 */
void
pb_units_loop_post (PbUnitsLoop *self, GSourceFunc func, gpointer user_data,
    GDestroyNotify notify)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, user_data, notify);
  g_source_attach (source, self->context);
}
